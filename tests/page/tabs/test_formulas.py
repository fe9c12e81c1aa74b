"""The formulas contain the numbers that the code computes."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from math import prod

import numpy as np
import pytest

from mlp.analysis.slow_motion import position_of, slow_step, steepest
from mlp.nn.losses import softmax
from mlp.nn.optimizers import SGD
from mlp.nn.parameters import Parameter
from mlp.page.tabs.step.backward import update_numbers
from mlp.page.tabs.step.formulas import sgd_numbers, softmax_formula, weighted_sum
from mlp.training.run import Run, steps
from tests.each_setting import BY_OPTIMIZER, EACH_SETTING, OPTIMIZERS, examples


def last_number(formula):
    return float(re.findall(r"=\s*(-?[\d.]+)", formula)[-1])


def value_of(terms):
    """Return the value of a sum of products, as in "0.5 - 0.1 * (-2)"."""
    first, *others = re.split(r" ([+-]) ", terms.replace("(", "").replace(")", ""))
    signs, products = ["+", *others[::2]], [first, *others[1::2]]
    return sum(
        float(f"{sign}1") * prod(map(float, product.split(" * ")))
        for sign, product in zip(signs, products, strict=True)
    )


def assert_adds_up(formula):
    """Assert that each sum of numbers in a formula gives what stands behind its equals sign, to the last digit."""
    formula = re.sub(r"\\underbrace{(.*?)}_{\\text{.*?}}", r"\1", formula.replace(r" \\ &\quad", ""))
    formula = re.sub(r" \\cdot 10\^{(.*?)}", r"e\1", formula).replace(r"\cdot", "*")
    sides = re.split(r"=|\\\\", re.sub(r"&|\\(begin|end){aligned}", "", formula))
    sums = [
        (terms, total)
        for terms, total in pairwise(side.strip() for side in sides if side.strip())
        if re.fullmatch(r"[-+*\d.()e ]+", terms) and re.fullmatch(r"[-\d.e]+", total)
    ]
    assert sums
    for terms, total in sums:
        unit = 10.0 ** int(Decimal(total).as_tuple().exponent)
        assert value_of(terms) == pytest.approx(float(total), rel=1e-12, abs=0.501 * unit), (terms, total)


def test_weighted_sum_ends_with_the_sum():
    rng = np.random.default_rng(0)
    inputs, weights = rng.random(50), rng.standard_normal(50)
    formula = weighted_sum(inputs, weights, 0.25, neuron=3, symbol="x")
    assert last_number(formula) == pytest.approx(inputs @ weights + 0.25, rel=5e-3)
    assert r"\text{47 more}" in formula
    assert_adds_up(formula)


def test_sum_of_terms_that_cancel_adds_up():
    assert_adds_up(weighted_sum(np.array([0.996, 0.5]), np.array([0.51234, -1.0]), -0.01, neuron=3, symbol="x"))


def test_softmax_formula_ends_with_the_probability():
    logits = np.array([1.0, 3.0, -2.0, 0.5])
    formula = softmax_formula(logits, 1, "1")
    assert last_number(formula) == pytest.approx(softmax(logits)[1], rel=5e-3)
    assert r"e^{3 - 3}" in formula
    power, sum_of_powers, share = re.search(r"frac{e\^{([-\d. ]+)}}{([\d.]+)} = (.*?)\\end", formula).groups()
    assert f"{np.exp(value_of(power)) / float(sum_of_powers):.3g}" == share


@pytest.mark.parametrize(("change", "optimizer"), BY_OPTIMIZER)
def test_formula_of_an_update_ends_with_the_weight_of_the_step(change, optimizer):
    settings = replace(EACH_SETTING[change][1], **OPTIMIZERS[optimizer])
    run, (images, labels) = Run(settings), examples(settings)
    next(steps(run, images, labels))  # after it, velocities and means are not 0
    step = slow_step(run, images, labels)
    position = position_of(step.before, 0, steepest(step.before, 0))
    formula = update_numbers(step, position)
    assert last_number(formula) == pytest.approx(step.after.values[position], rel=1e-4)
    assert_adds_up(formula)


def test_update_far_smaller_than_its_weight_is_seen():
    formula = sgd_numbers(SGD([Parameter(np.zeros(1, np.float32))], 0.1), 0.045295, 1.234e-6)
    assert_adds_up(formula)
    assert last_number(formula) != 0.045295
