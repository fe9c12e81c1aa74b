"""The effect of teaching on the learned digits, on those held back, and on all others."""

import numpy as np

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import drawing_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation, History
from mlp.training.run import Run
from mlp.training.teaching import Row, effect, shares_read, teaching_settings
from tests.images.drawings.sample_drawings import own_digits
from tests.sample_digits import sample


def network(answer):
    """A network that always gives the same answer."""
    fixed = MLP([784, 10], rng=np.random.default_rng(0))
    fixed.values[:] = 0
    fixed.dense_layers[-1].bias.value[answer] = 1
    return fixed


def digits(*labels):
    return own_digits(np.arange(1, len(labels) + 1, dtype=np.uint8).repeat(784).reshape(-1, 784), labels)


def history(*accuracies):
    records = History(10)
    records.evaluations += [Evaluation(10 * n, n, 1.0, accuracy) for n, accuracy in enumerate(accuracies)]
    return records


def test_accuracies_before_and_now_are_those_of_the_two_networks():
    data = drawing_data(digits(7, 7, 1, 1, 1, 1, 1, 1), chosen_mnist(), 0.25)  # one 7 and two 1s are held back
    before = shares_read(network(1), data)
    assert effect(data, before, network(7), history(0.99, 0.97, 0.98)) == [
        Row("Yours, learned from", 5, 4 / 5, 1 / 5),
        Row("Yours, held back from training", 3, 2 / 3, 1 / 3),
        Row("MNIST, validation images", len(sample().validation), 0.99, 0.98),
    ]


def test_network_of_any_run_shape_can_be_taught():
    start = MLP([784, 20, 30, 10], activation="tanh", rng=np.random.default_rng(5))
    run = Run(teaching_settings(start), start)
    assert run.network.values.tobytes() == start.values.tobytes()
    assert run.network.activation == run.settings.activation == "tanh"
    assert not run.settings.straighten


def test_straightening_network_is_taught_straightened_images():
    reader = Reader(MLP([784, 5, 10], rng=np.random.default_rng(5)), straighten=True)
    assert teaching_settings(reader).straighten
