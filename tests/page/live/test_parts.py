"""Scripts draw the same as the live channel sends, and browsers request scripts when needed."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.draw.networks import pretrained
from mlp.page.draw.reading import NETWORK
from mlp.page.live.live_page import opened_page
from mlp.page.style.plots import HIGHEST, QUANTITIES, UNITS
from mlp.page.train.moving import View, run_parts
from mlp.page.visitors import runs
from mlp.page.visitors.analysis_budget import LastResult
from mlp.page.visitors.runs import RUN
from mlp.page.visitors.visitor import Visitor
from mlp.training.settings import Settings
from tests.jobs.sweeps import sweep_over
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import WILD, at_rest, eventually, finished, markup, page_of, visitor_of


def outdated(page: AppTest) -> list[str]:
    """Return the keys of the parts that the browser would ask for."""
    return [key for key, _, _ in page_of(page).parts(["page"])["outdated"]]


def test_sweep_moves_on_the_train_card_without_scripts(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
):
    engine = ManualEngine()
    monkeypatch.setattr(runs, "engine", lambda: engine)
    page = open_page(tab="Runs")
    page.button(key="sweep_start").click().run()
    sweep, live = visitor_of(page).sweep, page_of(page)
    for _ in sweep.jobs:
        engine.answer(max_steps=1)
    parts = live.parts(["run"])
    colors = [line["color"] for line in parts["plot.accuracy"]["lines"]]
    assert len(colors) == 3 * len(sweep.jobs)
    assert all(f"color:var(--{color})" in markup(page) for color in colors)
    sweep.pause()
    assert "paused" in live.parts(["run"])["html.progress"]


def test_card_stays_with_the_run_that_answers_when_another_tab_begins_one(open_page: Callable[..., AppTest]):
    first = finished(open_page(epochs=1, images=300).button(key="train").click().run())
    twin = open_page(visitor=first)
    finished(first.button(key="train").click().run())
    assert "1 · " in page_of(twin).parts(["run"])["html.progress"]
    twin.run()
    assert "1 · " in page_of(twin).parts(["run"])["html.progress"]


def test_charts_sent_last_show_six_runs_to_their_different_ends_and_what_was_measured_at_a_pause():
    engine, visitor = ManualEngine(), Visitor("v" * 32)
    visitor.sweep = sweep_over(Settings(images=100, hidden=(4,)), "epochs", range(1, 7), engine)
    view = View("pretrained", pretrained("pretrained"), "Full", 6, None, False, LastResult(), (0, 0))
    visitor.shows_sweep, sent = True, {}
    visitor.sweep.play()
    for n_slices in (8, 100):
        for _ in range(n_slices):
            if engine.calls:
                engine.answer(max_steps=3, evaluate_at_end=False)
                sent |= run_parts(visitor, view, opened_page())
        visitor.sweep.pause()
        while engine.calls:
            engine.answer()
            sent |= run_parts(visitor, view, opened_page())
        for quantity in QUANTITIES:
            ends = [sum(line["x"]) / UNITS for line in sent[f"plot.{quantity}"]["lines"]]
            for trial in visitor.sweep.trials():
                curves = trial.snapshot.history.curves(quantity)
                assert [ends.pop(0) for _ in curves] == pytest.approx([curve.x[-1] for curve in curves], abs=1e-5)
        visitor.sweep.play()


def test_browser_requests_a_script_when_the_page_is_outdated(page: AppTest, open_page: Callable[..., AppTest]):
    twin = open_page(visitor=page)
    draws = [lambda each=each: page_of(each).parts(["page"])["draw"] for each in (page, twin)]
    assert [wanted() for wanted in draws] == [None, None]
    page.button(key="step").click().run()
    visitor = visitor_of(page)
    eventually(lambda: not visitor.job.snapshot().busy)
    page.run()
    assert draws[0]() is None
    assert draws[1]() is not None
    twin.run()
    assert draws[1]() is None
    visitor.add_notice("There is news.")
    assert draws[0]() is not None
    page.run()
    assert "There is news" in " ".join(warning.value for warning in page.warning)
    assert draws[0]() is None


def test_parts_are_outdated_once_the_run_that_answers_has_gone_on(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    for event in (RUN, NETWORK):
        monkeypatch.setattr(event, "every_s", 0.0)
    page.button(key="step").click().run()
    at_rest(page)
    assert outdated(page) == []
    visitor_of(page).job.step()
    eventually(lambda: visitor_of(page).job.snapshot().step == 2)
    page_of(page).parts(["reading"])
    assert outdated(page) == ["experiment"]
    assert outdated(page.run()) == []
    page.segmented_control(key="network").set_value("pretrained").run()
    visitor_of(page).job.step()
    eventually(lambda: visitor_of(page).job.snapshot().step == 3)
    page_of(page).parts(["reading"])
    assert outdated(page) == []


def test_lines_of_a_run_that_blew_up_are_json(open_page: Callable[..., AppTest]):
    page = open_page(**WILD)
    at_rest(page.button(key="step").click().run())
    twin = open_page(visitor=page)  # in which no script draws the end
    page.button(key="pause").click().run()
    job = visitor_of(page).job
    eventually(lambda: not (job.playing or job.snapshot().busy))
    parts = page_of(twin).parts(["run"])
    assert json.dumps(parts, allow_nan=False)
    for line in parts["plot.loss"]["lines"]:
        assert np.abs(np.cumsum([0, *line["y"]], dtype=float)).max() <= HIGHEST * UNITS
