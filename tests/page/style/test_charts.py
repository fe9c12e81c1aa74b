"""The curves as charts, with earlier runs and marks of new learning rates."""

import re
import time
import xml.etree.ElementTree as ElementTree
from io import BytesIO

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from mlp.page.style.chart_labels import Box, label_box
from mlp.page.style.charts import Chart, Earlier, accuracy_axes, curves
from mlp.page.style.theme import DARK, LIGHT
from mlp.page.tabs.runs.printed_curves import printed_curves
from mlp.training.history import Curve, Evaluation, History

NONE = Curve(np.empty(0), np.empty(0))


def history(n_epochs=3, level=0.5):
    records = History(10)
    for epoch in range(n_epochs + 1):
        loss = 2.3 - level * epoch / 2
        records.evaluations.append(
            Evaluation(10 * epoch, float(epoch), loss, level, training_loss=loss / 2, training_accuracy=level + 0.1)
        )
    records.add_steps(np.linspace(2.3, 1, 10 * n_epochs), np.linspace(0.1, level, 10 * n_epochs))
    return records


@pytest.mark.parametrize("colors", [LIGHT, DARK])
@pytest.mark.parametrize("records", [None, History(10), history()])
def test_curves_are_whole_svg_pictures(colors, records):
    for text in curves(records, 3, colors):
        assert ElementTree.fromstring(text).tag.endswith("svg")


def test_earlier_run_leaves_no_trace_in_the_next_chart():
    plain = curves(history(), 3, LIGHT)
    under = curves(history(), 3, LIGHT, [("run 1", history(level=0.4))])
    assert all("run 1" in text for text in map(words, under))
    assert [words(text) for text in curves(history(), 3, LIGHT)] == [words(text) for text in plain]


def test_synthetic_accuracy_is_a_quiet_line_on_request():
    records = history()
    records.evaluations[1:] = [one._replace(synthetic=0.5, synthetic_unseen=0.4) for one in records.evaluations[1:]]
    loss, accuracy = curves(records, 3, LIGHT, with_synthetic=True)
    assert part(accuracy, "earlier_1") is not None
    assert "drawings" in words(accuracy)
    assert "drawings" not in words(loss) + words(curves(records, 3, LIGHT)[1])


def test_guess_is_below_the_curve_in_full_run_axes():
    guess = Curve(np.array([0.0, 25.0]), np.array([0.1, 0.9]))
    loss, accuracy = curves(history(), 25, LIGHT, guess=guess)
    assert "your guess" in words(accuracy)
    assert "your guess" not in words(loss)
    path = part(accuracy, "guess").find("{*}path").get("d")
    left, right = (float(x) for x in re.findall(r"[ML] ([\d.]+)", path))
    assert right - left == pytest.approx(0.85 * 4.8 * 72, rel=1e-3)
    assert words(accuracy_axes(25, LIGHT)) in words(accuracy)


@pytest.mark.parametrize(("last", "top"), [(1.0, 3), (40.0, 50)])
def test_loss_spike_may_leave_the_chart_but_not_the_present(last, top):
    chart = Chart(LIGHT, as_percent=False)
    losses = np.full(200, 1.0)
    losses[100:105] = 1600
    losses[-60:] = last
    steps = np.arange(200) / 10
    measured = Curve(np.array([0.0, 10.0, 20.0]), np.array([2.3, 1.0, last]))
    chart.svg(Curve(steps, losses), measured, measured, 20)
    low, high = chart.axes.get_ylim()
    assert low == 0
    assert last < high <= top


def test_earlier_runs_differ_in_dashes():
    _, accuracy = curves(history(), 3, LIGHT, [(f"run {n}", history(level=0.4 + 0.1 * n)) for n in range(3)])
    styles = [part(accuracy, f"earlier_{number}").find("{*}path").get("style") for number in (1, 2, 3)]
    assert len({re.search("stroke-dasharray: ([^;]*)", style)[1] for style in styles}) == 3


def test_chart_parts_have_names():
    records = history()
    records.learning_rates.append((1.5, 0.01))
    for text in curves(records, 3, LIGHT, [("run 1", history())]):
        for name in ("training", "validation", "earlier_1", "mark_1"):
            assert part(part(text, "lines"), name).findall(".//{*}path")
        for name in ("earlier_1_name", "mark_1_text"):
            assert part(part(text, "lines"), name).findall(".//{*}text")
        assert not part(text, "axes").findall(".//*[@id='training']")


@pytest.mark.parametrize(
    "ends",
    [[(10.0, 20.0)], [(100.0, 50.0)], [(100.0, 98.0)], [(100.0, 50.0), (100.0, 52.0), (60.0, 50.0)]],
)
def test_line_names_overlap_no_line_and_no_other_name(ends):
    lines = [Curve(np.array([0.0, x]), np.array([5.0 * place, y])) for place, (x, y) in enumerate(ends)]
    names: list[Box] = []
    for end in ends:
        names.append(label_box("run 3", end, lines, names, Box(0, 0, 100, 100)))
    for place, box in enumerate(names):
        assert box.left >= 0
        assert box.top <= 100
        assert np.hypot(box.right - ends[place][0], box.bottom - ends[place][1]) < 50
        inside = np.linspace(box.left, box.right, 50)
        for line in lines:
            heights = np.interp(inside, line.x, line.y, left=-9, right=-9)
            assert not ((heights > box.bottom) & (heights < box.top)).any()
        for other in names[:place]:
            apart = box.left >= other.right or box.right <= other.left
            assert apart or box.top <= other.bottom or box.bottom >= other.top


