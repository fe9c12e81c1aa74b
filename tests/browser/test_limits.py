"""A browser test that takes too long fails where it waits, and the next one has the same browser."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import limited


def test_script_that_never_ends_fails_its_test(browser: Browser, request: pytest.FixtureRequest):
    page = browser.new_page()
    limits = limited(request.node, 0.5)
    next(limits)
    with pytest.raises(pytest.fail.Exception, match=r"longer than 0\.5 s"):
        page.evaluate("new Promise(() => {})")
    limits.close()
    assert page.evaluate("1 + 1") == 2
    page.close()
