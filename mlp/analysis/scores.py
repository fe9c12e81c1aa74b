"""Scores of a network: accuracy, errors of each digit, calibration error."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mlp.images.drawing import to_mnist
from mlp.images.recorded import SEED, Example, render
from mlp.language import number
from mlp.nn.digit_check import sees_digit
from mlp.nn.reader import Reader

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Score:
    """A network's score on a set of labeled images."""

    n: int  # number of images
    right: int  # images whose likeliest answer is right, including rejected ones
    refused: int  # images in which the digit check, if given, sees no digit
    wrong_by_class: tuple[int, ...]  # number of images of each class that were misread
    calibration_error: float  # see the function of this name
    seconds_per_image: float  # mean time from image to answer

    @property
    def accuracy(self) -> float:
        """Fraction of correct answers, 0 to 1."""
        return self.right / self.n


def score_images(
    network: Reader, images: np.ndarray, labels: np.ndarray, *, digit_check: Reader | None = None
) -> Score:
    """Return a network's score on images in the form of its training images, read all at once.

    The images are (n, inputs) or (n, 28, 28), uint8 in 0..255 or float in 0..1, and the labels (n,) int. The digit
    check decides which of them hold a digit, see `mlp.nn.digit_check`. Raises a ValueError if there are no
    images.
    """
    start = time.perf_counter()
    probabilities = network.predict_proba(images)
    refused = np.zeros(len(images), bool) if digit_check is None else ~sees_digit(digit_check, images)
    return _score(probabilities, refused, labels, time.perf_counter() - start)


def score_drawings(network: Reader, drawings: Iterable[Example], *, digit_check: Reader | None = None) -> Score:
    """Return a network's score on recorded drawings, put on a canvas as visitors would, and read one by one.

    A digit without strokes is read as it is.

    The network has 784 inputs. The digit check decides which drawings hold a digit, see `mlp.nn.digit_check`.
    Raises a ValueError if there are no drawings.
    """
    rng = np.random.default_rng(SEED)  # of each drawing's place, size and brush
    rows, refused, labels = [], [], []
    seconds = 0.0
    for drawing in drawings:
        ink = render(drawing.strokes, rng) if drawing.strokes else None
        start = time.perf_counter()
        image = drawing.image if ink is None else to_mnist(ink)
        assert image is not None  # a pen always leaves ink
        rows.append(network.predict_proba(image[np.newaxis]))
        seen = digit_check is None or bool(sees_digit(digit_check, image[np.newaxis])[0])
        seconds += time.perf_counter() - start
        refused.append(not seen)
        labels.append(drawing.label)
    probabilities = np.concatenate([np.empty((0, network.layer_sizes[-1])), *rows])
    return _score(probabilities, np.array(refused, bool), np.array(labels, int), seconds)


def _score(probabilities: np.ndarray, refused: np.ndarray, labels: np.ndarray, seconds: float) -> Score:
    n, n_classes = probabilities.shape
    if n == 0:
        raise ValueError("a score needs at least one image, got none")
    right = probabilities.argmax(axis=1) == labels
    return Score(
        n=n,
        right=int(right.sum()),
        refused=int(refused.sum()),
        wrong_by_class=tuple(np.bincount(labels[~right], minlength=n_classes).tolist()),
        calibration_error=calibration_error(probabilities, labels),
        seconds_per_image=seconds / n,
    )


def percent(share: float) -> str:
    """Return a probability as a percentage, in the language of this place, that reads 100.0% only if it is certain.

    >>> percent(0.9996), percent(0.123), percent(1.0)
    ('99.9%', '12.3%', '100.0%')
    """
    shown = round(share * 100, 1)
    if shown == 100 and share < 1 - 1e-6:
        shown = 99.9
    return number(shown / 100, ".1%")


def wilson_interval(right: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """Return the limits of the true accuracy with 95% confidence, if ``right`` of ``n`` were right.

    Wilson (1927): unlike mean ± deviation, it stays within 0 and 1, and has a width if all are right. ``z`` is the
    number of standard deviations. Raises a ValueError if ``n`` is below 1, or ``right`` is not among 0 to ``n``.

    >>> [round(share, 2) for share in wilson_interval(14, 16)]
    [0.64, 0.97]
    """
    if not 0 <= right <= n or n < 1:
        raise ValueError(f"right must be from 0 to n, and n at least 1, got {right} of {n}")
    share, spread = right / n, z**2 / n
    middle = share + spread / 2
    reach = math.sqrt(share * (1 - share) * spread + spread * spread / 4)
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean gap between a network's confidence and its accuracy, 0 to 1.

    Answers are sorted into equally wide bins by their probability, and the gap between mean probability and accuracy in
    each bin is weighted by its number of answers (Guo et al. 2017, equation 3).

    The probabilities are (n, classes), at least one row, and the labels (n,) int.

    >>> calibration_error(np.array([[0.75, 0.25], [0.75, 0.25]]), np.array([0, 1]))
    0.25
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = CALIBRATION_BINS
    in_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(in_bin, confidence, bins) - np.bincount(in_bin, right, bins)
    return float(np.abs(gaps).sum() / len(labels))
