"""Accuracy of a network that learned one writer's digits as signs, from a few drawings of each. Prints Markdown.

A second table shows how many strangers it rejects: only the digits 0 to 4 are learned, and 5 to 9 are strangers. A
third has networks of few names and drawings: the share of the writer's other drawings of these names that they read.

The drawings of the first file are the writer's. Some of each digit are learned as signs, as the page would: strokes on
the canvas, an 18 pixel brush, warped copies, the article's settings. The network then reads the writer's other drawings
and those of the other files, by the protocol of ``python -m mlp evaluate --drawings``.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from mlp.analysis.scores import SEED, score_drawings, wilson_interval
from mlp.analysis.signs.left_out import left_out_scores
from mlp.analysis.signs.sign_score import together
from mlp.class_names import DIGITS
from mlp.images.drawing import to_mnist
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.recorded import CANVAS_PX, Example, load_drawings, place, render
from mlp.jobs.slices import advance
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import DrawingData, drawing_data, none_below
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.benchmarks.timing import print_table

HOW_MANY = (5, 10, 20)
FEW = (3, 5)
FEW_NAMES = (2, 5, 10)
CHOICES = 60  # of names and drawings, divided by the number of names
N_KNOWN = 5  # digits that are learned; the others are strangers
SHARE = 0.6  # longer side of a learned drawing, as a share of the canvas


def as_signs(drawings: list[Example], names: tuple[str, ...] = DIGITS) -> DrawingSet:
    """Return digits as a set of signs, drawn in the middle of the canvas."""
    signs, corner = DrawingSet(names), (1 - SHARE) / 2 * CANVAS_PX
    for drawing in drawings:
        strokes = place(drawing.strokes, longer_side=SHARE * CANVAS_PX, corner=(corner, corner))
        signs = signs.with_drawing(drawing.label, strokes)
    return signs


def chosen(drawings: list[Example], n: int, seed: int) -> np.ndarray:
    """Return a mask of the drawings to learn, (n,) bool: ``n`` random ones of each digit."""
    labels, rng = np.array([drawing.label for drawing in drawings]), np.random.default_rng((n, seed))
    learned = np.zeros(len(drawings), bool)
    for digit in range(len(DIGITS)):
        learned[rng.permutation(np.flatnonzero(labels == digit))[:n]] = True
    return learned


def trained(data: DrawingData) -> tuple[Reader, float]:
    """Return a network that learned the signs, and the seconds that its training took."""
    run, n_images = Run(Settings(names=data.names)), len(data.load().train)
    began = time.monotonic()
    while not run.finished(n_images):
        run = advance(run, data, seconds=1.0).run
    return run.reader, time.monotonic() - began


def refusals(drawings: list[Example], others: list[list[Example]], n: int, seed: int) -> list[float]:
    """Return the shares that a network of the digits 0 to 4 rejects: of other drawings of these, and of 5 to 9."""
    known = [drawing for drawing in drawings if drawing.label < N_KNOWN]
    learned = chosen(known, n, seed)
    data = drawing_data(as_signs([one for one, taken in zip(known, learned, strict=True) if taken], DIGITS[:N_KNOWN]))
    reader, _ = trained(data)
    threshold = none_below(reader, data.load().unseen)
    asked = [[one for one, taken in zip(known, learned, strict=True) if not taken]]
    asked += [[one for one in some if one.label >= N_KNOWN] for some in (drawings, *others)]
    shares = []
    for some in asked:
        rng = np.random.default_rng(SEED)
        images = [to_mnist(render(drawing.strokes, rng)) for drawing in some]
        chances = reader.predict_proba(np.stack([image for image in images if image is not None]))
        shares.append(float((chances.max(axis=1) < threshold).mean()))
    return shares


def reads(drawings: list[Example], n_names: int, n: int, seed: int) -> tuple[float, float]:
    """Return the shares of other drawings that a network of random digits reads right: of all, and with rejection."""
    digits = np.random.default_rng((n_names, seed)).permutation(len(DIGITS))[:n_names].tolist()
    some = [replace(one, label=digits.index(one.label)) for one in drawings if one.label in digits]
    learned, names = chosen(some, n, seed), tuple(DIGITS[digit] for digit in digits)
    data = drawing_data(as_signs([one for one, taken in zip(some, learned, strict=True) if taken], names))
    reader, _ = trained(data)
    others, rng = [one for one, taken in zip(some, learned, strict=True) if not taken], np.random.default_rng(SEED)
    images = [to_mnist(render(one.strokes, rng)) for one in others]
    chances = reader.predict_proba(np.stack([image for image in images if image is not None]))
    right = chances.argmax(axis=1) == [one.label for one in others]
    seen = chances.max(axis=1) >= none_below(reader, data.load().unseen)
    return float(right.mean()), float((right & seen).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("writer", metavar="FILE", help="recorded drawings of one writer")
    parser.add_argument("others", metavar="FILE", nargs="*", help="recorded drawings of others")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="choices of the drawings. Default: 3")
    given = parser.parse_args()
    drawings, others = load_drawings(given.writer), {path: load_drawings(path) for path in given.others}
    rows = []
    for n in HOW_MANY:
        right, left_out, seconds, shares_of = [], [], [], {path: [] for path in others}
        for seed in range(1, given.seeds + 1):
            learned = chosen(drawings, n, seed)
            signs = as_signs([drawing for drawing, one in zip(drawings, learned, strict=True) if one])
            reader, elapsed = trained(drawing_data(signs))
            score = score_drawings(reader, [drawing for drawing, one in zip(drawings, learned, strict=True) if not one])
            right.append((score.right, score.n))
            seconds.append(elapsed)
            if n <= HOW_MANY[0]:
                left_out.append(together(left_out_scores(signs, Settings(names=signs.names))))
            for path, many in others.items():
                shares_of[path].append(score_drawings(reader, many).accuracy)
        total, of = np.sum(right, axis=0).tolist()
        low, high = wilson_interval(round(total / len(right)), round(of / len(right)))
        accuracy = f"{100 * np.mean([one.right / one.n for one in left_out]):.1f}%" if left_out else "–"
        rows.append(
            [
                f"{n}",
                f"{100 * total / of:.1f}% (95%: {100 * low:.1f}–{100 * high:.1f}%)",
                *(f"{100 * np.mean(shares):.1f}%" for shares in shares_of.values()),
                accuracy,
                f"{np.mean(seconds):.1f}",
            ]
        )
    heads = ["drawings of each", f"the rest of {_name(given.writer)}", *map(_name, others), "left out", "seconds"]
    print_table(heads, rows)
    print()
    rows = []
    for n in HOW_MANY:
        shares = [refusals(drawings, [*others.values()], n, seed) for seed in range(1, given.seeds + 1)]
        rows.append([f"{n}", *(f"{100 * share:.1f}%" for share in np.mean(shares, axis=0))])
    strangers = [f"strangers of {_name(path)}" for path in (given.writer, *others)]
    print_table(["drawings of each", "other drawings of its signs", *strangers], rows)
    print()
    rows = []
    for n_names in FEW_NAMES:
        for n in FEW:
            shares = [reads(drawings, n_names, n, seed) for seed in range(1, CHOICES // n_names + 1)]
            (right, read), lowest = np.mean(shares, axis=0), min(share for _, share in shares)
            rows.append([f"{n_names}", f"{n}", *(f"{100 * share:.1f}%" for share in (right, read, lowest))])
    print_table(["names", "drawings of each", "right", "right and not rejected", "of the worst choice"], rows)


def _name(path: str) -> str:
    return f"`{Path(path).name.partition('.')[0]}`"


if __name__ == "__main__":
    main()
