"""A job on a real engine: slices, pauses and lost workers; and its subscribers, called after each change."""

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from mlp.images.mnist import Dataset
from mlp.jobs import slices
from mlp.jobs.job import Job
from mlp.jobs.workers.call import Hung
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import chosen_mnist
from mlp.training.evaluation import evaluate, training_sample
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.jobs.waiting import wait_until
from tests.jobs.workers.manual_engine import ManualEngine
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16,), epochs=3, images=960, seed=7)


loads = itertools.count(1)  # of the following, in this process


class KillingSample(NamedTuple):
    """The sample. Its second load in a process removes a file from the folder, and kills the process after a step."""

    deadly: str

    def load(self) -> Dataset:
        found = next(Path(self.deadly).iterdir(), None)
        if next(loads) == 2 and found is not None:
            found.unlink()
            looks = itertools.count(1)  # at the clock: when the slice begins, and after each step

            def look() -> float:
                if next(looks) == 2:
                    os.kill(os.getpid(), signal.SIGKILL)
                return time.perf_counter()

            slices.time = SimpleNamespace(perf_counter=look)
        return sample()


@pytest.fixture(scope="module")
def engine():
    engine = Engine(width=1)
    yield engine
    engine.close()


def uninterrupted(settings=SETTINGS):
    run = Run(settings)
    data = sample()
    for _ in steps(run, data.train.images, data.train.labels):
        pass
    return run


def test_pauses_and_single_steps_do_not_change_the_result(engine):
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0.002)
    job.step()
    wait_until(lambda: not job.snapshot().busy)
    assert job.snapshot().step == 1
    job.play()
    wait_until(lambda: job.snapshot().step > 10)
    job.pause()
    wait_until(lambda: not job.snapshot().busy)
    held = job.snapshot().step
    job.step()
    wait_until(lambda: job.snapshot().step == held + 1)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()


@pytest.mark.parametrize("hold", ["pause", "step"])
def test_run_is_measured_where_it_pauses(engine, hold):
    job = Job(Run(replace(SETTINGS, epochs=200)), chosen_mnist(), engine, slice_s=0.05)
    job.play()
    wait_until(lambda: job.snapshot().step > 0)
    getattr(job, hold)()
    wait_until(lambda: not job.snapshot().busy)
    held = job.snapshot()
    validation = sample().validation
    newest = held.history.newest
    assert newest is not None
    assert newest.step == held.step
    assert newest[2:4] == evaluate(held.network, validation.images, validation.labels)
    own = training_sample(held.settings, sample().train, held.settings.images or len(sample().train))
    assert newest[-2:] == evaluate(held.network, own.images, own.labels)
    assert len({measured.step for measured in held.history.evaluations}) == len(held.history.evaluations)


def test_step_requested_while_playing_follows_the_current_slice():
    engine = ManualEngine(starts_calls=True)
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=60)
    job.play()
    job.step()
    engine.answer(max_steps=5)
    assert len(engine.calls) == 1
    engine.answer()
    assert (job.snapshot().step, job.snapshot().playing, job.snapshot().busy) == (6, False, False)
    job.step()
    job.step()
    engine.answer()
    assert not job.wait_for_step(0)
    engine.answer()
    assert job.wait_for_step(0)
    assert (job.snapshot().step, engine.calls) == (8, [])


def test_run_that_waits_for_its_first_turn_says_so(monkeypatch):
    monkeypatch.setattr("mlp.jobs.job.LATE_S", 0.0)
    engine, told = ManualEngine(), threading.Event()
    engine.owners = {"Ben", "Cleo"}
    job = Job(Run(SETTINGS), chosen_mnist(), engine, "Ada", slice_s=60)
    job.play()
    job.subscribe(told.set)
    assert told.wait(60) or job.snapshot().waits
    assert job.snapshot().waits == "2 other visitors train here. This run waits for its turn, and begins by itself."
    engine.owners = {"Ada"}
    assert job.snapshot().waits == "The server is busy, so the first steps take a while."
    engine.answer(max_steps=5)
    assert job.snapshot().waits is None  # from now on, its turns are only shared


