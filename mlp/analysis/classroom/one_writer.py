"""What one writer's drawings change: networks that learned a class's drawings with theirs, and others without them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlp.analysis.training_way import USUAL_SHARE
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.mnist import Split
from mlp.language import Later
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import sign_settings, split_data, with_warps
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from mlp.training.teaching import teaching_settings

N_PAIRS = 10
T_SHOWN, T_FOUND = 3.250, 0.883
"""Quantiles of Student's t for ten pairs: beyond the first is one in a hundred, and below the second are four in five.

At one in twenty, chance would show one to somebody in most classes.
"""
ROUNDED = 1 / math.sqrt(12)
"""The standard deviation of what is rounded to whole numbers."""
MOSTLY = 8
"""How many more networks of ten must read a drawing with the writer's, or without them, so that it is told."""
ALONE = Settings(hidden=(100,), epochs=3, schedule="cosine")
"""The settings of networks that learn the drawings alone. With steps of one length, a short last minibatch took up to
60 of 240 answers from some of them, which was no writer's doing."""


@dataclass(frozen=True, eq=False)
class OneWriter:
    """A computation of which drawings networks read that learned with one writer's drawings, and without them.

    Networks learn a drawing of each name of each writer, and read all others. By turns one learns with the writer's and
    one without, each pair by chance of its own: the order of the drawings, and so their warps, of the images, and the
    first weights, if any. Without the writer's, another's drawing of that name stands at the place of each. So the twin
    learns from as many, and all others keep their place and their warps: of 18 writers' 180 drawings, the differences
    of the taught basic network have a standard deviation of 0.9, not 1.2 as when the writer's are only taken away, and
    those of new networks 1.5, not 2.1.
    """

    learned: DrawingSet
    unseen: DrawingSet
    is_theirs: np.ndarray  # which of the learned drawings are the writer's
    base: Reader | None = None  # learns them among MNIST's digits; with None, a new network learns them alone
    right: tuple[np.ndarray, ...] = ()  # of each network so far, which drawings it read right

    @property
    def progress(self) -> float:
        """Fraction of the networks that have learned."""
        return len(self.right) / (2 * N_PAIRS)

    def remaining(self) -> "Iterator[OneWriter]":
        """Yield the state after each further network, of about half a second."""
        so_far = self
        while so_far.progress < 1:
            answers = so_far._next_network().predict(so_far.unseen.images)
            so_far = replace(so_far, right=(*so_far.right, answers == so_far.unseen.labels))
            yield so_far

    def _next_network(self) -> Reader:
        seed, leaves_out = divmod(len(self.right), 2)
        rng = np.random.default_rng(seed)
        order, stands_at = rng.permutation(len(self.learned)), np.arange(len(self.learned))
        others, labels = np.flatnonzero(~self.is_theirs), self.learned.labels
        for place in np.flatnonzero(self.is_theirs) if leaves_out else ():
            alike = others[labels[others] == labels[place]]
            stands_at[place] = rng.choice(alike if len(alike) else others)  # a name may be the writer's alone
        examples = tuple(self.learned.examples[stands_at[place]] for place in order)
        drawings = replace(self.learned, examples=examples)
        if self.base is None:
            run = Run(sign_settings(replace(ALONE, seed=seed), drawings.names))
            train = with_warps(Split(drawings.images, drawings.labels))
        else:
            run = Run(replace(teaching_settings(self.base), seed=seed), self.base.network)
            none = np.zeros(len(drawings), bool)
            train = split_data(drawings, none, base=Mnist(), share=USUAL_SHARE).load().train
        for _ in steps(run, train.images, train.labels, threads=1):
            pass
        return run.reader

    @property
    def differences(self) -> list[int]:
        """How many more drawings each network with the writer's reads right than its twin without."""
        counts = [int(right.sum()) for right in self.right]
        return [with_theirs - without for with_theirs, without in zip(counts[::2], counts[1::2], strict=True)]

    @property
    def changed(self) -> tuple[list[int], list[int]]:
        """How many drawings of each name nearly only networks with the writer's read, and how many those without.

        Chance seldom counts one: in one of 2,485 cases if each network reads it as often as not, else in fewer.
        """
        right, labels, n_names = np.array(self.right), self.unseen.labels, len(self.unseen.names)
        more = right[::2].sum(axis=0) - right[1::2].sum(axis=0)
        return tuple(
            np.bincount(labels[places], minlength=n_names).tolist() for places in (more >= MOSTLY, more <= -MOSTLY)
        )


def paired(differences: Sequence[int]) -> tuple[float, float, int]:
    """Return the mean of the differences of ten pairs, its margin, and the least difference that mostly shows.

    The mean shows a difference if it is beyond the margin, either way: by chance in one of a hundred. A true difference
    of the least one or more is found in four of five tries. Whole numbers vary by as much as rounding does, at least:
    ten that are equal do not make the mean certain.

    >>> [round(float(each), 1) for each in paired([2, 3, 2, 4, 1, 3, 2, 3, 2, 3])]
    [2.5, 0.9, 2.0]
    >>> [round(float(each), 1) for each in paired([1] * 10)]
    [1.0, 0.3, 1.0]
    """
    error = max(float(np.std(differences, ddof=1)), ROUNDED) / math.sqrt(len(differences))
    return float(np.mean(differences)), T_SHOWN * error, max(1, math.ceil((T_SHOWN + T_FOUND) * error))


def one_writer(writers: Sequence[DrawingSet], place: int, base: Reader | None = None) -> OneWriter:
    """Return the computation for the writer at this place, of at least two with drawings of the same names.

    Raises a ValueError if only one of them has drawings, or none has two of a name.
    """
    first, later = (
        [drawings.without_examples(np.flatnonzero((drawings.ranks > 0) != is_later)) for drawings in writers]
        for is_later in (False, True)
    )
    learned, read = (
        replace(writers[place], examples=tuple(example for drawings in sets for example in drawings.examples))
        for sets in (first, later)
    )
    is_theirs = np.repeat(np.arange(len(writers)) == place, [len(each) for each in first])
    if is_theirs.all() or not is_theirs.any():
        raise ValueError(Later("you and others must have given drawings"))
    if not len(read):
        raise ValueError(Later("somebody must have given two drawings of a name, so that one can be read"))
    return OneWriter(learned, read, is_theirs, base)
