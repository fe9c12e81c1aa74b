"""What one writer's drawings change: networks that learned a class's drawings with theirs, and others without them."""

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

N_SEEDS = 5
ALONE = Settings(hidden=(100,), epochs=3, schedule="cosine")
"""The settings of networks that learn the drawings alone. With steps of one length, a short last minibatch took up to
60 of 240 answers from some of them, which was no writer's doing."""


@dataclass(frozen=True, eq=False)
class OneWriter:
    """A computation of which drawings networks read that learned with one writer's drawings, and without them.

    Networks learn a drawing of each name of each writer, and read all others. By turns one learns with the writer's and
    one without, each pair by chance of its own: the order of the drawings, and so their warps, of the images, and the
    first weights, if any.
    """

    learned: DrawingSet
    unseen: DrawingSet
    is_theirs: np.ndarray  # which of the learned drawings are the writer's
    base: Reader | None = None  # learns them among MNIST's digits; with None, a new network learns them alone
    right: tuple[np.ndarray, ...] = ()  # of each network so far, which drawings it read right

    @property
    def progress(self) -> float:
        """Fraction of the networks that have learned."""
        return len(self.right) / (2 * N_SEEDS)

    def remaining(self) -> "Iterator[OneWriter]":
        """Yield the state after each further network, of about half a second."""
        so_far = self
        while so_far.progress < 1:
            answers = so_far._next_network().predict(so_far.unseen.images)
            so_far = replace(so_far, right=(*so_far.right, answers == so_far.unseen.labels))
            yield so_far

    def _next_network(self) -> Reader:
        seed, leaves_out = divmod(len(self.right), 2)
        order = np.random.default_rng(seed).permutation(len(self.learned))
        examples = tuple(self.learned.examples[place] for place in order if not (leaves_out and self.is_theirs[place]))
        drawings = replace(self.learned, examples=examples)
        if self.base is None:  # names that nobody else drew have no drawing now
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
    def n_right(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The least and the most that networks read right: with the writer's drawings, and without them."""
        counts = [int(right.sum()) for right in self.right]
        with_theirs, without = counts[::2], counts[1::2]
        return (min(with_theirs), max(with_theirs)), (min(without), max(without))

    @property
    def changed(self) -> tuple[list[int], list[int]]:
        """How many drawings of each name only networks with the writer's read, and how many only those without.

        Only drawings count that all networks of the one kind read, and none of the other. So chance seldom counts one:
        in at most one of 512 cases of two.
        """
        right, labels, n_names = np.array(self.right), self.unseen.labels, len(self.unseen.names)
        with_theirs, without = right[::2], right[1::2]
        gained, lost = with_theirs.all(axis=0) & ~without.any(axis=0), without.all(axis=0) & ~with_theirs.any(axis=0)
        return tuple(np.bincount(labels[places], minlength=n_names).tolist() for places in (gained, lost))


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
