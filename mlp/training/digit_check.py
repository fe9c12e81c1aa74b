"""The digit check: a small network with an eleventh class for everything that is not a digit.

It checks each drawing before the answer of another network is shown: a network with only ten classes
can be 99% sure of a digit in a heart or a scribble.
"""

from collections.abc import Iterator

import numpy as np

from mlp.images.augmentation import warp
from mlp.images.handwriting.marks import marks
from mlp.images.handwriting.writing import synthetic_digits
from mlp.images.mnist import Dataset
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD
from mlp.nn.reader import Reader
from mlp.seeds import rng_of
from mlp.shipped_files import MODELS
from mlp.training.loop import Step, epoch_steps, shuffled, step_taker
from mlp.training.schedule import rate_factor

DIGIT_CHECK_MODEL = MODELS / "rejection.safetensors"

NO_DIGIT = 10
"""The eleventh class."""

REFUSED_FROM = "refused_from"
"""Fact of the network: the least probability of "no digit" at which a drawing is refused."""

REFUSED = 0.001
"""Fraction of unseen digits that the network may refuse."""

HIDDEN = (512, 256)
N_SYNTHETIC, N_MARKS, N_UNSEEN = 40_000, 100_000, 10_000
BATCH_SIZE, LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 128, 0.05, 0.9, 1e-5


def sees_digit(digit_check: Reader, images: np.ndarray) -> np.ndarray:
    """Return whether there is a digit in each image.

    Parameters
    ----------
    digit_check : Reader
        A digit check, with eleven classes, from `train_digit_check` or ``load_model(DIGIT_CHECK_MODEL)``.
    images : array, shape (n, 784) or (n, 28, 28)
        From `mlp.to_mnist`; uint8 in 0..255 or float in 0..1.

    Returns
    -------
    bool array, shape (n,)
        False if the probability of "no digit" is at least the threshold among the facts of the network.

    Raises
    ------
    ValueError
        If the network is not a digit check.
    """
    refused_from = digit_check.facts.get(REFUSED_FROM)
    if digit_check.layer_sizes[-1] != NO_DIGIT + 1 or not isinstance(refused_from, float):
        raise ValueError(f"a digit check needs eleven classes and a fact {REFUSED_FROM!r}, got {digit_check}")
    return softmax(digit_check.logits(images))[:, NO_DIGIT] < refused_from


def train_digit_check(digit_check: Reader, dataset: Dataset, *, epochs: int, seed: int) -> Iterator[Step]:
    """Train a digit check in place on MNIST, synthetic digits and marks, all warped; then set its threshold.

    Parameters
    ----------
    digit_check : Reader
        From `new_digit_check`.
    dataset : Dataset
        Its training images are trained on; its validation images help to set the threshold.
    epochs : int
        At least 1.
    seed : int
        Seed of the digits, the marks, the order and the warps.

    Yields
    ------
    Step
    """
    images, labels = _examples(dataset, seed)
    optimizer = SGD(digit_check.parameters(), LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    take_step = step_taker(digit_check.network, optimizer, images, BATCH_SIZE)
    n_steps = epochs * steps_per_epoch(dataset)
    optimizer.learning_rate = LEARNING_RATE * rate_factor("cosine", 0, n_steps)
    for epoch in range(1, epochs + 1):
        rng = rng_of("order of an epoch", seed, epoch)
        order = rng.permutation(len(images))
        batch, ordered = shuffled(warp(images, rng), order), labels[order]
        for step in epoch_steps(take_step, batch, ordered, batch_size=BATCH_SIZE, epoch=epoch, masks=lambda: None):
            optimizer.learning_rate = LEARNING_RATE * rate_factor("cosine", step.number, n_steps)
            yield step
    digit_check.facts[REFUSED_FROM] = threshold(digit_check, dataset, seed=seed)


def threshold(digit_check: Reader, dataset: Dataset, *, seed: int) -> float:
    """Return the probability of "no digit" that a fraction `REFUSED` of unseen digits reaches.

    Parameters
    ----------
    digit_check : Reader
    dataset : Dataset
        Its validation images are half of the digits, or as many as there are.
    seed : int
        Seed of the other, synthetic half.
    """
    synthetic, _ = synthetic_digits(N_UNSEEN, rng_of("unseen digits for the digit check", seed))
    unseen = np.concatenate([dataset.validation.images, synthetic])
    return float(np.quantile(softmax(digit_check.logits(unseen))[:, NO_DIGIT], 1 - REFUSED))


def new_digit_check(seed: int) -> Reader:
    """Return an untrained digit check."""
    return Reader(MLP([784, *HIDDEN, NO_DIGIT + 1], rng=rng_of("first weights", seed), initialization="gabor"))


def steps_per_epoch(dataset: Dataset) -> int:
    """Return the number of steps in one epoch of `train_digit_check`."""
    return -(-(len(dataset.train) + N_SYNTHETIC + N_MARKS) // BATCH_SIZE)


def _examples(dataset: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = rng_of("digits for the digit check", seed)
    synthetic, synthetic_labels = synthetic_digits(N_SYNTHETIC, rng)
    images = np.concatenate([dataset.train.images, synthetic, marks(N_MARKS, rng)])
    labels = np.concatenate([dataset.train.labels, synthetic_labels, np.full(N_MARKS, NO_DIGIT, np.uint8)])
    return images, labels
