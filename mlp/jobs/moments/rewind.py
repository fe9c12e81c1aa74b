"""Moments of a run that are kept to go back to: many as rough weights, a few whole, others by taking steps."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from mlp.jobs.limits import optimizer_arrays
from mlp.nn.network import MLP
from mlp.training.data.sources import Data
from mlp.training.run import Run, steps
from mlp.training.settings import Settings

MOMENTS = 40  # log-spaced: most of what there is to see happens in the first epoch
MAX_BYTES = 8_100_000  # of rough weights, two bytes a number; a larger network has fewer moments
WHOLE = 4  # evenly spaced, so that no step is far from one
MAX_WHOLE_BYTES = 4_000_000

States = Sequence[tuple[int, np.ndarray]]
"""Weights as float16, each after the number of the step that they are of."""


def moments(n_steps: int, n_parameters: int) -> tuple[int, ...]:
    """Give the steps whose weights are kept: about 40 from the first to the last, log-spaced, within 8 MB.

    Examples
    --------
    >>> moments(100, 1000)[:6], len(moments(46_875, 100_710)), len(moments(46_875, 1_000_000))
    ((1, 2, 3, 4, 5, 6), 38, 4)
    """
    most = max(2, min(MOMENTS, MAX_BYTES // (2 * n_parameters)))
    return tuple(int(step) for step in np.unique(np.round(np.geomspace(1, max(n_steps, 1), most))))


def rewind_bytes(settings: Settings) -> int:
    """Count the bytes, at most, that the moments of a run take."""
    rough = min(MOMENTS * 2 * settings.n_parameters, max(MAX_BYTES, 4 * settings.n_parameters))
    return rough + _n_whole(settings) * _whole_bytes(settings)


def _whole_bytes(settings: Settings) -> int:
    return 4 * (2 + optimizer_arrays(settings)) * settings.n_parameters


def _n_whole(settings: Settings) -> int:
    return min(WHOLE, MAX_WHOLE_BYTES // _whole_bytes(settings))


class Rewind:
    """What is kept of a run's way; one thread adds, any may look.

    Parameters
    ----------
    start : Run or None
        The run before its first step; None if that is not known, as of one that goes on from a file.
    n_steps : int
        Of the whole run.
    settings : Settings
    keeps : bool
        Whether anything but the start is kept.
    """

    def __init__(self, start: Run | None, n_steps: int, settings: Settings, *, keeps: bool = True) -> None:
        self.start = start
        self._wanted = moments(n_steps, settings.n_parameters) if keeps else ()
        self._states: dict[int, np.ndarray] = {}
        self._whole: tuple[Run, ...] = ()
        n_whole = _n_whole(settings) if keeps else 0
        self._whole_from = [n_steps * (number + 1) // (n_whole + 1) for number in range(n_whole)]

    def wanted(self, after: int) -> tuple[int, ...]:
        """Give the steps after this one whose weights are to be kept."""
        return tuple(step for step in self._wanted if step > after)

    def add(self, states: States, run: Run) -> None:
        """Keep what came back with a slice, and the run itself if it is the first beyond the next whole moment."""
        self._states.update(states)
        if self._whole_from and run.step >= self._whole_from[0]:
            self._whole_from = [step for step in self._whole_from if step > run.step]
            self._whole = (*self._whole, run)

    @property
    def steps(self) -> list[int]:
        """The steps that can be looked at at once, in order; 0 is the start."""
        return sorted({*([0] if self.start is not None else []), *list(self._states)})

    def network(self, step: int) -> MLP:
        """Give the network as it was after a step that is kept.

        Raises
        ------
        LookupError
            If it is not.
        """
        if step == 0 and self.start is not None:
            return self.start.network
        like = self.start or next(iter(self._whole), None)
        if step not in self._states or like is None:
            raise LookupError(f"step {step} is not kept")
        network = like.network.copy()
        network.values[...] = self._states[step]
        return network

    def until(self, step: int) -> "Rewind":
        """Give what is kept up to a step, for a run that goes on from there; no array is copied."""
        twin = object.__new__(Rewind)
        twin.start = self.start
        twin._wanted, twin._whole_from = self._wanted, list(self._whole_from)
        twin._states = {kept: state for kept, state in self._states.items() if kept <= step}
        twin._whole = tuple(run for run in self._whole if run.step <= step)
        return twin

    def nearest(self, step: int) -> Run | None:
        """Give the last whole run at or before a step; not to be changed. None if there is none."""
        known = [*([self.start] if self.start is not None else []), *self._whole]
        before = [run for run in known if run.step <= step]
        return max(before, key=lambda run: run.step, default=None)

    @property
    def n_bytes(self) -> int:
        """How many bytes the states and whole runs take."""
        whole = sum(_whole_bytes(run.settings) for run in self._whole)
        return whole + sum(state.nbytes for state in list(self._states.values()))


@dataclass(frozen=True, eq=False)
class Replay:
    """Steps of a run that are taken again, up to one in between: bit for bit those that were taken.

    Attributes
    ----------
    run : Run
        As far as it has come.
    data : Data
    changes : tuple of (step, learning rate)
        From which step on each learning rate counts, in order.
    target : int
        The step to end with.
    first : int
        The step that it began with.
    """

    run: Run
    data: Data
    changes: tuple[tuple[int, float], ...]
    target: int
    first: int

    @property
    def share_done(self) -> float:
        """How much of it is done, 0 to 1."""
        return 1.0 if self.target == self.first else (self.run.step - self.first) / (self.target - self.first)


def replay(rewind: Rewind, data: Data, changes: Sequence[tuple[int, float]], target: int) -> Replay:
    """Begin at the nearest whole run before a step.

    Raises
    ------
    LookupError
        If there is none.
    """
    nearest = rewind.nearest(target)
    if nearest is None:
        raise LookupError(f"no whole run is kept from which step {target} could be reached")
    run = nearest.copy()
    # A whole run may have been given the learning rate of later steps already, and a start that of no step yet.
    run.learning_rate = _rate_at(run, changes, run.step)
    return Replay(run, data, tuple(changes), target, run.step)


def advanced(begun: Replay, seconds: float) -> Replay:
    """Take steps again for about so long; at least one, if any is left."""
    until = time.perf_counter() + seconds
    run, train = begun.run.copy(), begun.data.load().train
    with np.errstate(over="ignore", invalid="ignore"):
        taken = steps(run, train.images, train.labels)
        changes = dict(begun.changes)
        for _ in islice(taken, begun.target - run.step):
            # Between two steps, as on the way there: the next one goes by it.
            run.learning_rate = changes.get(run.step, run.learning_rate)
            if time.perf_counter() >= until:
                break
    return replace(begun, run=run)


def _rate_at(run: Run, changes: Sequence[tuple[int, float]], step: int) -> float:
    """Give the learning rate by which the step after this one went."""
    rate = run.settings.learning_rate
    for first, changed in changes:
        rate = changed if first <= step else rate
    return rate
