"""Compare a guessed accuracy curve with the real one, as far as that has come."""

from dataclasses import dataclass

import numpy as np

PLACES = (0.05, 0.3, 1.0)
"""Where the handles of a guess stand, as shares of the run: early, on the way, and at its end."""
BLIND = 0.1  # right by chance, where every curve begins
CLOSE = 0.02


def guessed(heights: tuple[float, ...], shares: np.ndarray) -> np.ndarray:
    """Give the guess at places of the run, straight between its handles, from a blind start.

    Examples
    --------
    >>> guessed((0.5, 0.9, 1.0), np.array([0.0, 0.05, 0.65]))
    array([0.1 , 0.5 , 0.95])
    """
    return np.interp(shares, (0.0, *PLACES), (BLIND, *heights))


@dataclass(frozen=True)
class Comparison:
    """How far a guess was off, all as shares: 0.05 is five points.

    Attributes
    ----------
    mean : float
        The mean distance, over the part of the run that is done.
    early : float
        Guess less truth at the first handle; above 0 it was hoped to be quicker. NaN before that is reached.
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
        The guess at each of `PLACES`, 0 to 1.
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
    early = float(np.interp(PLACES[0], places, off)) if done >= PLACES[0] else float("nan")
    return Comparison(float(np.abs(off).mean()), early, float(off[-1]), done)


def in_words(found: Comparison) -> str:
    """Say how far off a guess was.

    Examples
    --------
    >>> in_words(Comparison(0.012, 0.01, -0.015, 1.0))
    'On average 1.2 points off: well guessed. At the end it stands where you thought.'
    >>> in_words(Comparison(0.2, -0.3, 0.1, 0.5))
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
