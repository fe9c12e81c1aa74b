"""Pages that tests use in turn: the site recognizes none of the users."""

from typing import Any

import pytest

from tests.browser.contexts import Contexts
from tests.browser.screens import DESKTOP, PHONE
from tests.browser.server import Server

KEEP = "() => { document.cookie = 'a=1; path=/'; localStorage.a = sessionStorage.a = 1 }"
KEPT = "[document.cookie.includes('a=1'), { ...localStorage }, { ...sessionStorage }]"


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_reused_page_keeps_nothing_of_its_last_test(contexts: Contexts, server: Server, screen: dict[str, Any]):
    address = f"{server.url}/_stcore/health"
    page = contexts.take(**screen, color_scheme="dark")
    page.goto(address)
    page.evaluate(KEEP)
    assert page.evaluate(KEPT) == [True, {"a": "1"}, {"a": "1"}]
    contexts.give_back(page.context, server.url)
    again = contexts.take(**screen)
    assert again is page
    assert again.url == "about:blank"
    again.goto(address)
    assert again.evaluate(KEPT) == [False, {}, {}]
    assert not again.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    contexts.give_back(again.context, server.url)


def test_page_with_own_scripts_is_not_reused(contexts: Contexts, server: Server):
    page = contexts.take(**DESKTOP)
    page.add_init_script("window.own = 1")
    contexts.give_back(page.context, server.url, unchanged=False)
    again = contexts.take(**DESKTOP)
    again.goto(f"{server.url}/_stcore/health")
    assert again.evaluate("window.own") is None
    contexts.give_back(again.context, server.url)
