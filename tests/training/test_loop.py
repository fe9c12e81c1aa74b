"""The loop: every image once an epoch, the same numbers for the same seed, errors before the first step."""

import numpy as np
import pytest

from mlp import MLP, SGD, Dense, Layer, Loss, Sequential, Step, softmax_cross_entropy, train
from tests.sample_digits import sample


class Recorder(MLP):
    """Remembers the images that it has seen: the first pixel of each holds its number."""

    def forward(self, x, rng=None):
        self.shown = [*getattr(self, "shown", []), x[:, 0].astype(int).tolist()]
        return super().forward(x, rng)


def numbered_images(n):
    images = np.zeros((n, 784), np.uint8)
    images[:, 0] = np.arange(n)
    return images


def train_arguments(n=10, **keywords):
    """Return all arguments of ``train`` for a small network, some of them replaced."""
    network = keywords.pop("network", None) or MLP([784, 4, 10], rng=np.random.default_rng(0))
    arguments = {
        "network": network,
        "optimizer": SGD(network.parameters(), 0.1),
        "images": numbered_images(n),
        "labels": np.arange(n) % 10,
        "batch_size": 4,
        "epochs": 3,
        "rng": np.random.default_rng(5),
    }
    return {**arguments, **keywords}


def test_every_epoch_sees_each_image_once_in_a_new_order():
    network = Recorder([784, 4, 10], rng=np.random.default_rng(0))
    steps = list(train(**train_arguments(network=network)))
    assert [len(batch) for batch in network.shown] == [4, 4, 2] * 3
    epochs = [[number for batch in network.shown[i : i + 3] for number in batch] for i in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert [(step.number, step.epoch) for step in steps] == [(n + 1, n // 3 + 1) for n in range(9)]


def test_step_reports_its_minibatch_before_the_update():
    arguments = train_arguments(batch_size=10, epochs=1)
    before = arguments["network"].copy()
    (step,) = train(**arguments)
    loss, _ = softmax_cross_entropy(before.logits(arguments["images"]), arguments["labels"])
    assert step.loss == pytest.approx(loss, rel=1e-6)
    assert step.accuracy == (before.predict(arguments["images"]) == arguments["labels"]).mean()
    assert [type(value) for value in step] == [int, int, float, float]
    assert isinstance(step, Step)


class SquaredError(Loss):
    """The squared distance of the logits from 1 at the label and 0 elsewhere."""

    def batch(self, logits, labels):
        return self.costs(logits, labels).mean(), 2 * (logits - np.eye(10)[labels]) / len(labels)

    def costs(self, logits, labels):
        return np.square(logits - np.eye(10)[labels]).sum(axis=1)


@pytest.mark.parametrize("scale", [np.uint8(1), np.float32(1 / 255)], ids=["fast steps", "plain steps"])
def test_steps_lower_a_loss_of_ones_own(scale):
    split, loss = sample().train, SquaredError()
    images, labels = split.images[:100] * scale, split.labels[:100]
    network = MLP([784, 20, 10], rng=np.random.default_rng(0))
    before = loss.costs(network.logits(images), labels).mean()
    arguments = train_arguments(network=network, images=images, labels=labels, batch_size=100, epochs=30, loss=loss)
    first, *_ = train(**arguments)
    assert first.loss == pytest.approx(before, rel=1e-6)
    assert loss.costs(network.logits(images), labels).mean() < before / 2


class Rounded(Layer):
    """Makes integers of numbers, so that its outputs are no logits."""

    def forward(self, inputs):
        return inputs.astype(int)

    def backward(self, grad_outputs):
        return grad_outputs


def test_logits_and_labels_of_layers_of_ones_own_are_checked_in_each_step():
    network = Sequential([Dense(2, 3, rng=np.random.default_rng(0)), Rounded()])
    arguments = train_arguments(network=network, images=np.zeros((10, 2), np.float32))
    with pytest.raises(ValueError, match=r"labels must be 0 to 2, got \d to \d"):
        next(train(**arguments))
    with pytest.raises(TypeError, match="logits must be floats, got int64"):
        next(train(**{**arguments, "labels": np.zeros(10, int)}))


IMAGES = numbered_images(10)


def broken(number):
    """Return a network with one weight that is no number."""
    network = MLP([784, 4, 10], rng=np.random.default_rng(0))
    network.values[5] = number
    return network


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"images": IMAGES.astype(int)}, TypeError, r"images must be floats in 0..1 or uint8 in 0..255, got int64"),
        ({"images": IMAGES[0]}, ValueError, r"the shape \(n, 784\) or \(n, 28, 28\), got \(784,\)"),
        ({"images": IMAGES[:0], "labels": np.arange(0)}, ValueError, r"at least one example, .* for 0 examples"),
        ({"images": IMAGES.clip(0, 1) / 255}, ValueError, r"in 0..1 .*, got floats up to 0\.0039: already 0 to 1\?"),
        ({"network": broken(np.nan)}, ValueError, r"weights must be finite numbers .*Parameter\(784 × 4, float32\)"),
        ({"network": broken(-np.inf)}, ValueError, r"weights must be finite numbers .*, got NaN or infinity"),
        ({"images": IMAGES + 2.5}, ValueError, r"images must be floats in 0..1 or .*, got floats up to 11.5"),
        ({"labels": np.arange(9)}, ValueError, r"one label for each, got labels \(9,\) for 10 examples"),
        ({"labels": np.arange(10.0)}, TypeError, r"labels must be integers, got float64"),
        ({"labels": np.arange(-1, 9)}, ValueError, r"labels must be 0 to 9, got -1 to 8"),
        ({"batch_size": 0}, ValueError, r"batch_size must be a whole number from 1 to .*, got 0"),
        ({"batch_size": 2.0}, ValueError, r"batch_size must be a whole number .*, got 2.0"),
        ({"epochs": 0}, ValueError, r"epochs must be a whole number from 1 to .*, got 0"),
        ({"rng": 42}, TypeError, r"rng must be a numpy.random.Generator, got int"),
        ({"loss": "cross-entropy"}, TypeError, r"loss must be a Loss, such as CrossEntropy\(\), got 'cross-entropy'"),
    ],
)
def test_errors_are_raised_at_the_call_and_name_value_and_rule(wrong, error, message):
    arguments = train_arguments(**wrong)
    kept = arguments["network"].values.copy()
    with pytest.raises(error, match=message):
        train(**arguments)
    np.testing.assert_array_equal(arguments["network"].values, kept)


