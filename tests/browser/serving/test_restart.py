"""The server is ended or killed, and restarted: runs and drawings return in the same browsers."""

import signal
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from mlp.jobs.record import parse_record
from tests.browser.server import END_S, free_port, serve
from tests.browser.sight import TRAINED_MS, answer, button, eventually, part, step_of, write

LONG_RUN = "?speed=Full&epochs=100&hidden_layers=1&width_1=512&batch_size=8"


def steps_written(folder: Path) -> list[int]:
    """Return the saved steps of all runs, in order, while a server may save the next."""
    runs = [parse_record(path.read_bytes().partition(b"\n")[2]).run for path in folder.glob("*/*.run.safetensors")]
    return sorted(run.step for run in runs)


def test_run_and_drawing_survive_a_restart(new_browser: Callable[..., Page], tmp_path: Path):
    trains, draws = new_browser(), new_browser()
    kept, port = tmp_path / "kept", free_port()
    env = {"MLP_CHECKPOINTS": str(kept)}
    with serve(tmp_path / "first.log", env, port) as server:
        trains.goto(f"{server.url}/{LONG_RUN}")
        write(trains, 7)
        draws.goto(server.url)
        write(draws, 3, saved=True)
        draws.goto("about:blank")
        button(trains, "train").click()
        eventually(trains, lambda: step_of(trains) > 0)
    (ended,) = steps_written(kept)  # at the end of the server
    assert ended > 0

    with serve(tmp_path / "second.log", env, port) as server:
        # A page that stays open continues by itself.
        eventually(trains, lambda: step_of(trains) > ended)
        expect(trains.locator(".ink-reader")).to_contain_text("Reading with 1 · ")
        # A visitor with only a drawing gets its answer again.
        draws.goto(server.url)
        expect(answer(draws)).to_contain_text("3")


def test_large_recipes_stand_at_their_step_after_a_killed_server(new_browser: Callable[..., Page], tmp_path: Path):
    kept, port = tmp_path / "kept", free_port()
    env = {"MLP_CHECKPOINTS": str(kept), "MLP_DATA_DIR": ""}  # all of MNIST, which is in the package
    paused: list[tuple[Page, int]] = []
    with serve(tmp_path / "first.log", env, port) as server:
        for name in ("article", "handwriting"):  # tests/page/test_kept.py goes through all recipes, but smaller
            page = new_browser()
            page.goto(f"{server.url}/?speed=Slow")  # so that none ends before it is paused
            button(page, f"recipe_{name.replace('-', '_')}").click()
            eventually(page, lambda page=page: step_of(page) > 0, TRAINED_MS)
            button(page, "pause").click()
            expect(part(page, "progress")).to_contain_text("paused")
            paused.append((page, step_of(page)))
        steps = sorted(step for _, step in paused)
        eventually(page, lambda: steps_written(kept) == steps)
        for page, _ in paused:
            page.goto("about:blank")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(END_S)

    with serve(tmp_path / "second.log", env, port) as server:
        for page, step in paused:
            page.goto(server.url)
            expect(part(page, "progress")).to_contain_text(f"step {step:,} of")
            expect(page.locator(".ink-reader")).to_contain_text("Reading with 1 · ")
            page.close()
