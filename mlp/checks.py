"""Checks of numbers where they enter: a number out of range raises an error with its name and the rule."""

import math
from typing import Any

import numpy as np

from mlp.language import Later, mark


def checked_int(name: str, value: int, low: int, high: int) -> int:
    """Return ``value`` as a Python int; raise a ValueError unless it is a whole number in range."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        rule = mark("{name} must be a whole number from {low:,} to {high:,}, got {value}")
        raise ValueError(Later(rule, name=name, low=low, high=high, value=repr(value)))
    return int(value)


def check_scale(pixels: np.ndarray) -> None:
    """Raise a ValueError if the largest of uint8 pixels, (n, …), is 1: meant as 0..1, they look almost blank."""
    if pixels.dtype != np.uint8 or pixels.size == 0:
        return
    if pixels[0].max() <= 1 and pixels.max() == 1:  # the first image is enough nearly always, and all take a while
        raise ValueError("pixels of uint8 must be in 0..255, got none above 1; multiply them by 255")


def check_scaled_once(images: np.ndarray) -> None:
    """Raise a ValueError if no float of a whole set of images is above 1/255: scaled to 0..1 twice, they look blank."""
    if images.dtype.kind == "f" and images.size and images.min() >= 0 and 0 < (largest := images.max()) < 1.001 / 255:
        raise ValueError(
            f"images must be floats in 0..1 or uint8 in 0..255, got floats up to {largest:.2g}: already 0 to 1? "
            "Then do not divide by 255"
        )


class Number:
    """A descriptor for a finite number of a range, checked at each assignment.

    >>> class Reading:
    ...     temperature = Number(low=0, open_low=True)
    >>> reading = Reading()
    >>> reading.temperature = 2
    >>> reading.temperature, Reading.temperature.rule
    (2.0, 'greater than 0 and finite')
    """

    def __init__(
        self, name: str = "", *, low: float, high: float = math.inf, open_low: bool = False, open_high: bool = False
    ) -> None:
        self._name, self._low, self._high, self._open_low, self._open_high = name, low, high, open_low, open_high

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the attribute, unless errors use another."""
        self._name = self._name or name

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        """Return the number; on the class, the descriptor itself."""
        return self if owner is None else owner.__dict__[self._name]

    def __set__(self, owner: Any, value: float) -> None:
        """Set the number, or raise a ValueError."""
        owner.__dict__[self._name] = self.checked(value)

    @property
    def rule(self) -> Later:
        """The range as text."""
        low = Later(mark("greater than {low:g}") if self._open_low else mark("at least {low:g}"), low=self._low)
        if self._high == math.inf:
            return Later("{range} and finite", range=low)
        high = Later(mark("less than {high:g}") if self._open_high else mark("at most {high:g}"), high=self._high)
        return Later("{range} and {end}", range=low, end=high)

    def checked(self, value: float) -> float:
        """Return the number as a Python float, or raise a ValueError."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        above = number > self._low if self._open_low else number >= self._low
        below = number < self._high if self._open_high or self._high == math.inf else number <= self._high
        if isinstance(value, bool) or not (above and below):
            rule = mark("{name} must be {rule}, got {value}")
            raise ValueError(Later(rule, name=self._name, rule=self.rule, value=repr(value)))
        return number
