"""Snapshots of a job."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlp.jobs.pacing import Speed
from mlp.language import mark, tr
from mlp.learned import Learned
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.history import History
from mlp.training.settings import Settings


@dataclass(frozen=True)
class Snapshot:
    """The state of a job at one point; it never changes later, except that ``history`` grows."""

    settings: Settings
    data_name: str
    learned: Learned
    network: MLP  # after ``step`` steps; not to be changed
    history: History
    step: int
    steps_per_epoch: int
    steps: int  # in the whole run
    playing: bool  # whether it trains without being asked for each step
    busy: bool  # whether a slice is queued or being trained, so that numbers may still change
    finished: bool  # whether all epochs are done
    diverged: int | None  # the step whose loss was no longer finite; the network is from before it
    error: str | None  # why it stopped, as text for visitors; they may still resume it
    learning_rate: float  # the current one, which may differ from that of the settings
    images_per_second: float | None  # while playing
    seconds: float  # of training so far
    worker_failures: int  # workers lost so far; each slice was repeated
    temperature: float  # for reading with the network: that of the network it started from
    waits: str | None  # why nothing is trained at the moment, as text for visitors, while a slice is queued
    speed: Speed

    @property
    def reader(self) -> Reader:
        """A reader with the current network."""
        newest = self.history.newest
        return Reader(
            self.network,
            temperature=self.temperature,
            straighten=self.settings.straighten,
            learned=self.learned,
            none_below=None if newest is None else newest.none_below,
        )

    @property
    def epoch(self) -> int:
        """The epoch of the last step, from 1."""
        return max(1, -(-self.step // self.steps_per_epoch))

    @property
    def progress(self) -> float:
        """Fraction of the run that is done, 0 to 1."""
        return self.step / self.steps

    @property
    def moment(self) -> str:
        """Position in the run: "epoch 4 of 25 · step 7,812 of 46,875"."""
        moment = mark("epoch {epoch} of {epochs} · step {step:,} of {steps:,}")
        return tr(moment, epoch=self.epoch, epochs=self.settings.epochs, step=self.step, steps=self.steps)

    @property
    def epochs_done(self) -> str:
        """Epochs done, and the step within one: "4 of 25", "4 of 25, step 7,812"."""
        whole, more = divmod(self.step, self.steps_per_epoch)
        done = mark("{done} of {epochs}, step {step:,}") if more else mark("{done} of {epochs}")
        return tr(done, done=whole, epochs=self.settings.epochs, step=self.step)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the present speed; None if that is unknown."""
        if not self.images_per_second:
            return None
        return self.images_left / self.images_per_second

    @property
    def images_left(self) -> int:
        """Images that it has yet to learn from, each as often as it comes."""
        return (self.steps - self.step) * self.settings.batch_size

    @property
    def can_continue(self) -> bool:
        """Whether steps are left to take."""
        return not self.finished and self.diverged is None


def seconds_left_together(runs: Sequence[Snapshot]) -> float | None:
    """Return the time until all of these playing runs have ended; None while fewer than half have a known speed.

    They share their turns, so it is that of all their images. An unknown speed counts as the mean of the others.
    """
    speeds = [run.images_per_second for run in runs if run.images_per_second]
    if not speeds or 2 * len(speeds) < len(runs):
        return None
    return sum(run.images_left for run in runs) * len(speeds) / (len(runs) * sum(speeds))
