"""Earlier runs of a visitor, bounded in number and bytes; the oldest are dropped first."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from mlp.jobs.limits import limits
from mlp.jobs.snapshot import Snapshot
from mlp.training.data.sources import Data
from mlp.training.settings import Settings

MAX_BYTES = 16 * 1024 * 1024  # of weights and curves; a run that taught the shipped network has 13 MB


@dataclass(frozen=True)
class NumberedRun:
    """A run of a visitor as it stood at one moment.

    ``number`` counts a visitor's runs from 1; ``data`` is what it trained on; ``origin`` says, for a run that did not
    begin with random weights, which network it went on from.
    """

    number: int
    snapshot: Snapshot
    data: Data
    origin: str | None = None

    @property
    def n_bytes(self) -> int:
        """About how much memory it holds: weights and records."""
        return self.snapshot.network.values.nbytes + self.snapshot.history.n_bytes


class EarlierRuns:
    """Earlier runs of a visitor, oldest first, and which of them to show under the current one."""

    def __init__(self) -> None:
        self.runs: list[NumberedRun] = []
        self.shown: tuple[int, ...] = ()
        self.number = 0
        self.data: Data | None = None
        self.origin: str | None = None

    def begin(self, data: Data, origin: str | None = None) -> int:
        """Note that a run begins, and give its number."""
        self.number += 1
        self.data = data
        self.origin = origin
        return self.number

    def add(self, snapshot: Snapshot) -> None:
        """Add the run that is current until now, unless it never took a step."""
        if self.data is None or snapshot.step == 0:
            return
        snapshot = replace(snapshot, history=snapshot.history.copy(), playing=False, busy=False)
        self.runs.append(NumberedRun(self.number, snapshot, self.data, self.origin))
        while len(self.runs) > limits().max_runs or (
            len(self.runs) > 1 and sum(run.n_bytes for run in self.runs) > MAX_BYTES
        ):
            self.delete(self.runs[0].number)

    def delete(self, number: int) -> None:
        """Forget a run; one that is gone already is no error."""
        self.runs = [run for run in self.runs if run.number != number]
        self.show(self.shown)

    def show(self, numbers: Sequence[int]) -> None:
        """Say which runs lie under the current curves."""
        there = {run.number for run in self.runs}
        self.shown = tuple(number for number in numbers if number in there)

    def shown_runs(self) -> list[NumberedRun]:
        """Give the runs to show, oldest first."""
        return [run for run in self.runs if run.number in self.shown]

    def unused_seed(self, settings: Settings) -> int:
        """Give the next seed that no kept run with these settings has had."""
        used = {run.snapshot.settings.seed for run in self.runs} | {settings.seed}
        seed = settings.seed
        while seed in used:
            seed = (seed + 1) % 2**32
        return seed


def differences(settings: Sequence[Settings]) -> dict[str, list[str]]:
    """Give, for each field in which the settings differ, its value in each of them, as text.

    Examples
    --------
    >>> differences([Settings(), Settings(learning_rate=0.01, hidden=(30,))])
    {'hidden': ['100, 200', '30'], 'learning_rate': ['0.1', '0.01']}
    """
    found = {}
    for field in fields(Settings):
        values = [getattr(each, field.name) for each in settings]
        if any(value != values[0] for value in values):
            found[field.name] = [shown(value) for value in values]
    return found


def shown(value: Any) -> str:
    """Write a setting's value for a person.

    Examples
    --------
    >>> shown((100, 200)), shown(()), shown(None), shown(0.0001), shown("adam"), shown(4294967295)
    ('100, 200', 'none', 'all', '0.0001', 'adam', '4294967295')
    """
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None:
        return "all"
    return f"{value:g}" if isinstance(value, float) else str(value)
