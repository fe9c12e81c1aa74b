"""The server is ended or killed, and restarted: runs and drawings continue in the same browsers."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from mlp.jobs.record import parse_record
from tests.browser.digits import DIGITS
from tests.browser.pen import draw, fit
from tests.browser.server import free_port, serve
from tests.browser.sight import answer, button, eventually, part

LONG_RUN = "?speed=Full&epochs=100&hidden_layers=1&width_1=512&batch_size=8"


def step_shown(page: Page) -> int:
    found = re.search(r"step ([\d,]+)", part(page, "progress").inner_text())
    return int(found[1].replace(",", "")) if found else 0


def step_written(folder: Path) -> int:
    """Return the saved step of the only run, while a server may save the next."""
    for path in folder.glob("*/*.run.safetensors"):
        return parse_record(path.read_bytes().partition(b"\n")[2]).run.step
    return 0


def test_runs_and_drawings_survive_ended_and_killed_servers(new_browser: Callable[..., Page], tmp_path: Path):
    trains, draws = new_browser(), new_browser()
    kept, port = tmp_path / "kept", free_port()
    env = {"MLP_CHECKPOINTS": str(kept)}
    with serve(tmp_path / "first.log", env, port) as server:
        trains.goto(f"{server.url}/{LONG_RUN}")
        draw(trains, fit(DIGITS[7]))
        expect(answer(trains)).to_contain_text("7")
        draws.goto(server.url)
        draw(draws, fit(DIGITS[3]))
        expect(answer(draws)).to_contain_text("3")
        expect(part(draws, "correction")).to_be_visible()  # the script has the drawing, not only the live channel
        draws.goto("about:blank")
        button(trains, "train").click()
        eventually(trains, lambda: step_shown(trains) > 0)
    ended = step_written(kept)  # at the end of the server
    assert ended > 0

    with serve(tmp_path / "second.log", env, port) as server:
        # A page that stays open continues by itself.
        eventually(trains, lambda: step_shown(trains) > ended)
        expect(trains.locator(".ink-reader")).to_contain_text("Reading with your run")
        # A visitor with only a drawing gets its answer again.
        draws.goto(server.url)
        expect(answer(draws)).to_contain_text("3")
        draws.close()
        eventually(trains, lambda: step_written(kept) > ended)
        trains.goto("about:blank")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    killed = step_written(kept)

    with serve(tmp_path / "third.log", env, port) as server:
        trains.goto(f"{server.url}/{LONG_RUN}")
        eventually(trains, lambda: step_shown(trains) > killed)
        button(trains, "pause").click()
        expect(part(trains, "progress")).to_contain_text("paused")
