"""Work is found again by a cookie; where two people share a computer it is left under a code, or deleted."""

import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.sight import answer, button, come_back, eventually, open_newcomer, part, put_away, write


def visitor_cookie(page: Page, server: Server) -> dict:
    """Return the visitor's cookie, once the page has set it."""
    name = f"inkling_visitor_{urlsplit(server.url).port}"
    found: list[dict] = []
    eventually(page, lambda: found.extend(dict(one) for one in page.context.cookies() if one["name"] == name) or found)
    return found[0]


def test_work_is_found_by_a_cookie_left_under_a_code_and_deleted(page: Page, server: Server):
    write(page, 4, saved=True)
    cookie = visitor_cookie(page, server)
    assert cookie["expires"] > time.time() + 399 * 24 * 3600
    other = page.context.new_page()
    other.goto(server.url)
    expect(answer(other)).to_contain_text("4")
    assert visitor_cookie(other, server)["value"] == cookie["value"]
    page.bring_to_front()  # a tab behind another draws no frames, and each of its mouse events waits for one

    code = put_away(page)
    for tab in (page, other):
        expect(answer(tab)).to_contain_text("Nothing drawn yet")
    page.reload()
    expect(answer(page)).to_contain_text("Nothing drawn yet")
    assert code not in str(page.context.cookies())

    write(page, 7, saved=True)
    come_back(page, code.upper().replace("-", " "))
    for tab in (page, other):
        expect(answer(tab)).to_contain_text("4")

    open_newcomer(page)
    part(page, "remove_sure").locator("label").click()
    button(page, "remove_all").click()
    for tab in (page, other):
        expect(answer(tab)).to_contain_text("Nothing drawn yet")
    come_back(page, code)
    expect(part(page, "newcomer").get_by_role("alert")).to_contain_text("No work has this code")
