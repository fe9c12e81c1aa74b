"""The slow step equals the training step, and its gradients are those of its loss."""

from itertools import islice

import numpy as np
import pytest

from mlp.analysis.slow_motion import check_gradients, losses_along, position_of, slow_step, steepest
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
    slow = slow_step(run, train.images, train.labels)
    expected, records = run_after(settings, n_steps + 1)
    np.testing.assert_allclose(slow.after.values, expected.network.values, rtol=1e-4, atol=2e-5)
    assert (slow.number, slow.epoch) == records[-1][:2]
    assert slow.loss == pytest.approx(records[-1].loss, rel=1e-5)
    assert slow.number == n_steps + 1


def test_slow_step_leaves_the_run_unchanged():
    train = sample().train
    run, _ = run_after(SETTINGS, 2)
    values = run.network.values.copy()
    slow = slow_step(run, train.images, train.labels)
    check_gradients(slow, [0, 5])
    assert run.step == 2
    assert run.network.values.tobytes() == values.tobytes() == slow.before.values.tobytes()
    assert (slow.update != 0).any()


def test_slow_steps_follow_each_other_like_those_of_a_run():
    train = sample().train
    run = Run(SETTINGS)
    for _ in range(9):
        run = slow_step(run, train.images, train.labels).run
    expected, _ = run_after(SETTINGS, 9)
    np.testing.assert_allclose(run.network.values, expected.network.values, rtol=1e-4, atol=1e-5)


def test_finished_run_takes_the_first_step_of_another_epoch():
    train = sample().train
    run, _ = run_after(SETTINGS, 14)
    assert run.finished(len(train.labels))
    slow = slow_step(run, train.images, train.labels)
    assert (slow.number, slow.epoch) == (15, 3)
    assert run.settings.epochs == 2


def test_slow_step_keeps_consistent_passes():
    train = sample().train
    slow = slow_step(run_after(SETTINGS, 5)[0], train.images, train.labels)
    layers = slow.before.layers
    assert [array.shape for array in slow.outputs] == [(32, 16), (32, 16), (32, 12), (32, 12), (32, 10)]
    assert [array.shape for array in slow.grad_outputs] == [array.shape for array in slow.outputs]
    for number, layer in enumerate(layers):
        given = slow.inputs if number == 0 else slow.outputs[number - 1]
        np.testing.assert_allclose(slow.outputs[number], layer.forward(given), rtol=1e-5, atol=1e-6)
    weight_2 = slow.before.dense_layers[1].weight
    np.testing.assert_allclose(weight_2.grad, slow.outputs[1].T @ slow.grad_outputs[2], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(slow.probabilities.sum(axis=1), 1, rtol=1e-6)
    assert slow.loss == pytest.approx(-np.log(slow.probabilities[np.arange(32), slow.labels]).mean(), rel=1e-5)


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


def test_check_detects_a_wrong_gradient():
    train = sample().train
    slow = slow_step(run_after(SETTINGS, 3)[0], train.images, train.labels)
    (check,) = check_gradients(slow, [position_of(slow.before, 0, steepest(slow.before, 0))])
    assert check._replace(gradient=1.01 * check.gradient).relative_error > 0.009


def test_weight_of_a_blank_pixel_has_no_gradient_and_no_error():
    train = sample().train
    slow = slow_step(run_after(SETTINGS, 3)[0], train.images, train.labels)
    assert (slow.inputs[:, 0] == 0).all()
    (check,) = check_gradients(slow, [position_of(slow.before, 0, (0, 4))])
    assert (check.used, check.gradient, check.difference, check.relative_error) == (0, 0, 0, 0)


def test_positions_name_the_entries_of_the_parameter_arrays():
    network = Run(SETTINGS).network
    for number, parameter in enumerate(network.parameters()):
        index = tuple(size - 1 for size in parameter.value.shape)
        assert network.values[position_of(network, number, index)] == parameter.value[index]


def test_length_one_along_the_update_is_the_step():
    train = sample().train
    slow = slow_step(run_after(SETTINGS, 3)[0], train.images, train.labels)
    here, there = losses_along(slow.before, slow.update, [0, 1], slow.inputs, slow.labels)
    assert here == pytest.approx(slow.loss, rel=1e-6)
    assert there == pytest.approx(slow.loss_after, rel=1e-5)
