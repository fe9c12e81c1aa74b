"""The slow step equals the training step, and its gradients are those of its loss."""

from itertools import islice

import numpy as np
import pytest

from mlp.analysis.slow_motion import check_gradients, position_of, slow_step, steepest
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.sample_digits import sample

SETTINGS = Settings(hidden=(16, 12), epochs=2, images=200, seed=3)  # 7 steps an epoch, the last of 8 images


def run_after(settings, n_steps):
    run = Run(settings)
    train = sample().train
    records = list(islice(steps(run, train.images, train.labels), n_steps))
    return run, records


@pytest.mark.parametrize("n_steps", [0, 3, 6, 10])
@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        Settings(hidden=(16,), epochs=2, images=200, momentum=0.9, weight_decay=1e-3, activation="tanh"),
        Settings(hidden=(16,), epochs=2, images=200, optimizer="adam", learning_rate=0.01, schedule="cosine"),
        Settings(hidden=(16,), epochs=2, images=200, warp=1.0, schedule="cosine"),
        Settings(hidden=(), epochs=2, images=200, activation="sigmoid"),
        Settings(hidden=(16, 12), epochs=2, images=200, dropout=0.5, l1=1e-3, label_smoothing=0.1),
    ],
    ids=["sgd", "momentum and decay", "adam", "warped", "linear", "regularized"],
)
def test_slow_step_makes_the_update_of_a_step_up_to_rounding(settings, n_steps):
    train = sample().train
    run, _ = run_after(settings, n_steps)
    values = run.network.values.tobytes()
    slow = slow_step(run, train.images, train.labels)
    assert run.step == n_steps
    assert run.network.values.tobytes() == values == slow.before.values.tobytes()
    assert (slow.update != 0).any()
    expected, records = run_after(settings, n_steps + 1)
    np.testing.assert_allclose(slow.after.values, expected.network.values, rtol=1e-4, atol=2e-5)
    assert (slow.number, slow.epoch) == records[-1][:2]
    assert slow.loss == pytest.approx(records[-1].loss, rel=1e-5)
    assert slow.number == n_steps + 1


def test_finished_run_takes_the_first_step_of_another_epoch():
    train = sample().train
    run, _ = run_after(SETTINGS, 14)
    assert run.finished(len(train.labels))
    slow = slow_step(run, train.images, train.labels)
    assert (slow.number, slow.epoch) == (15, 3)
    assert run.settings.epochs == 2


@pytest.mark.parametrize("more", [{}, {"dropout": 0.5, "label_smoothing": 0.2}], ids=["plain", "regularized"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_every_parameters_gradient_agrees_with_its_finite_difference(activation, more):
    train = sample().train
    settings = Settings(hidden=(16, 12), images=200, activation=activation, **more)
    slow = slow_step(run_after(settings, 3)[0], train.images, train.labels)
    n_arrays = len(slow.before.parameters())
    positions = [position_of(slow.before, number, steepest(slow.before, number)) for number in range(n_arrays)]
    for check in check_gradients(slow, positions):
        assert check.relative_error < 1e-6
        assert check.used == pytest.approx(check.gradient, rel=1e-4)
