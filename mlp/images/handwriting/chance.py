"""Draw the random numbers of a digit, or of a group of digits that are written at once."""

import numpy as np

Number = float | np.ndarray
"""Of one digit, or one for each digit of a group, shape (n,)."""


class Chance:
    """Random numbers for writing: numbers differ from digit to digit, what is chosen is the same for a whole group.

    So all digits of a group have strokes of the same kinds with as many points, and are written as arrays.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int, optional
        Size of the group; a single digit, whose strokes have no axis for the group, if not given.

    Examples
    --------
    >>> chance = Chance(np.random.default_rng(0), 3)
    >>> chance.between(0.1, 0.2).shape, type(chance.sometimes(0.5))
    ((3,), <class 'bool'>)
    """

    def __init__(self, rng: np.random.Generator, n: int | None = None) -> None:
        self._rng = rng
        self._n = n

    def between(self, low: Number, high: Number) -> Number:
        """Give any number between two."""
        number: Number = self._rng.uniform(low, high, self._n)
        return number

    def sign(self) -> Number:
        """Give -1 or 1."""
        sign: Number = self._rng.choice([-1, 1], self._n)
        return sign

    def sometimes(self, share: float) -> bool:
        """Say yes in so many cases, 0 to 1."""
        return bool(self._rng.random() < share)
