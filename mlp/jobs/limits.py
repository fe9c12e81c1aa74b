"""Limits for each visitor of a shared server: on runs, and on the days for which work is kept."""

import math
import os
from dataclasses import dataclass, field, fields
from typing import Any

from mlp.checks import checked_int
from mlp.training.settings import MAX_PARAMETERS, Settings

HIGHEST = 10**9


class BeyondLimit(ValueError):
    """A run that exceeds a limit of the server.

    Attributes
    ----------
    name : str
        The exceeded quantity: "numbers to learn", "epochs", "billion weights times images" or "MB of memory".
    bound : str
        The number and the limit, for visitors, who cannot change it.
    """

    def __init__(self, name: str, number: int, limit: int, variable: str) -> None:
        super().__init__(name, number, limit, variable)
        self.name = name
        self.variable = variable
        self.bound = f"this server takes runs of at most {limit:,} {name}, got {number:,}"

    def __str__(self) -> str:
        """Return the number, the limit, and the variable that sets it."""
        return f"{self.bound} ({self.variable} sets the limit)"


@dataclass(frozen=True)
class Limits:
    """Limits for one visitor.

    Parameters
    ----------
    max_parameters : int
        Weights and biases of a network; MLP_MAX_PARAMETERS. Without it, memory and work set the limit.
    max_epochs : int
        The most epochs of a run; MLP_MAX_EPOCHS.
    max_runs : int
        Earlier runs besides the current one; MLP_MAX_RUNS. A visitor who has them deletes one before the next run.
    max_sweep : int
        Runs of a sweep, which train together; MLP_MAX_SWEEP.
    max_work : int
        Weights of a network times the images it sees in all epochs, in billions; MLP_MAX_WORK. The default allows all
        that the page's sliders can ask for with MNIST; the article's run has 126.
    max_run_mb : int
        Memory that a run may need in this process, see `run_bytes`; MLP_MAX_RUN_MB.
    kept_days : int
        Days on which a server was up, at most 400, before work is removed after a visit; MLP_KEPT_DAYS.
    """

    max_parameters: int = MAX_PARAMETERS
    max_epochs: int = 200
    max_runs: int = 24
    max_sweep: int = 8
    max_work: int = 20_000
    max_run_mb: int = 128
    kept_days: int = field(default=30, metadata={"high": 400})

    def check(self, settings: Settings, n_images: int = 50_000) -> None:
        """Raise an error if a run exceeds a limit.

        Parameters
        ----------
        settings : Settings
        n_images : int
            Available training images.

        Raises
        ------
        BeyondLimit
            If one is exceeded; the message names the number and the limit.
        """
        for name, number, limit, variable in (
            ("numbers to learn", settings.n_parameters, self.max_parameters, "MLP_MAX_PARAMETERS"),
            ("epochs", settings.epochs, self.max_epochs, "MLP_MAX_EPOCHS"),
            ("billion weights times images", run_work(settings, n_images), self.max_work, "MLP_MAX_WORK"),
            ("MB of memory", math.ceil(run_bytes(settings, n_images) / 1e6), self.max_run_mb, "MLP_MAX_RUN_MB"),
        ):
            if number > limit:
                raise BeyondLimit(name, number, limit, variable)


def limits() -> Limits:
    """Return the limits that the environment sets.

    Raises
    ------
    ValueError
        If a variable is not an integer of at least 1.
    """
    given = {}
    for one in fields(Limits):
        variable = f"MLP_{one.name.upper()}"
        if text := os.environ.get(variable, "").strip():
            number: Any = int(text) if text.isdecimal() else text
            given[one.name] = checked_int(variable, number, 1, one.metadata.get("high", HIGHEST))
    return Limits(**given)


def optimizer_arrays(settings: Settings) -> int:
    """Return how many arrays of the parameters' size a run's optimizer keeps between steps."""
    return 2 if settings.optimizer == "adam" else 1 if settings.momentum else 0


def images_an_epoch(settings: Settings, n_images: int) -> int:
    """Return the number of images in an epoch, given ``n_images`` besides the synthetic digits."""
    return settings.synthetic + min(settings.images or n_images, n_images)


def run_work(settings: Settings, n_images: int) -> int:
    """Return weights times images seen in all epochs, in billions, rounded up.

    The time of a step grows with both; learning from one image takes about six operations per weight.

    Examples
    --------
    >>> run_work(Settings(), 50_000), run_work(Settings(hidden=(1024, 512), epochs=10), 50_000)
    (126, 667)
    """
    return math.ceil(settings.n_parameters * settings.epochs * images_an_epoch(settings, n_images) / 1e9)


def state_bytes(settings: Settings) -> int:
    """Return the memory of a run's parameters, those of its first network, and the optimizer's arrays."""
    return 4 * (2 + optimizer_arrays(settings)) * settings.n_parameters


def history_bytes(n_steps: int) -> int:
    """Return the memory of two numbers for each step of a run, in arrays that double when they are full."""
    return 2 * 2 * 4 * n_steps


def run_bytes(settings: Settings, n_images: int) -> int:
    """Return the approximate memory of a finished run in this process: its state, and its history."""
    n_steps = settings.epochs * -(-images_an_epoch(settings, n_images) // settings.batch_size)
    return state_bytes(settings) + history_bytes(n_steps)
