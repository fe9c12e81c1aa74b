"""The formulas contain the numbers that the code computes."""

import re
from dataclasses import replace

import numpy as np
import pytest

from mlp.analysis.slow_motion import position_of, slow_step, steepest
from mlp.nn.losses import softmax
from mlp.page.tabs.step.backward import update_numbers
from mlp.page.tabs.step.formulas import softmax_formula, weighted_sum
from mlp.training.run import Run, steps
from tests.each_setting import BY_OPTIMIZER, EACH_SETTING, OPTIMIZERS, examples


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


@pytest.mark.parametrize(("change", "optimizer"), BY_OPTIMIZER)
def test_formula_of_an_update_ends_with_the_weight_of_the_step(change, optimizer):
    settings = replace(EACH_SETTING[change][1], **OPTIMIZERS[optimizer])
    run, (images, labels) = Run(settings), examples(settings)
    next(steps(run, images, labels))  # after it, velocities and means are not 0
    step = slow_step(run, images, labels)
    position = position_of(step.before, 0, steepest(step.before, 0))
    assert last_number(update_numbers(step, position)) == pytest.approx(step.after.values[position], rel=1e-4)
