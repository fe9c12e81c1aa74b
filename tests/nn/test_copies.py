"""Everything pickles, copies and shows how it was constructed, and copies are independent."""

import copy
import pickle

import numpy as np
import pytest

from mlp import SGD, Dense, Dropout, Parameter, ReLU, Sigmoid
from tests.nn.test_misuse import OPTIMIZERS, backward, listed, small, trained

THINGS = {
    "Dense": lambda: Dense(20, 8, rng=np.random.default_rng(0)),
    "ReLU": ReLU,
    "Sigmoid": Sigmoid,
    "Dropout": lambda: Dropout(0.5),
    "Parameter": lambda: Parameter(np.ones(3)),
    "Sequential": lambda: listed(0.5),
    "MLP": small,
    **{name: lambda make=make: make(small().parameters()) for name, make in OPTIMIZERS.items()},
}


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
@pytest.mark.parametrize("name", THINGS)
def test_everything_copies_and_shows_the_same(name, twin_of):
    thing = THINGS[name]()
    assert repr(twin_of(thing)) == repr(thing)
    assert "object at" not in repr(thing)


@pytest.mark.parametrize("twin_of", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("order", [1, -1])
def test_copied_network_and_optimizer_stay_connected(name, twin_of, order):
    network = small()
    optimizer = OPTIMIZERS[name](network.parameters())
    trained(network, optimizer)
    twin, twin_optimizer = twin_of((network, optimizer)[::order])[::order]
    expected = trained(network, optimizer)
    assert trained(twin, twin_optimizer) == expected
    np.testing.assert_array_equal(twin.values, network.values)
    assert all(np.shares_memory(parameter.value, twin.values) for parameter in twin_optimizer.parameters)


def test_copy_between_backward_and_step_keeps_the_gradient():
    network = small()
    optimizer = SGD(network.parameters(), 0.1)
    backward(network)
    twin, twin_optimizer = copy.deepcopy((network, optimizer))
    optimizer.step()
    twin_optimizer.step()
    np.testing.assert_array_equal(twin.values, network.values)
    assert not np.array_equal(network.values, small().values)
