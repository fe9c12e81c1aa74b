"""Teach networks by several lessons, and print what each teaches and what it costs, in Markdown.

``python -m tests.benchmarks.teaching unipen.json.gz`` teaches two basic networks, and ``--network FILE`` another one.
Taught are sixteen mirrored test digits, and two drawings of each digit of a writer. Of the 24 writers whom the basic
network reads worst, every second one decided on the lesson; the others are measured here, as are other seeds.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

import mlp
from mlp.class_names import DIGITS
from mlp.images.drawing import to_mnist
from mlp.images.drawings.drawing_set import DrawingSet, Example, as_pixels
from mlp.images.mnist import Split
from mlp.images.recorded import SEED, load_drawings, render
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import MIXED_STRENGTH, split_data
from mlp.training.data.sources import Mnist
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from mlp.training.teaching import share_read, teaching_settings
from tests.benchmarks.timing import print_table

SEEDS = (3, 4)
LESSONS: dict[str, tuple[dict[str, Any], float]] = {
    "all images warped anew in each epoch, constant rate": ({"warp": 1.0, "schedule": "constant"}, 0),
    "the same, cosine": ({"warp": 1.0}, 0),
    "nothing warped, cosine": ({}, 0),
    f"drawings warped by {MIXED_STRENGTH}, constant rate": ({"schedule": "constant"}, MIXED_STRENGTH),
    f"drawings warped by {MIXED_STRENGTH}, cosine (the page’s)": ({}, MIXED_STRENGTH),
    "drawings warped by 1, cosine": ({}, 1.0),
}
"""What each lesson changes in the page's settings, and the strength of its drawings' warps."""
MIRRORED = (2, 3, 4, 5, 6, 7, 9)
"""The digits that look otherwise in a mirror."""
N_MIRRORED, N_WRITERS, LEAST_OF_A_WRITER = 16, 24, 25


class Writer(NamedTuple):
    """Drawings to teach, other drawings of the same writer, and those of all others."""

    taught: Split
    same: Split
    others: Split


def taught(reader: Reader, drawings: Split, share: float, lesson: str, seed: int) -> Reader:
    """Return a network after a lesson with all of these drawings."""
    changes, strength = LESSONS[lesson]
    examples = tuple(Example(int(label), image) for image, label in zip(drawings.images, drawings.labels, strict=True))
    data = split_data(DrawingSet(DIGITS, examples), np.zeros(len(examples), bool), base=Mnist(), share=share)
    run = Run(replace(teaching_settings(reader), seed=seed, **changes), reader.network)
    with patch("mlp.training.data.drawing_data.MIXED_STRENGTH", strength):
        train = data.load().train
    for _ in steps(run, train.images, train.labels):
        pass
    return run.reader


def mirrored(seed: int) -> tuple[Split, Split]:
    """Return mirrored digits to teach, and 3,000 others."""
    images, labels = Mnist().load().test.images, Mnist().load().test.labels
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(np.isin(labels, MIRRORED)))
    flipped, labels = images[chosen].reshape(-1, 28, 28)[:, :, ::-1].reshape(-1, 784), labels[chosen]
    some, rest = slice(N_MIRRORED), slice(N_MIRRORED, N_MIRRORED + 3000)
    return Split(flipped[some], labels[some]), Split(flipped[rest], labels[rest])


def hard_writers(path: str) -> list[Writer]:
    """Return every second of the writers whom the basic network reads worst."""
    rng, drawings = np.random.default_rng(SEED), load_drawings(path)
    images = np.array([as_pixels(to_mnist(render(drawing.strokes, rng))).reshape(784) for drawing in drawings])
    labels = np.array([drawing.label for drawing in drawings])
    with gzip.open(path) as file:
        writers = np.array([sample["writer"] for sample in json.load(file)["samples"]])
    wrong = basic(None).predict(images) != labels
    known = [writer for writer in np.unique(writers) if (writers == writer).sum() >= LEAST_OF_A_WRITER]
    found = []
    for writer in sorted(known, key=lambda writer: -wrong[writers == writer].mean())[1:N_WRITERS:2]:
        own = np.flatnonzero(writers == writer)
        two = np.concatenate([own[labels[own] == digit][:2] for digit in range(10)])
        places = (two, np.setdiff1d(own, two), np.flatnonzero(writers != writer))
        found.append(Writer(*(Split(images[at], labels[at]) for at in places)))
    return found


def basic(seed: int | None) -> Reader:
    """Return a network trained by the basic recipe; without a seed, the one in models/."""
    if seed is None:
        return mlp.load_model(mlp.DEFAULT_MODEL.with_name("article.safetensors"))
    run, train = Run(Settings(seed=seed)), Mnist().load().train
    for _ in steps(run, train.images, train.labels):
        pass
    return run.reader


def row(name: str, networks: list[Reader], share: float, writers: list[Writer]) -> list[str]:
    """Return the cells of a lesson: what MNIST's validation loses, then what is read; without writers, dashes."""
    validation, lost, read, same, others = Mnist().load().validation, list[float](), list[float](), [], []
    for reader in networks:
        before = share_read(reader, validation)
        for seed in SEEDS:
            some, rest = mirrored(seed)
            after = taught(reader, some, share, name, seed)
            lost.append(before - share_read(after, validation))
            read.append(share_read(after, rest))
        for seed, writer in enumerate(writers):
            after = taught(reader, writer.taught, share, name, seed)
            same += (after.predict(writer.same.images) == writer.same.labels).tolist()
            others.append(share_read(after, writer.others))
    spread = f"{100 * min(lost):.2f} to {100 * max(lost):.2f}"
    cells = [f"{100 * np.mean(lost):.2f} ({spread})", percent(read)]
    return [name, f"{100 * share:.0f}%", *cells, *(percent(each) if each else "–" for each in (same, others))]


