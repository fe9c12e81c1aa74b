"""Own signs beside the canvas: named, drawn thrice each, learned by itself, and meant by everything on the page."""

import base64
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.page.sight import draw, draw_sign, eventually, finished, page_of, text, visitor_of
from tests.page.ways import press


@pytest.fixture
def named_page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with the two signs that it suggests."""
    page = press(open_page(epochs="1"), "your_signs")
    assert ">♥</text>" in shape(page)  # before they are named, too
    assert "Draw ♥ or ★." in text(page, "answer")
    return press(page, "signs_begin")


def keep(page: AppTest, label: int, rng: np.random.Generator) -> AppTest:
    return press(draw_sign(page, "AC"[label], rng), f"sign_{label}")


def shape(page: AppTest) -> str:
    """Return the shape that the empty canvas shows, as SVG; empty for the digit of the style sheet."""
    found = [re.search(r"--invite: url\(.*?base64,(.*?)\) !important", one.proto.body) for one in page.get("html")]
    return "".join(base64.b64decode(one[1]).decode() for one in found if one)


def test_signs_are_learned_by_themselves_once_three_five_and_ten_of_each_are_drawn(named_page: AppTest):
    page, rng = named_page, np.random.default_rng(0)
    visitor = visitor_of(page)
    assert visitor.signs.now.names == ("♥", "★")
    press(page, "step")  # a run of digits, which becomes an earlier one; it closes the drawer
    assert "sign_0" not in [button.key for button in page.button]
    press(page, "your_signs")
    for n in range(3):
        assert visitor.job.snapshot().settings.names[0] == "0"
        for label in (0, 1):
            keep(page, label, rng)
            assert visitor.signs.now.counts == [n + 1, n + label]
    assert visitor.job.snapshot().settings.names == ("♥", "★")
    assert [run.snapshot.settings.names[0] for run in visitor.runs.runs] == ["0"]
    assert "reading bent copy no. " in text(finished(page))
    eventually(lambda: re.search(r"\d of 6 drawings left out read right", text(page.run(), "progress")))
    assert "Draw ♥, then press its name: 2 of ♥ and 2 of ★ to go." in text(page, "collect_foot")
    n_runs = []
    for _ in range(8):
        for label in (0, 1):
            keep(page, label, rng)
        n_runs.append(len(visitor.runs.runs) + 1)
    assert n_runs == [2, 3, 3, 3, 3, 3, 4, 4]  # after five, and after ten
    assert "22 drawings. With more, it reads better." in text(page, "collect_foot")


def test_names_of_signs_stand_between_spaces_or_commas_and_are_two(open_page: Callable[..., AppTest]):
    page = press(open_page(), "your_signs")
    for one in ("left arrow", "♥", ""):
        page.text_input(key="your_signs_names").set_value(one)
        page.button(key="signs_begin").click().run()
        assert [error.value for error in page.error] == ["Type two names, with a comma between: A, B."]
        assert visitor_of(page).signs.now.names == ()
    page.text_input(key="your_signs_names").set_value("♥ ★  👩‍🚀")
    press(page, "signs_begin")
    assert visitor_of(page).signs.now.names == ("♥", "★", "👩‍🚀")
    add = open_page(visitor=page, tab="Your drawings", drawings="signs")
    add.text_input(key="sign_name").set_value("left arrow")
    press(add, "sign_add")
    assert visitor_of(page).signs.now.names[3:] == ("left arrow",)


def test_everything_speaks_of_the_signs_while_they_are_drawn(named_page: AppTest):
    page, rng = named_page, np.random.default_rng(0)
    assert text(page, "answer") == "Nothing drawn yet. Draw ♥ or ★."
    assert ">♥</text>" in shape(page)
    assert re.sub(r"[^♥★0-9]", "", text(page, "bars")) == "♥★"
    assert page_of(page).parts(("scene",))["scene"]["names"] == ["♥", "★"]
    draw(page, 4)
    assert text(page, "answer") == "I don’t know this one. This network has not learned ♥ and ★."
    assert "correction" not in [one.key for one in page.get("button_group")]
    for label in (0, 1, 0, 1):
        keep(page, label, rng)
    press(page, "give_one")
    assert page_of(page).desk.given.image.name[-3:] in ("“♥”", "“★”")
    assert "Draw ♥, then press its name: 1 of ♥ and 1 of ★ to go." in text(page, "collect_foot")
    for label in (0, 1):
        keep(page, label, rng)
    assert "I read it while you draw." in text(page, "answer") or text(page, "answer").endswith(" sure")


def test_digits_and_signs_each_choose_a_network_that_reads_them(named_page: AppTest):
    page, rng = named_page, np.random.default_rng(0)
    for _ in range(3):
        for label in (0, 1):
            keep(page, label, rng)
    finished(page)
    press(page, "your_signs")  # digits
    assert page.segmented_control(key="network").value == "pretrained"
    assert "Draw a digit." in text(page, "answer")
    press(page, "give_one")
    assert page_of(page).desk.given.image.name.startswith("test digit")
    press(page, "your_signs")  # signs
    assert page.segmented_control(key="network").value == "run-1"
    assert "Draw ♥ or ★." in text(page, "answer")
    page.segmented_control(key="network").set_value("article").run()
    assert page.button(key="your_signs").label == "Your signs"
    page.segmented_control(key="network").set_value("run-1").run()
    assert page.button(key="your_signs").label == "Digits"
