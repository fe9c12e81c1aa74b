"""``python -m mlp train`` trains a network with a progress bar, and saves it."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mlp.analysis.calibration import fit_temperature
from mlp.analysis.signs.left_out import held_score, left_out_scores
from mlp.analysis.signs.sign_score import together
from mlp.cli.evaluate import print_data, print_sign_score
from mlp.cli.options import add_data, add_out, add_settings, checked_out, settings_given, value
from mlp.cli.terminal import INTERRUPTED, ctrl_c, print_error, print_line, progress_bar
from mlp.images.data_files.load import load_data
from mlp.images.drawings.drawing_file import load_set
from mlp.images.mnist import Dataset, Split, joined, load_mnist
from mlp.jobs.slices import advance
from mlp.nn.reader import Reader
from mlp.nn.tta import TTA_COPIES
from mlp.nn.weights import load_model, save_model
from mlp.training.data.drawing_data import drawing_data, none_below, sign_settings
from mlp.training.data.sources import Loaded
from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.data.synthetic_validation import synthetic_validation_digits
from mlp.training.evaluation import evaluate
from mlp.training.run import Run
from mlp.training.settings import SETTINGS, Settings
from mlp.training.threads import ThreadChoice

SLICE_S = 1.0  # training between updates of the bar; Ctrl-C loses no more than this


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser("train", help="train a network and save it")
    add_options(command)
    add_data(command)
    command.add_argument(
        "--drawings",
        metavar="FILE",
        help="train on the signs in this file, as the page saves them, instead of MNIST's digits",
    )
    command.set_defaults(run=train)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a training on digits."""
    add_out(command)
    add_settings(command)
    command.add_argument("--start", metavar="FILE", help="start from this network's weights instead of random ones")
    command.add_argument(
        "--tta",
        "--looks",  # the former name, which is recorded in the pretrained networks
        type=value,
        choices=TTA_COPIES,
        default=1,
        help="5 for test-time augmentation: the mean answer for an image and its four shifts by a pixel. Default: 1",
    )
    command.add_argument("--half", action="store_true", help="save the weights as float16, which halves the file")
    command.add_argument(
        "--threads",
        type=value,
        metavar="N",
        help="use at most N threads, if so many cores are idle; weights are the same for any N. Default: one per core",
    )


def train(given: argparse.Namespace) -> int:
    """Train a network on digits or a data set, and save it with its facts."""
    settings = settings_given(given)
    threads = ThreadChoice(given.threads)
    out = checked_out(given.out, ".safetensors")
    if given.drawings is not None:
        return train_signs(given, settings, threads, out)
    dataset = load_mnist() if given.data is None else load_data(given.data)
    if dataset.learned.is_set:
        if settings.synthetic:
            raise ValueError("--written adds digits, which go with MNIST only")
        settings = replace(settings, names=dataset.names)
    if settings.images is not None and settings.images > len(dataset.train):
        raise ValueError(f"--images must be at most {len(dataset.train):,}, got {settings.images:,}; use --images all")
    if settings.synthetic:
        dataset = with_synthetic(dataset, settings.synthetic, settings.without_styles)
    print_data(dataset)
    run, seconds, status = trained(given, settings, dataset, threads)
    if run.step:
        save_reader(run, dataset, seconds, given, out, joined(synthetic_validation_digits()))
    return status


def trained(
    given: argparse.Namespace, settings: Settings, dataset: Dataset, threads: ThreadChoice
) -> tuple[Run, float, int]:
    """Return a trained network, from random weights or those of --start, with its seconds and the exit status."""
    run = Run(settings)
    if given.start is not None:
        begin_with(run, given.start)
    run, seconds, status = train_with_bar(run, dataset, threads)
    if run.step == 0:
        print_error("no step was trained, so nothing is saved")
    return run, seconds, status


def save_reader(
    run: Run, dataset: Dataset, seconds: float, given: argparse.Namespace, out: Path, unseen: Split
) -> None:
    """Save a trained network with its scores, and with a temperature by ``unseen`` if it learned synthetic digits."""
    settings = run.settings
    looks, learned = given.tta > 1, dataset.learned
    reader = Reader(run.network, test_time_augmentation=looks, straighten=settings.straighten, learned=learned)
    facts = save(reader, run, dataset, seconds, given, out)
    if settings.synthetic:
        reader.temperature = fit_temperature(reader.logits(unseen.images), unseen.labels)
    save_scores(reader, run, dataset, facts, given, out)


def save(
    reader: Reader, run: Run, dataset: Dataset, seconds: float, given: argparse.Namespace, out: Path
) -> dict[str, Any]:
    """Save a trained network before it is measured, as Ctrl-C may end that; return its facts."""
    facts = {
        "data": dataset.name,
        "steps": run.step,
        "seconds": round(seconds, 2),
        "tta": given.tta,
        "settings": run.settings.as_dict(),
        "numpy": np.__version__,
        "command": given.command_line,
    }
    save_model(reader, out, half=given.half, **facts)
    print_line(f"saved {out}")
    return facts


