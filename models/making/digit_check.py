"""``python -m models.making digit-check`` trains the digit check, a network that rejects marks that are not digits."""

import argparse
from collections.abc import Iterator

import numpy as np

from mlp.checks import checked_int
from mlp.cli.options import add_mnist, add_out, checked_out, value
from mlp.cli.terminal import print_line, progress_bar
from mlp.images.augmentation import warp
from mlp.images.mnist import Dataset, load_mnist
from mlp.nn.digit_check import NO_DIGIT, REFUSED_FROM
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD
from mlp.nn.reader import Reader
from mlp.nn.weights import save_model
from mlp.seeds import rng_of
from mlp.training.loop import Step, step_taker
from mlp.training.schedule import rate_factor
from models.making.marks import marks
from models.making.writing import write_digits

REFUSED = 0.001
"""Fraction of unseen digits that the network may refuse."""

HIDDEN = (512, 256)
N_SYNTHETIC, N_MARKS, N_UNSEEN = 40_000, 120_000, 10_000
BATCH_SIZE, LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 128, 0.05, 0.9, 1e-5


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "digit-check", help="train the digit check, which rejects marks that are not digits"
    )
    add_out(command)
    command.add_argument("--epochs", type=value, default=20, metavar="N", help="default: 20")
    command.add_argument("--seed", type=value, default=1, metavar="N", help="default: 1")
    add_mnist(command)
    command.set_defaults(run=train)


def train(given: argparse.Namespace) -> int:
    """Train the digit check, and save it."""
    epochs, seed = checked_int("epochs", given.epochs, 1, 10_000), checked_int("seed", given.seed, 0, 2**32 - 1)
    out = checked_out(given.out, ".safetensors")
    dataset = load_mnist(given.data)
    print_line(f"data {dataset.name}")
    digit_check = new_digit_check(seed)
    total = epochs * steps_per_epoch(dataset)
    with progress_bar(
        train_digit_check(digit_check, dataset, epochs=epochs, seed=seed), total=total, unit="steps"
    ) as bar:
        for step in bar:
            loss = step.loss
    save_model(digit_check, out, half=True, data=dataset.name, command=given.command_line, numpy=np.__version__)
    print_line(f"loss {loss:.4f}")
    print_line(f"saved {out}")
    return 0


def train_digit_check(digit_check: Reader, dataset: Dataset, *, epochs: int, seed: int) -> Iterator[Step]:
    """Train a digit check in place on MNIST, synthetic digits and marks, all warped; then set its threshold.

    The digit check is from `new_digit_check`. The validation images of the dataset help to set the threshold. There is
    at least one epoch; ``seed`` is that of the digits, the marks, the order and the warps.
    """
    images, labels = _examples(dataset, seed)
    optimizer = SGD(digit_check.parameters(), LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    take_step = step_taker(digit_check.network, optimizer, images, BATCH_SIZE)
    n_steps, number = epochs * steps_per_epoch(dataset), 0
    for epoch in range(1, epochs + 1):
        rng = rng_of("order of an epoch", seed, epoch)
        order, warped = rng.permutation(len(images)), warp(images, rng)
        for start in range(0, len(images), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            optimizer.learning_rate = LEARNING_RATE * rate_factor("cosine", number, n_steps)
            number += 1
            yield Step(number, epoch, *take_step(warped.take(batch, axis=0), labels[batch], None))
    digit_check.facts[REFUSED_FROM] = threshold(digit_check, dataset, seed=seed)


def threshold(digit_check: Reader, dataset: Dataset, *, seed: int) -> float:
    """Return the probability of "no digit" that a fraction `REFUSED` of unseen digits reaches.

    Half of the digits, or as many as there are, are the validation images of the dataset; ``seed`` is that of the
    other, synthetic half.
    """
    synthetic = write_digits(N_UNSEEN, rng_of("unseen digits for the digit check", seed))
    unseen = np.concatenate([dataset.validation.images, synthetic.images])
    return float(np.quantile(softmax(digit_check.logits(unseen))[:, NO_DIGIT], 1 - REFUSED))


def new_digit_check(seed: int) -> Reader:
    """Return an untrained digit check."""
    return Reader(MLP([784, *HIDDEN, NO_DIGIT + 1], rng=rng_of("first weights", seed), initialization="gabor"))


def steps_per_epoch(dataset: Dataset) -> int:
    """Return the number of steps in one epoch of `train_digit_check`."""
    return -(-(len(dataset.train) + N_SYNTHETIC + N_MARKS) // BATCH_SIZE)


def _examples(dataset: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = rng_of("digits for the digit check", seed)
    synthetic = write_digits(N_SYNTHETIC, rng)
    images = np.concatenate([dataset.train.images, synthetic.images, marks(N_MARKS, rng)])
    labels = np.concatenate([dataset.train.labels, synthetic.labels, np.full(N_MARKS, NO_DIGIT, np.uint8)])
    return images, labels
