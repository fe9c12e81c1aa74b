"""The command line: ``python -m mlp train``, ``evaluate`` and ``sweep``, the page's work without the page.

Results go to stdout, one ``name value`` a line; bars and complaints go to stderr. The exit status is 0, or 2 if
something that was given cannot be used, 1 if the loss did not stay finite, 130 if Ctrl-C ended it.
"""

import argparse
import io
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from mlp import sweeping
from mlp.images.mnist import Dataset, sample
from mlp.images.recorded import load_drawings
from mlp.nn.looks import LOOKS
from mlp.nn.weights import load_model, save_model
from mlp.terminal import (
    INTERRUPTED,
    Parser,
    add_settings,
    checked_out,
    complain,
    ctrl_c,
    find_data,
    say,
    settings_given,
    value,
)
from mlp.training.evaluation import evaluate
from mlp.training.history import History
from mlp.training.honesty import fit_temperature
from mlp.training.judge import JUDGE_MODEL, new_judge, steps_per_epoch, train_judge
from mlp.training.loop import TakeStep, train_step
from mlp.training.mixture import mixed, unseen
from mlp.training.run import Run
from mlp.training.scores import Score, score_drawings, score_images
from mlp.training.settings import N_CLASSES, N_INPUTS, checked_int
from mlp.training.shared import SharedStep
from mlp.training.slices import Loaded, advance

SLICE_S = 1.0  # training between two looks at the bar; Ctrl-C loses no more than this
N_UNSEEN = 10_000  # written digits that the temperature is fitted to


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and give its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    given = new_parser().parse_args(arguments)
    try:
        # One thread a matrix product: the same seed then gives the same bits as in the page's workers, and threads
        # that share a product wait for each other, on a busy machine for many times the work.
        with threadpool_limits(1):
            if given.command == "train":
                return train(given, shlex.join(["python", "-m", "mlp", *arguments]))
            if given.command == "judge":
                return learn_to_judge(given, shlex.join(["python", "-m", "mlp", *arguments]))
            return sweeping.sweep(given) if given.command == "sweep" else score(given)
    except (ValueError, OSError, RuntimeError) as error:
        complain(f"error: {error}")
        return 2
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED


def train(given: argparse.Namespace, command_line: str) -> int:
    """Train a network and save it, with what is to be known about it."""
    settings = settings_given(given)
    threads = checked_int("threads", given.threads, 1, 1024)
    out = checked_out(given.out)
    dataset = mixed(
        find_data(given.data),
        written=given.written,
        everything=given.everything,
        repeat=given.repeat,
        seed=settings.seed,
    )
    say(f"data {dataset.name}")
    run = Run(settings)
    if given.start is not None:
        begin_with(run, given.start)
    with SharedStep(threads) as shared_step:
        run, seconds, status = train_with_bar(run, dataset, shared_step if threads > 1 else train_step)
    if run.step == 0:
        complain("nothing was learned, and nothing saved")
        return status
    run.network.looks = given.looks
    if given.written:
        fresh = unseen(N_UNSEEN, settings.seed)
        run.network.temperature = fit_temperature(run.network.logits(fresh.images), fresh.labels)
    used = run.images_used(len(dataset.train))
    _, training_accuracy = evaluate(run.network, dataset.train.images[:used], dataset.train.labels[:used])
    _, validation_accuracy = evaluate(run.network, dataset.validation.images, dataset.validation.labels)
    facts = {
        "data": dataset.name,
        "steps": run.step,
        "seconds": round(seconds, 2),
        "training_accuracy": training_accuracy,
        "validation_accuracy": validation_accuracy,
        "temperature": run.network.temperature,
        "looks": run.network.looks,
        "settings": settings.as_dict(),
        "numpy": np.__version__,
        "command": command_line,
    }
    save_model(run.network, out, half=given.half, **facts)
    for name in ("steps", "seconds", "training_accuracy", "validation_accuracy", "temperature"):
        say(f"{name} {facts[name]}")
    say(f"saved {out}")
    return status


def begin_with(run: Run, path: str) -> None:
    """Give a new run the weights of a saved network in place of random ones."""
    saved = load_model(path)
    if (saved.layer_sizes, saved.activation) != (run.network.layer_sizes, run.network.activation):
        raise ValueError(f"--start must be a network like the one to train, {run.network}, got {saved}")
    run.network.values[...] = saved.values


