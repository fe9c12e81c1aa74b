"""Extend the training images with validation images and repeats."""

from dataclasses import replace

import numpy as np

from mlp.checks import checked_int
from mlp.images.handwriting.writing import synthetic_digits
from mlp.images.mnist import Dataset, Split
from mlp.seeds import rng_of


def extended(dataset: Dataset, *, everything: bool = False, repeat: int = 1) -> Dataset:
    """Return a data set with more training images; validation and test images stay.

    Parameters
    ----------
    dataset : Dataset
    everything : bool
        Whether to train on the validation images too. Their score then means nothing.
    repeat : int
        Repeats of MNIST's images per epoch, 1 to 10, so that many synthetic digits do not outweigh them.

    Raises
    ------
    ValueError
        If ``repeat`` is not a whole number in range.
    """
    repeat = checked_int("repeat", repeat, 1, 10)
    parts, names = [dataset.train], [dataset.name]
    if everything:
        parts.append(dataset.validation)
        names.append("with its validation images")
    if repeat > 1:
        parts *= repeat
        names.append(f"{repeat} times")
    if len(parts) > 1:
        train = Split(np.concatenate([part.images for part in parts]), np.concatenate([part.labels for part in parts]))
        dataset = replace(dataset, name=" ".join(names), train=train)
    return dataset


def unseen_synthetic_digits(n: int, seed: int) -> Split:
    """Return ``n`` synthetic digits that no run trains on, to calibrate a network with."""
    return Split(*synthetic_digits(n, rng_of("unseen synthetic digits", seed)))
