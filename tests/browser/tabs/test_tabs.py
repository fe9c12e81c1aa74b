"""The tab bar: the last choice stays, however late the answers are."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from mlp.page.tabs.registry import TABS
from tests.browser.screens import PHONE
from tests.browser.sight import at_rest, button, part, tab

# The server's messages arrive as late as from a busy, distant server.
LATE = """
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, hear, ...rest) {
  const late = (event) => setTimeout(() => hear.call(this, event), 500);
  return listen.call(this, type, type === "message" ? late : hear, ...rest);
};
"""
WATCH = """(bar) => {
  const open = () => bar.querySelector('[aria-checked="true"]').textContent;
  window.opened = [open()];
  new MutationObserver(() => { if (open() !== window.opened.at(-1)) window.opened.push(open()); })
    .observe(bar, { subtree: true, attributes: true });
}"""


def test_second_of_two_quick_tab_choices_stays(open_page: Callable[..., Page]):
    page = open_page("?epochs=100&batch_size=8&speed=Normal", prepare=lambda page: page.add_init_script(LATE))
    for playing in (False, True):
        if playing:
            button(page, "train").click()
            expect(part(page, "progress")).to_contain_text("epoch")
            tab(page, "Look inside").click()
            expect(page.get_by_text("Looking at")).to_be_visible()
        expect(tab(page, "Look inside")).to_be_checked()
        part(page, "tab").evaluate(WATCH)
        tab(page, "Mine").click()
        tab(page, "Lab").click()
        expect(part(page, "tab-lab")).to_be_visible()
        expect(page.get_by_text("Several at once")).to_have_count(0)
        at_rest(page)  # all messages have arrived
        expect(part(page, "tab-lab")).to_be_visible()
        assert page.evaluate("window.opened") == ["Look inside", "Mine", "Lab"]
        expect(page).to_have_url(re.compile("tab=Lab"))
    button(page, "pause").click()  # otherwise it would train during the next tests
    expect(part(page, "progress")).to_contain_text("paused")


def test_all_tabs_fit_on_a_phone(open_page: Callable[..., Page]):
    phone = open_page(**PHONE)
    part(phone, "tab").scroll_into_view_if_needed()
    for name in TABS:
        expect(tab(phone, name)).to_be_in_viewport(ratio=1)
