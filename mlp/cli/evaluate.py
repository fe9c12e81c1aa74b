"""``python -m mlp evaluate`` scores a saved network: MNIST's test set, drawings, spoiled images, styles, photos."""

import argparse
from pathlib import Path

from tqdm import tqdm

from mlp.analysis.confused_styles import confused_styles
from mlp.analysis.page_photos import KINDS, score_photos
from mlp.analysis.page_photos import SEED as PHOTO_SEED
from mlp.analysis.robustness import CORRUPTIONS, robustness
from mlp.analysis.scores import Score, score_drawings, score_images
from mlp.checks import checked_int
from mlp.cli.options import add_data, value
from mlp.cli.terminal import complain, find_data, say
from mlp.images.mnist import Dataset, sample
from mlp.images.recorded import load_drawings
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.training.data.written_validation import written_score
from mlp.training.rejection import REJECTION_MODEL
from mlp.training.uploaded_network import check_reads_drawings


def add_command(commands: argparse._SubParsersAction) -> None:
    """Make the parser of the command."""
    command: argparse.ArgumentParser = commands.add_parser("evaluate", help="say how well a saved network reads")
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    command.add_argument(
        "--drawings",
        nargs="+",
        default=[],
        action="extend",
        metavar="FILE",
        help="files of recorded drawings",
    )
    command.add_argument(
        "--photos",
        type=value,
        default=0,
        metavar="N",
        help="make so many photos of pages with several digits, of plain and of lined paper each, and read them, "
        "see mlp/images/page_photos/made_photos.py. Default: 0",
    )
    command.add_argument(
        "--photo-seed",
        type=value,
        default=PHOTO_SEED,
        metavar="N",
        help=f"makes the photos; another one makes others. Default: {PHOTO_SEED}",
    )
    add_data(command)
    command.set_defaults(run=score)


def score(given: argparse.Namespace) -> int:
    """Say how well a network reads MNIST's test set and recorded drawings."""
    n_photos = checked_int("photos", given.photos, 0, 10_000)
    photo_seed = checked_int("photo_seed", given.photo_seed, 0, 2**32 - 1)
    network = load_model(given.file)
    check_reads_drawings(network, given.file)
    recorded = {path: load_drawings(path) for path in given.drawings}
    for path, drawings in recorded.items():
        if not drawings:
            raise ValueError(f"{path}: needs at least one drawing")
    rejection = load_model(REJECTION_MODEL) if REJECTION_MODEL.exists() else None
    dataset = find_data(given.data)
    say(f"network {'-'.join(map(str, network.layer_sizes))} {network.activation}")
    say(f"data {dataset.name}")
    if dataset is sample():
        complain("the sample's test images are among MNIST's training images: a network may have been trained on them")
    say_score("test", score_images(network, dataset.test.images, dataset.test.labels, rejection=rejection))
    say_spoiled_and_styles(network, dataset)
    if n_photos:
        say_photos(network, n_photos, photo_seed)
    for path, drawings in recorded.items():
        name = Path(path).name
        with tqdm(drawings, desc=name, unit="drawings") as bar:
            drawings_score = score_drawings(network, bar, rejection=rejection)
        say_score(name, drawings_score)
    return 0


def say_spoiled_and_styles(network: Reader, dataset: Dataset) -> None:
    """Print how a network reads spoiled images, written digits, and the styles that it confuses."""
    spoiled = robustness(network, dataset.test.images, dataset.test.labels)
    for found in tqdm(spoiled, desc="spoiled", total=len(CORRUPTIONS), unit="kinds"):
        say(f"test_{found.name} mild {found.mild:.4f} strong {found.strong:.4f}")
    written = written_score(network)
    say(f"written accuracy {written.all:.4f}")
    say(f"written_in_unseen_styles accuracy {written.unseen:.4f}")
    for pair in confused_styles(network, dataset.validation):
        for one in pair:
            shares = f"written {one.written:.4f} validation {one.validation:.4f}"
            say(f"confused {one.style} {one.digit} as {one.other} {shares}")


def say_photos(network: Reader, n: int, seed: int) -> None:
    """Print how a network reads photos of pages that are made with this seed."""
    for photos in tqdm(score_photos(network, n, seed), desc="photos", total=len(KINDS)):
        say(f"{photos.name} digits {photos.digits} found {photos.found} extra {photos.extra}")
        say(f"{photos.name} accuracy {photos.accuracy:.4f}")


def say_score(name: str, score: Score) -> None:
    """Print a score, one measure a line."""
    say(f"{name} images {score.n}")
    say(f"{name} accuracy {score.accuracy:.4f}")
    say(f"{name} wrong {score.n - score.right}")
    say(f"{name} wrong_by_digit {' '.join(f'{digit}:{n}' for digit, n in enumerate(score.wrong_by_class))}")
    say(f"{name} refused {score.refused}")
    say(f"{name} calibration_error {score.calibration_error:.4f}")
    say(f"{name} microseconds_per_image {score.seconds_per_image * 1e6:.1f}")
