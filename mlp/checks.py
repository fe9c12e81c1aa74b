"""Checks of numbers where they enter: a number out of range raises an error with its name and the rule."""

import math
from typing import Any

import numpy as np


def checked(
    name: str, value: float, *, low: float, high: float = math.inf, open_low: bool = False, open_high: bool = False
) -> float:
    """Return ``value`` as a Python float; raise a ValueError unless it is a finite number in range."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    above = number > low if open_low else number >= low
    below = number < high if open_high or high == math.inf else number <= high
    if isinstance(value, bool) or not (above and below):
        start = f"greater than {low:g}" if open_low else f"at least {low:g}"
        end = "finite" if high == math.inf else f"less than {high:g}" if open_high else f"at most {high:g}"
        raise ValueError(f"{name} must be {start} and {end}, got {value!r}")
    return number


def checked_int(name: str, value: int, low: int, high: int) -> int:
    """Return ``value`` as a Python int; raise a ValueError unless it is a whole number in range."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}, got {value!r}")
    return int(value)


class Number:
    """A descriptor for a number of a range, see `checked`, at each assignment.

    Examples
    --------
    >>> class Reading:
    ...     temperature = Number(low=0, open_low=True)
    >>> reading = Reading()
    >>> reading.temperature = 2
    >>> reading.temperature
    2.0
    """

    def __init__(self, name: str = "", **limits: Any) -> None:
        self._name, self._limits = name, limits

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the attribute, unless errors use another."""
        self._name = self._name or name

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        """Return the number; on the class, the descriptor itself."""
        return self if owner is None else owner.__dict__[self._name]

    def __set__(self, owner: Any, value: float) -> None:
        """Set the number, or raise a ValueError."""
        owner.__dict__[self._name] = self.checked(value)

    def checked(self, value: float) -> float:
        """Return the number as a Python float, or raise a ValueError."""
        return checked(self._name, value, **self._limits)
