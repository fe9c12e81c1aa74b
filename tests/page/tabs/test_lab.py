"""The lab: what its experiments say of a network, and where they lead."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.tabs.lab import fool
from tests.page.sight import at_rest, component, draw, eventually, finished, page_of, text, visitor_of
from tests.sample_digits import sample


def test_large_enough_change_turns_the_answer(open_page: Callable[..., AppTest]):
    page = open_page(lab="fool", network="article")
    page.slider(key="lab_size").set_value(0.0).run()
    assert "the answer stays the same" in text(page, "lab_fool")
    page.slider(key="lab_size").set_value(0.3).run()
    assert "turns into" in text(page, "lab_fool")
    page.slider(key="lab_size").set_value(0.5).run()
    found = re.search(r"With at most ([\d.]+)% of full ink in each pixel", text(page, "lab_fool"))
    assert found is not None
    assert float(found[1]) < 50  # the change that was made, not the largest allowed
    page.selectbox(key="lab_target").set_value("0").run()
    assert "It already reads a 0" in text(page, "lab_fool")


def test_network_without_a_gradient_says_that_nothing_can_be_changed(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
):
    silent = MLP([784, 8, 10], rng=np.random.default_rng(0))
    silent.dense_layers[0].bias.value[...] = -1e6  # as a learning rate of 1 leaves it
    chosen = fool.answering
    monkeypatch.setattr(fool, "answering", lambda visitor: replace(chosen(visitor), reader=Reader(silent)))
    page = open_page(lab="fool")
    for size in (0.1, 0.5):
        page.slider(key="lab_size").set_value(size).run()
        assert "the gradient of the answer is 0 at every pixel" in text(page, "lab_fool")
        assert "try a larger change" not in text(page, "lab_fool")


def test_map_dot_shows_its_digit_and_a_drawing_its_neighbors(open_page: Callable[..., AppTest]):
    page = draw(open_page(lab="map", network="article"), 4)
    shown = component(page, "lab_dots")
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
    assert "You can only rewind your newest run" in text(page, "lab_rewind")
    draw(finished(page.button(key="train").click().run()), 4)
    job = visitor_of(page).job
    page.select_slider(key="lab_moment").set_value(3).run()
    assert "Reading with 1 · own settings, back at step 3" in text(page)
    assert "step 3 of 125, epoch 0.02" in text(page, "lab_rewind")
    page.number_input(key="lab_step_3").set_value(11).run()
    page.button(key="lab_replay").click().run()
    eventually(lambda: not page_of(page).work[1].running)
    page.run()
    assert "back at step 11" in text(page)
    page.button(key="lab_go_on").click().run()
    other = visitor_of(page).job
    assert (other is job, other.snapshot().step, other.playing) == (False, 11, False)
    assert "back at step" not in text(page)


def test_valley_of_a_run_is_measured_on_the_engine(open_page: Callable[..., AppTest]):
    page = open_page(lab="valley", epochs="1", hidden_layers="1", width_1="8")
    assert "only your newest run has one" in text(page, "lab_valley")
    page.button(key="step").click().run()
    at_rest(page)
    assert page.button(key="lab_measure").disabled
    assert "Your run has only just begun" in text(page, "lab_valley")
    finished(page.button(key="train").click().run()).button(key="lab_measure").click().run()
    eventually(lambda: not page_of(page).work[1].running)
    assert page_of(page).work[1].work.progress == 1
    assert "Lowest loss on the plane" in text(page.run(), "lab_valley")
