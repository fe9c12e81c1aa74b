"""Extend the training images: written digits, validation images, repeats."""

from dataclasses import replace

import numpy as np

from mlp.images.handwriting.writing import written_digits
from mlp.images.mnist import Dataset, Split
from mlp.training.settings import checked_int

WRITING = 2
"""Second number of the generator's seed, which keeps the writing apart from first weights, order and warps."""

UNSEEN = 4
"""The same for digits that are kept out of training."""


def extended(
    dataset: Dataset, *, written: int = 0, everything: bool = False, repeat: int = 1, seed: int = 0
) -> Dataset:
    """Give a data set with more to train on; validation and test images stay as they are.

    Parameters
    ----------
    dataset : Dataset
    written : int
        Add this many digits written by the model of a hand, see `mlp.images.handwriting.writing`; 0 to 1,000,000.
    everything : bool
        Train on the validation images as well. Their score then says nothing.
    repeat : int
        Take MNIST's images so often in each epoch, 1 to 10, so that many written digits do not outweigh them.
    seed : int
        Of the writing.

    Raises
    ------
    ValueError
        If ``written`` or ``repeat`` is not a whole number in range.
    """
    written = checked_int("written", written, 0, 1_000_000)
    repeat = checked_int("repeat", repeat, 1, 10)
    parts, names = [dataset.train], [dataset.name]
    if everything:
        parts.append(dataset.validation)
        names.append("with its validation images")
    if repeat > 1:
        parts *= repeat
        names.append(f"{repeat} times")
    if written:
        parts.append(Split(*written_digits(written, np.random.default_rng((seed, WRITING)))))
        names.append(f"with {written:,} written digits")
    train = Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))
    return replace(dataset, name=" ".join(names), train=train) if len(parts) > 1 else dataset


def unseen_written_digits(n: int, seed: int) -> Split:
    """Write ``n`` digits that `extended` does not train on with this seed, to find out how sure a network may be."""
    return Split(*written_digits(n, np.random.default_rng((seed, UNSEEN))))
