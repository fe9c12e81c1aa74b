"""Limits for each visitor of a shared server: on runs, and on the days for which work is kept."""

import math
import os
from dataclasses import dataclass, field, fields
from typing import Any

from mlp.checks import checked_int
from mlp.language import Later, mark
from mlp.training.settings import Settings

HIGHEST = 10**9


RULES = {
    "epochs": mark("this server takes runs of at most {limit:,} epochs, got {number:,}"),
    "MB of memory": mark("this server takes runs of at most {limit:,} MB of memory, got {number:,}"),
}


class BeyondLimit(ValueError):
    """A run that exceeds a limit of the server, with the number and the limit; ``name`` says of what."""

    def __init__(self, name: str, number: int, limit: int) -> None:
        super().__init__(Later(RULES[name], limit=limit, number=number))
        self.name = name


@dataclass(frozen=True)
class Limits:
    """Limits for one visitor; the environment sets each by its name: MLP_MAX_EPOCHS."""

    max_epochs: int = 200
    max_run_mb: int = 128  # memory that a run may need in this process, see `run_bytes`
    max_runs: int = 24  # earlier runs besides the current one
    max_sweep: int = 8  # runs that train together
    kept_days: int = field(default=30, metadata={"high": 400})  # with the server up, from a visit to the work's removal

    def check(self, settings: Settings, n_images: int) -> None:
        """Raise `BeyondLimit` if a run on ``n_images`` images, besides its synthetic digits, exceeds a limit."""
        for name, number, limit in (
            ("epochs", settings.epochs, self.max_epochs),
            ("MB of memory", math.ceil(run_bytes(settings, n_images) / 1e6), self.max_run_mb),
        ):
            if number > limit:
                raise BeyondLimit(name, number, limit)


def limits() -> Limits:
    """Return the limits that the environment sets.

    Raises a ValueError if a variable is not an integer of at least 1.
    """
    given = {}
    for limit in fields(Limits):
        variable = f"MLP_{limit.name.upper()}"
        if text := os.environ.get(variable, "").strip():
            number: Any = int(text) if text.isdecimal() else text
            given[limit.name] = checked_int(variable, number, 1, limit.metadata.get("high", HIGHEST))
    return Limits(**given)


def optimizer_arrays(settings: Settings) -> int:
    """Return how many arrays of the parameters' size a run's optimizer keeps between steps."""
    return 2 if settings.optimizer == "adam" else 1 if settings.momentum else 0


def history_bytes(n_steps: int) -> int:
    """Return the memory of two numbers for each step of a run, in arrays that double when they are full."""
    return 2 * 2 * 4 * n_steps


def run_bytes(settings: Settings, n_images: int) -> int:
    """Return the approximate memory of a finished run in this process: its state, and its history."""
    n_images = settings.synthetic + min(settings.images or n_images, n_images)
    n_steps = settings.epochs * -(-n_images // settings.batch_size)
    # Its parameters, those of its first network, and the optimizer's arrays.
    state_bytes = 4 * (2 + optimizer_arrays(settings)) * settings.n_parameters
    return state_bytes + history_bytes(n_steps)
