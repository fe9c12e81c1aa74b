"""A cookie of the server identifies a returning visitor; train/ tests how a reload restores a run."""

import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.server import Server
from tests.browser.sight import answer


def test_visitor_is_found_again_by_the_cookie_in_a_new_tab(page: Page, server: Server):
    draw(page, fit(DIGITS[3]))
    expect(answer(page)).to_contain_text("3")
    name = f"inkling_visitor_{urlsplit(server.url).port}"
    (cookie,) = (one for one in page.context.cookies() if one["name"] == name)
    assert cookie["expires"] > time.time() + 399 * 24 * 3600
    again = page.context.new_page()
    again.goto(server.url)
    expect(answer(again)).to_contain_text("3")
    assert [one["value"] for one in page.context.cookies() if one["name"] == name] == [cookie["value"]]
