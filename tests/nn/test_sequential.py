"""A list of layers as a network, with custom layers."""

import numpy as np
import pytest

from mlp import MLP, SGD, Dense, ReLU, Sequential, Sigmoid, Tanh, load_model, save_model, train
from mlp.nn.layers import Layer
from mlp.nn.losses import softmax_cross_entropy
from mlp.nn.weights import ModelError
from tests.nn.test_custom_layers import Stretch
from tests.nn.test_gradients import TOLERANCE, central_differences, relative_error
from tests.nn.test_layers import dense

LABELS = np.arange(64) % 10
IMAGES = np.kron(np.eye(10, 14), np.ones(56))[LABELS].astype(np.uint8) * 200  # each digit has its own two rows
IMAGES += np.random.default_rng(0).integers(0, 50, IMAGES.shape).astype(np.uint8)

RELU, SHARED, SHARING = ReLU(), Stretch(4), Stretch(4)
SHARING.factor = SHARED.factor


class Softplus(Layer):
    """A custom activation derived from `Layer`, without parameters, which keeps its outputs."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        self.outputs = np.logaddexp(inputs, 0)
        return self.outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        return grad_outputs * (1 - np.exp(-self.outputs))


def article(rng: np.random.Generator) -> Sequential:
    return Sequential([Dense(784, 30, rng=rng), ReLU(), Dense(30, 20, rng=rng), ReLU(), Dense(20, 10, rng=rng)])


def losses(network: Sequential, epochs: int = 3, rate: float = 0.1, images: np.ndarray = IMAGES) -> list[float]:
    rng, optimizer = np.random.default_rng(1), SGD(network.parameters(), rate)
    steps = train(network, optimizer, images, LABELS, batch_size=16, epochs=epochs, rng=rng)
    return [step.loss for step in steps]


def test_mlp_equals_a_list_of_layers():
    long, short = article(np.random.default_rng(5)), MLP([784, 30, 20, 10], rng=np.random.default_rng(5))
    assert isinstance(short, Sequential)
    floats = IMAGES / np.float32(255)  # of which both take the plain steps
    assert losses(long, images=floats) == losses(short, images=floats)
    assert [layer.tobytes() for layer in long.activations(IMAGES)] == [
        layer.tobytes() for layer in short.activations(IMAGES)
    ]
    np.testing.assert_array_equal(long.predict_proba(IMAGES), short.predict_proba(IMAGES))


@pytest.mark.parametrize(
    "middle",
    [
        [ReLU(), Tanh()],
        [Softplus(), ReLU()],
        [Stretch(5, np.float64), Sigmoid(), Stretch(5, np.float64)],
        [ReLU(), Stretch(5, np.float64), ReLU()],
    ],
    ids=["two of ours", "one's own, then ours", "between", "around"],
)
def test_gradients_are_right_for_any_neighbors_of_an_activation(middle):
    rng, double = np.random.default_rng(2), np.float64  # central differences need float64
    network = Sequential([Dense(6, 5, rng=rng, dtype=double), *middle, Dense(5, 4, rng=rng, dtype=double)])
    inputs, labels = rng.random((3, 6)), np.array([0, 3, 1])
    network.backward(softmax_cross_entropy(network.forward(inputs), labels)[1])
    for parameter in network.parameters():
        expected = central_differences(
            lambda: softmax_cross_entropy(network.logits(inputs), labels)[0], parameter.value
        )
        assert relative_error(parameter.grad, expected) < TOLERANCE


def test_list_that_is_an_mlp_is_saved_and_reads_the_same(tmp_path):
    network = article(np.random.default_rng(5))
    losses(network)
    save_model(network, tmp_path / "list.safetensors", seed=5)
    loaded = load_model(tmp_path / "list.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(IMAGES), network.predict_proba(IMAGES))
    assert loaded.facts["seed"] == 5


@pytest.mark.parametrize(
    ("layers", "named"),
    [
        ([Stretch(784), dense(784, 10)], "Stretch cannot be saved"),
        ([dense(784, 10), Softplus()], "Softplus cannot be saved"),
        ([dense(784, 20), Softplus(), ReLU(), dense(20, 10)], "Softplus cannot be saved"),
        ([dense(784, 10), ReLU()], r"got Sequential\(\[Dense\(784, 10\), ReLU\(\)\]\)"),
    ],
)
def test_unsavable_network_is_named_and_leaves_no_file(tmp_path, layers, named):
    with pytest.raises(ModelError, match=named):
        save_model(Sequential(layers), tmp_path / "list.safetensors")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("layers", "error", "named"),
    [
        ([], ValueError, "at least one layer, got none"),
        ([RELU, RELU], ValueError, r"each layer may occur once in a network, got ReLU\(\) twice"),
        ([SHARED, SHARING], ValueError, r"may belong to one layer, got Parameter\(4, float32\) in two"),
        ([dense(4, 3), 7], TypeError, "forward and backward, got 7"),
        ([dense(4, 3), ReLU(), dense(2, 3)], ValueError, r"Dense\(2, 3\) must take the 3 outputs"),
        ([Stretch(4), dense(4, 3, np.float64)], ValueError, "one type, got float32, float64"),
    ],
)
def test_invalid_layers_are_refused(layers, error, named):
    with pytest.raises(error, match=named):
        Sequential(layers)


class Doubling:
    """A custom layer that works in place."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        inputs *= 2
        return inputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        return 2 * grad_outputs


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
@pytest.mark.parametrize("method", ["forward", "logits", "activations"])
@pytest.mark.parametrize("place", [0, 2])
def test_layer_that_works_in_place_is_refused_and_changes_no_images(kind, method, place):
    rng = np.random.default_rng(0)
    layers = [Dense(784, 5, rng=rng), Tanh(), Dense(5, 10, rng=rng)]
    layers.insert(place, Doubling())
    images = np.full((3, 784), 2, kind)
    with pytest.raises(ValueError, match="read-only"):
        getattr(Sequential(layers), method)(images)
    assert (images == 2).all()


