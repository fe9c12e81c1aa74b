"""Random numbers for a digit, or for a group of digits that are written together."""

from typing import Any

import numpy as np

Number = float | np.ndarray
"""A number for one digit, or one for each digit of a group, shape (n,)."""


class Chance:
    """Random numbers for writing: numbers vary between the digits of a group, choices are the same for all of it.

    So all digits of a group have the same kinds of strokes and numbers of points, and are written as arrays.

    ``n`` is the size of the group; by default it is a single digit, whose strokes have no group axis.

    >>> chance = Chance(np.random.default_rng(0), 3)
    >>> chance.between(0.1, 0.2).shape, type(chance.sometimes(0.5))
    ((3,), <class 'bool'>)
    """

    def __init__(self, rng: np.random.Generator, n: int | None = None) -> None:
        self._rng = rng
        self._n = n

    def between(self, low: Number, high: Number) -> Number:
        """Return a uniformly random number."""
        number: Number = self._rng.uniform(low, high, self._n)
        return number

    def sign(self) -> Number:
        """Return -1 or 1."""
        sign: Number = self._rng.choice([-1, 1], self._n)
        return sign

    def whole(self, low: int, high: int) -> int:
        """Return a uniformly random whole number, at least ``low`` and below ``high``."""
        return int(self._rng.integers(low, high))

    def one_of(self, *things: Any) -> Any:
        """Return one of these, all with the same probability."""
        return things[self.whole(0, len(things))]

    def sometimes(self, share: float) -> bool:
        """Return True with this probability, 0 to 1."""
        return bool(self._rng.random() < share)
