"""Paced runs: stops that a visitor can follow, and the same weights."""

import weakref
from collections.abc import Iterator

import pytest

from mlp.jobs import pacing
from mlp.jobs.job import Job
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.test_job import SETTINGS, uninterrupted, wait_until
from tests.jobs.workers.fake_workers import InThread


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(InThread, width=1)
    yield engine
    engine.close()


@pytest.fixture
def job(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job whose rests end only by an act."""
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    return Job(Run(SETTINGS), chosen_mnist(), engine)


def stops_of(job: Job, *, slow_start: bool = False) -> list[int]:
    """Play a run slowly to its end; return the steps at which it rests. Each rest ends as soon as it was seen."""
    job.set_speed("slow", slow_start=slow_start)
    job.play()
    stops: list[int] = []
    while True:
        wait_until(lambda: not job.snapshot().busy)
        if not job.snapshot().playing:
            return stops
        stops.append(job.snapshot().step)
        job.set_speed("slow", slow_start=slow_start)  # a choice of the speed ends a rest


def test_slow_run_rests_at_its_stops_and_ends_with_same_weights(job: Job):
    assert stops_of(job) == [0, 1, 2, 4, 8, 16, 32, 64]
    assert job.snapshot().finished
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()


def test_first_run_reaches_full_speed_after_slow_start(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    job = Job(Run(Settings(hidden=(4,), epochs=20, images=960)), chosen_mnist(), engine)
    assert stops_of(job, slow_start=True) == [0, 1, 2, 4, 8, 16, 32, 64, 128, 200, 300]
    assert job.snapshot().finished
    assert job.snapshot().speed == "full"


def test_pause_step_and_speed_change_end_a_rest(job: Job):
    job.set_speed("slow")
    job.play()
    assert (job.snapshot().step, job.snapshot().busy, job.snapshot().playing) == (0, False, True)
    job.step()
    wait_until(lambda: job.snapshot().step == 1 and not job.snapshot().busy)
    job.play()
    wait_until(lambda: job.snapshot().step == 2 and not job.snapshot().busy)
    job.pause()
    wait_until(lambda: not job.snapshot().busy)
    assert job.snapshot().history.newest.step == 2  # measured where it stops
    job.play()
    job.set_speed("full")
    wait_until(lambda: job.snapshot().finished)


def test_slow_run_continues_by_itself_after_each_rest(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "REST_S", 0.002)
    job = Job(Run(SETTINGS), chosen_mnist(), engine)
    job.set_speed("slow")
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()


@pytest.mark.usefixtures("without_a_collector")
def test_resting_job_is_freed_with_its_last_reference(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    job = Job(Run(SETTINGS), chosen_mnist(), engine)
    job.set_speed("slow")
    job.play()
    network = weakref.ref(job.snapshot().network)
    assert network() is not None
    del job
    assert network() is None
