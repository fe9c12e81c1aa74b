"""The formulas contain the numbers that the code computes."""

import math
import re
from dataclasses import replace
from decimal import Decimal
from itertools import islice, pairwise

import numpy as np
import pytest

from mlp.analysis.slow_motion import position_of, slow_step, steepest
from mlp.nn.losses import softmax
from mlp.nn.optimizers import SGD
from mlp.nn.parameters import Parameter
from mlp.page.tabs.step import backward, forward
from mlp.page.tabs.step.backward import update_numbers
from mlp.page.tabs.step.formulas import sgd_numbers, softmax_formula, weighted_sum
from mlp.training.run import Run, steps
from tests.each_setting import BASE, BY_OPTIMIZER, EACH_SETTING, OPTIMIZERS, examples


def last_number(formula):
    return float(re.findall(r"=\s*(-?[\d.]+)", formula)[-1])


def as_python(formula):
    """Return a formula's numbers, sums, products, fractions and logarithms as Python writes them."""
    for latex, python in (
        (r" \\\\ &\\quad", ""),
        (r"\\underbrace{(.*?)}_{(?:\\text{.*?}|[^{}]*)}", r"\1"),
        (r"\\mathbf{(.*?)}", r"\1"),
        (r" \\cdot 10\^{(.*?)}", r"e\1"),
        (r"\\frac{([-\d.e]+)}{([\d.]+)}", r"(\1 / \2)"),
        (r"\\log e\^{(.*?)}", r"* (\1)"),
        (r"\\log ([-\d.e]+)", r"* log(\1)"),
        (r"\\(,|cdot)", " * "),
        (r"(=|-) *\*", r"\1 "),
    ):
        formula = re.sub(latex, python, formula)
    return formula


def value_of(terms):
    return eval(terms, {"log": math.log})  # noqa: S307  our own text


def assert_adds_up(formula, units=0.501):
    """Assert that each sum of numbers in a formula gives what stands behind its equals sign, to its last digit."""
    sides = re.split(r"=|\\\\", re.sub(r"&|\\(begin|end){aligned}", "", as_python(formula)))
    sums = [
        (terms, total)
        for terms, total in pairwise(side.strip() for side in sides if side.strip())
        if re.fullmatch(r"([-+*/\d.()e ]|log)+", terms) and re.fullmatch(r"[-\d.e]+", total)
    ]
    assert sums
    for terms, total in sums:
        assert value_of(terms) == pytest.approx(float(total), rel=1e-12, abs=units * unit_of(total)), (terms, total)


def unit_of(total):
    """Return what one in the last digit of a number is."""
    return 10.0 ** int(Decimal(total).as_tuple().exponent)


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


def drawn(step, stage, monkeypatch):
    """Return the formula that a stage draws beside the followed image, and what it writes below images, in order."""
    formulas, captions = [], []
    monkeypatch.setattr(forward, "SHOWN_IMAGES", len(step.labels))
    monkeypatch.setattr(forward, "images_of", lambda step, places, texts, **others: captions.extend(texts))
    for module in (forward, backward):
        monkeypatch.setattr(module, "image_and_formula", lambda step, i, formula: formulas.append(formula))
    stage(step)
    (formula,) = formulas
    return formula, captions


@pytest.mark.parametrize("change", [*EACH_SETTING, "a diverging rate"])
def test_loss_and_its_gradient_on_the_page_are_those_of_the_step(change, monkeypatch):
    settings = EACH_SETTING[change][1] if change in EACH_SETTING else replace(BASE, learning_rate=1000.0)
    run, (images, labels) = Run(settings), examples(settings)
    list(islice(steps(run, images, labels), 5))
    step = slow_step(run, images, labels)
    n = len(step.labels)
    for image in range(0, n, 7):
        monkeypatch.setattr("mlp.page.state.slow_picture.get", lambda image=image: image)
        formula, captions = drawn(step, forward.loss, monkeypatch)
        assert_adds_up(formula, units=1)
        costs = [float(caption.split(": ")[1]) for caption in captions]
        assert len(costs) == n
        assert np.mean(costs) == pytest.approx(step.loss, rel=1e-6, abs=0.005)
        assert f"{step.loss:.4g}" == f"{last_number(as_python(formula)):.4g}"
        formula, _ = drawn(step, backward.backward, monkeypatch)
        assert_adds_up(formula, units=1)
        total = as_python(formula).split("=")[-1].split("\\")[0]
        rounding = 2**-22 / n  # of a probability as a float32
        slope = step.grad_outputs[-1][image, step.labels[image]]
        assert slope == pytest.approx(float(total), abs=unit_of(total) + rounding)


def test_update_far_smaller_than_its_weight_is_seen():
    formula = sgd_numbers(SGD([Parameter(np.zeros(1, np.float32))], 0.1), 0.045295, 1.234e-6)
    assert_adds_up(formula)
    assert last_number(formula) != 0.045295
