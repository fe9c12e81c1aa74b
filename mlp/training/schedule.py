"""Schedule the learning rate over a run, as a share of what the settings say."""

import math

SCHEDULES = ("constant", "cosine")
WARM_UP = 0.02
"""Share of the run in which the cosine schedule climbs to its full rate."""


def rate_factor(schedule: str, progress: float) -> float:
    """Give the factor on the learning rate when ``progress``, 0 to 1, of the run's steps are done.

    "constant" is always 1. "cosine" climbs to 1 within the first 2 % of the run, because momentum and a high rate can
    throw fresh weights far off, and falls along half a cosine to 0 (Loshchilov and Hutter 2017, without restarts).

    Examples
    --------
    >>> [round(rate_factor("cosine", progress), 3) for progress in (0, 0.02, 0.5, 1)]
    [0.0, 0.999, 0.5, 0.0]
    """
    if schedule == "constant":
        return 1.0
    return min(progress / WARM_UP, 1.0) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