def train_with_bar(run: Run, dataset: Dataset, take_step: TakeStep) -> tuple[Run, float, int]:
    """Carry a run to its end, or as far as it gets; give it back with its seconds and the exit status."""
    n_images, settings = len(dataset.train), run.settings
    steps_per_epoch, used = run.steps_per_epoch(n_images), run.images_used(n_images)
    history = History(steps_per_epoch)
    seconds, status = 0.0, 0
    with ctrl_c() as asked_to_stop, tqdm(total=settings.epochs * used, unit="images", unit_scale=True) as bar:
        while not run.finished(n_images) and not asked_to_stop.is_set():
            done = advance(run, Loaded(dataset), SLICE_S, take_step=take_step)
            run, seconds = done.run, seconds + done.seconds
            history.add_steps(done.losses, done.accuracies)
            for evaluation in done.evaluations:
                epoch = slice(evaluation.step - steps_per_epoch, evaluation.step)
                if evaluation.step:
                    say(
                        f"epoch {evaluation.step // steps_per_epoch} "
                        f"loss {history.losses[epoch].mean():.4f} accuracy {history.accuracies[epoch].mean():.4f} "
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
                complain(
                    f"the loss of step {done.diverged} was not a finite number: going back to step {run.step} and "
                    "stopping there; a smaller --learning-rate may help"
                )
                status = 1
                break
    if asked_to_stop.is_set():
        complain(f"interrupted: keeping what was learned in {run.step} steps")
        status = INTERRUPTED
    return run, seconds, status


def learn_to_judge(given: argparse.Namespace, command_line: str) -> int:
    """Train the network that says whether there is a digit at all, and save it."""
    epochs, seed = checked_int("epochs", given.epochs, 1, 10_000), checked_int("seed", given.seed, 0, 2**32 - 1)
    out = checked_out(given.out)
    dataset = find_data(given.data)
    say(f"data {dataset.name}")
    judge = new_judge(seed)
    total = epochs * steps_per_epoch(dataset)
    with tqdm(train_judge(judge, dataset, epochs=epochs, seed=seed), total=total, unit="steps") as bar:
        for step in bar:
            loss = step.loss
    save_model(judge, out, half=True, data=dataset.name, command=command_line, numpy=np.__version__)
    say(f"loss {loss:.4f}")
    say(f"saved {out}")
    return 0


def score(given: argparse.Namespace) -> int:
    """Say how well a network reads MNIST's test set and recorded drawings."""
    network = load_model(given.file)
    if (network.layer_sizes[0], network.layer_sizes[-1]) != (N_INPUTS, N_CLASSES):
        raise ValueError(f"{given.file} must be a network of {N_INPUTS} inputs and {N_CLASSES} outputs, got {network}")
    recorded = {path: load_drawings(path) for path in given.drawings}
    for path, drawings in recorded.items():
        if not drawings:
            raise ValueError(f"{path}: needs at least one drawing")
    judge = load_model(JUDGE_MODEL) if JUDGE_MODEL.exists() else None
    dataset = find_data(given.data)
    say(f"network {'-'.join(map(str, network.layer_sizes))} {network.activation}")
    say(f"data {dataset.name}")
    if dataset is sample():
        complain("the sample's test images are among MNIST's training images: a network may have been trained on them")
    say_score("test", score_images(network, dataset.test.images, dataset.test.labels, judge=judge))
    for path, drawings in recorded.items():
        name = Path(path).name
        with tqdm(drawings, desc=name, unit="drawings") as bar:
            drawings_score = score_drawings(network, bar, judge=judge)
        say_score(name, drawings_score)
    return 0


def say_score(name: str, score: Score) -> None:
    """Print a score, one measure a line."""
    say(f"{name} images {score.n}")
    say(f"{name} accuracy {score.accuracy:.4f}")
    say(f"{name} wrong {score.n - score.right}")
    say(f"{name} wrong_by_digit {' '.join(f'{digit}:{n}' for digit, n in enumerate(score.wrong_by_class))}")
    say(f"{name} refused {score.refused}")
    say(f"{name} calibration_error {score.calibration_error:.4f}")
    say(f"{name} microseconds_per_image {score.seconds_per_image * 1e6:.1f}")


def new_parser() -> Parser:
    """Make the parser."""
    parser = Parser(prog="python -m mlp", description="Train and score a neural network that reads digits.")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a network and save it")
    train.add_argument("--out", required=True, metavar="FILE", help="the .safetensors file to write")
    add_settings(train)
    train.add_argument(
        "--written",
        type=value,
        default=0,
        metavar="N",
        help="train on this many digits as well, written by a model of a hand in styles that MNIST lacks. Default: 0",
    )
    train.add_argument("--start", metavar="FILE", help="begin with the weights of this network, not with random ones")
    train.add_argument(
        "--looks",
        type=value,
        choices=LOOKS,
        default=1,
        help="read an image once, or by the mean of five looks, each a pixel aside. Default: 1",
    )
    train.add_argument(
        "--everything",
        action="store_true",
        help="train on the validation images as well; their score then says nothing",
    )
    train.add_argument(
        "--repeat",
        type=value,
        default=1,
        metavar="N",
        help="take MNIST's images so often in each epoch, beside many written digits. Default: 1",
    )
    train.add_argument("--half", action="store_true", help="save the weights as float16, in a file of half the size")
    train.add_argument(
        "--threads",
        type=value,
        default=1,
        metavar="N",
        help="share each minibatch among so many threads, for large networks; changes the last bits of what is "
        "learned. Default: 1",
    )
    judge = commands.add_parser("judge", help="train the network that says whether there is a digit at all")
    judge.add_argument("--out", required=True, metavar="FILE", help="the .safetensors file to write")
    judge.add_argument("--epochs", type=value, default=20, metavar="N", help="default: 20")
    judge.add_argument("--seed", type=value, default=1, metavar="N", help="default: 1")
    evaluate = commands.add_parser("evaluate", help="say how well a saved network reads")
    evaluate.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    evaluate.add_argument(
        "--drawings",
        nargs="+",
        default=[],
        action="extend",
        metavar="FILE",
        help="files of recorded drawings",
    )
    sweep = sweeping.add_command(commands)
    for command in (train, judge, evaluate, sweep):
        command.add_argument(
            "--data", metavar="DIR", help="MNIST's folder; default: MLP_DATA_DIR, else the user's cache"
        )
    return parser


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe on Windows may know no −, and that must stop nothing
    sys.exit(main())
