"""Marks on a run's curves, where the learning rate was changed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mlp.training.history import History

MARK_GAP = 0.08
"""Fraction of the image's width that the text of a mark takes."""


class Mark(NamedTuple):
    """A mark on the current run, ``x`` in epochs, with a short text."""

    x: float
    text: str


def marks_of(history: History) -> list[Mark]:
    """Return a mark for each change of the learning rate, with the new one."""
    return [Mark(epoch, f"{rate:g}") for epoch, rate in list(history.learning_rates)]


def spaced(marks: Sequence[Mark], gap: float) -> list[Mark]:
    """Return marks without the texts that another one follows within ``gap`` epochs, as they would overlap.

    Examples
    --------
    >>> [mark.text for mark in spaced([Mark(1.0, "0.1"), Mark(1.5, "0.2"), Mark(4.0, "0.3")], gap=1)]
    ['', '0.2', '0.3']
    """
    following = [*(mark.x for mark in marks[1:]), np.inf]
    return [Mark(mark.x, mark.text if x - mark.x >= gap else "") for mark, x in zip(marks, following, strict=False)]
