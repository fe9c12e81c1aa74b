"""Training on the page: the buttons, the texts about a run, and failures."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.jobs.earlier_runs import EarlierRuns
from mlp.jobs.workers.engine import NO_WORKER, Engine
from mlp.page.train import card
from mlp.page.visitors import runs
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.settings import Settings
from tests.jobs.workers.fake_workers import InThread
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import WILD, at_rest, eventually, text, visitor_of
from tests.page.ways import press


def test_non_finite_loss_stops_the_run_with_advice(open_page: Callable[..., AppTest]):
    page = open_page(**WILD)
    press(page, "train")
    job = visitor_of(page).job
    eventually(lambda: not job.snapshot().playing)
    at_rest(page)

    now = job.snapshot()
    assert now.diverged
    assert np.isfinite(now.network.values).all()
    hint = text(page, "hint_diverged")
    assert f"no longer a finite number at step {now.diverged:,}" in hint
    assert f"The network from step {now.step:,} is kept" in hint
    assert (
        page.button(key="remedy_diverged").label == "Try learning rate 0.0005"
    )  # the usual one of this momentum and batch
    assert page.button(key="pause").disabled
    assert page.button(key="step").disabled
    assert text(page, "answer").startswith("It blew up")
    assert "%" not in text(page, "bars")

    # Another learning rate can be chosen and trained with.
    page.select_slider(key="learning_rate").set_value(0.1).run()
    press(page, "train")
    assert not page.error
    assert visitor_of(page).job.snapshot().learning_rate == 0.1


def test_run_waits_with_a_notice_while_no_worker_starts(page: AppTest, monkeypatch: pytest.MonkeyPatch):
    full = True

    def new_worker() -> InThread:
        if full:
            raise OSError("no more processes")
        return InThread()

    other = Engine(new_worker, width=1)
    monkeypatch.setattr(runs, "engine", lambda: other)
    press(page, "train")
    job = visitor_of(page).job
    eventually(lambda: job.snapshot().waits)
    assert NO_WORKER in text(page.run(), "progress")
    assert not page.error
    assert page.button(key="pause").label == "Pause"
    full = False
    eventually(lambda: job.snapshot().step)
    assert NO_WORKER not in text(page.run(), "progress")
    other.close()


def test_scripts_that_press_train_at_once_leave_one_run(monkeypatch: pytest.MonkeyPatch):
    """A script run may start before the previous one has ended, and a visitor may have two tabs."""
    engine, visitor, both_begin = ManualEngine(), Visitor("two at once"), threading.Barrier(2)
    visitor.runs.begin(chosen_mnist())  # the first run would start slowly
    begin = EarlierRuns.begin

    def begin_together(earlier: EarlierRuns, *data: Any) -> int:
        with suppress(threading.BrokenBarrierError):
            both_begin.wait(0.3)  # longer than it takes if nothing prevents it
        return begin(earlier, *data)

    monkeypatch.setattr(runs, "engine", lambda: engine)
    monkeypatch.setattr(EarlierRuns, "begin", begin_together)
    with ThreadPoolExecutor(2) as scripts:
        list(scripts.map(card.train, [visitor] * 2))
    assert len([future for future, *_ in engine.calls if not future.cancelled()]) == 1


def test_every_new_sweep_changes_the_state_that_scripts_draw(monkeypatch: pytest.MonkeyPatch):
    """A hidden tab may have seen none of the sweeps since, and a new one may have the address of a freed one."""
    engine, visitor = ManualEngine(), Visitor("sweeps")
    monkeypatch.setattr(runs, "engine", lambda: engine)
    trials, states = [(Settings(hidden=(8,)), chosen_mnist())] * 2, set()
    for _ in range(60):
        runs.begin_sweep(visitor, trials, labels=["one", "other"], refusal=Refusal("sweep"))
        engine.calls.clear()  # they would keep the jobs
        states.add(card.script_state(visitor))
    assert len(states) == 60
