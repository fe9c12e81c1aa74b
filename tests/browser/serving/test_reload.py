"""What a visitor has is there again after a reload, and nobody else has it."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.server import Server, serve
from tests.browser.sight import answer, eventually


def test_a_reload_brings_the_run_its_network_and_the_drawing_back(open_page: Callable[..., Page]):
    page = open_page("?epochs=100&batch_size=8")  # which is not over before it is paused
    draw(page, fit(DIGITS[3]))
    expect(page.locator(".st-key-answer")).to_contain_text("3")
    page.locator(".st-key-train button").click()
    expect(page.locator(".st-key-progress")).to_contain_text(re.compile(r"step [1-9]"))
    page.locator(".st-key-pause button").click()
    expect(page.locator(".st-key-progress")).to_contain_text("paused")
    progress = page.locator(".st-key-progress").inner_text().splitlines()[0]
    status = page.locator(".st-key-answer").get_by_role("status")  # the digit: how sure it is may still follow the run
    digit = status.inner_text()
    curves = page.locator(".st-key-curves img").first

    page.reload()

    expect(page.locator(".st-key-progress")).to_contain_text(progress)
    expect(status).to_have_text(digit, use_inner_text=True)
    expect(page.locator(".ink-by")).to_contain_text("Reading with your run")
    expect(curves).to_be_visible()

    stranger = open_page()
    expect(stranger.locator(".st-key-progress")).to_contain_text("Nothing trained yet")
    expect(stranger.locator(".st-key-answer")).to_contain_text("Nothing drawn yet")


def test_two_servers_of_one_host_each_find_their_visitor_again(page: Page, server: Server, tmp_path: Path):
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3")
    with serve(tmp_path / "second.log") as second:
        page.goto(second.url)
        expect(answer(page)).to_contain_text("Nothing drawn yet")
        draw(page, fit(DIGITS[7]))
        expect(answer(page)).to_contain_text("7")
        page.goto(server.url)
        expect(answer(page)).to_contain_text("3")
        page.goto(second.url)
        expect(answer(page)).to_contain_text("7")
        page.goto("about:blank")


def test_a_visitor_with_the_cookie_of_an_older_version_is_found_once(page: Page, server: Server):
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3")
    (cookie,) = (one for one in page.context.cookies() if one["name"].startswith("inkling_visitor_"))
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "inkling_visitor", "value": cookie["value"], "url": server.url}])
    page.reload()
    expect(answer(page)).to_contain_text("3")
    eventually(page, lambda: [one for one in page.context.cookies() if one["name"] == cookie["name"]])
    (again,) = (one for one in page.context.cookies() if one["name"].startswith("inkling_visitor"))
    assert (again["name"], again["value"]) == (cookie["name"], cookie["value"])
