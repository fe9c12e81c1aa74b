"""Own signs, as by a new visitor: the letters A, B and C from three drawings each, on a phone."""

import re
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from mlp import load_model
from mlp.images.drawings.drawing_file import parse_drawings
from tests.browser.pen import Stroke, draw
from tests.browser.screens import PHONE
from tests.browser.sight import TRAINED_MS, answer, button, clear, open_part, part
from tests.images.drawings.sample_drawings import jittered
from tests.page.sight import description_of

NAMES = ("A", "B", "C")
DRAWN = 3


def written(name: str, number: int) -> list[Stroke]:
    """Return a letter as if written by hand, with every fourth of its points; the same for the same number."""
    return [stroke[::4].tolist() for stroke in jittered(name, np.random.default_rng([ord(name), number]))]


def teach_letters(page: Page) -> None:
    """Name the three letters, and draw each three times; the network then learns them by itself, to the end."""
    part(page, "sign_name").get_by_role("textbox").fill(", ".join(NAMES))
    button(page, "sign_add").click()
    expect(button(page, "sign_0")).to_be_visible()
    for label, name in enumerate(NAMES):
        for number in range(DRAWN):
            draw(page, written(name, number), touch=True)
            button(page, f"sign_{label}").click()
            expect(button(page, f"sign_{label}")).to_contain_text(f"{name} · {number + 1}")
            is_last = label == len(NAMES) - 1 and number == DRAWN - 1
            expect(answer(page)).to_contain_text("sure" if is_last else "Nothing drawn yet")  # it reads a given one
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)


def test_learned_letters_are_read_and_named_in_every_part_and_file(open_page: Callable[..., Page], tmp_path: Path):
    page = open_page("?tab=Your+drawings&drawings=signs", **PHONE)
    teach_letters(page)
    for number, name in enumerate(islice(cycle(NAMES), 4), start=100):  # which the network has not seen
        draw(page, written(name, number), touch=True)
        expect(part(page, "answer_side")).to_contain_text(f"Reads {name}, ")
        expect(part(page, "bars").locator("b")).to_have_text(NAMES)
        clear(page)
    with page.expect_download() as download:
        part(page, "drawings_out").get_by_role("link").click()
    kept = parse_drawings(Path(download.value.path()).read_bytes())
    assert kept.names == NAMES
    assert [len(drawing.strokes) for drawing in kept.examples] == [2] * DRAWN + [2] * DRAWN + [1] * DRAWN

    draw(page, written("B", 7), touch=True)
    expect(part(page, "answer_side")).to_contain_text("Reads B, ")
    button(page, "learn_signs").click()
    expect(part(page, "progress")).to_contain_text("done after", timeout=TRAINED_MS)
    expect(page.locator(".ink-strip")).to_contain_text("B")
    network = part(page, "stage_network").get_by_role("button")
    expect(network).to_have_accessible_name(re.compile(r"then 3 answers: A, B and C; it reads [ABC]\."))
    assert [end.get_attribute("data-name") for end in network.locator(".end").all()] == ["A", "B", "C"]
    page.get_by_role("button", name="Share").first.click()
    page.get_by_text("This drawing", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download an animation").click()
    with Image.open(download.value.path()) as picture:
        assert "It reads “B”, " in description_of(picture)
    page.keyboard.press("Escape")

    open_part(page, "Mistakes")
    matrix = part(page, "sections").get_by_role("table").first
    for name in NAMES:
        expect(matrix.get_by_role("rowheader", name=name, exact=True)).to_be_visible()
        expect(matrix.get_by_role("columnheader", name=name, exact=True)).to_be_visible()
    open_part(page, "Lab")
    part(page, "tab-lab").get_by_role("radio", name="Map", exact=True).click()
    expect(part(page, "lab_map").get_by_role("button", name="“B”, read as B").first).to_be_visible()

    open_part(page, "Runs")
    files = {}
    for key in ("report_out", "home_out", "weights_out"):
        with page.expect_download() as download:
            part(page, key).get_by_role("link").click()
        files[key] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[key])
    report = files["report_out"].read_text(encoding="utf-8")
    assert [report.count(f'<th scope="{side}">{name}</th>') for side in ("col", "row") for name in NAMES] == [1] * 6
    assert load_model(files["weights_out"]).names == NAMES
    home = page.context.new_page()
    home.goto(files["home_out"].as_uri())
    expect(home.locator("[id^=bar-] b")).to_have_text(NAMES)
    home.close()
