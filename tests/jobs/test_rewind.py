"""Saved steps of a run hold its weights, and every step is replayed bit for bit."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mlp.jobs.job import Job
from mlp.jobs.record import Record
from mlp.jobs.rewind import (
    MAX_BYTES,
    Rewind,
    dump_moments,
    max_moments,
    moments,
    replay,
    restore_moments,
    rewind_bytes,
)
from mlp.jobs.sliced import advanced
from mlp.jobs.slices import advance
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.jobs.test_job import wait_until

SETTINGS = Settings(hidden=(12,), epochs=2, images=640, seed=3, momentum=0.9, warp=0.3)
LONG = 60


def values_after(n_steps: int, rates: tuple[tuple[int, float], ...] = (), settings: Settings = SETTINGS) -> np.ndarray:
    """Return the weights of an uninterrupted run whose learning rate changes after some steps."""
    run = Run(settings)
    for (first, rate), (last, _) in pairwise([(0, settings.learning_rate), *rates, (n_steps, 0.0)]):
        run.learning_rate = rate
        if min(last, n_steps) > first:
            run = advance(run, chosen_mnist(), LONG, max_steps=min(last, n_steps) - first).run
    return run.network.values


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(width=1)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def job(engine: Engine) -> Job:
    """Train a run to its end in slices, with two changes of its learning rate."""
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0.02)
    for step in range(1, 8):
        job.step()
        wait_until(lambda step=step: job.snapshot().step == step and not job.snapshot().busy)
        if step in (3, 6):
            job.set_learning_rate(0.1 / step)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    return job


def test_saved_step_has_the_weights_of_that_step(job: Job):
    assert job.rewind.steps == [0, *moments(40, SETTINGS.n_parameters)]
    for step in (0, *moments(40, SETTINGS.n_parameters)[::6]):
        expected = values_after(step, ((3, 0.1 / 3), (6, 0.1 / 6)))
        np.testing.assert_allclose(job.rewind.network(step).values, expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("step", [2, 5, 6, 7, 23, 40])
def test_replay_repeats_steps_and_learning_rates_exactly(job: Job, step: int):
    changes = job.snapshot().history.rate_changes
    assert changes == ((3, 0.1 / 3), (6, 0.1 / 6))
    again = replay(job.rewind, chosen_mnist(), changes, step)
    while again.progress < 1:
        again = advanced(again, 0)
    assert again.run.step == step
    np.testing.assert_array_equal(again.run.network.values, values_after(step, changes))


def test_run_continued_from_saved_step_ends_with_same_weights(job: Job, engine: Engine):
    now = job.snapshot()
    back = advanced(replay(job.rewind, chosen_mnist(), now.history.rate_changes, 17), LONG).run
    history = now.history.until(17)
    assert len(history) == 17
    assert all(one.step <= 17 for one in history.evaluations)
    other = Job.resumed(Record(back, chosen_mnist(), history, 1.0, None, False, {}), engine)
    other.play()
    wait_until(lambda: other.snapshot().finished)
    np.testing.assert_array_equal(other.snapshot().network.values, now.network.values)
    np.testing.assert_array_equal(other.snapshot().history.losses, now.history.losses)


def test_taught_run_is_replayed_from_its_first_network(engine: Engine):
    first = Run(Settings(hidden=(12,), epochs=1, images=640, seed=9)).network
    job = Job(Run(SETTINGS, first), chosen_mnist(), engine)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    expected = advance(Run(SETTINGS, first), chosen_mnist(), LONG, max_steps=11).run
    found = advanced(replay(job.rewind, chosen_mnist(), (), 11), LONG).run
    np.testing.assert_array_equal(found.network.values, expected.network.values)


@pytest.mark.parametrize("hidden", [(16,), (100, 200), (512, 512)])
def test_saved_steps_are_limited_and_spread_over_the_run(hidden: tuple[int, ...]):
    settings, n_steps = Settings(hidden=hidden), 46_875
    rewind = Rewind(Run(settings), n_steps, settings)
    most, state = max_moments(settings.n_parameters), np.zeros(settings.n_parameters, np.float16)
    for step in (*moments(n_steps, settings.n_parameters), n_steps):
        rewind.add([(step, state)])
        kept = list(rewind.states)
        assert len(kept) <= most
        assert len(kept) == most or step < 2500
        assert (kept[0], kept[-1]) == (1, step)
        assert rewind.n_bytes <= rewind_bytes(settings) <= MAX_BYTES
    ratios = [after / before for before, after in pairwise(kept) if before > 8]
    assert max(ratios) <= 2.9 * min(ratios) or most < 8
    keeps_none = Rewind(Run(SETTINGS), 40, SETTINGS, keeps=False)
    assert (keeps_none.steps, keeps_none.wanted(0), keeps_none.n_bytes) == ([0], (), 0)


def test_saved_steps_survive_serialization_and_others_are_refused():
    rewind = Rewind(Run(SETTINGS), 40, SETTINGS)
    states = np.random.default_rng(0).standard_normal((3, SETTINGS.n_parameters)).astype(np.float16)
    rewind.add([*zip((1, 2, 7), states, strict=True)])
    first = Run(SETTINGS).network
    data = dump_moments(rewind, first)
    again = Rewind(None, 40, SETTINGS)
    run = Run(replace(SETTINGS, seed=SETTINGS.seed + 1))
    run.step = 6  # it has not reached step 7 yet
    restore_moments(data, again, run)
    assert list(again.states) == [1, 2]
    np.testing.assert_array_equal(again.network(2).values, states[1].astype(np.float32))
    np.testing.assert_array_equal(again.network(0).values, first.values)
    with pytest.raises(ValueError, match="must be float16 of shape"):
        restore_moments(data, Rewind(None, 40, Settings(hidden=(4,))), run)


def test_undone_steps_drop_their_saved_weights():
    settings = Settings(hidden=(64,) * 12, images=960, learning_rate=10, initialization="he")
    done = advance(Run(settings), chosen_mnist(), LONG, keep=range(1, 40))
    assert done.diverged == 3  # after a step 2 whose weights are finite as float16
    assert [step for step, _ in done.states] == [1] == [done.run.step]
