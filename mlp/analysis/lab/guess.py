"""Compare a guessed accuracy curve with the real one, as far as that has come.

First to predict, then to observe, then to explain what was off is an order of White and Gunstone (1992).
"""

from dataclasses import dataclass

import numpy as np

POINTS = 41
"""How many heights a guess has, evenly spaced over the run; the first one is where every run begins."""
HANDLES = (2, 12, 40)
"""Which of them can be moved by key, and the others with them: early, on the way, and at the end."""
BLIND = 0.1  # right by chance, where every curve begins
CLOSE = 0.02
EARLY = HANDLES[0] / (POINTS - 1)
"""The share of a run by which its speed is told."""


def guessed(heights: tuple[float, ...], shares: np.ndarray) -> np.ndarray:
    """Give the guess at places of the run, straight between its points.

    Examples
    --------
    >>> guessed((0.1, *np.linspace(0.6, 1.0, 40).tolist()), np.array([0.0, 0.025, 1.0]))
    array([0.1, 0.6, 1. ])
    """
    return np.interp(shares, np.linspace(0, 1, POINTS), heights)


@dataclass(frozen=True)
class Comparison:
    """How far a guess was off, all as shares: 0.05 is five points.

    Attributes
    ----------
    mean : float
        The mean distance, over the part of the run that is done.
    early : float
        Guess less truth at `EARLY`; above 0 it was hoped to be quicker. NaN before that is reached.
    end : float
        The same where the run is now.
    share_done : float
        How much of the run is done.
    """

    mean: float
    early: float
    end: float
    share_done: float


def compared(heights: tuple[float, ...], shares: np.ndarray, accuracies: np.ndarray) -> Comparison | None:
    """Compare a guess with what was measured at shares of the run; None before anything was, after the start.

    Parameters
    ----------
    heights : tuple of float
        The guess at each of `POINTS` places, 0 to 1.
    shares : float array, shape (n,)
        Where in the run was measured, growing.
    accuracies : float array, shape (n,)
    """
    if len(shares) == 0 or shares[-1] <= 0:
        return None
    done = float(shares[-1])
    places = np.linspace(0, done, 200)
    real = np.interp(places, shares, accuracies)
    off = guessed(heights, places) - real
    early = float(np.interp(EARLY, places, off)) if done >= EARLY else float("nan")
    return Comparison(float(np.abs(off).mean()), early, float(off[-1]), done)


def comparison_text(found: Comparison) -> str:
    """Say how far off a guess was.

    Examples
    --------
    >>> comparison_text(Comparison(0.012, 0.01, -0.015, 1.0))
    'On average 1.2 points off: well guessed. At the end it stands where you thought.'
    >>> comparison_text(Comparison(0.2, -0.3, 0.1, 0.5))
    'On average 20.0 points off. It learned faster than you thought. At present it is 10.0 points below your guess.'
    """
    parts = [f"On average {100 * found.mean:.1f} points off{': well guessed' if found.mean <= CLOSE else ''}."]
    if abs(found.early) > 2 * CLOSE:
        parts.append(f"It learned {'slower' if found.early > 0 else 'faster'} than you thought.")
    when = "At the end" if found.share_done >= 1 else "At present"
    if abs(found.end) <= CLOSE:
        parts.append(f"{when} it stands where you thought.")
    else:
        side = "below" if found.end > 0 else "above"
        parts.append(f"{when} it is {100 * abs(found.end):.1f} points {side} your guess.")
    return " ".join(parts)
