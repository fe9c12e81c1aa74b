"""A visitor is found again by a cookie of the server's own; what a reload brings back of a run: see train/."""

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.server import Server
from tests.browser.sight import answer, eventually


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
