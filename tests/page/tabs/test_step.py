"""The tab "Step by step": every stage, with the numbers of the step."""

from itertools import islice

import numpy as np
import pytest

from mlp.analysis.slow_motion import slow_step
from mlp.page.tabs.step.backward import slope_formula
from mlp.page.tabs.step.step_section import STAGES
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import training_data
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from tests.page.sight import WILD, at_rest, eventually, visitor_of
from tests.sample_digits import sample


def walk(test):
    """Yield the number of each stage, as the page shows it."""
    for number in range(1, len(STAGES) + 1):
        assert not test.exception
        yield number
        if number < len(STAGES):
            test.button(key="slow_next").click().run()


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_backward_formula_gives_the_gradients_of_the_step(activation: str, dropout: float):
    settings = Settings(activation=activation, dropout=dropout, hidden=(30, 20), images=320)
    step = slow_step(Run(settings), sample().train.images, sample().train.labels)
    formula = slope_formula(step.before, 1)
    for written, python in (("^2", "**2"), (r"\odot", "*"), ("[", "("), ("]", ")")):
        formula = formula.replace(written, python)
    first, second = (step.before.layers.index(dense) for dense in step.before.dense_layers[:2])
    step.before.forward(step.inputs, step.mask_rng())
    mask = step.before.dropouts[0].mask if dropout else None
    slope = eval(formula, {"A_1": step.activated(1), "H_1": step.next_inputs(1), "D_1": mask})  # noqa: S307  our own text
    expected = step.grad_outputs[second] @ step.before.dense_layers[1].weight.value.T * slope
    np.testing.assert_allclose(step.grad_outputs[first], expected, rtol=1e-4, atol=1e-9)


def test_steps_with_synthetic_digits_are_those_of_the_run(open_page, monkeypatch):
    monkeypatch.setattr("mlp.training.settings.SYNTHETIC", 40)
    settings = Settings(synthetic=40, hidden=(16, 16))
    train = training_data(chosen_mnist(), settings).load().train
    _, *following = islice(steps(Run(settings), train.images, train.labels), 3)
    test = open_page(tab="Step by step", written="true", width_1="16", width_2="16")
    at_rest(test.button(key="step").click().run()).button(key="slow_newest").click().run()
    for step in following:
        assert test.session_state["slow_step"][1].loss == pytest.approx(step.loss, rel=1e-5)
        test.segmented_control(key="slow_stage").set_value("After").run()
        test.button(key="slow_next").click().run()
    assert not test.exception


def test_last_step_of_a_diverged_run_is_shown(open_page):
    page = open_page(tab="Step by step", **WILD)
    page.button(key="train").click().run()
    eventually(lambda: not visitor_of(page).job.snapshot().playing)
    at_rest(page)
    assert visitor_of(page).job.snapshot().diverged
    page.button(key="slow_newest").click().run()
    for _ in range(2):  # the second of these steps has no finite loss any more
        for _ in walk(page):
            pass
        page.button(key="slow_next").click().run()
    assert not page.exception
