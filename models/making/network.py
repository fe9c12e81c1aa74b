"""``python -m models.making network`` trains the pretrained network: like ``python -m mlp train``, on more images."""

import argparse
from dataclasses import replace

from mlp.checks import checked_int
from mlp.cli.options import add_mnist, checked_out, settings_given, value
from mlp.cli.terminal import print_line
from mlp.cli.train import add_options, save_reader, trained
from mlp.images.mnist import Dataset, Split, joined, load_mnist
from mlp.nn.weights import load_model
from mlp.seeds import rng_of
from mlp.training.data.synthetic_data import with_digits
from mlp.training.threads import ThreadChoice
from models.making.writing import write_digits

N_UNSEEN = 10_000
"""Synthetic digits to which the temperature is fitted."""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "network", help="train a network like `python -m mlp train`, on any number of newly written digits"
    )
    add_options(command)
    add_mnist(command)
    command.add_argument(
        "--mean",
        action="store_true",
        help="save the mean of the --start weights and the trained ones, which improves on the "
        "latest images without forgetting the earlier ones",
    )
    command.add_argument(
        "--everything",
        action="store_true",
        help="also train on the validation images, which makes their score meaningless",
    )
    command.add_argument(
        "--repeat",
        type=value,
        default=1,
        metavar="N",
        help="use MNIST's images N times per epoch, to balance many synthetic digits. Default: 1",
    )
    command.set_defaults(run=train)


def train(given: argparse.Namespace) -> int:
    """Train a network and save it with its facts."""
    settings = settings_given(given)
    without = settings.without_styles
    if given.mean and given.start is None:
        raise ValueError("--mean needs --start, the network to average with")
    if settings.images is not None:
        raise ValueError(f"--images must be all, as --everything and --repeat add images, got {settings.images:,}")
    threads = ThreadChoice(given.threads)
    out = checked_out(given.out, ".safetensors")
    dataset = extended(load_mnist(given.data), everything=given.everything, repeat=given.repeat)
    if settings.synthetic:
        images, labels, _ = write_digits(settings.synthetic, rng_of("synthetic digits"), without=without)
        dataset = with_digits(dataset, Split(images, labels), without)
    print_line(f"data {dataset.name}")
    run, seconds, status = trained(given, settings, dataset, threads)
    if given.mean:  # as in Wortsman et al. (2022), "Robust fine-tuning of zero-shot models"
        run.network.values[...] = (load_model(given.start).network.values + run.network.values) / 2
    if run.step:
        images, labels, _ = write_digits(N_UNSEEN, rng_of("unseen synthetic digits", settings.seed))
        save_reader(run, dataset, seconds, given, out, Split(images, labels))
    return status


def extended(dataset: Dataset, *, everything: bool = False, repeat: int = 1) -> Dataset:
    """Return a data set with more training images; validation and test images stay.

    With ``everything``, the validation images are trained on too; their score then means nothing. ``repeat``, 1 to 10,
    is the number of repeats of MNIST's images per epoch, so that many synthetic digits do not outweigh them. Raises a
    ValueError if ``repeat`` is not a whole number in range.
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
        dataset = replace(dataset, name=" ".join(names), train=joined(parts))
    return dataset
