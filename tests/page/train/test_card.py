"""Training on the page: the buttons, the texts about a run, and failures."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.jobs.workers.engine import NO_WORKER, Engine
from mlp.page.train import card
from mlp.page.visitors import runs
from mlp.page.visitors.visitor import Visitor
from tests.jobs.manual_engine import ManualEngine
from tests.jobs.workers.fake_workers import InThread
from tests.page.sight import at_rest, chart, eventually, text, visitor_of


def press(page: AppTest, key: str) -> AppTest:
    return page.button(key=key).click().run()


def curves(page: AppTest) -> list[str]:
    return [json.dumps(chart(page, name)["lines"]) for name in ("loss", "accuracy")]


def test_run_continues_to_its_end(open_page: Callable[..., AppTest]):
    page = press(open_page(images="100", epochs="2", batch_size="8"), "train")
    eventually(lambda: visitor_of(page).job.snapshot().finished)
    page.run()
    assert "epoch 2 of 2 · step 26 of 26 · done after" in text(page, "progress")
    assert "on MNIST sample" in text(page, "progress")
    assert "Its weights" not in text(page, "curves")
    assert chart(page, "loss")["alt"].startswith("Loss of the minibatches falls from 2")
    assert page.button(key="pause").disabled
    assert page.button(key="step").disabled
    assert not page.button(key="train").disabled


def test_non_finite_loss_stops_the_run_with_advice(open_page: Callable[..., AppTest]):
    page = open_page(
        learning_rate="1", momentum="0.99", weight_decay="0.01", initialization="he", images="300", batch_size="8"
    )
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
    assert page.button(key="answer_remedy").label == "Try learning rate 0.0005"

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


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns after each few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Handover:
    """A lock after whose release the other threads go on first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        time.sleep(0.001)


@pytest.mark.usefixtures("hasty_threads")
def test_scripts_that_press_train_at_once_leave_one_run(monkeypatch: pytest.MonkeyPatch):
    """A script run may start before the previous one has ended, and a visitor may have two tabs."""
    engine, visitor = ManualEngine(), Visitor("several at once", lock=Handover())  # type: ignore[arg-type]
    monkeypatch.setattr(runs, "engine", lambda: engine)
    with ThreadPoolExecutor(4) as scripts:
        for n_presses in range(0, 200, 4):
            list(scripts.map(card.train, [visitor] * 4))
            playing = [future for future, *_ in engine.calls if not future.cancelled()]
            assert len(playing) == 1, f"after {n_presses + 4} presses"
            assert visitor.job is not None
            visitor.job.pause()
            assert playing[0].cancelled()
            engine.calls.clear()
