"""The effect of teaching on the learned digits, on those held back, and on all others."""

import numpy as np
import pytest

from mlp.images.own_digits import OwnDigit
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.teaching import Row, Teaching, held_back, share_read, teaching_settings


def network(answer):
    """A network that always gives the same answer."""
    fixed = MLP([784, 10], rng=np.random.default_rng(0))
    fixed.values[:] = 0
    fixed.dense_layers[-1].bias.value[answer] = 1
    return fixed


def digits(*labels):
    return [OwnDigit(label, np.full(784, 9, np.uint8)) for label in labels]


def history(*accuracies):
    records = History(10)
    records.evaluations += [Evaluation(10 * n, n, 1.0, accuracy) for n, accuracy in enumerate(accuracies)]
    return records


def test_accuracies_before_and_now_are_those_of_the_two_networks():
    teaching = Teaching(3, network(1), digits(1, 7, 7), digits(7, 2))
    assert teaching.results(network(7), history(0.99, 0.97, 0.98), 500) == [
        Row("Yours, learned from", 3, 1 / 3, 2 / 3),
        Row("Yours, held back from training", 2, 0.0, 0.5),
        Row("MNIST, validation images", 500, 0.99, 0.98),
    ]


def test_unmeasured_accuracy_is_omitted():
    teaching = Teaching(3, network(1), digits(1), [])
    assert [row.name for row in teaching.results(network(1), history(), 500)] == ["Yours, learned from"]
    assert teaching.results(network(1), history(0.9), 500)[-1].now is None


def test_share_counts_digits_read_as_labeled():
    assert share_read(network(4), digits(4, 4, 5, 4)) == 0.75


@pytest.mark.parametrize(("n", "back"), [(0, 0), (1, 0), (7, 0), (8, 2), (500, 125)])
def test_every_fourth_digit_is_held_back_once_there_are_enough(n, back):
    assert held_back(n).sum() == back
    assert len(held_back(n)) == n


def test_network_of_any_run_shape_can_be_taught():
    start = MLP([784, 20, 30, 10], activation="tanh", rng=np.random.default_rng(5))
    run = Run(teaching_settings(start), start)
    assert run.network.values.tobytes() == start.values.tobytes()
    assert run.network.activation == run.settings.activation == "tanh"
    assert not run.settings.straighten


def test_straightening_network_is_taught_straightened_images():
    reader = Reader(MLP([784, 5, 10], rng=np.random.default_rng(5)), straighten=True)
    assert teaching_settings(reader).straighten


def test_network_beyond_run_limits_is_refused():
    with pytest.raises(ValueError, match="at most 16 hidden layers"):
        teaching_settings(MLP([784, *[2] * 17, 10], rng=np.random.default_rng(0)))