def test_dot_at_the_end_of_the_axes_is_not_cut():
    for text in curves(history(), 3, LIGHT, [("run 1", history(level=0.4))]):
        root = ElementTree.fromstring(text)
        clips = {clip.get("id"): clip.find("{*}rect") for clip in root.iterfind(".//{*}clipPath")}
        for name in ("training", "validation", "earlier_1"):
            for group in part(text, name).iter("{http://www.w3.org/2000/svg}g"):
                dots = group.findall("{*}use")
                if not dots:
                    continue
                clip = clips[group.get("clip-path").removeprefix("url(#").removesuffix(")")]
                assert float(clip.get("x")) + float(clip.get("width")) > float(dots[-1].get("x")) + 1.4


def test_vertical_axis_includes_earlier_runs():
    chart = Chart(LIGHT, as_percent=False)
    far = Curve(np.array([0.0, 1.0]), np.array([9.0, 8.0]))
    chart.svg(Curve(np.array([1.0]), np.array([1.0])), NONE, NONE, 1, [Earlier("run 1", far)])
    assert chart.axes.get_ylim()[1] > 8


@pytest.mark.parametrize("epochs", [0.1, 0.2, 1, 25, 100])
def test_last_number_of_the_axis_is_whole(epochs):
    chart = Chart(LIGHT, as_percent=False)
    chart.svg(NONE, NONE, NONE, epochs)
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    assert max(label.get_window_extent(renderer).x1 for label in chart.axes.get_xticklabels()) < chart.figure.bbox.x1


@pytest.mark.parametrize("epochs", [1, 2, 3, 4, 5, 7, 8, 10, 25, 40, 75, 100])
def test_epochs_are_counted_in_steps_of_1_2_or_5(epochs):
    chart = Chart(LIGHT, as_percent=False)
    chart.svg(Curve(np.array([epochs]), np.array([1.0])), NONE, NONE, epochs)
    step = float(chart.axes.get_xticks()[1])
    assert f"{step:.0e}"[0] in "125"
    assert float(f"{step:.0e}") == pytest.approx(step)


@pytest.mark.parametrize("epochs", [0.1, 0.5, 1, 25, 100])
def test_axis_unit_is_clear_of_curves_and_guess_handles(epochs):
    chart = Chart(LIGHT, as_percent=True)
    chart.svg(NONE, NONE, NONE, epochs)
    renderer = FigureCanvasAgg(chart.figure).get_renderer()
    unit, second, *_ = (label.get_window_extent(renderer) for label in chart.axes.get_xticklabels())
    assert chart.axes.get_xticklabels()[0].get_text() == "epoch 0"
    assert chart.figure.bbox.x0 <= unit.x0 < unit.x1 < second.x0
    assert unit.y1 < chart.axes.get_window_extent().y0


def test_training_curve_shows_measured_images_not_warped_minibatches():
    loss, accuracy = curves(history(level=0.8), 3, LIGHT)
    for text, below in ((loss, True), (accuracy, False)):
        training, minibatches = (
            float(re.findall(r"[ML] [\d.]+ ([\d.]+)", part(text, name).find("{*}path").get("d"))[-1])
            for name in ("training", "smoothed")
        )
        assert (training > minibatches) == below  # y of an SVG grows downward


def test_new_learning_rate_is_marked_at_its_step():
    records = history()
    records.learning_rates.append((1.5, 0.01))
    assert all("0.01" in words(text) for text in curves(records, 3, LIGHT))


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_curves_can_be_kept_as_a_picture(kind):
    records = history()
    records.learning_rates.append((1.5, 0.01))
    data = printed_curves(records, 3, "Inkling, run 1", kind)
    if kind == "png":
        assert Image.open(BytesIO(data)).size == (1760, 640)
    else:
        assert "Inkling, run 1" in words(data.decode())


def test_frame_within_known_axes_costs_a_fraction_of_the_first():
    chart, shown = Chart(LIGHT, as_percent=False), []

    def cost_s(*losses):
        began = time.thread_time()
        shown.append(chart.svg(Curve(np.array([0.0, 0.5]), np.array(losses)), NONE, NONE, 1))
        return time.thread_time() - began

    cost_s(2.0, 1.2)  # also loads fonts
    low = min(cost_s(2.0, end) for end in (1.0, 1.5, 1.9))
    first = cost_s(3.0, 9.0)
    assert low < 0.5 * first
    assert min(cost_s(start, 9.0) for start in (4.0, 5.0, 6.0)) < 0.5 * first
    assert len(set(shown)) == 8
    numbers = [words(picture) for picture in shown]
    assert numbers == [numbers[0]] * 4 + [numbers[4]] * 4
    assert numbers[0] != numbers[4]


def part(svg, name):
    """Return the only element with this name."""
    root = ElementTree.fromstring(svg) if isinstance(svg, str) else svg
    (found,) = root.findall(f".//*[@class='{name}']")
    return found


def words(svg):
    """Return all texts in a chart."""
    return " ".join(element.text for element in ElementTree.fromstring(svg).iterfind(".//{*}text"))
