"""Data sets in a browser: one that the server offers, kept through ``kill -9`` and taken home, and a visitor's own."""

import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.server import END_S, free_port, serve
from tests.browser.sight import TRAINED_MS, answer, button, eventually, part, step_of
from tests.sample_shapes import LICENSE, NAMES, TITLE, shapes_data, shapes_file

READ = """(images) => images.map((image) => {
  const { chances } = inkling.read(inkling.network, Float32Array.from(image, (level) => level / 255));
  return chances.indexOf(Math.max(...chances));
})"""
"""The classes that a page taken home reads in images."""


def test_offered_data_set_is_trained_read_kept_and_taken_home(new_browser: Callable[..., Page], tmp_path: Path):
    (tmp_path / "sets").mkdir()
    (tmp_path / "sets" / f"{TITLE}.npz").write_bytes(shapes_file())
    env = {"MLP_DATA_SETS": str(tmp_path / "sets"), "MLP_CHECKPOINTS": str(tmp_path / "kept")}
    page, port = new_browser(), free_port()
    with serve(tmp_path / "first.log", env, port) as server:
        page.goto(f"{server.url}/?tab=Data+sets&speed=Slow&epochs=100&batch_size=8&hidden_layers=1&width_1=16")
        button(page, "data_set_train_0").click()
        eventually(page, lambda: step_of(page) > 0, TRAINED_MS)
        button(page, "pause").click()
        expect(part(page, "progress")).to_contain_text(f"on {TITLE}")
        expect(part(page, "bars").locator("b")).to_have_text(NAMES)
        button(page, "give_one").click()
        expect(answer(page)).to_contain_text("sure")
        expect(part(page, "reads")).to_contain_text("test image no.")
        step = step_of(page)
        eventually(page, lambda: any((tmp_path / "kept").glob("*/*.run.safetensors")))
        page.goto("about:blank")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(END_S)

    with serve(tmp_path / "second.log", env, port) as server:
        page.goto(f"{server.url}/?tab=Mistakes&speed=Full")
        expect(part(page, "progress")).to_contain_text(f"step {step:,} of")
        expect(part(page, "bars").locator("b")).to_have_text(NAMES)
        expect(page.get_by_role("button", name=f"truth {NAMES[0]}, answer {NAMES[0]}")).to_be_visible()
        button(page, "pause").click()
        expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
        page.goto(f"{server.url}/?tab=Runs")
        with page.expect_download() as download:
            part(page, "home_out").get_by_role("link").first.click()
        home = tmp_path / "home.html"
        download.value.save_as(home)

    page.goto(home.as_uri())
    expect(page.locator("body")).to_contain_text(f"It has learned {TITLE}: {LICENSE}")
    data = shapes_data().test
    read = page.evaluate(READ, data.images.tolist())
    assert sum(map(int.__eq__, read, data.labels.tolist())) > 0.6 * len(data)


def test_uploaded_data_set_is_taken_trained_on_and_kept(new_browser: Callable[..., Page], tmp_path: Path):
    file, port = tmp_path / "Four kinds.npz", free_port()
    pixels = np.random.default_rng(0).integers(0, 255, (4000, 784), np.uint8)
    pixels[:, 8:] = 0
    pixels[np.arange(4000), 100 + 150 * (np.arange(4000) % 4)] = 255
    np.savez_compressed(file, images=pixels, labels=np.arange(4000) % 4, names=np.array(["Ap", "Bo", "Cu", "Di"]))
    env = {"MLP_CHECKPOINTS": str(tmp_path / "kept")}
    page = new_browser()
    with serve(tmp_path / "first.log", env, port) as server:
        page.goto(f"{server.url}/?tab=Data+sets&epochs=1")
        page.locator(".st-key-data_set_in input[type=file]").set_input_files(file)
        expect(part(page, "sections")).to_contain_text("4,000 images of Ap, Bo, Cu and Di.")
        button(page, "data_set_train_0").click()
        expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
        eventually(page, lambda: any((tmp_path / "kept").glob("*/*.run.safetensors")))
        page.goto("about:blank")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(END_S)

    with serve(tmp_path / "second.log", env, port) as server:
        page.goto(f"{server.url}/?tab=Data+sets")
        expect(part(page, "progress")).to_contain_text("done after")
        button(page, "data_set_remove_0").click()
        expect(part(page, "sections")).to_contain_text("Runs learned from it: 1 · Four kinds.")
        button(page, "give_one").click()
        expect(answer(page)).to_contain_text("sure")
    assert len(list((tmp_path / "kept" / "sets").iterdir())) == 1
