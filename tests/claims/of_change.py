"""Checks of what is said of a writer's drawings: a difference that they make, and what chance makes alone."""

import math
from collections.abc import Sequence

import numpy as np

from mlp.analysis.classroom.one_writer import N_PAIRS, T_FOUND, T_SHOWN, one_writer, paired
from mlp.class_names import DIGITS
from mlp.images.augmentation import warp
from mlp.images.drawings.drawing_set import DrawingSet, Example
from mlp.nn.reader import Reader
from mlp.page.tabs.classroom.after.changed import NONE, counts_of, in_sentences
from models.making.styles import STYLES
from tests.claims.of_class import drawn, writers
from tests.claims.runs import SEEDS, pretrained


def ordinary_writer_changes_nothing_and_one_with_a_seven_of_their_own_does() -> None:
    """Leave out one of twelve who write alike, but for barred sevens of the first, or one of four who differ.

    A writer like the others changes no drawing that is told, and less than one of 120, which may show: 0.8 fewer, give
    or take 0.6, in one of the two classes.
    """
    basic = Reader(pretrained("article").network)
    usual = [next(iter(STYLES[digit])).__name__ for digit in range(10)]
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        in_class = [
            [drawn(digit, style, rng) for digit, style in enumerate(usual) for _ in range(2)] for _ in range(12)
        ]
        barred = in_class[0][14].image.reshape(28, 28).copy()
        barred[13:16, 4:24] = 255
        again = warp(barred.reshape(1, 784), rng, strength=0.1)[0]
        in_class[0][14:16] = [Example(7, each) for each in (barred.reshape(784), again)]
        sets = [DrawingSet(DIGITS, tuple(each)) for each in in_class]
        assert "Nearly only with yours do they read these: 7 (1 drawing)" in told(sets, 0, basic)
        *_, done = one_writer(sets, 1, basic).remaining()
        assert abs(np.mean(done.differences)) < 1
        assert "Nearly only" not in in_sentences(counts_of(done))
        assert not all(told(writers(seed)[:4], place).startswith(NONE[:40]) for place in (0, 1))


def told(sets: Sequence[DrawingSet], place: int, base: Reader | None = None) -> str:
    """Return what a learner of the class is told."""
    *_, done = one_writer(sets, place, base).remaining()
    return in_sentences(counts_of(done))


def chance_shows_a_difference_in_one_of_a_hundred_and_what_is_said_to_show_mostly_does() -> None:
    """Simulate pairs of 180 drawings, of which most are read by all, and some by half of the networks."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        one, other = rng.binomial(10, 0.5, (2, 4000, N_PAIRS))
        assert 0.005 < share_shown(one - other) < 0.02
        least = math.ceil((T_SHOWN + T_FOUND) * math.sqrt(2 * 10 / 4 / N_PAIRS))
        assert 0.7 < share_shown(one - other + least) < 0.95


def share_shown(pairs: np.ndarray) -> float:
    """Return how often a difference shows in the pairs, (n, pairs)."""
    found = [paired(each) for each in pairs]
    return float(np.mean([abs(mean) > margin for mean, margin, _ in found]))
