"""Paced runs: stops that a visitor can follow, and the same weights."""

import weakref
from collections.abc import Iterator

import pytest

from mlp.images.mnist import sample
from mlp.jobs import pacing
from mlp.jobs.job import Job
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import Mnist
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
def rests(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the steps at which a run has rested so far."""
    steps: list[int] = []
    rest = pacing.Pacer.rest

    def noted(pacer: pacing.Pacer, step: int) -> bool:
        if begun := rest(pacer, step):
            steps.append(step)
        return begun

    monkeypatch.setattr(pacing, "REST_S", 0.002)
    monkeypatch.setattr(pacing.Pacer, "rest", noted)
    return steps


def test_slow_run_rests_at_its_stops_and_ends_with_same_weights(engine: Engine, rests: list[int]):
    job = Job(Run(SETTINGS), Mnist(), engine)
    job.set_speed("slow")
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert rests == [0, 1, 2, 4, 8, 16, 32, 64]
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()


def test_first_run_reaches_full_speed_after_slow_start(engine: Engine, rests: list[int]):
    job = Job(Run(Settings(hidden=(4,), epochs=20, images=960)), Mnist(), engine)
    job.set_speed("slow", slow_start=True)
    job.play()
    assert job.snapshot().speed == "slow"
    wait_until(lambda: job.snapshot().finished)
    assert rests == [0, 1, 2, 4, 8, 16, 32, 64, 128, 200, 300]
    assert job.snapshot().speed == "full"


def test_pause_step_and_speed_change_end_a_rest(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    job = Job(Run(SETTINGS), Mnist(), engine)
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


def test_watched_slow_run_waits_until_each_stop_is_seen(
    engine: Engine, rests: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pacing, "LONGEST_REST_S", 1000.0)
    job = Job(Run(SETTINGS), Mnist(), engine)
    job.set_speed("slow")
    job.note_seen(-1)
    job.play()
    for number, stop in enumerate((0, 1, 2, 4, 8)):
        wait_until(lambda number=number: len(rests) > number)
        assert job.snapshot().step == stop == rests[-1]
        job.note_seen(stop)
    job.set_speed("full")
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()


def test_slow_run_continues_after_its_viewer_leaves(engine: Engine, rests: list[int], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "LONGEST_REST_S", 0.004)
    job = Job(Run(SETTINGS), Mnist(), engine)
    job.set_speed("slow")
    job.note_seen(-1)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert rests == [0, 1, 2, 4, 8, 16, 32, 64]


@pytest.mark.usefixtures("without_a_collector")
def test_resting_job_is_freed_with_its_last_reference(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    job = Job(Run(SETTINGS), Mnist(), engine)
    job.set_speed("slow")
    job.play()
    network = weakref.ref(job.snapshot().network)
    assert network() is not None
    del job
    assert network() is None


def test_untrained_network_reads_most_fours_as_fives():
    """Visitors should see a first drawing of a 4 become right."""
    test = sample().test
    fours = test.images[test.labels == 4]
    assert (Settings().new_network().predict(fours) == 5).mean() > 0.5
