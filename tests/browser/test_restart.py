"""The server is ended and started anew: the run that was on goes on, in the same browser."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mlp.jobs.record import parse_record
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.screens import DESKTOP
from tests.browser.server import free_port, serve
from tests.browser.sight import PATIENCE_MS

LONG_RUN = "?epochs=100&hidden_layers=1&width_1=512&batch_size=8"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page whose console may complain: its server goes away."""
    context = browser.new_context(**DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page()
    context.close()


def step_shown(page: Page) -> int:
    found = re.search(r"step ([\d,]+)", page.locator(".st-key-progress").inner_text())
    return int(found[1].replace(",", "")) if found else 0


def wait_until(page: Page, condition) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, page.locator(".st-key-progress").inner_text()
        page.wait_for_timeout(100)


def test_a_page_that_stays_open_goes_on_with_its_run_when_the_server_is_back(visitor: Page, tmp_path: Path):
    kept, port = {"MLP_CHECKPOINTS": str(tmp_path / "kept")}, free_port()
    with serve(tmp_path / "first.log", kept, port) as server:
        visitor.goto(f"{server.url}/{LONG_RUN}")
        draw(visitor, fit(DIGITS[7]))
        expect(visitor.locator(".st-key-answer")).to_contain_text("7")
        visitor.locator(".st-key-train button").click()
        wait_until(visitor, lambda: step_shown(visitor) > 0)
    (path,) = (tmp_path / "kept").glob("*.run.safetensors")  # written as the server ended
    step = parse_record(path.read_bytes()).run.step
    assert step > 0
    with serve(tmp_path / "second.log", kept, port):
        wait_until(visitor, lambda: step_shown(visitor) > step)
        expect(visitor.get_by_text("Reading with your run")).to_be_visible()


def test_a_drawing_alone_is_read_again_when_the_server_was_started_anew(visitor: Page, tmp_path: Path):
    kept, port = {"MLP_CHECKPOINTS": str(tmp_path / "kept")}, free_port()
    with serve(tmp_path / "first.log", kept, port) as server:
        visitor.goto(server.url)
        draw(visitor, fit(DIGITS[7]))
        expect(visitor.locator(".st-key-answer")).to_contain_text("7")
    with serve(tmp_path / "second.log", kept, port) as server:
        visitor.goto(server.url)
        expect(visitor.locator(".st-key-answer")).to_contain_text("7")


def test_a_run_goes_on_from_its_last_checkpoint_when_the_server_was_killed(visitor: Page, tmp_path: Path):
    kept, port = {"MLP_CHECKPOINTS": str(tmp_path / "kept")}, free_port()
    with serve(tmp_path / "first.log", kept, port) as server:
        visitor.goto(f"{server.url}/{LONG_RUN}")
        visitor.locator(".st-key-train button").click()
        wait_until(visitor, lambda: list((tmp_path / "kept").glob("*.run.safetensors")))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    (path,) = (tmp_path / "kept").glob("*.run.safetensors")
    step = parse_record(path.read_bytes()).run.step
    with serve(tmp_path / "second.log", kept, port) as server:
        visitor.goto(f"{server.url}/{LONG_RUN}")
        wait_until(visitor, lambda: step_shown(visitor) > step)
        visitor.locator(".st-key-pause button").click()
        expect(visitor.locator(".st-key-progress")).to_contain_text("paused")
