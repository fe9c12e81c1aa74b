"""``python -m mlp rejection`` trains the digit check, a network that rejects marks that are not digits."""

import argparse

import numpy as np

from mlp.checks import checked_int
from mlp.cli.options import add_data, add_out, checked_out, value
from mlp.cli.terminal import print_line, progress_bar
from mlp.images.mnist import load_mnist
from mlp.nn.weights import save_model
from mlp.training.digit_check import new_digit_check, steps_per_epoch, train_digit_check


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "rejection", help="train the digit check, which rejects marks that are not digits"
    )
    add_out(command)
    command.add_argument("--epochs", type=value, default=20, metavar="N", help="default: 20")
    command.add_argument("--seed", type=value, default=1, metavar="N", help="default: 1")
    add_data(command)
    command.set_defaults(run=learn_to_reject)


def learn_to_reject(given: argparse.Namespace) -> int:
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
