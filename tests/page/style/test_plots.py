"""The curves as points, and images of signed numbers."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mlp.page.style.plots import UNITS, run_plot, value_range
from mlp.page.style.signed_pictures import signed_url
from mlp.page.style.theme import DARK, LIGHT
from mlp.training.history import Evaluation, History


def history(n_epochs=3, level=0.5):
    records = History(10)
    for epoch in range(n_epochs + 1):
        loss = 2.3 - level * epoch / 2
        records.evaluations.append(
            Evaluation(10 * epoch, float(epoch), loss, level, training_loss=loss / 2, training_accuracy=level + 0.1)
        )
    records.add_steps(np.linspace(2.3, 1, 10 * n_epochs), np.linspace(0.1, level, 10 * n_epochs))
    return records


def points(line, axis="y"):
    return np.cumsum(line[axis]) / UNITS


def test_line_has_the_measured_values_without_the_one_before_the_first_step():
    records = history()
    *_, training, validation = run_plot("loss", records, 3)["lines"]
    assert points(validation, "x").tolist() == [1, 2, 3]
    assert points(validation) == pytest.approx([each.loss for each in records.evaluations[1:]], abs=1 / UNITS)
    assert points(training) == pytest.approx([each.training_loss for each in records.evaluations[1:]], abs=1 / UNITS)
    assert (training["color"], validation["color"]) == ("accent", "second")


@pytest.mark.parametrize(("last", "top"), [(1.0, 3), (40.0, 50)])
def test_loss_spike_may_leave_the_chart_but_not_the_present(last, top):
    losses = np.full(200, 1.0)
    losses[100:105] = 1600
    losses[-60:] = last
    low, high = value_range("loss", losses, np.array([2.3, 1.0, last]), np.array([]))
    assert low == 0
    assert last < high <= top


def test_new_learning_rate_is_marked_at_its_step():
    records = history()
    records.learning_rates += [(1.5, 0.01), (99.0, 0.5)]  # the second is beyond the axes
    assert all(run_plot(quantity, records, 3)["marks"] == [(1.5, "0.01")] for quantity in ("loss", "accuracy"))


def test_values_that_are_not_finite_are_left_out():
    records = history()
    records.evaluations[2] = records.evaluations[2]._replace(loss=float("inf"))
    assert points(run_plot("loss", records, 3)["lines"][-1], "x").tolist() == [1, 3]


def pixels(url):
    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    return np.asarray(image.convert("RGB"))


def color(text):
    return [int(text[start : start + 2], 16) for start in (1, 3, 5)]


def test_ends_and_the_middle_have_the_themes_colors():
    for colors in (LIGHT, DARK):
        shown = pixels(signed_url(np.array([[-1.0, 0.0, 1.0, -7.0, 7.0]]), colors))[0].tolist()
        against, paper, supporting = color(colors["second"]), color(colors["paper"]), color(colors["accent"])
        assert shown == [against, paper, supporting, against, supporting]
