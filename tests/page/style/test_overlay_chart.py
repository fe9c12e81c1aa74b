"""Curves of several runs in the same axes."""

from xml.etree import ElementTree

import numpy as np
import pytest

from mlp.page.style.moving_chart import UNITS
from mlp.page.style.overlay_chart import COLORS, moving_overlaid_curves, overlaid_curves
from mlp.page.style.theme import DARK, LIGHT
from mlp.training.history import Evaluation, History


def history(start: float, end: float) -> History:
    made = History(10)
    losses = np.linspace(start, end, 40)
    made.add_steps(losses, 1 - losses / 3)
    made.evaluations += [Evaluation(10 * epoch, float(epoch), start / (epoch + 1), 0.8) for epoch in range(4)]
    return made


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_each_run_has_its_own_color(colors: dict[str, str]):
    for svg in overlaid_curves([history(2.3, 0.1), history(2.3, 0.5), history(2.3, 2.3)], 4, colors):
        ElementTree.fromstring(svg)
        shown = [colors[name] in svg for name in COLORS]
        assert shown == [True] * 3 + [False] * (len(COLORS) - 3)


def test_removed_run_leaves_no_line():
    overlaid_curves([history(2.3, 0.1), history(2.3, 0.5)], 4, LIGHT)
    loss, _ = overlaid_curves([history(2.3, 0.1)], 4, LIGHT)
    assert LIGHT["second"] not in loss


def test_runs_that_have_not_begun_have_empty_axes():
    for svg in overlaid_curves([History(10), History(10)], 5, LIGHT):
        ElementTree.fromstring(svg)


def test_moving_runs_are_points_in_their_colors():
    runs = [history(2.3, 0.1), history(2.3, 0.5)]
    loss, accuracy = moving_overlaid_curves(runs, 4, LIGHT)
    for moving in (loss, accuracy):
        assert [line["color"] for line in moving.lines] == [LIGHT["accent"]] * 3 + [LIGHT["second"]] * 3
        assert not any(LIGHT[name] in moving.svg for name in COLORS)
        ElementTree.fromstring(moving.svg)
    measured = runs[0].evaluations[1:]  # without the one before the first step
    minibatches, training, validation = loss.lines[:3]
    assert [bool(line["dash"]) for line in (minibatches, training, validation)] == [False, False, True]
    assert np.cumsum(validation["x"]) / UNITS == pytest.approx([each.epoch for each in measured])
    assert np.cumsum(validation["y"]) / UNITS == pytest.approx([each.loss for each in measured], abs=1 / UNITS)
    assert overlaid_curves(runs, 4, LIGHT)[0].count(LIGHT["second"])  # they are visible again
