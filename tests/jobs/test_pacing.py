"""Paced runs: stops that a visitor can follow, and the same weights."""

import weakref
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mlp.jobs import pacing
from mlp.jobs.job import Job
from mlp.jobs.pacing import LONGEST_REST_S
from mlp.jobs.slices import slice_seconds
from mlp.jobs.snapshot import seconds_left_together
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.test_job import SETTINGS, uninterrupted, wait_until
from tests.jobs.waiting import Clock
from tests.jobs.workers.fake_workers import InThread
from tests.jobs.workers.manual_engine import ManualEngine


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


class Class:
    """Learners whose runs begin slowly at once, and share workers that the test's clock drives."""

    def __init__(self, clock: Clock, n: int, *, n_workers: int, steps_per_s: float) -> None:
        self._clock, self._engine, self._per_step_s = clock, ManualEngine(), 1 / (n_workers * steps_per_s)
        self._slice_steps = max(1, round(slice_seconds(n, n_workers) * steps_per_s))
        settings = Settings(hidden=(4,), epochs=104, images=960)
        self.jobs = [Job(Run(settings), chosen_mnist(), self._engine, number, slice_s=1000) for number in range(n)]
        self._rests_until: dict[Job, float] = {}
        for job in self.jobs:
            job.set_speed("slow", slow_start=True)
            job.play()

    def turn(self) -> None:
        """Carry out a slice, or wait for the first rest to end."""
        if not self._engine.calls:
            self._clock.now = max(self._clock.now, min(self._rests_until.values(), default=0.0))
        else:
            call = self._engine.calls[0][3]
            before = sum(job.snapshot().step for job in self.jobs)
            self._engine.answer(max_steps=min(call["max_steps"] or self._slice_steps, self._slice_steps))
            self._clock.now += self._per_step_s * (sum(job.snapshot().step for job in self.jobs) - before)
        for job in self.jobs:
            if job.playing and not job.snapshot().busy:
                until = self._rests_until.setdefault(job, self._clock.now + LONGEST_REST_S)
                if self._clock.now >= until:
                    del self._rests_until[job]
                    job.set_speed("slow", slow_start=True)  # ends the rest

    def seconds_left(self) -> float | None:
        """Return what the class is told of its time."""
        return seconds_left_together([job.snapshot() for job in self.jobs if job.playing])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of jobs, whose rests end only by an act."""
    clock = Clock()
    monkeypatch.setattr(pacing, "REST_S", 1000.0)
    monkeypatch.setattr("mlp.jobs.job.time", clock)
    return clock


def test_slow_start_of_a_run_says_nothing_of_its_speed(clock: Clock):
    alone = Class(clock, 1, n_workers=1, steps_per_s=1000)
    told: list[float] = []
    while (run := alone.jobs[0].snapshot()).playing:
        left = alone.seconds_left()
        assert left is None or run.step >= pacing.FIRST_STOPS[-1]
        told += [] if left is None else [left]
        alone.turn()
    assert len(told) > 5
    assert max(told) < 3.2  # for 3,120 steps


@pytest.mark.parametrize("speed", [0.25, 1.5])
def test_class_hears_within_a_minute_whether_its_step_is_too_short(clock: Clock, speed: float):
    step_s, began = 420.0, clock.now  # in which 24 learners are to train
    learners = Class(clock, 24, n_workers=2, steps_per_s=speed * 24 * 3120 / step_s / 2)
    told: list[tuple[float, float]] = []
    while (passed := clock.now - began) < 120:
        if (left := learners.seconds_left()) is not None:
            told.append((passed, left))
        learners.turn()
    assert told[0][0] < 60
    assert {passed + left > step_s for passed, left in told} == {speed < 1}
    assert told[-1][1] == pytest.approx(step_s / speed - 120, rel=0.25)


def test_time_of_a_class_is_that_of_all_its_images_and_not_of_its_slowest_run():
    run = Job(Run(SETTINGS), chosen_mnist(), ManualEngine()).snapshot()  # 90 steps of 32 images
    known = [replace(run, images_per_second=speed) for speed in (100.0, 100.0, 100.0, 1.0)]
    assert seconds_left_together(known) == pytest.approx(4 * 2880 / 301)
    late, early = replace(run, images_per_second=None), known[0]
    assert seconds_left_together([early, late]) == pytest.approx(2 * 2880 / 200)
    assert seconds_left_together([early, late, late]) is None
    assert seconds_left_together([]) is None
