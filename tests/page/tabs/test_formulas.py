"""The formulas contain the numbers that the code computes."""

import re

import numpy as np
import pytest

from mlp.nn.losses import softmax
from mlp.nn.optimizers import SGD, Adam
from mlp.nn.parameters import Parameter
from mlp.page.tabs.step.formulas import adam_numbers, sgd_numbers, softmax_formula, weighted_sum


def last_number(formula):
    return float(re.findall(r"=\s*(-?[\d.]+)", formula)[-1])


def test_weighted_sum_ends_with_the_sum():
    rng = np.random.default_rng(0)
    inputs, weights = rng.random(50), rng.standard_normal(50)
    formula = weighted_sum(inputs, weights, 0.25, neuron=3, symbol="x")
    assert last_number(formula) == pytest.approx(inputs @ weights + 0.25, rel=5e-3)
    assert r"\text{47 more}" in formula


def test_softmax_formula_ends_with_the_probability():
    logits = np.array([1.0, 3.0, -2.0, 0.5])
    formula = softmax_formula(logits, 1, "1")
    assert last_number(formula) == pytest.approx(softmax(logits)[1], rel=5e-3)
    assert r"e^{3 - 3}" in formula


@pytest.mark.parametrize("l1", [0.0, 0.05])
@pytest.mark.parametrize(("momentum", "decay"), [(0.0, 0.0), (0.9, 0.0), (0.9, 0.01), (0.0, 0.01)])
def test_sgds_formula_ends_with_the_weight_that_sgd_makes(momentum, decay, l1):
    weight = Parameter(np.array([0.7]), np.array([0.3]))
    optimizer = SGD([weight], 0.1, momentum=momentum, weight_decay=decay, l1=l1)
    optimizer.restore({"steps_taken": 1, "velocity": np.array([0.2])})
    formula = sgd_numbers(optimizer, 0.7, 0.3, 0.2)
    optimizer.step()
    assert last_number(formula) == pytest.approx(weight.value[0], rel=1e-4)


@pytest.mark.parametrize(("decay", "l1"), [(0.0, 0.0), (0.01, 0.0), (0.01, 0.05)])
def test_adams_formula_ends_with_the_weight_that_adam_makes(decay, l1):
    weight = Parameter(np.array([0.7]), np.array([0.3]))
    optimizer = Adam([weight], 0.1, weight_decay=decay, l1=l1)
    optimizer.restore({"steps_taken": 4, "mean": np.array([0.2]), "mean_square": np.array([0.05])})
    optimizer.step()
    formula = adam_numbers(optimizer, 0.7, 0.3, 0.2, 0.05)
    assert last_number(formula) == pytest.approx(weight.value[0], rel=1e-4)
