"""The digit check of models/, on shapes and marks made by other rules than those that it learned from.

``python -m tests.training.test_pretrained_digit_check`` prints the tables of models/README.md.
"""

import numpy as np
import pytest

from mlp import load_model, to_mnist
from mlp.images.handwriting import synthetic_digits
from mlp.images.recorded import rasterize
from mlp.nn.digit_check import DIGIT_CHECK_MODEL, sees_digit
from models.making.marks import SIGNS, STROKED
from tests.benchmarks.timing import print_table
from tests.sample_digits import sample
from tests.training.hand_lines import drawings_of
from tests.training.loose_shapes import LOOSE
from tests.training.put_aside_shapes import LETTERS, PUT_ASIDE, letter

N = 60


@pytest.fixture(scope="module")
def digit_check():
    return load_model(DIGIT_CHECK_MODEL)


def taps(rng):
    return rasterize([rng.uniform(20, 260, (1, 2))], pen_px=rng.uniform(12, 26))


def scrawls(rng):
    """Draw a zigzag over a part of the canvas."""
    n = rng.integers(20, 40)
    points = np.stack([np.linspace(40, rng.uniform(180, 240), n), np.where(np.arange(n) % 2, 60, 220)], axis=1)
    return rasterize([points + rng.normal(0, 12, (n, 2))], pen_px=rng.uniform(12, 20))


def rounds(rng):
    """Draw ellipses over each other, the last one left open."""
    middle, strokes = rng.uniform(110, 170, 2), []
    for _ in range(rng.integers(4, 8)):
        turn = np.linspace(0, 2 * np.pi * rng.uniform(0.8, 1.0), 40) + rng.uniform(0, 6)
        radii = rng.uniform(35, 90, 2)
        strokes.append(middle + rng.normal(0, 14, 2) + radii * np.stack([np.cos(turn), np.sin(turn)], axis=1))
    return rasterize(strokes, pen_px=rng.uniform(12, 20))


def letters(rng):
    """Return one of A, E, H, K, M, N, W, X, which the check has learned, in other proportions."""
    shapes = [
        [[(0, 4), (2, 0), (4, 4)], [(1, 2.5), (3, 2.5)]],
        [[(3, 0), (0, 0), (0, 4), (3, 4)], [(0, 2), (2.5, 2)]],
        [[(0, 0), (0, 4)], [(3, 0), (3, 4)], [(0, 2), (3, 2)]],
        [[(0, 0), (0, 4)], [(3, 0), (0, 2), (3, 4)]],
        [[(0, 4), (0, 0), (2, 3), (4, 0), (4, 4)]],
        [[(0, 4), (0, 0), (3, 4), (3, 0)]],
        [[(0, 0), (1, 4), (2, 1), (3, 4), (4, 0)]],
        [[(0, 0), (3, 4)], [(3, 0), (0, 4)]],
    ]
    size, x, y = rng.uniform(28, 48), rng.uniform(25, 60), rng.uniform(25, 60)
    strokes = shapes[rng.integers(len(shapes))]
    return rasterize(
        [np.array(s) * size + (x, y) + rng.normal(0, 3, (len(s), 2)) for s in strokes], pen_px=rng.uniform(12, 22)
    )


def grains(rng):
    return np.where(rng.random((280, 280)) < rng.uniform(0.02, 0.6), 255, 0).astype(np.uint8)


def grays(rng):
    return rng.integers(0, 256, (280, 280)).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "least"),
    [(taps, 1.0), (scrawls, 0.9), (rounds, 0.6), (letters, 0.95), (grains, 1.0), (grays, 1.0)],
    ids=lambda kind: getattr(kind, "__name__", ""),
)
def test_marks_of_every_kind_are_refused(digit_check, kind, least):
    rng = np.random.default_rng(11)
    images = np.array([to_mnist(kind(rng)) for _ in range(N)])
    assert 1 - sees_digit(digit_check, images).mean() >= least


def shares_refused(digit_check, kinds, n, seed=1):
    """Return the share of each kind of shape that is refused."""
    return {kind.__name__: float(1 - sees_digit(digit_check, drawings_of(kind, n, seed)).mean()) for kind in kinds}


def mean(shares):
    return float(np.mean(list(shares.values())))


@pytest.mark.parametrize("seed", [1, 2])
def test_three_of_four_shapes_put_aside_are_refused(digit_check, seed):
    refused = shares_refused(digit_check, PUT_ASIDE, N, seed)
    assert 0.65 < mean(refused) < 0.82, refused
    assert min(refused.values()) < 0.3, refused


@pytest.mark.parametrize("seed", [1, 2])
def test_hearts_bubbles_and_clouds_of_other_rules_are_refused(digit_check, seed):
    refused = shares_refused(digit_check, LOOSE, 2 * N, seed)
    assert refused["loose_heart"] >= 0.9, refused
    assert refused["speech_bubble"] >= 0.9, refused
    assert refused["loose_cloud"] >= 0.82, refused


@pytest.mark.parametrize("seed", [1, 2])
def test_most_capitals_that_look_like_digits_are_taken_for_digits(digit_check, seed):
    refused = shares_refused(digit_check, map(letter, LETTERS), N, seed)
    assert 0.1 < mean(refused) < 0.3, refused
    assert sum(share <= 0.05 for share in refused.values()) >= 9, refused


def test_shapes_put_aside_are_no_kind_that_training_used():
    used = {*SIGNS} | {kind.__name__ for kind in STROKED}
    assert len(PUT_ASIDE) >= 12
    assert used.isdisjoint(kind.__name__ for kind in PUT_ASIDE)
    assert used.isdisjoint(LETTERS)


def test_digits_are_accepted(digit_check):
    assert sees_digit(digit_check, sample().test.images).mean() >= 0.995
    assert sees_digit(digit_check, synthetic_digits(500).images).mean() >= 0.99


if __name__ == "__main__":
    check = load_model(DIGIT_CHECK_MODEL)
    for title, kinds, n in (
        ("put aside", PUT_ASIDE, 500),
        ("learned by other rules", LOOSE, 500),
        ("capital not learned", [letter(name) for name in LETTERS], 100),
    ):
        both = [shares_refused(check, kinds, n, seed) for seed in (1, 2)]
        rows = [[kind.replace("_", " "), *(f"{100 * shares[kind]:.0f}%" for shares in both)] for kind in both[0]]
        means = [f"{100 * mean(shares):.0f}%" for shares in both]
        print_table([title, "rejected, seed 1", "seed 2"], [*rows, ["mean", *means]])