def percent(shares: list[float]) -> str:
    """Return the mean in percent."""
    return f"{100 * np.mean(shares):.1f}%"


def rows(networks: list[Reader], writers: list[Writer], lessons: list[str]) -> Iterator[list[str]]:
    """Yield the scores before any lesson, then each lesson at 0% and 25%, the first and the page's at all shares."""
    every = [share_read(reader, mirrored(seed)[1]) for reader in networks for seed in SEEDS]
    same, others = (
        [share_read(reader, getattr(writer, part)) for reader in networks for writer in writers]
        for part in ("same", "others")
    )
    yield ["none", "", "", percent(every), *(percent(each) if each else "–" for each in (same, others))]
    for name in lessons:
        for share in (0.0, 0.1, 0.25, 0.5) if "page" in name or name == next(iter(LESSONS)) else (0.0, 0.25):
            yield row(name, networks, share, writers if share == 0.25 else [])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("drawings", nargs="*", metavar="FILE", help="recorded drawings of several writers")
    parser.add_argument("--network", metavar="FILE", help="teach this one; default: two basic networks")
    parser.add_argument(
        "--lesson", nargs="+", type=int, default=[*range(len(LESSONS))], metavar="N", help="numbers from 0"
    )
    given = parser.parse_args()
    networks = [basic(seed) for seed in SEEDS] if given.network is None else [untimed(given.network)]
    writers = [writer for path in given.drawings for writer in hard_writers(path)]
    heads = ["lesson", "share", "points lost of MNIST’s validation", "mirrored", "same writer", "other writers"]
    print_table(heads, rows(networks, writers, [[*LESSONS][number] for number in given.lesson]))


def untimed(path: str) -> Reader:
    """Return a network without test-time augmentation, as after a lesson."""
    reader = mlp.load_model(path)
    return Reader(reader.network, straighten=reader.straighten)


if __name__ == "__main__":
    main()
