"""A network's score on drawings of signs: correct answers, their certainty, and confused signs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mlp.analysis.mistakes import confusion_matrix
from mlp.analysis.scores import wilson_interval
from mlp.class_names import listing
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.language import Later, mark, tr
from mlp.nn.reader import Reader


@dataclass(frozen=True, eq=False)
class SignScore:
    """A score on drawings that the networks did not learn."""

    names: tuple[str, ...]
    matrix: np.ndarray  # (signs, signs): drawings of each sign, by row, read as each, by column; without rejected ones
    refused: int = 0  # drawings that the networks rejected as none of the signs

    @property
    def n(self) -> int:
        """Number of drawings, including rejected ones."""
        return int(self.matrix.sum()) + self.refused

    @property
    def right(self) -> int:
        """Number of correct answers; a rejected drawing has none."""
        return int(self.matrix.trace())

    @property
    def interval(self) -> tuple[float, float]:
        """The limits of the accuracy with 95% confidence."""
        return wilson_interval(self.right, self.n)

    @property
    def text(self) -> str:
        """The score as text: "14 of 16 read right, so between 64% and 97% with 95% confidence"."""
        low, high = self.interval
        score = mark("{right} of {n} read right, so between {low:.0%} and {high:.0%} with 95% confidence")
        return tr(score, right=self.right, n=self.n, low=low, high=high)

    @property
    def confused(self) -> list[tuple[str, str, int]]:
        """Confused signs: the true one, the answer and how often, the most frequent first."""
        wrong = self.matrix - np.diag(np.diag(self.matrix))
        pairs = sorted(np.argwhere(wrong).tolist(), key=lambda pair: -wrong[tuple(pair)])
        return [(self.names[true], self.names[read], int(wrong[true, read])) for true, read in pairs]


def score(reader: Reader, images: np.ndarray, labels: np.ndarray) -> SignScore:
    """Return a network's score on images (n, 784) with their labels (n,)."""
    n_signs = len(reader.names)
    if len(labels) == 0:
        return SignScore(reader.names, np.zeros((n_signs, n_signs), np.int64))
    probabilities = reader.predict_proba(images)
    seen = reader.sees_one(probabilities)
    matrix = confusion_matrix(labels[seen], probabilities[seen].argmax(axis=1), n_signs)
    return SignScore(reader.names, matrix, int((~seen).sum()))


def together(scores: Iterable[SignScore]) -> SignScore:
    """Return the sum of scores, at least one, of networks with the same names."""
    listed = list(scores)
    return SignScore(listed[0].names, sum(score.matrix for score in listed), sum(score.refused for score in listed))  # type: ignore[arg-type]


def score_signs(reader: Reader, signs: DrawingSet) -> SignScore:
    """Return a network's score on a set of signs, whose names may be in another order.

    Raises a ValueError if the set has no drawings, or a sign that the network does not know.
    """
    if unknown := [name for name in signs.names if name not in reader.names]:
        rule = mark("the network reads {names}, and not {others}")
        raise ValueError(Later(rule, names=listing(reader.names), others=listing(unknown)))
    if not len(signs):
        raise ValueError(Later("there must be at least one drawing"))
    places = np.array([reader.names.index(name) for name in signs.names])
    return score(reader, signs.images, places[signs.labels])
