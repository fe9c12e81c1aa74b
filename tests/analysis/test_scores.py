"""Scores of networks: what is read right, and how sure."""

import numpy as np
import pytest

from mlp import MLP, Reader
from mlp.analysis.calibration import fit_temperature
from mlp.analysis.mistakes import LabeledReadings, read_all
from mlp.analysis.scores import calibration_error, score_drawings, score_images, wilson_interval
from mlp.analysis.signs.sign_score import score
from mlp.images.drawing import to_mnist
from mlp.images.recorded import NO_IMAGE, SEED, Example, checked_strokes, render
from mlp.nn.digit_check import REFUSED_FROM
from mlp.nn.losses import softmax

STROKES = {1: [[5.0, 0.0], [5.0, 100.0]], 7: [[0.0, 0.0], [60.0, 0.0], [20.0, 100.0]]}


def test_calibration_error_is_the_gap_between_confidence_and_accuracy():
    confidences = np.array([0.95, 0.95, 0.95, 0.95, 0.6, 0.6])
    probabilities = np.column_stack([confidences, 1 - confidences])
    labels = np.array([0, 0, 0, 1, 0, 0])  # 3 of 4 right at 95%, both right at 60%
    assert calibration_error(probabilities, labels) == pytest.approx((4 * 0.2 + 2 * 0.4) / 6)


def reader():
    """A network that answers with the brightest of its ten inputs."""
    network = MLP([10, 10], rng=np.random.default_rng(0))
    network.parameters()[0].value[...] = 10 * np.eye(10)
    return network


def test_score_counts_errors_by_class():
    images = np.eye(10, dtype=np.float32)[[0, 1, 2, 3, 3]]
    score = score_images(reader(), images, np.array([0, 1, 3, 3, 4]))
    assert (score.n, score.right, score.refused, score.accuracy) == (5, 3, 0, 0.6)
    assert score.wrong_by_class == (0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
    sure = np.exp(10) / (np.exp(10) + 9)
    assert score.calibration_error == pytest.approx(sure - 0.6, abs=1e-6)
    assert score.seconds_per_image > 0


def test_recorded_drawings_follow_the_protocol_and_the_page():
    network = MLP([784, 10], rng=np.random.default_rng(5))
    drawings = [Example(label, NO_IMAGE, checked_strokes([STROKES[label]])) for label in (1, 7, 1, 7)]
    rng = np.random.default_rng(SEED)
    answers = [int(network.predict(to_mnist(render(drawing.strokes, rng))[np.newaxis])[0]) for drawing in drawings]
    right = [answer == drawing.label for answer, drawing in zip(answers, drawings, strict=True)]
    score = score_drawings(network, drawings)
    assert (score.n, score.right) == (4, sum(right))


def test_refused_drawings_are_counted_without_changing_answers():
    digit_check = Reader(MLP([784, 11], rng=np.random.default_rng(0)))
    digit_check.network.values[:] = 0
    digit_check.parameters()[1].value[10] = 5.0
    digit_check.facts[REFUSED_FROM] = 0.5
    network = MLP([784, 10], rng=np.random.default_rng(5))
    drawings = [Example(label, NO_IMAGE, checked_strokes([STROKES[label]])) for label in (1, 7)]
    refusing, plain = score_drawings(network, drawings, digit_check=digit_check), score_drawings(network, drawings)
    assert (refusing.refused, plain.refused) == (2, 0)
    assert refusing.right == plain.right
    images = np.zeros((3, 784), np.uint8)
    assert score_images(network, images, np.zeros(3, int), digit_check=digit_check).refused == 3


def test_refused_drawing_of_a_sign_has_no_right_answer():
    reader = Reader(MLP([784, 3], rng=np.random.default_rng(0)), names=("A", "B", "C"), none_below=0.5)
    reader.network.values[:] = 0
    reader.parameters()[0].value[:3] = 9 * np.eye(3)  # the first three pixels speak for A, B and C
    images = np.zeros((4, 784), np.uint8)
    images[[0, 1, 2], [0, 1, 1]] = 255
    found = score(reader, images, np.array([0, 1, 2, 0]))  # right, right, wrong, and none of them
    assert (found.n, found.right, found.refused, found.confused) == (4, 2, 1, [("C", "B", 1)])
    assert found.text == "2 of 4 read right, so between 15% and 85% with 95% confidence"


def test_wilson_interval_stays_within_0_and_1_and_narrows_with_more():
    assert wilson_interval(0, 5)[0] == 0
    assert wilson_interval(5, 5)[1] == 1
    assert wilson_interval(5, 5)[0] == pytest.approx(0.5655, abs=1e-4)  # Newcombe's table: 0.5655 for 5 of 5
    few, many = wilson_interval(8, 10), wilson_interval(800, 1000)
    assert many[1] - many[0] < (few[1] - few[0]) / 5
    for right, n in ((1, 0), (-1, 4), (5, 4)):
        with pytest.raises(ValueError, match="right must be from 0 to n"):
            wilson_interval(right, n)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_calibration_finds_the_temperature_of_scaled_logits(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40_000, 10))
    labels = (softmax(logits).cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)


def test_readings_count_by_true_digit_and_answer_and_list_the_surest_first():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.4, 0.6, 0.0], [0.1, 0.8, 0.1], [0.0, 0.3, 0.7], [0.2, 0.7, 0.1]])
    read = LabeledReadings(np.array([0, 0, 0, 2, 1]), probabilities.argmax(axis=1), probabilities)
    assert read.confusion.tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 1]]
    assert (read.cell(0, 1).tolist(), read.cell(1, 2).tolist(), read.worst().tolist()) == ([2, 1], [], [2, 1])
    found = read_all(reader(), np.eye(10, dtype=np.float32), np.arange(10, dtype=np.uint8))
    np.testing.assert_array_equal(found.confusion, np.eye(10))
