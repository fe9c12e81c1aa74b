"""Earlier runs of a visitor; only the visitor deletes any."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, replace

from mlp.class_names import shortened
from mlp.jobs.origin import Origin
from mlp.jobs.record import Record, dump_record
from mlp.jobs.snapshot import Snapshot
from mlp.language import Later, mark
from mlp.training.data.drawing_data import DrawingData, room_of
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source, fitted
from mlp.training.recipes import RECIPES
from mlp.training.run import Run
from mlp.training.setting_entry import value_label
from mlp.training.settings import Settings


@dataclass(frozen=True)
class NumberedRun:
    """A visitor's run at one point of its training.

    ``number`` counts a visitor's runs from 1; ``data`` is its training data; ``origin`` is the network it started from,
    if it did not start from random weights.
    """

    number: int
    snapshot: Snapshot
    data: Source
    origin: Origin | None = None

    @property
    def recipe(self) -> str | None:
        """The name of the recipe that made it; None for settings of one's own, and for a lesson."""
        made = (name for name, recipe in RECIPES.items() if self.is_made_by(recipe.settings))
        return None if self._is_taught else next(made, None)

    @property
    def title(self) -> Later:
        """Its one name for visitors, plain text: its number and what made it, "3 · Far too fast" or "4 · A, B, C"."""
        label = RECIPES[self.recipe].label if self.recipe else mark("own settings")
        learned, both = self.snapshot.learned, "{number:d} · {made}"  # without a word to translate
        label = Later(mark("taught") if self._is_taught else label)
        made = learned.of(label, shortened(learned.names), learned.title)
        return Later(both, number=self.number, made=made)

    def is_made_by(self, settings: Settings) -> bool:
        """Whether a new run by these settings, of the same names, has the settings of this one."""
        made = self.snapshot.settings
        return made == self.snapshot.learned.of(settings, fitted(settings, self.data))

    @property
    def _is_taught(self) -> bool:
        is_drawn = isinstance(self.data, DrawingData) and self.snapshot.learned.are_digits
        return self.origin is not None or is_drawn

    @property
    def measured_by(self) -> tuple[object, object]:
        """Equal for runs whose scores can be compared: measured on the same images, and begun alike."""
        return _measured_by(self.data, self.origin)

    @property
    def n_bytes(self) -> int:
        """Approximate memory of its weights and records, in bytes."""
        return self.snapshot.network.values.nbytes + self.snapshot.history.n_bytes

    def dump(self) -> bytes:
        """Return it as the record of a paused job, without its optimizer's state, which is not kept."""
        snapshot = self.snapshot
        run = Run(snapshot.settings, snapshot.network, temperature=snapshot.temperature)
        run.step, run.learning_rate = snapshot.step, snapshot.learning_rate
        extra = {"origin": self.origin and self.origin.saved()}
        return dump_record(Record(run, self.data, snapshot.history, snapshot.seconds, snapshot.diverged, extra=extra))


MAX_SHOWN = 4
"""Maximum number of earlier runs on the current curves."""


class EarlierRuns:
    """A visitor's earlier runs, oldest first, and which of them to show on the current curves.

    ``current`` is the number of the current run, 0 before the first one; ``data`` and ``origin`` are the current run's,
    as in `NumberedRun`.
    """

    def __init__(self) -> None:
        self.runs: list[NumberedRun] = []
        self.shown: tuple[int, ...] = ()
        self.current = 0
        self.data: Source | None = None
        self.origin: Origin | None = None

    def begin(self, data: Source, origin: Origin | None = None) -> int:
        """Start a new run, and return its number."""
        self.current += 1
        self.data = data
        self.origin = origin
        return self.current

    def add(self, snapshot: Snapshot) -> None:
        """Add the run that was current until now, unless it took no step; it is shown in place of the one before it."""
        if self.data is None or snapshot.step == 0:
            return
        before = self.runs[-1].number if self.runs else None
        snapshot = replace(snapshot, history=snapshot.history.copy(), playing=False, busy=False)
        self.runs.append(NumberedRun(self.current, snapshot, self.data, self.origin))
        self.show([*(number for number in self.shown if number != before), self.current])

    def rooms(self) -> set[str]:
        """Return the codes of the rooms whose drawings the runs hold."""
        return {room_of(data) for data in (self.data, *(run.data for run in self.runs))} - {""}

    def lose_drawings(self, rooms: Collection[str]) -> list[int]:
        """Delete the drawings of these rooms from the earlier runs, and return the numbers of these runs."""
        lost = {
            run.number: run.data.without_room()
            for run in self.runs
            if isinstance(run.data, DrawingData) and room_of(run.data) in rooms
        }
        self.runs = [replace(run, data=lost.get(run.number, run.data)) for run in self.runs]
        return list(lost)

    def delete(self, number: int) -> None:
        """Forget a run; a missing one is no error."""
        self.runs = [run for run in self.runs if run.number != number]
        self.show(self.shown)

    def show(self, numbers: Sequence[int]) -> None:
        """Choose which runs to show on the current curves: of more than `MAX_SHOWN`, the last ones."""
        there = {run.number for run in self.runs}
        self.shown = tuple(number for number in numbers if number in there)[-MAX_SHOWN:]

    def comparable(self) -> list[NumberedRun]:
        """Return the runs whose scores can be compared with the current one's, oldest first."""
        if self.data is None:
            return []
        return [run for run in self.runs if run.measured_by == _measured_by(self.data, self.origin)]

    def shown_runs(self) -> list[NumberedRun]:
        """Return the runs to show, oldest first."""
        return [run for run in self.comparable() if run.number in self.shown]


def _measured_by(data: Source, origin: Origin | None) -> tuple[object, object]:
    begun = None if origin is None else (origin.name, origin.root)
    if isinstance(data, DrawingData):  # its warps, if no drawing is held back, depend on what it learns
        return data.base or (data.names, data.held_images or data.images), begun
    return (FewDigits, data.base) if isinstance(data, FewDigits) else data, begun


def differences(settings: Sequence[Settings], text: Callable[[object], str] = value_label) -> dict[str, list[str]]:
    """Return each field in which the settings differ, with its value in each of them, as text.

    >>> differences([Settings(), Settings(learning_rate=0.01, hidden=(30,))])
    {'hidden': ['100, 200', '30'], 'learning_rate': ['0.1', '0.01']}
    """
    differing = {}
    for field in fields(Settings):
        values = [getattr(each, field.name) for each in settings]
        if any(value != values[0] for value in values):
            differing[field.name] = [text(value) for value in values]
    return differing
