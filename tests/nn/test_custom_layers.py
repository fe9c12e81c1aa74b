"""Layers of one's own: they learn, copy and pickle, or an error names what they lack."""

import copy

import numpy as np
import pytest

from mlp import Dense, Dropout, Layer, Parameter, Sequential, Tanh
from tests.nn.test_misuse import IMAGES, OPTIMIZERS, trained


class Stretch:
    """A layer with a parameter, written independently of ours, without a list of its parameters."""

    def __init__(self, n, dtype=np.float32):
        self.factor = Parameter(np.full(n, 2.0, dtype))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs * self.factor.value

    def backward(self, grad_outputs):
        self.factor.grad = (grad_outputs * self.inputs).sum(axis=0)
        return grad_outputs * self.factor.value


class Stretches(Layer):
    """A layer that keeps parameters in a list and in another layer."""

    def __init__(self, n):
        self.shift = [Parameter(np.zeros(n, np.float32))]
        self.inner = {"stretch": Dense.of(Parameter(2 * np.eye(n, dtype=np.float32)), self.shift[0])}

    def forward(self, inputs):
        return self.inner["stretch"].forward(inputs)

    def backward(self, grad_outputs):
        return self.inner["stretch"].backward(grad_outputs)


@pytest.mark.parametrize("layer", [Stretch, Stretches])
def test_parameters_of_a_layer_learn_though_it_lists_none(layer):
    network = with_layer(layer(8))
    others = [*network.layers[0].parameters(), *network.layers[2].parameters()]
    own = [each for each in network.parameters() if all(each is not other for other in others)]
    before = [each.value.copy() for each in own]
    trained(network)
    assert len(own) == (1 if layer is Stretch else 2)
    assert not any(np.array_equal(each.value, value) for each, value in zip(own, before, strict=True))


def with_layer(layer):
    """Return a network with a layer of eight outputs after a Dense layer."""
    rng = np.random.default_rng(0)
    return Sequential([Dense(20, 8, rng=rng), layer, Dense(8, 3, rng=rng)])


class Forgetful(Stretch):
    """A layer that does not write the gradient of its second parameter, and lists the first only if told to."""

    def __init__(self, n, listed=("factor", "shift")):
        super().__init__(n)
        self.shift, self.listed = Parameter(np.zeros(n, np.float32)), listed

    def parameters(self):
        return [getattr(self, name) for name in self.listed]


def test_parameter_that_a_layer_does_not_list_is_refused():
    with pytest.raises(ValueError, match=r"must list all of .*Forgetful.*, got none of \[Parameter\(8, float32\)\]"):
        with_layer(Forgetful(8, listed=["factor"]))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_gradient_that_a_backward_leaves_unwritten_is_refused_at_the_first_step(name):
    network = with_layer(Forgetful(8))
    before = [each.value.copy() for each in network.parameters()]
    with pytest.raises(RuntimeError, match=r"numbers, that of Parameter\(8, float32\) got NaN, .*write all gradients"):
        trained(network, OPTIMIZERS[name](network.parameters()))
    for parameter, value in zip(network.parameters(), before, strict=True):
        np.testing.assert_array_equal(parameter.value, value)


class ForwardOnly(Layer):
    """A layer without ``backward``."""

    def forward(self, inputs):
        return inputs


def test_layer_without_backward_is_named():
    with pytest.raises(TypeError, match=r"forward and backward, got ForwardOnly\(\) without backward"):
        with_layer(ForwardOnly())
    with pytest.raises(NotImplementedError, match=r"needs a backward of its own, and ForwardOnly\(\) has none"):
        ForwardOnly().backward(IMAGES)


class Halved(Layer):
    """A layer that drops half of the inputs, unannounced."""

    def forward(self, inputs):
        return inputs[:, ::2]

    def backward(self, grad_outputs):
        return grad_outputs  # too few


def test_layer_of_the_wrong_width_is_named():
    network = with_layer(Halved())
    with pytest.raises(ValueError, match=r"Dense\(8, 3\) must take the outputs before it, \(40, 4\), got: "):
        network.forward(IMAGES)
    rng = np.random.default_rng(0)
    halved = Halved()
    halved.n_in, halved.n_out = 8, 4
    network = Sequential([Dense(20, 8, rng=rng), Tanh(), halved, Dense(4, 3, rng=rng)])
    with pytest.raises(ValueError, match=r"Tanh\(\) must take the gradient that reaches it, \(10, 4\), got: "):
        trained(network)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_custom_layer_learns_pickles_and_copies(name):
    rng = np.random.default_rng(0)
    network = Sequential([Dense(20, 8, rng=rng), Stretch(8), Dropout(0.2), Tanh(), Dense(8, 3, rng=rng)])
    optimizer = OPTIMIZERS[name](network.parameters())
    trained(network, optimizer)
    assert not np.allclose(network.layers[1].factor.value, 2)
    twin = copy.deepcopy(network)
    np.testing.assert_array_equal(twin.predict_proba(IMAGES), network.predict_proba(IMAGES))
