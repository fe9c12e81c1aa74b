"""The curves of a run, and the sample that its training accuracy is measured on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp.jobs.slices import measured
from mlp.straightening import straightened
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.evaluation import SAMPLE, evaluate, training_sample
from mlp.training.history import Evaluation, History, smoothed
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.sample_digits import sample


def history_of(losses, steps_per_epoch=10):
    history = History(steps_per_epoch)
    history.add_steps(np.array(losses, np.float32), np.array(losses, np.float32) / 10)
    return history


def test_records_keep_their_order_in_any_portions():
    history = History(10)
    losses = np.arange(5000, dtype=np.float32)
    for start, stop in ((0, 1), (1, 1), (1, 1500), (1500, 5000)):
        history.add_steps(losses[start:stop], -losses[start:stop])
    assert len(history) == 5000
    np.testing.assert_array_equal(history.losses, losses)
    np.testing.assert_array_equal(history.accuracies, -losses)


def test_short_run_has_a_point_for_every_step():
    curve = history_of([4, 3, 2], steps_per_epoch=2).minibatches("loss")
    np.testing.assert_array_equal(curve.y, [4, 3, 2])
    np.testing.assert_array_equal(curve.x, [0.5, 1, 1.5])  # after steps 1, 2 and 3


def test_points_of_a_long_run_are_means_of_equal_numbers_of_steps():
    history = history_of([1, 3, 5, 7, 9], steps_per_epoch=1)
    curve = history.minibatches("loss", max_points=3)
    np.testing.assert_array_equal(curve.y, [2, 6, 9])
    np.testing.assert_array_equal(curve.x, [1.5, 3.5, 5])
    np.testing.assert_allclose(history.minibatches("accuracy", max_points=3).y, [0.2, 0.6, 0.9])


@given(st.integers(1, 3000), st.integers(1, 50))
def test_curve_has_between_half_and_all_of_the_allowed_points(n, max_points):
    curve = history_of(np.zeros(n)).minibatches("loss", max_points)
    assert min(n, max_points // 2) <= len(curve.x) == len(curve.y) <= max_points
    assert (np.diff(curve.x) > 0).all()


@given(st.lists(st.floats(-10, 10), max_size=30), st.integers(0, 40))
def test_smoothing_averages_each_value_with_those_before_it(values, span):
    means = smoothed(np.array(values), span)
    expected = [np.mean(values[max(0, i - span) : i + 1]) for i in range(len(values))]
    np.testing.assert_allclose(means, expected, atol=1e-9)


def test_evaluations_become_curves_of_measured_points_over_epochs():
    history = History(10)
    history.evaluations += [
        Evaluation(0, 0.0, 2.3, 0.1),
        Evaluation(15, 1.5, 0.5, 0.9, training_loss=0.25, training_accuracy=0.95),
    ]
    for quantity, points in {
        "loss": ([0, 1.5], [2.3, 0.5]),
        "accuracy": ([0, 1.5], [0.1, 0.9]),
        "training_loss": ([1.5], [0.25]),
        "training_accuracy": ([1.5], [0.95]),
    }.items():
        assert [part.tolist() for part in history.measured(quantity)] == [*points]
    assert history.newest is history.evaluations[-1]


TRAIN = sample().train


@pytest.mark.parametrize(("used", "n"), [(1, 1), (300, 300), (SAMPLE, SAMPLE), (SAMPLE + 1, SAMPLE // 3 + 1)])
def test_sample_spreads_over_the_images_that_are_used(used, n):
    found = training_sample(Settings(warp=1.0), TRAIN, used)
    stride = 1 if used <= SAMPLE else 3  # odd, see `evenly_spaced`
    assert len(found) == n
    np.testing.assert_array_equal(found.images, TRAIN.images[:used:stride])
    np.testing.assert_array_equal(found.labels, TRAIN.labels[:used:stride])


def test_sample_leaves_synthetic_digits_out():
    settings = Settings(synthetic=50, images=100)
    found = training_sample(settings, with_synthetic(sample(), 50).train, 150)
    np.testing.assert_array_equal(found.images, TRAIN.images[:100])
    with pytest.raises(ValueError, match="more images than the 50 synthetic ones, got 40"):
        training_sample(settings, TRAIN, 40)


def test_sample_is_straightened_for_a_network_that_sees_upright_images():
    found = training_sample(Settings(straighten=True), TRAIN, 10)
    np.testing.assert_array_equal(found.images, straightened(TRAIN.images[:10]))


def test_training_accuracy_counts_no_warp_dropout_or_smoothing():
    settings = Settings(warp=1.0, dropout=0.5, label_smoothing=0.3, images=200)
    (found,) = measured(Run(settings), chosen_mnist()).evaluations
    plain = evaluate(Run(settings).network, TRAIN.images[:200], TRAIN.labels[:200])
    assert (found.training_loss, found.training_accuracy) == plain
