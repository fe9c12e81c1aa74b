"""Slices of a run: where they stop, what they measure, and how they undo divergence."""

from types import SimpleNamespace

import numpy as np
import pytest

from mlp import Settings
from mlp.jobs.slices import advance
from mlp.training.data.sources import chosen_mnist
from mlp.training.evaluation import evaluate
from mlp.training.run import Run, steps
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(8,), batch_size=32, epochs=2, images=320)  # 10 steps an epoch
LONG = 60.0


def pieces(run, n_steps, data=None):
    """Advance to the end by ``n_steps`` at a time."""
    done = advance(run, data or chosen_mnist(), LONG, max_steps=n_steps)
    while not done.finished and done.diverged is None:
        yield done
        done = advance(done.run, data or chosen_mnist(), LONG, max_steps=n_steps)
    yield done


def test_unlimited_slice_trains_to_the_end_and_measures_each_epoch():
    done = advance(Run(SETTINGS), chosen_mnist(), LONG)
    assert (done.run.step, done.finished, done.diverged) == (20, True, None)
    assert [(e.step, e.epoch) for e in done.evaluations] == [(0, 0), (10, 1), (20, 2)]
    data = sample().validation
    assert done.evaluations[-1][2:4] == evaluate(done.run.network, data.images, data.labels)
    run = Run(SETTINGS)
    records = list(steps(run, sample().train.images, sample().train.labels))
    np.testing.assert_array_equal(done.losses, np.array([step.loss for step in records], np.float32))
    np.testing.assert_array_equal(done.accuracies, np.array([step.accuracy for step in records], np.float32))
    assert done.run.network.values.tobytes() == run.network.values.tobytes()
    assert done.seconds >= done.evaluation_seconds > 0


@pytest.mark.parametrize("n_steps", [1, 3, 10])
def test_slice_lengths_do_not_change_the_result(n_steps):
    whole = advance(Run(SETTINGS), chosen_mnist(), LONG)
    parts = list(pieces(Run(SETTINGS), n_steps))
    assert np.concatenate([part.losses for part in parts]).tobytes() == whole.losses.tobytes()
    assert [e for part in parts for e in part.evaluations] == whole.evaluations
    assert parts[-1].run.network.values.tobytes() == whole.run.network.values.tobytes()


def test_slice_leaves_the_given_run_unchanged():
    run = Run(SETTINGS)
    kept = run.network.values.copy()
    first, second = advance(run, chosen_mnist(), LONG, max_steps=5), advance(run, chosen_mnist(), LONG, max_steps=5)
    assert run.step == 0
    np.testing.assert_array_equal(run.network.values, kept)
    assert first.run.network.values.tobytes() == second.run.network.values.tobytes()


def test_shortest_slice_takes_one_step():
    assert advance(Run(SETTINGS), chosen_mnist(), 0.0).run.step == 1


def test_slice_stops_after_its_time(monkeypatch):
    ticks = iter(range(10_000))
    clock = SimpleNamespace(perf_counter=lambda: float(next(ticks)))  # only for slices, as threads read a clock too
    monkeypatch.setattr("mlp.jobs.slices.time", clock)
    done = advance(Run(SETTINGS), chosen_mnist(), 6.0)  # the clock gains 2 at the first measurement, 1 per step
    assert done.run.step == 4


def test_slice_end_is_measured_on_request_but_never_twice():
    def measured(max_steps, run=None):
        done = advance(run or Run(SETTINGS), chosen_mnist(), LONG, max_steps=max_steps, evaluate_at_end=True)
        return [evaluation.step for evaluation in done.evaluations], done.run

    assert measured(7)[0] == [0, 7]
    assert measured(10)[0] == [0, 10]
    assert measured(3, measured(7)[1])[0] == [10]


def test_random_weights_need_no_score_on_synthetic_digits():
    first, last = advance(Run(SETTINGS), chosen_mnist(), LONG, max_steps=7, evaluate_at_end=True).evaluations
    assert (first.step, first.synthetic) == (0, None)
    assert last.synthetic is not None


BLOWS_UP = Settings(hidden=(16,), epochs=3, images=960, learning_rate=30, weight_decay=0.1)


def test_steps_with_weights_beyond_float16_are_not_kept():
    done = advance(Run(BLOWS_UP), chosen_mnist(), LONG, keep=range(1, 100))
    kept = dict(done.states)
    assert 0 < len(kept) < done.run.step
    assert all(np.isfinite(weights).all() for weights in kept.values())


@pytest.mark.parametrize("n_steps", [1, 4, 13, 14, 15, 16, None])
def test_diverged_run_returns_to_same_weights_for_any_slices(n_steps):
    parts = list(pieces(Run(BLOWS_UP), n_steps))
    run = Run(BLOWS_UP)
    data = sample().train
    with np.errstate(over="ignore", invalid="ignore"):
        losses = [step.loss for step in steps(run, data.images, data.labels)]
    first_bad = int(np.flatnonzero(~np.isfinite(losses))[0]) + 1
    end = parts[-1]
    assert (end.diverged, end.run.step, end.finished) == (first_bad, first_bad - 2, False)
    assert np.isfinite(end.run.network.values).all()
    assert sum(len(part.losses) for part in parts) == end.run.step
    assert all(np.isfinite(part.losses).all() for part in parts)
    images, labels = sample().train.images[:960], sample().train.labels[:960]
    assert np.isfinite(evaluate(end.run.network, images, labels)[0])


def test_divergence_in_the_last_step_is_undone():
    n_steps = advance(Run(BLOWS_UP), chosen_mnist(), LONG).run.step + 1  # the last update before the divergence shows
    settings = Settings(hidden=(16,), epochs=1, images=32 * n_steps, learning_rate=30, weight_decay=0.1)
    done = advance(Run(settings), chosen_mnist(), LONG)
    assert np.isfinite(done.run.network.values).all()
    assert np.isfinite([evaluation.loss for evaluation in done.evaluations]).all()
    assert (done.finished, done.diverged, done.run.step) == (False, n_steps + 1, n_steps - 1)
