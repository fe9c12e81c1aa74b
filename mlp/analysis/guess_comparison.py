"""Compare a guessed accuracy curve with the real one so far.

Predict, observe, explain is a method of White and Gunstone (1992).
"""

from dataclasses import dataclass

import numpy as np

from mlp.language import mark, tr

POINTS = 41
"""Number of heights in a guess, evenly spaced over the run; the first one is where every run starts."""
HANDLES = (2, 12, 40)
"""The heights that keys can move, together with their neighbors: early, halfway, and at the end."""
BLIND = 0.1  # accuracy by chance, where every curve starts
CLOSE = 0.02
EARLY = HANDLES[0] / (POINTS - 1)
"""Position in a run at which its speed is compared."""


def guessed(heights: tuple[float, ...], shares: np.ndarray) -> np.ndarray:
    """Return the guess at positions of the run, with straight lines between its points.

    >>> guessed((0.1, *np.linspace(0.6, 1.0, 40).tolist()), np.array([0.0, 0.025, 1.0]))
    array([0.1, 0.6, 1. ])
    """
    return np.interp(shares, np.linspace(0, 1, POINTS), heights)


@dataclass(frozen=True)
class Comparison:
    """Errors of a guess, all as fractions: 0.05 is five points."""

    mean: float  # distance over the finished part of the run
    early: float  # guess minus accuracy at `EARLY`; above 0, the guess was too fast. NaN before that position
    end: float  # the same at the present position
    progress: float  # fraction of the run that is done


def compared(heights: tuple[float, ...], shares: np.ndarray, accuracies: np.ndarray) -> Comparison | None:
    """Return a guess compared with measurements at positions of the run; None before the first after the start.

    ``heights`` are the guess at each of `POINTS` places, 0 to 1. ``shares`` are positions in the run, ascending, and
    ``accuracies`` those there, both (n,).
    """
    if len(shares) == 0 or shares[-1] <= 0:
        return None
    done = float(shares[-1])
    places = np.linspace(0, done, 200)
    real = np.interp(places, shares, accuracies)
    off = guessed(heights, places) - real
    early = float(np.interp(EARLY, places, off)) if done >= EARLY else float("nan")
    return Comparison(float(np.abs(off).mean()), early, float(off[-1]), done)


_EARLY = {
    "above": mark("Early it was {points:.1f} points above your guess."),
    "below": mark("Early it was {points:.1f} points below your guess."),
}
_NEWEST = {
    ("end", "close"): mark("At the end it is where you guessed."),
    ("end", "above"): mark("At the end it is {points:.1f} points above your guess."),
    ("end", "below"): mark("At the end it is {points:.1f} points below your guess."),
    ("present", "close"): mark("At present it is where you guessed."),
    ("present", "above"): mark("At present it is {points:.1f} points above your guess."),
    ("present", "below"): mark("At present it is {points:.1f} points below your guess."),
}
"""Where the real curve was early, if it was far off, and where it is at the end or at present."""


def comparison_text(comparison: Comparison) -> str:
    """Return the errors of a guess as text.

    >>> comparison_text(Comparison(0.012, 0.01, -0.015, 1.0))
    'On average 1.2 points off: well guessed. At the end it is where you guessed.'
    >>> comparison_text(Comparison(0.2, -0.3, 0.0, 0.5))
    'On average 20.0 points off. Early it was 30.0 points above your guess. At present it is where you guessed.'
    """
    well, off = mark("On average {points:.1f} points off: well guessed."), mark("On average {points:.1f} points off.")
    texts = [tr(well if comparison.mean <= CLOSE else off, points=100 * comparison.mean)]
    if abs(comparison.early) > 2 * CLOSE:
        texts.append(tr(_EARLY[_side(comparison.early)], points=100 * abs(comparison.early)))
    side = "close" if abs(comparison.end) <= CLOSE else _side(comparison.end)
    newest = _NEWEST["end" if comparison.progress >= 1 else "present", side]
    return " ".join([*texts, tr(newest, points=100 * abs(comparison.end))])


def _side(guess_less_truth: float) -> str:
    """Return the side of the guess on which the truth is."""
    return "below" if guess_less_truth > 0 else "above"
