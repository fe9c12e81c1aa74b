"""The lab: each experiment opens by its link, for every network, and can be hidden."""

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.analysis.lab.guess_comparison import POINTS
from tests.page.sight import at_rest, draw, eventually, tab_of, text, visitor_of
from tests.sample_digits import sample


def component(page: AppTest, key: str) -> Any:
    """Return the data of a component on the page."""
    return next(json.loads(one.proto.json) for one in page.get("bidi_component") if one.key == key)


def test_damage_is_described_and_undone(open_page: Callable[..., AppTest]):
    page = open_page(lab="damage")
    page.segmented_control(key="network").set_value("article").run()
    assert "403 kB whole: 403 kB" in text(page, "lab_damage")
    page.slider(key="lab_pruned").set_value(100).run()
    assert "Weights left 0 of 100,400" in text(page, "lab_damage")
    page.session_state["lab_off"] = ((0, 3), (9, 9))
    page.run()
    assert "1 neuron off: " in text(page, "lab_damage")
    page.button(key="lab_heal").click().run()
    assert "Weights left 100,400 of 100,400" in text(page, "lab_damage")


def test_large_enough_change_turns_the_answer(open_page: Callable[..., AppTest]):
    page = open_page(lab="fool")
    page.segmented_control(key="network").set_value("article").run()
    page.slider(key="lab_size").set_value(0.0).run()
    assert "the answer stays the same" in text(page, "lab_fool")
    page.slider(key="lab_size").set_value(0.3).run()
    assert "turns into" in text(page, "lab_fool")
    page.selectbox(key="lab_target").set_value("0").run()
    assert "It already reads a 0" in text(page, "lab_fool")


def test_wish_is_followed_on_the_engine_to_its_end(open_page: Callable[..., AppTest]):
    page = open_page(lab="wish")
    page.segmented_control(key="network").set_value("article").run()
    page.number_input(key="lab_wish_neuron").set_value(3).run()
    page.button(key="lab_ask").click().run()
    eventually(lambda: not tab_of(page).work[1].running)
    assert "The network reads a 3 in it" in text(page.run(), "lab_wish")
    assert "Its sum after 200 steps" in text(page, "lab_wish")


def test_map_dot_shows_its_digit_and_a_drawing_its_neighbors(open_page: Callable[..., AppTest]):
    page = draw(open_page(lab="map"), 4)
    page.segmented_control(key="network").set_value("article").run()
    shown = component(page, "lab_dots")
    image = Image.open(io.BytesIO(base64.b64decode(re.findall(r"data:image/png;base64,([^\"]+)", shown)[0])))
    assert set(np.unique(np.asarray(image))) == set(range(11))  # paper, and ten colors
    assert shown.count('class="mine"') == 1
    assert str(component(page, "gallery")).count("a 4, read as 4") >= 3
    assert 'class="chosen"' not in shown
    page.session_state["lab_dot"] = 3
    page.run()
    assert 'class="chosen"' in component(page, "lab_dots")
    assert f"a {sample().test.labels[3]} read as" in text(page, "lab_map")
    page.button(key="lab_look_inside").click().run()
    assert page.segmented_control(key="tab").value == "Look inside"


def test_page_answers_as_at_a_saved_step_and_continues_from_it(open_page: Callable[..., AppTest]):
    page = open_page(lab="rewind", epochs="1")
    assert "You can only rewind your own run" in text(page, "lab_rewind")
    page.button(key="train").click().run()
    job = visitor_of(page).job
    eventually(lambda: job.snapshot().finished)
    draw(page, 4)
    page.select_slider(key="lab_moment").set_value(3).run()
    assert "Reading with your run, back at step 3" in text(page)
    assert "step 3 of 125, epoch 0.02" in text(page, "lab_rewind")
    page.number_input(key="lab_step_3").set_value(11).run()
    page.button(key="lab_replay").click().run()
    eventually(lambda: not tab_of(page).work[1].running)
    page.run()
    assert "back at step 11" in text(page)
    page.button(key="lab_go_on").click().run()
    other = visitor_of(page).job
    assert (other is job, other.snapshot().step, other.playing) == (False, 11, False)
    assert "back at step" not in text(page)
    other.play()
    eventually(lambda: other.snapshot().finished)
    assert (other.snapshot().network.values == job.snapshot().network.values).all()


@pytest.mark.parametrize("by_link", [True, False], ids=["link", "button"])
def test_guess_is_drawn_on_the_card_under_the_real_curve(open_page: Callable[..., AppTest], by_link: bool):
    if by_link:
        page = open_page(lab="guess", epochs="1")
    else:
        page = open_page(epochs="1")
        page.button(key="guess_first").click().run()
    assert not any(one.key == "guess_first" for one in page.button)
    assert page.segmented_control(key="tab").value == "Look inside"
    shown = component(page, "lab_axes")
    assert isinstance(shown, dict)
    assert (shown["heights"], shown["epochs"], shown["points"]) == ([], 1, POINTS)
    assert "Draw your guess in the empty chart" in text(page, "lab_guess")
    page.session_state["lab_guess_drawn"] = (0.1, *[0.9] * (POINTS - 1))  # far too quick
    page.run()
    assert "Your guess: 90% early, 90% on the way, 90% at the end" in component(page, "lab_axes")["description"]
    page.button(key="train").click().run()
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    page.run()
    assert not [one for one in page.get("bidi_component") if one.key == "lab_axes"]
    assert "Your guess, dashed. On average" in text(page, "note")
    assert "Early it was " in text(page, "note")
    page.button(key="lab_guess_again").click().run()
    assert component(page, "lab_axes")["heights"] == []
    page.button(key="lab_guess_end").click().run()
    assert "Your guess" not in text(page, "note")
    assert not [one for one in page.get("bidi_component") if one.key == "lab_axes"]
    assert page.button(key="guess_first")


def test_valley_of_a_run_is_measured_on_the_engine(open_page: Callable[..., AppTest]):
    page = open_page(lab="valley", epochs="1", hidden_layers="1", width_1="8")
    assert "only your own run has one" in text(page, "lab_valley")
    page.button(key="step").click().run()
    at_rest(page)
    assert page.button(key="lab_measure").disabled
    assert "Your run has only just begun" in text(page, "lab_valley")
    page.button(key="train").click().run()
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    page.run().button(key="lab_measure").click().run()
    eventually(lambda: not tab_of(page).work[1].running)
    assert tab_of(page).work[1].work.progress == 1
    assert "Lowest loss on the plane" in text(page.run(), "lab_valley")