@pytest.mark.parametrize(
    ("patched", "name"),
    [("network", "forward"), ("layer", "forward"), ("layer", "backward"), ("optimizer", "step")],
)
def test_patched_method_is_called(patched, name):
    arguments, called = train_arguments(), []
    of = arguments["network"].layers[1] if patched == "layer" else arguments[patched]
    own = getattr(of, name)
    setattr(of, name, lambda *given: called.append(name) or own(*given))
    assert len(list(train(**arguments))) == len(called) == 9


@pytest.mark.parametrize("epochs", [1, 2])
def test_rate_of_dropout_may_change_between_steps(epochs):
    ends = []
    for images in (sample().train.images[:64], sample().train.images[:64] / np.float32(255)):
        network = MLP([784, 40, 30, 10], rng=np.random.default_rng(0), dropout=0.4)
        optimizer, labels = SGD(network.parameters(), 0.1), sample().train.labels[:64]
        for _ in train(network, optimizer, images, labels, batch_size=32, epochs=epochs, rng=np.random.default_rng(1)):
            network.dropouts[1].rate = 0.8
        ends.append(network.values)
    np.testing.assert_allclose(*ends, atol=5e-5)


@pytest.mark.parametrize("other", [True, False], ids=["another optimizer", "the same"])
def test_two_trainings_of_a_network_cannot_take_turns(other):
    arguments = train_arguments()
    first = train(**arguments)
    next(first)
    if other:
        arguments["optimizer"] = SGD(arguments["network"].parameters(), 0.1)
    second = train(**arguments)
    next(first)  # the second has taken no step yet
    next(second)
    with pytest.raises(RuntimeError, match=r"MLP\(784 → 4 → 10, relu\) must be trained by one train\(\) at a time"):
        next(first)
    assert len(list(second)) == 8
