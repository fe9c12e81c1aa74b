"""A server without descriptors for another tab shows a notice, and admits visitors when it has some again."""

import os
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from mlp.page.server.tab_limit import reserve
from tests.browser.server import Server
from tests.browser.sight import at_rest

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="the limits of another process cannot be changed here"
)


@contextmanager
def few_descriptors(server: Server, spare: int):
    """Limit the server's descriptors, beyond those reserved for workers and files."""
    pid = server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    n_open = len(os.listdir(f"/proc/{pid}/fd"))
    limit = next(limit for limit in range(n_open, 10_000) if limit - reserve(limit) >= n_open + spare)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def test_visitor_of_a_full_server_sees_a_notice_and_gets_in_later(
    page: Page, server: Server, console_errors: list[str]
):
    expect(page.locator(".st-key-train button")).to_be_visible()
    at_rest(page)  # otherwise the page's remaining requests would be refused too
    with few_descriptors(server, spare=0):
        page.reload()
        expect(page.get_by_text("Inkling is full at the moment")).to_be_visible()
        expect(page.get_by_text("tries again every")).to_be_visible()
    page.reload()
    expect(page.locator(".st-key-train button")).to_be_visible()
    assert all("503" in error for error in console_errors)
    console_errors.clear()