def test_workers_killed_during_a_slice_only_delay_it(engine, tmp_path):
    settings = replace(SETTINGS, epochs=60)
    for number in range(2):
        (tmp_path / str(number)).touch()
    job = Job(Run(settings), KillingSample(str(tmp_path)), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().worker_failures == 2
    assert job.snapshot().step == len(job.snapshot().history) == 1800
    assert job.snapshot().network.values.tobytes() == uninterrupted(settings).network.values.tobytes()


class HarmfulSample(NamedTuple):
    """A sample that acts in each process that loads it, except in its creator."""

    act: Callable[[], object]
    maker: int = os.getpid()

    def load(self) -> Dataset:
        if os.getpid() != self.maker:
            self.act()
        return sample()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def take_memory() -> None:
    np.ones(2**40)


def test_run_whose_worker_always_dies_stops_and_others_continue(engine, monkeypatch, caplog):
    monkeypatch.setattr("mlp.jobs.task.MAX_FAILURES", 3)
    failing = Job(Run(SETTINGS), HarmfulSample(die), engine)
    other = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0.002)
    failing.play()
    other.play()
    wait_until(lambda: failing.snapshot().error and other.snapshot().finished)
    assert failing.snapshot().error.startswith("The process that trains this run repeatedly died or hung at step 0")
    assert not failing.snapshot().playing
    assert other.snapshot().worker_failures == 0
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3 + ["ERROR"]


def test_run_stops_after_three_hung_workers_in_a_row(caplog):
    class HangingEngine(ManualEngine):
        def submit(self, *args, **keywords):
            future = super().submit(*args, **keywords)
            if len(self.calls) <= 3:
                future.set_exception(Hung("it had worked on one slice for 60 s"))
            return future

    job = Job(Run(SETTINGS), chosen_mnist(), HangingEngine())
    job.play()
    assert "repeatedly died or hung" in job.snapshot().error
    assert job.snapshot().worker_failures == 3


def test_run_beyond_memory_limit_stops_with_readable_reason(engine, caplog):
    job = Job(Run(SETTINGS), HarmfulSample(take_memory), engine)
    job.play()
    wait_until(lambda: job.snapshot().error)
    assert job.snapshot().error.startswith("This run needs more memory than the server allows one run")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_learning_rate_set_during_a_slice_applies_to_the_next():
    engine = ManualEngine()
    job = Job(Run(SETTINGS), chosen_mnist(), engine)
    job.step()
    job.set_learning_rate(0.02)
    assert job.snapshot().learning_rate == job.record().run.learning_rate == 0.02
    assert job.snapshot().history.learning_rates == []  # no step has used it yet
    engine.answer()
    job.step()
    engine.answer()
    assert job.snapshot().history.learning_rates == [(1 / 30, 0.02)]

    by_hand, data = Run(SETTINGS), sample().train
    for _ in islice(steps(by_hand, data.images, data.labels), 2):
        by_hand.learning_rate = 0.02
    np.testing.assert_array_equal(job.snapshot().network.values, by_hand.network.values)


def test_subscriber_is_called_without_the_job_lock():
    job = Job(Run(SETTINGS), chosen_mnist(), ManualEngine())
    done = threading.Event()

    def look_from_another_thread():
        other = threading.Thread(target=lambda: job.snapshot() and done.set())
        other.start()
        other.join(20)

    job.subscribe(look_from_another_thread)
    job.play()
    assert done.is_set()


def test_failing_subscriber_affects_neither_job_nor_other_subscribers(caplog):
    job, called = Job(Run(SETTINGS), chosen_mnist(), ManualEngine()), []
    job.subscribe(lambda: 1 / 0)
    job.subscribe(lambda: called.append(job.revision))
    job.play()
    assert called == [1]
    assert job.snapshot().playing
    assert "ZeroDivisionError" in caplog.text
