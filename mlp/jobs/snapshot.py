"""Snapshots of a job."""

from dataclasses import dataclass

from mlp.checks import Number
from mlp.jobs.pacing import Speed
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.history import History
from mlp.training.settings import Settings


@dataclass(frozen=True)
class Snapshot:
    """The state of a job at one point; it never changes later, except that ``history`` grows.

    Attributes
    ----------
    settings : Settings
    data_name : str
        Name of the training data.
    network : MLP
        A network with the weights after ``step`` steps; not to be changed.
    history : History
    step, steps_per_epoch, steps : int
        Steps taken, per epoch, and in the whole run.
    playing : bool
        Whether it trains without being asked for each step.
    busy : bool
        Whether a slice is queued or being trained, so that numbers may still change.
    finished : bool
        Whether all epochs are done.
    diverged : int or None
        The step whose loss was no longer finite; the network is from before it.
    error : str or None
        Why the run stopped, as text for visitors; they may still resume it.
    learning_rate : float
        The current one, which may differ from that of the settings.
    images_per_second : float or None
        Recent training speed, while playing.
    seconds : float
        Training time so far.
    worker_failures : int
        Workers lost so far; each slice was repeated.
    temperature : float
        Temperature for reading with the network: that of the network it started from.
    waits : str or None
        Why no run is being trained at the moment, as text for visitors, while this one is queued.
    speed : {"slow", "normal", "full"}
        The speed at which it plays, see `mlp.jobs.pacing`.

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
        """Check the temperature, which `Reader` relies on."""
        Number("temperature", low=0, open_low=True).checked(self.temperature)

    @property
    def reader(self) -> Reader:
        """A reader with the current network."""
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
        """The epoch of the last step, from 1."""
        return max(1, -(-self.step // self.steps_per_epoch))

    @property
    def progress(self) -> float:
        """Fraction of the run that is done, 0 to 1."""
        return self.step / self.steps

    @property
    def moment(self) -> str:
        """Position in the run: "epoch 4 of 25 · step 7,812 of 46,875"."""
        return f"epoch {self.epoch} of {self.settings.epochs} · step {self.step:,} of {self.steps:,}"

    @property
    def epochs_done(self) -> str:
        """Epochs done, and the step within one: "4 of 25", "4 of 25, step 7,812"."""
        whole, more = divmod(self.step, self.steps_per_epoch)
        return f"{whole} of {self.settings.epochs}" + (f", step {self.step:,}" if more else "")

    @property
    def seconds_left(self) -> float | None:
        """Time left at the present speed; None if that is unknown."""
        if not self.images_per_second:
            return None
        return (self.steps - self.step) * self.settings.batch_size / self.images_per_second

    @property
    def can_continue(self) -> bool:
        """Whether steps are left to take."""
        return not self.finished and self.diverged is None