def save_scores(
    reader: Reader, run: Run, dataset: Dataset, facts: dict[str, Any], given: argparse.Namespace, out: Path
) -> None:
    """Measure a saved network, save it again with its scores, and print them."""
    used = run.images_used(len(dataset.train))
    _, training_accuracy = evaluate(reader, dataset.train.images[:used], dataset.train.labels[:used])
    _, validation_accuracy = evaluate(reader, dataset.validation.images, dataset.validation.labels)
    facts |= {
        "training_accuracy": training_accuracy,
        "validation_accuracy": validation_accuracy,
        "temperature": reader.temperature,
    }
    save_model(reader, out, half=given.half, **facts)
    for name in ("steps", "seconds", "training_accuracy", "validation_accuracy", "temperature"):
        print_line(f"{name} {facts[name]}")


def train_signs(given: argparse.Namespace, settings: Settings, threads: ThreadChoice, out: Path) -> int:
    """Train a network on a person's own signs; with few drawings of each, score those that are left out."""
    for_digits = {"--data": given.data}
    for entry in SETTINGS:
        if entry.field in ("images", "synthetic", "without_styles"):  # a recipe's own are left out
            for_digits[entry.flag] = getattr(given, entry.field, None)
    if unsuitable := [flag for flag, chosen in for_digits.items() if chosen]:
        raise ValueError(
            f"{', '.join(unsuitable)} cannot go with --drawings, which trains on the drawings in its file only"
        )
    signs = load_set(given.drawings)
    data = drawing_data(signs)
    dataset = data.load()
    print_data(dataset)
    assert dataset.unseen is not None
    run, seconds, status = trained(given, sign_settings(settings, data.names), dataset, threads)
    if run.step == 0:
        return status
    looks, learned = given.tta > 1, dataset.learned
    reader = Reader(run.network, test_time_augmentation=looks, straighten=run.settings.straighten, learned=learned)
    facts = save(reader, run, dataset, seconds, given, out)
    reader.none_below = none_below(reader, dataset.unseen)
    save_scores(reader, run, dataset, facts, given, out)
    if data.holds_back:
        print_sign_score("held_back", held_score(reader, data))
    elif status == 0:
        print_error("few drawings of each sign: validation uses other warps of them; leave-one-out scores follow")
        folds = progress_bar(left_out_scores(signs, run.settings), total=max(signs.counts), unit="networks")
        print_sign_score("left_out", together(folds))
    return status


def begin_with(run: Run, path: str) -> None:
    """Replace the random weights of a new run by those of a saved network."""
    saved = load_model(path)
    if (saved.layer_sizes, saved.activation) != (run.network.layer_sizes, run.network.activation):
        raise ValueError(f"--start must be a network like the one to train, {run.network}, got {saved.network}")
    if saved.straighten != run.settings.straighten:
        reads = "straightened images" if saved.straighten else "images as they are"
        raise ValueError(f"--straighten must match the network of --start, which reads {reads}")
    run.network.values[...] = saved.network.values


def train_with_bar(run: Run, dataset: Dataset, threads: ThreadChoice) -> tuple[Run, float, int]:
    """Train a run to its end, if possible; return it with its seconds and the exit status."""
    n_images, settings = len(dataset.train), run.settings
    steps_per_epoch, used = run.steps_per_epoch(n_images), run.images_used(n_images)
    seconds, status = 0.0, 0
    with ctrl_c() as asked_to_stop, progress_bar(total=settings.epochs * used, unit="images", unit_scale=True) as bar:
        while not run.finished(n_images) and not asked_to_stop.is_set():
            done = advance(run, Loaded(dataset), SLICE_S, threads=threads)
            run, seconds = done.run, seconds + done.seconds
            for evaluation in done.evaluations:
                if evaluation.step:
                    print_line(
                        f"epoch {evaluation.step // steps_per_epoch} "
                        f"loss {evaluation.training_loss:.4f} accuracy {evaluation.training_accuracy:.4f} "
                        f"validation_loss {evaluation.loss:.4f} validation_accuracy {evaluation.accuracy:.4f}"
                    )
            epochs_done, steps_done = divmod(run.step, steps_per_epoch)
            bar.set_description(f"epoch {min(epochs_done + 1, settings.epochs)}/{settings.epochs}", refresh=False)
            if len(done.losses):
                bar.set_postfix(
                    loss=f"{done.losses.mean():.4f}", accuracy=f"{done.accuracies.mean():.4f}", refresh=False
                )
            bar.update(epochs_done * used + steps_done * settings.batch_size - bar.n)
            if done.diverged is not None:
                print_error(
                    f"the loss of step {done.diverged} was not finite: going back to step {run.step} and "
                    "stopping there; a smaller --learning-rate may help"
                )
                status = 1
                break
    if asked_to_stop.is_set():
        print_error(f"interrupted: keeping the weights of step {run.step}")
        status = INTERRUPTED
    return run, seconds, status
