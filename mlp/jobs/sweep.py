"""Sweeps: several runs that train together, with values of one setting or with any given settings."""

from collections.abc import Hashable, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

from mlp.jobs.earlier_runs import shown
from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.workers.engine import Engine
from mlp.training.data.sources import Data
from mlp.training.history import Evaluation
from mlp.training.run import Run
from mlp.training.settings import Settings

MAX_VALUES = 24


def variations(base: Settings, name: str, values: Sequence[Any]) -> list[Settings]:
    """Return the base settings with one field at each of the values in turn.

    Raises
    ------
    ValueError
        If there is no such field, there are not 2 to 24 values, two are equal, or one is invalid.

    Examples
    --------
    >>> [settings.hidden for settings in variations(Settings(), "hidden", [(30,), (100, 200)])]
    [(30,), (100, 200)]
    """
    names = [field.name for field in fields(Settings)]
    if name not in names:
        raise ValueError(f"a sweep goes over one of {', '.join(names)}, got {name!r}")
    if not 2 <= len(values) <= MAX_VALUES:
        raise ValueError(f"a sweep takes 2 to {MAX_VALUES} values, got {len(values)}")
    settings = [replace(base, **{name: value}) for value in values]
    for place, each in enumerate(settings):
        if each in settings[:place]:
            raise ValueError(f"the values of a sweep must differ, got {name} {shown(getattr(each, name))} twice")
    return settings


class Trial(NamedTuple):
    """One run of a sweep: its label, such as the value of the setting, and a snapshot of its job."""

    value: str
    snapshot: Snapshot

    @property
    def accuracy(self) -> float | None:
        """The newest validation accuracy; None before the first one of trained weights."""
        return self.newest.accuracy if self.newest else None

    @property
    def newest(self) -> Evaluation | None:
        """The newest evaluation of trained weights; None if there is none."""
        newest = self.snapshot.history.newest
        return newest if newest and newest.step else None

    @property
    def stopped(self) -> bool:
        """Whether it stopped before its last epoch, from an error or a non-finite loss."""
        return self.snapshot.diverged is not None or self.snapshot.error is not None


class Sweep:
    """Jobs that differ in one or more settings, played and paused together; they share their owner's turns.

    Parameters
    ----------
    base : Settings
        The settings they have in common.
    name : str
        The field of `Settings` in which they differ.
    values : sequence
        Its values, 2 to 24.
    data : Data
        The training data.
    engine : Engine
        Runs the slices.
    owner : hashable, optional
        The owner of the turns that they share.

    Raises
    ------
    ValueError
        As `variations` does.
    """

    def __init__(
        self,
        base: Settings,
        name: str,
        values: Sequence[Any],
        data: Data,
        engine: Engine,
        owner: Hashable = None,
    ) -> None:
        settings = variations(base, name, values)
        self.name: str | None = name
        self.labels = [shown(getattr(each, name)) for each in settings]
        self.data = data
        self.jobs = _jobs(settings, data, engine, owner)

    @classmethod
    def of(
        cls,
        settings: Sequence[Settings],
        labels: Sequence[str],
        data: Data,
        engine: Engine,
        owner: Hashable = None,
    ) -> "Sweep":
        """Return a sweep of any settings, each with a label; its ``name`` is None.

        Examples
        --------
        >>> from mlp.training.data.sources import Mnist
        >>> Sweep.of([Settings(images=300), Settings(images=300, warp=1.0)], ["plain"], Mnist(), None)
        Traceback (most recent call last):
        ValueError: a sweep takes 2 to 24 runs, each with a label, got 2 and 1 labels
        """
        if not 2 <= len(settings) <= MAX_VALUES or len(labels) != len(settings):
            numbers = f"got {len(settings)} and {len(labels)} labels"
            raise ValueError(f"a sweep takes 2 to {MAX_VALUES} runs, each with a label, {numbers}")
        return cls.resumed(None, _jobs(settings, data, engine, owner), labels)

    @classmethod
    def resumed(cls, name: str | None, jobs: list[Job], labels: Sequence[str] = ()) -> "Sweep":
        """Return a sweep of existing jobs that differ in the setting ``name``, or else have labels."""
        if name is None and len(labels) != len(jobs):
            raise ValueError(f"each of {len(jobs)} runs needs a label, got {len(labels)} labels")
        sweep = object.__new__(cls)
        sweep.name, sweep.data, sweep.jobs = name, jobs[0].data, jobs
        sweep.labels = [shown(getattr(job.snapshot().settings, name)) for job in jobs] if name else list(labels)
        return sweep

    def play(self) -> None:
        """Play all jobs."""
        for job in self.jobs:
            job.play()

    def pause(self) -> None:
        """Pause all jobs after their current slices."""
        for job in self.jobs:
            job.pause()

    @property
    def playing(self) -> bool:
        """Whether any of its jobs is playing."""
        return any(job.playing for job in self.jobs)

    @property
    def busy(self) -> bool:
        """Whether anything may still change without a request."""
        return any(trial.snapshot.playing or trial.snapshot.busy for trial in self.trials())

    @property
    def can_continue(self) -> bool:
        """Whether any of its jobs has steps left to take."""
        return any(trial.snapshot.can_continue for trial in self.trials())

    def n_bytes(self) -> int:
        """Approximate memory of all jobs in this process."""
        return sum(job.n_bytes() for job in self.jobs)

    def trials(self) -> list[Trial]:
        """Return all runs of the sweep, in their order."""
        return [Trial(label, job.snapshot()) for label, job in zip(self.labels, self.jobs, strict=True)]


class EndedSweep:
    """Trials that no longer train, shown like those of a sweep."""

    playing = busy = can_continue = False

    def __init__(self, trials: Sequence[Trial]) -> None:
        self._trials = list(trials)

    def trials(self) -> list[Trial]:
        """Return the trials, in their order."""
        return self._trials


def _jobs(settings: Sequence[Settings], data: Data, engine: Engine, owner: Hashable) -> list[Job]:
    return [Job(Run(each), data, engine, owner, keeps_moments=False) for each in settings]


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """Return trials by newest validation accuracy, best first; ties keep their order, those without one go last."""
    return sorted(trials, key=lambda trial: -1.0 if trial.accuracy is None else trial.accuracy, reverse=True)


def leader(trials: Sequence[Trial]) -> Trial | None:
    """Return the best of the unstopped trials; None unless all were last measured at the same epoch."""
    compared = [trial for trial in trials if not trial.stopped]
    moments = {trial.newest.epoch if trial.newest else None for trial in compared}
    return ranked(compared)[0] if len(moments) == 1 and None not in moments else None