@pytest.mark.parametrize(
    "take", [lambda network: network, *(lambda network, n=n: network.layers[n] for n in (0, 1, 3))]
)
def test_backward_before_forward_is_refused(take):
    network = MLP([784, 20, 10], activation="tanh", rng=np.random.default_rng(5), dropout=0.5)
    with pytest.raises(RuntimeError, match=r"backward needs a forward before it, and .*(Dense\(\d+, \d+\)|Tanh\(\))"):
        take(network).backward(np.ones((3, 10), np.float32))


def test_network_keeps_what_it_was_made_of():
    network = MLP([784, 20, 10], rng=np.random.default_rng(5))
    parts = dict(vars(network))
    network.layer_sizes.append(3)  # of a list of the caller's own
    for name, other in {
        "layers": (Dense(784, 10, rng=np.random.default_rng(5)),),
        "activation": "tanh",
        "dropout": 0.5,
        "layer_sizes": [784, 10],
        "dtype": np.float64,
    }.items():
        with pytest.raises(AttributeError, match=f"property '{name}' of 'MLP' object has no setter"):
            setattr(network, name, other)
    assert vars(network) == parts
    assert network.layer_sizes == [784, 20, 10]


class Frozen(Dense):
    """A layer whose gradients stay 0."""

    def backward(self, grad_outputs):
        return 0 * super().backward(0 * grad_outputs)


@pytest.mark.parametrize("own", [True, False])
def test_backward_of_a_first_layer_may_be_ones_own(own):
    rng = np.random.default_rng(0)
    first = (Frozen if own else Dense)(784, 5, rng=rng)
    network = Sequential([first, ReLU(), Dense(5, 10, rng=rng)])
    grads = network.pull_back(softmax_cross_entropy(network.forward(IMAGES), LABELS)[1])
    assert first.weight.grad.any() == first.bias.grad.any() == (not own)
    assert [grad.shape for grad in grads] == [(64, 5), (64, 5), (64, 10)]


@pytest.mark.parametrize("n", [4000, 4500])
def test_large_sets_use_all_idle_cores_with_equal_bits_and_errstate(n, monkeypatch):
    network = MLP([784, 30, 10], rng=np.random.default_rng(5))
    network.values[...] *= 1e25
    images = np.random.default_rng(1).integers(0, 256, (n, 784)).astype(np.uint8)
    found = []
    for cores in (1, 3):
        monkeypatch.setattr("mlp.nn.sequential.idle_cores", lambda cores=cores: cores)
        with np.errstate(over="ignore", invalid="ignore"):
            found.append(network.logits(images))
    assert not np.isfinite(found[0]).all()
    np.testing.assert_array_equal(found[0], found[1])
    with np.errstate(over="raise", invalid="raise"), pytest.raises(FloatingPointError):
        network.logits(images)
