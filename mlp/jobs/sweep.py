"""Sweeps: several runs that train together, with values of one setting or with any given settings."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from mlp.jobs.job import Job
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.workers.engine import Engine
from mlp.language import Later, mark
from mlp.training.data.saved_sources import Source
from mlp.training.history import Evaluation
from mlp.training.run import Run
from mlp.training.setting_entry import value_text
from mlp.training.settings import SETTINGS, Settings

MAX_VALUES = 24
Purpose = Literal["setting", "lesson"]


def variations(base: Settings, name: str, values: Sequence[Any]) -> list[Settings]:
    """Return the base settings with one field at each of the values in turn.

    Raises a ValueError if there is no such field, there are not 2 to 24 values, two are equal, or one is invalid.

    >>> [settings.hidden for settings in variations(Settings(), "hidden", [(30,), (100, 200)])]
    [(30,), (100, 200)]
    """
    names = {entry.field: entry.name for entry in SETTINGS}
    if name not in names:
        raise ValueError(f"a sweep goes over one of {', '.join(names)}, got {name!r}")
    if not 2 <= len(values) <= MAX_VALUES:
        raise ValueError(Later("a sweep takes 2 to {most} values, got {n}", most=MAX_VALUES, n=len(values)))
    settings = [replace(base, **{name: value}) for value in values]
    for place, each in enumerate(settings):
        if each in settings[:place]:
            rule = mark("the values of a sweep must differ, got {setting} {value} twice")
            raise ValueError(Later(rule, setting=Later(names[name]), value=value_text(getattr(each, name))))
    return settings


class Trial(NamedTuple):
    """One run of a sweep: its label, such as the value of the setting, in English, and a snapshot of its job."""

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

    ``name`` is the field of `Settings` in which they differ, whose values are then their labels; without it, ``labels``
    says in what else they do. ``purpose`` is whether it compares values of a setting, or experiments of a lesson.
    ``key`` is the number of its first run on disk; a newer sweep of its owner has a higher one. Raises a ValueError if
    there is neither a name nor a label for each job.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        name: str | None = None,
        labels: Sequence[str] = (),
        purpose: Purpose = "setting",
        key: int = 1,
    ) -> None:
        if name is None and len(labels) != len(jobs):
            raise ValueError(f"each of {len(jobs)} runs needs a label, got {len(labels)} labels")
        self.jobs = list(jobs)
        self.name = name
        self.purpose = purpose
        self.key = key
        self.numbers = list(range(key, key + len(jobs)))
        self.labels = [value_text(getattr(job.snapshot().settings, name)) for job in jobs] if name else list(labels)

    @classmethod
    def new(
        cls,
        runs: Sequence[tuple[Settings, Source]],
        engine: Engine,
        owner: Hashable = None,
        *,
        name: str | None = None,
        labels: Sequence[str] = (),
        purpose: Purpose = "setting",
    ) -> "Sweep":
        """Return a sweep of new runs, each with its settings and training data."""
        jobs = [Job(Run(settings), data, engine, owner, keeps_moments=False) for settings, data in runs]
        return cls(jobs, name=name, labels=labels, purpose=purpose)

    def number_after(self, last: "Sweep") -> None:
        """Number the runs after those of the last sweep, so that no file is of both."""
        self.key = max(last.numbers, default=0) + 1
        self.numbers = list(range(self.key, self.key + len(self.jobs)))

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

    def trials(self) -> list[Trial]:
        """Return all runs of the sweep, in their order."""
        return [Trial(label, job.snapshot()) for label, job in zip(self.labels, self.jobs, strict=True)]


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """Return trials by newest validation accuracy, best first; ties keep their order, those without one go last."""
    return sorted(trials, key=lambda trial: -1.0 if trial.accuracy is None else trial.accuracy, reverse=True)


def leader(trials: Sequence[Trial]) -> Trial | None:
    """Return the best of the unstopped trials; None unless all were last measured at the same epoch."""
    compared = [trial for trial in trials if not trial.stopped]
    moments = {trial.newest.epoch if trial.newest else None for trial in compared}
    return ranked(compared)[0] if len(moments) == 1 and None not in moments else None
