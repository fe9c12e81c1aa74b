"""``python -m mlp evaluate`` scores a saved network: test images, drawings, synthetic digits."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from mlp.analysis.scores import Score, score_drawings, score_images
from mlp.analysis.signs.sign_score import SignScore, score_signs
from mlp.class_names import DIGITS
from mlp.cli.options import add_data
from mlp.cli.terminal import print_line, progress_bar
from mlp.images.data_files.load import load_data
from mlp.images.drawings.drawing_file import load_set
from mlp.images.mnist import Dataset, load_mnist
from mlp.images.recorded import load_drawings
from mlp.nn.digit_check import DIGIT_CHECK_MODEL
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.training.data.synthetic_validation import synthetic_score
from mlp.training.uploaded_network import check_reads_drawings


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser("evaluate", help="measure how well a saved network reads")
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    command.add_argument(
        "--drawings",
        nargs="+",
        default=[],
        action="extend",
        metavar="FILE",
        help="files of recorded drawings, or of digits or a network's own signs as the page saves them",
    )
    add_data(command)
    command.set_defaults(run=score)


def score(given: argparse.Namespace) -> int:
    """Print a network's scores on images of what it reads."""
    network = load_model(given.file)
    check_reads_drawings(network, given.file)
    return network.learned.of(score_digits, score_own_signs, score_set)(network, given)


def score_digits(network: Reader, given: argparse.Namespace) -> int:
    """Print a network's scores on MNIST's test set, and on recorded drawings and synthetic digits."""
    recorded = {path: load_drawings(path) for path in given.drawings}
    for path, drawings in recorded.items():
        if not drawings:
            raise ValueError(f"{path}: needs at least one drawing")
    digit_check = load_model(DIGIT_CHECK_MODEL) if DIGIT_CHECK_MODEL.exists() else None
    dataset = load_mnist(given.data)
    print_test_score(network, dataset, digit_check)
    synthetic = synthetic_score(network)
    print_line(f"synthetic accuracy {synthetic.all:.4f}")
    print_line(f"synthetic_in_unseen_styles accuracy {synthetic.unseen:.4f}")
    for path, drawings in recorded.items():
        name = Path(path).name
        with progress_bar(drawings, desc=name, unit="drawings") as bar:
            drawings_score = score_drawings(network, bar, digit_check=digit_check)
        print_score(name, drawings_score)
    return 0


def score_set(network: Reader, given: argparse.Namespace) -> int:
    """Print a network's score on the test images of the data set that it reads."""
    if given.data is None or given.drawings:
        raise ValueError(f"{given.file} reads images of a data set; score it with --data PATH, and without --drawings")
    dataset = load_data(given.data)
    if dataset.names != network.names:
        names = json.dumps([network.names, dataset.names], ensure_ascii=False)
        raise ValueError(f"{given.data} must have the classes of the network, in its order, got {names}")
    print_test_score(network, dataset)
    return 0


def print_test_score(network: Reader, dataset: Dataset, digit_check: Reader | None = None) -> None:
    """Print what a network is, which images these are, and its score on their test images."""
    print_line(f"network {'-'.join(map(str, network.layer_sizes))} {network.activation}")
    print_data(dataset)
    score = score_images(network, dataset.test.images, dataset.test.labels, digit_check=digit_check)
    print_score("test", score, network.names)


def print_data(dataset: Dataset) -> None:
    """Print which images these are, and of a data set its classes, and what was done to it."""
    print_line(f"data {dataset.name}")
    if dataset.learned.is_set:
        print_line(f"classes {json.dumps(dataset.names, ensure_ascii=False)}")
    if dataset.note:
        print_line(f"note {dataset.note}")


def score_own_signs(network: Reader, given: argparse.Namespace) -> int:
    """Print a network's scores on drawings of its signs, with those that it confuses."""
    if not given.drawings:
        raise ValueError(f"{given.file} reads signs that a person drew; score it with --drawings FILE.json")
    scores = {}
    for path in given.drawings:
        try:
            scores[path] = score_signs(network, load_set(path))
        except ValueError as error:
            raise ValueError(str(error) if str(error).startswith(str(path)) else f"{path}: {error}") from error
    print_line(f"network {'-'.join(map(str, network.layer_sizes))} {network.activation}")
    print_line(f"signs {json.dumps(network.names, ensure_ascii=False)}")
    for path, score in scores.items():
        print_sign_score(Path(path).name, score)
    return 0


def print_sign_score(name: str, score: SignScore) -> None:
    """Print the score on drawings of signs, its certainty, and the confused ones."""
    low, high = score.interval
    print_line(f"{name} drawings {score.n}")
    print_line(f"{name} right {score.right}")
    print_line(f"{name} accuracy {score.right / score.n:.4f}")
    print_line(f"{name} between {low:.4f} {high:.4f}")
    print_line(f"{name} refused {score.refused}")
    for true, read, n in score.confused:
        print_line(
            f"{name} confused {json.dumps(true, ensure_ascii=False)} as {json.dumps(read, ensure_ascii=False)} {n}"
        )


def print_score(name: str, score: Score, names: Sequence[str] = DIGITS) -> None:
    """Print a score, one measure per line; ``names`` are those of the classes."""
    print_line(f"{name} images {score.n}")
    print_line(f"{name} accuracy {score.accuracy:.4f}")
    print_line(f"{name} wrong {score.n - score.right}")
    if names == DIGITS:
        print_line(f"{name} wrong_by_digit {' '.join(f'{digit}:{n}' for digit, n in enumerate(score.wrong_by_class))}")
    else:
        wrong = dict(zip(names, score.wrong_by_class, strict=True))
        print_line(f"{name} wrong_by_class {json.dumps(wrong, ensure_ascii=False)}")
    print_line(f"{name} refused {score.refused}")
    print_line(f"{name} calibration_error {score.calibration_error:.4f}")
    print_line(f"{name} microseconds_per_image {score.seconds_per_image * 1e6:.1f}")
