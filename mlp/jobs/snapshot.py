"""Snapshot of a job at one moment."""

from dataclasses import dataclass

from mlp.checks import checked
from mlp.jobs.pacing import Speed
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.history import History
from mlp.training.settings import Settings


@dataclass(frozen=True)
class Snapshot:
    """How a job stands at one moment; nothing in it changes later, except that ``history`` grows.

    Attributes
    ----------
    settings : Settings
    data_name : str
        Which data it trains on.
    network : MLP
        With the weights after ``step`` steps; to look at, not to change.
    history : History
    step, steps_per_epoch, steps : int
        Steps done, in an epoch, in the whole run.
    playing : bool
        Whether it goes on by itself.
    busy : bool
        Whether a slice is waiting or being worked on, so that numbers may still change.
    finished : bool
        Whether all epochs are done.
    diverged : int or None
        The step whose loss was no longer finite; the network is the one before.
    error : str or None
        Why the run stopped, in words for a person; it may be asked to go on all the same.
    learning_rate : float
        As it is now; it may have been changed on the way.
    images_per_second : float or None
        Of late, while playing.
    seconds : float
        Training time so far.
    worker_failures : int
        How many workers this run has lost so far; each slice was done again.
    temperature : float
        With which the network is read: that of the network that it went on from.
    waits : str or None
        Why nobody works on any run at the moment, in words for a person, while this one waits for its turn.
    speed : {"slow", "normal", "full"}
        How fast it plays, see `mlp.jobs.pacing`.

    Raises
    ------
    ValueError
        If the temperature is not greater than 0.
    """

    settings: Settings
    data_name: str
    network: MLP
    history: History
    step: int
    steps_per_epoch: int
    steps: int
    playing: bool
    busy: bool
    finished: bool
    diverged: int | None
    error: str | None
    learning_rate: float
    images_per_second: float | None
    seconds: float
    worker_failures: int = 0
    temperature: float = 1.0
    waits: str | None = None
    speed: Speed = "full"

    def __post_init__(self) -> None:
        """Check the temperature, which a `Reader` will be made with."""
        checked("temperature", self.temperature, low=0, open_low=True)

    @property
    def reader(self) -> Reader:
        """The network, to read with."""
        newest = self.history.newest
        return Reader(
            self.network,
            temperature=self.temperature,
            straighten=self.settings.straighten,
            names=self.settings.names,
            none_below=None if newest is None else newest.none_below,
        )

    @property
    def epoch(self) -> int:
        """The epoch that the last step belongs to, from 1."""
        return max(1, -(-self.step // self.steps_per_epoch))

    @property
    def share_done(self) -> float:
        """How much of the whole run is done, 0 to 1."""
        return self.step / self.steps

    @property
    def moment(self) -> str:
        """Where it stands: "epoch 4 of 25 · step 7,812 of 46,875"."""
        return f"epoch {self.epoch} of {self.settings.epochs} · step {self.step:,} of {self.steps:,}"

    @property
    def epochs_done(self) -> str:
        """How many epochs are done, and within one the step: "4 of 25", "4 of 25, step 7,812"."""
        whole, more = divmod(self.step, self.steps_per_epoch)
        return f"{whole} of {self.settings.epochs}" + (f", step {self.step:,}" if more else "")

    @property
    def seconds_left(self) -> float | None:
        """Time to the end at the present speed, None if that is not known."""
        if not self.images_per_second:
            return None
        return (self.steps - self.step) * self.settings.batch_size / self.images_per_second

    @property
    def can_go_on(self) -> bool:
        """Whether there are steps left that can be taken."""
        return not self.finished and self.diverged is None
