"""Saved steps of a run as float16 weights, and the exact replay of any step from the start.

As bytes, the saved steps survive a restart of the server like the run itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import safetensors.numpy

from mlp.files.array_file import ArrayFile
from mlp.language import Later
from mlp.nn.network import MLP
from mlp.training.data.sources import Data
from mlp.training.run import Run, steps
from mlp.training.settings import Settings

MOMENTS = 40  # log-spaced, as most changes happen in the first epoch
PER_OCTAVE = MOMENTS // 10  # per doubling of the step number; long runs are thinned, see `thinned_steps`
MAX_BYTES = 8_100_000  # for float16 weights, two bytes each; larger networks keep fewer
FORMAT = "inkling-moments-1"

States = Sequence[tuple[int, np.ndarray]]
"""Weights as float16, each with the number of its step."""


def max_moments(n_parameters: int) -> int:
    """Return the most saved steps of a network of this size.

    >>> max_moments(100_710), max_moments(1_000_000), max_moments(16_000_000)
    (40, 4, 2)
    """
    return max(2, min(MOMENTS, MAX_BYTES // (2 * n_parameters)))


def moments(n_steps: int, n_parameters: int) -> tuple[int, ...]:
    """Return the steps whose weights are saved: log-spaced, four per doubling; fewer for a large network.

    >>> moments(24, 1000), len(moments(46_875, 1000)), moments(24, 1_000_000)
    ((1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 16, 19, 23), 58, (1, 2, 4, 8, 16))
    """
    per_octave = max(1, PER_OCTAVE * max_moments(n_parameters) // MOMENTS)
    octaves = np.log2(max(n_steps, 1))
    taken = np.unique(np.round(2 ** (np.arange(int(octaves * per_octave) + 1) / per_octave)))
    return tuple(int(step) for step in taken)


def thinned_steps(steps: Sequence[int], max_steps: int) -> list[int]:
    """Return at most ``max_steps`` steps, after removing one by one the step whose neighbors have the smallest ratio.

    The first and the last step stay.

    >>> thinned_steps([1, 2, 3, 4, 5, 6, 8], 5)
    [1, 2, 4, 6, 8]
    """
    left = list(steps)
    while len(left) > max(max_steps, 2):
        ratios = [after / before for before, after in zip(left, left[2:], strict=False)]
        del left[1 + ratios.index(min(ratios))]
    return left


def rewind_bytes(settings: Settings) -> int:
    """Return the most bytes that the saved steps of a run can take."""
    return max_moments(settings.n_parameters) * 2 * settings.n_parameters


class Rewind:
    """The saved steps of a run, thinned as it grows; one thread adds, any may read.

    ``start`` is the run before its first step; None if unknown, such as for a run that continues from a file. The whole
    run has ``n_steps``. Unless it ``keeps`` more, there is only the start. ``states`` are the saved weights as float16,
    by step in ascending order; not to be changed.
    """

    def __init__(self, start: Run | None, n_steps: int, settings: Settings, *, keeps: bool = True) -> None:
        self.start = start
        self.keeps = keeps
        self.settings = settings
        self.states: dict[int, np.ndarray] = {}
        self._n_steps = n_steps

    def wanted(self, after: int) -> tuple[int, ...]:
        """Return the later steps whose weights are to be saved."""
        return tuple(step for step in moments(self._n_steps, self.settings.n_parameters) if step > after and self.keeps)

    def add(self, states: States) -> None:
        """Add the states of a slice."""
        most = max_moments(self.settings.n_parameters)
        for step, state in states:  # one by one, so that the result does not depend on how the run was cut into slices
            kept = thinned_steps([*self.states, step], most)
            self.states = {number: state if number == step else self.states[number] for number in kept}

    @property
    def steps(self) -> list[int]:
        """The steps that can be shown without a replay, in ascending order; 0 is the start."""
        return sorted({*([0] if self.start is not None else []), *self.states})

    def network(self, step: int) -> MLP:
        """Return the network after a saved step; raises LookupError if the step is not saved."""
        if step == 0 and self.start is not None:
            return self.start.network
        states = self.states
        if step not in states:
            raise LookupError(f"step {step} is not kept")
        network = self.settings.new_network() if self.start is None else self.start.network.copy()
        network.values[...] = states[step]
        return network

    def until(self, step: int) -> "Rewind":
        """Return the saved steps up to this one, for a run that continues from it; no array is copied."""
        twin = Rewind(self.start, self._n_steps, self.settings, keeps=self.keeps)
        twin.states = {kept: state for kept, state in self.states.items() if kept <= step}
        return twin

    @property
    def n_bytes(self) -> int:
        """Bytes of the states."""
        return sum(state.nbytes for state in self.states.values())


@dataclass(frozen=True, eq=False)
class Replay:
    """A replay of a run's steps from the start to ``target``, bit for bit as they were first taken."""

    run: Run  # the state so far
    data: Data
    changes: tuple[tuple[int, float], ...]  # the steps from which learning rates apply, in ascending order
    target: int

    @property
    def progress(self) -> float:
        """Fraction of the replay that is done, 0 to 1."""
        return self.run.step / self.target if self.target else 1.0

    def remaining(self) -> Iterator["Replay"]:
        """Yield the replay after each further step."""
        run, train = self.run.copy(), self.data.load().train
        changes = dict(self.changes)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in islice(steps(run, train.images, train.labels), self.target - run.step):
                # A change between two steps applies to the next one, as in the run.
                run.learning_rate = changes.get(run.step, run.learning_rate)
                yield replace(self, run=run)


def replay(rewind: Rewind, data: Data, changes: Sequence[tuple[int, float]], target: int) -> Replay:
    """Return a replay of a run up to a step; raises LookupError if its start is unknown."""
    if rewind.start is None:
        raise LookupError(Later("the start from which step {step:,} could be reached is not kept", step=target))
    run = rewind.start.copy()
    run.learning_rate = dict(changes).get(0, run.settings.learning_rate)
    return Replay(run, data, tuple(changes), target)


def dump_moments(rewind: Rewind, first: MLP | None) -> bytes:
    """Return saved steps as the bytes of a .safetensors file, for `restore_moments`.

    ``first`` is the network that the run started with, unless its settings determine it.
    """
    states = rewind.states
    arrays = {
        "steps": np.array(list(states), np.int64),
        "weights": np.stack(list(states.values())),
    }
    if first is not None:
        arrays["first"] = first.values
    return safetensors.numpy.save(arrays, {"format": FORMAT})


def restore_moments(data: bytes, rewind: Rewind, run: Run) -> None:
    """Restore the saved steps of ``run``, and the network that it started with, if that is in the file.

    Raises an error of any kind if the bytes are not the saved steps of this run.
    """
    file, n_parameters = ArrayFile(data, FORMAT), rewind.settings.n_parameters
    steps = file.arrays["steps"].tolist()
    weights = file.array("weights", (len(steps), n_parameters), np.float16)
    first = file.array("first", (n_parameters,), np.float32) if "first" in file.arrays else None
    if steps != sorted(set(steps)) or not all(step > 0 for step in steps):
        raise ValueError("moments must be of steps from 1 on, each once and in order")
    # The run may have been saved slightly before its steps.
    kept = {step: row.copy() for step, row in zip(steps, weights, strict=True) if step <= run.step}
    rewind.states = {**kept, **rewind.states}
    if first is not None and rewind.start is None:
        rewind.start = Run(run.settings, run.network, temperature=run.temperature)
        rewind.start.network.values[...] = first
