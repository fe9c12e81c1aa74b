"""The loss of a slow step's minibatch along a line through the weights."""

import numpy as np

from mlp.analysis.slow_motion import SlowStep, losses_along
from mlp.page.visitors.analysis_budget import within_budget

MAX_FINE_WORK = 50_000_000
"""Weights times images; the article's network and minibatch have 3 million, the largest on the page 2,000 million."""


def lengths_between(step: SlowStep, low: float, high: float) -> list[float]:
    """Return positions on the line, fewer for large networks, as each costs a pass of the whole minibatch."""
    n = 33 if step.before.n_parameters * len(step.labels) < MAX_FINE_WORK else 9
    return np.linspace(low, high, n).tolist()


def losses(step: SlowStep, direction: np.ndarray, lengths: list[float], *, name: str, of: int = 0) -> list[float]:
    """Return the losses at these positions, computed once for each step and each value of ``of``."""
    smoothing = step.settings.label_smoothing
    return within_budget(
        name,
        (step, of),
        lambda: losses_along(
            step.before,
            direction,
            lengths,
            step.inputs,
            step.labels,
            label_smoothing=smoothing,
            masks=step.mask_rng,
        ),
        plays=False,
    )
