"""A browser test that takes too long fails where it waits, and the next one has the same browser."""

import pytest
from playwright.sync_api import Browser

from tests.conftest import LIMIT


def test_script_that_never_ends_fails_its_test(browser: Browser, request: pytest.FixtureRequest):
    page, limit = browser.new_page(), request.node.stash[LIMIT]
    request.node.ihook.pytest_timeout_set_timer(item=request.node, settings=limit._replace(timeout=0.5))
    with pytest.raises(pytest.fail.Exception, match=r"Timeout \(>0\.5s\)"):
        page.evaluate("new Promise(() => {})")
    request.node.ihook.pytest_timeout_set_timer(item=request.node, settings=limit)
    assert page.evaluate("1 + 1") == 2
    page.close()
