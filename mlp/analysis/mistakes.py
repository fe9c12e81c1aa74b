"""A network's mistakes: the confusion matrix, and the most certain ones."""

from dataclasses import dataclass

import numpy as np

from mlp.nn.network import MLP
from mlp.nn.reader import Reader


def confusion_matrix(labels: np.ndarray, answers: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the confusion matrix, int (classes, classes): rows are true classes, columns are answers.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2)
    array([[1, 0],
           [1, 1]])
    """
    cells = np.asarray(labels, np.intp) * n_classes + answers
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


@dataclass(frozen=True, eq=False)
class LabeledReadings:
    """A network's answers to a set of labeled images."""

    labels: np.ndarray  # (n,) int: the true classes
    answers: np.ndarray  # (n,) int: the network's answers
    probabilities: np.ndarray  # (n, classes) float

    @property
    def confusion(self) -> np.ndarray:
        """See `confusion_matrix`."""
        return confusion_matrix(self.labels, self.answers, self.probabilities.shape[1])

    def cell(self, true_digit: int, read: int) -> np.ndarray:
        """Return the positions of the images in one cell of the confusion matrix, the most certain answers first."""
        return self._surest_first(np.flatnonzero((self.labels == true_digit) & (self.answers == read)))

    def worst(self) -> np.ndarray:
        """Return the positions of all misread images, the most certain answers first."""
        return self._surest_first(np.flatnonzero(self.labels != self.answers))

    def _surest_first(self, positions: np.ndarray) -> np.ndarray:
        sureness = self.probabilities[positions, self.answers[positions]]
        return positions[np.argsort(-sureness, kind="stable")]


def read_all(network: MLP | Reader, images: np.ndarray, labels: np.ndarray) -> LabeledReadings:
    """Return the answers to all images; the network does not change.

    There is at least one image: (n, inputs) or (n, 28, 28), uint8 in 0..255 or float in 0..1; labels are (n,) int.
    """
    probabilities = network.predict_proba(images)
    return LabeledReadings(np.asarray(labels, np.intp), probabilities.argmax(axis=1), probabilities)
