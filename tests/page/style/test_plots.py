"""The curves as points: lines, ranges of the axes, earlier runs and marks of new learning rates."""

import json

import numpy as np
import pytest

from mlp.page.style.plots import ALL_RIGHT, COLORS, UNITS, empty_plot, run_plot, runs_plot, value_range
from mlp.training.history import Curve, Evaluation, History

NONE = np.empty(0)


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


def named(plot):
    return [line["name"] for line in plot["lines"] if "name" in line]


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize("records", [History(10), history()])
def test_plot_is_json(quantity, records):
    assert json.loads(json.dumps(run_plot(quantity, records, 3), allow_nan=False))["x"] == [0, 3]


def test_line_has_the_measured_values_without_the_one_before_the_first_step():
    records = history()
    *_, training, validation = run_plot("loss", records, 3)["lines"]
    assert points(validation, "x").tolist() == [1, 2, 3]
    assert points(validation) == pytest.approx([each.loss for each in records.evaluations[1:]], abs=1 / UNITS)
    assert points(training) == pytest.approx([each.training_loss for each in records.evaluations[1:]], abs=1 / UNITS)
    assert (training["color"], validation["color"]) == ("accent", "second")


def test_synthetic_accuracy_is_a_quiet_line_on_request():
    records = history()
    records.evaluations[1:] = [one._replace(synthetic=0.5, synthetic_unseen=0.4) for one in records.evaluations[1:]]
    line = run_plot("accuracy", records, 3, with_synthetic=True)["lines"][0]
    assert (line["name"], line["color"]) == ("drawings", "quiet")
    assert points(line).tolist() == [0.5] * 3
    assert named(run_plot("loss", records, 3, with_synthetic=True)) == named(run_plot("accuracy", records, 3)) == []


def test_guess_is_below_the_curve_in_full_run_axes():
    guess = Curve(np.array([0.0, 25.0]), np.array([0.1, 0.9]))
    plot = run_plot("accuracy", history(), 25, guess=guess)
    assert named(plot) == ["your guess"] == [plot["lines"][0]["name"]]
    assert (plot["x"], plot["y"]) == (empty_plot(25)["x"], empty_plot(25)["y"]) == ((0, 25), (0, ALL_RIGHT))
    assert named(run_plot("loss", history(), 25, guess=guess)) == []


@pytest.mark.parametrize(("last", "top"), [(1.0, 3), (40.0, 50)])
def test_loss_spike_may_leave_the_chart_but_not_the_present(last, top):
    losses = np.full(200, 1.0)
    losses[100:105] = 1600
    losses[-60:] = last
    low, high = value_range("loss", losses, np.array([2.3, 1.0, last]))
    assert low == 0
    assert last < high <= top


def test_earlier_runs_differ_in_dashes_and_names():
    plot = run_plot("accuracy", history(), 3, [(f"run {n}", history(level=0.4 + 0.1 * n)) for n in range(3)])
    assert named(plot) == ["run 0", "run 1", "run 2"]
    assert len({tuple(line["dash"]) for line in plot["lines"][:3]}) == 3
    assert all(line["still"] and line["color"] == "quiet" for line in plot["lines"][:3])


def test_earlier_run_reaches_the_edge_of_the_axes():
    plot = run_plot("loss", history(1), 25, [("run 1", history(20))])
    assert plot["x"][1] < points(plot["lines"][0], "x")[-1] <= plot["x"][1] + 1


def test_earlier_run_without_a_curve_has_no_line():
    assert named(run_plot("loss", history(), 3, [("run 1", history(0))])) == []


def test_vertical_axis_includes_earlier_runs():
    far = History(10)
    far.evaluations += [Evaluation(10 * epoch, float(epoch), 9.0 - epoch, 0.5) for epoch in range(2)]
    assert run_plot("loss", history(), 3, [("run 1", far)])["y"][1] > 8


def test_new_learning_rate_is_marked_at_its_step():
    records = history()
    records.learning_rates += [(1.5, 0.01), (99.0, 0.5)]  # the second is beyond the axes
    assert all(run_plot(quantity, records, 3)["marks"] == [(1.5, "0.01")] for quantity in ("loss", "accuracy"))


def test_values_that_are_not_finite_are_left_out():
    records = history()
    records.evaluations[2] = records.evaluations[2]._replace(loss=float("inf"))
    assert points(run_plot("loss", records, 3)["lines"][-1], "x").tolist() == [1, 3]


def test_each_run_of_several_has_its_own_color():
    plot = runs_plot("loss", [history(), history(level=0.3), History(10)], 4)
    assert [line["color"] for line in plot["lines"]] == [color for color in COLORS[:3] for _ in range(3)]
    assert [bool(line.get("dash")) for line in plot["lines"][:3]] == [False, False, True]
    json.dumps(plot, allow_nan=False)


def test_runs_that_have_not_begun_have_empty_axes():
    plot = runs_plot("accuracy", [History(10), History(10)], 5)
    assert (plot["x"], plot["y"]) == ((0, 5), (0, 1))
    assert not any(line["x"] for line in plot["lines"])
