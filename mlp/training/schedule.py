"""Schedules of the learning rate over a run, as a factor on that of the settings."""

import math

SCHEDULES = ("constant", "cosine")
WARM_UP = 0.02
"""Fraction of the run in which the cosine schedule climbs to its full rate."""


def rate_factor(schedule: str, step: int, n_steps: int) -> float:
    """Return the factor on the learning rate of the step after ``step`` of a run's ``n_steps`` are done.

    "constant" is always 1. "cosine" climbs to 1 within the first 2% of the run, because momentum and a high rate can
    throw fresh weights far off, and falls along half a cosine to 0 (Loshchilov and Hutter 2017, without restarts). It
    is read at ``(step + 1) / (n_steps + 1)``: neither the first step nor the last one has a rate of 0, and a run of a
    single step has half of the full rate.

    >>> [round(rate_factor("cosine", step, 999), 3) for step in (0, 19, 499, 998)]
    [0.05, 0.999, 0.5, 0.0]
    >>> rate_factor("cosine", 0, 1)
    0.5
    """
    if schedule == "constant":
        return 1.0
    progress = min((step + 1) / (n_steps + 1), 1.0)
    return min(progress / WARM_UP, 1.0) * 0.5 * (1 + math.cos(math.pi * progress))
