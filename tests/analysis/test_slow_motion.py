"""The slow step equals the training step, and its gradients are those of its loss."""

from itertools import islice

import numpy as np
import pytest

from mlp.analysis.slow_motion import check_gradients, position_of, slow_step, steepest
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.each_setting import EACH_SETTING, examples
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16, 12), epochs=2, images=200, seed=3)  # 7 steps an epoch, the last of 8 images


def run_after(settings, n_steps):
    run, train = Run(settings), sample().train
    for _ in islice(steps(run, train.images, train.labels), n_steps):
        pass
    return run


@pytest.mark.parametrize("change", EACH_SETTING)
def test_slow_steps_make_the_updates_of_a_run_up_to_rounding(change):
    _, settings = EACH_SETTING[change]
    images, labels = examples(settings)
    run = Run(settings)
    training = steps(run, images, labels)
    while not run.finished(len(images)):
        values = run.network.values.tobytes()
        slow = slow_step(run, images, labels)
        assert run.network.values.tobytes() == values == slow.before.values.tobytes()
        assert (slow.update != 0).any()
        step = next(training)
        np.testing.assert_allclose(slow.after.values, run.network.values, rtol=1e-4, atol=2e-5)
        assert (slow.number, slow.epoch) == step[:2]
        assert slow.loss == pytest.approx(step.loss, rel=1e-5)


def test_finished_run_takes_the_first_step_of_another_epoch():
    train = sample().train
    run = run_after(SETTINGS, 14)
    assert run.finished(len(train.labels))
    slow = slow_step(run, train.images, train.labels)
    assert (slow.number, slow.epoch) == (15, 3)
    assert run.settings.epochs == 2


@pytest.mark.parametrize("more", [{}, {"dropout": 0.5, "label_smoothing": 0.2}], ids=["plain", "regularized"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_every_parameters_gradient_agrees_with_its_finite_difference(activation, more):
    train = sample().train
    settings = Settings(hidden=(16, 12), images=200, activation=activation, **more)
    slow = slow_step(run_after(settings, 3), train.images, train.labels)
    n_arrays = len(slow.before.parameters())
    positions = [position_of(slow.before, number, steepest(slow.before, number)) for number in range(n_arrays)]
    for check in check_gradients(slow, positions):
        assert check.relative_error < 1e-6
        assert check.used == pytest.approx(check.gradient, rel=1e-4)


def test_step_whose_gradients_are_nan_is_shown():
    run = Run(SETTINGS)
    run.network.values *= 1e20
    train = sample().train
    step = slow_step(run, train.images, train.labels)
    assert np.isnan(step.before.grads).any()
    assert not np.isfinite(step.loss_after)
