"""What a network is trained on beside MNIST's first 50,000 images."""

from dataclasses import replace

import numpy as np

from mlp.images.handwriting import written_digits
from mlp.images.marks import marks as made_marks
from mlp.images.mnist import Dataset, Split
from mlp.training.settings import checked_int

WRITING = 2
"""Second number of the generator's seed, which keeps the writing apart from first weights, order and warps."""

MARKS = 3
"""The same for the marks."""

UNSEEN = 4
"""The same for digits that are kept out of training."""


def mixed(dataset: Dataset, *, written: int = 0, marks: int = 0, everything: bool = False, seed: int = 0) -> Dataset:
    """Give a data set with more to train on; validation and test images stay as they are.

    Parameters
    ----------
    dataset : Dataset
    written : int
        Add this many digits written by the model of a hand, see `mlp.images.handwriting`; 0 to 1,000,000.
    marks : int
        Add this many marks that are no digits, see `mlp.images.marks`, each labelled at random: what a network learns
        from them is to be sure of nothing when it sees the like. 0 to 1,000,000.
    everything : bool
        Train on the validation images as well. Their score then says nothing.
    seed : int
        Of the writing and the marks.

    Raises
    ------
    ValueError
        If ``written`` or ``marks`` is not a whole number in range.
    """
    written = checked_int("written", written, 0, 1_000_000)
    marks = checked_int("marks", marks, 0, 1_000_000)
    parts, names = [dataset.train], [dataset.name]
    if everything:
        parts.append(dataset.validation)
        names.append("with its validation images")
    if written:
        parts.append(Split(*written_digits(written, np.random.default_rng((seed, WRITING)))))
        names.append(f"with {written:,} written digits")
    if marks:
        rng = np.random.default_rng((seed, MARKS))
        parts.append(Split(made_marks(marks, rng), rng.integers(0, 10, marks)))
        names.append(f"with {marks:,} marks")
    train = Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))
    return replace(dataset, name=" ".join(names), train=train) if len(parts) > 1 else dataset


def unseen(n: int, seed: int) -> Split:
    """Write ``n`` digits that `mixed` with the same seed does not train on, to find out how sure a network may be."""
    return Split(*written_digits(n, np.random.default_rng((seed, UNSEEN))))
