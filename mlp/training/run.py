"""A training run as explicit state, and the generator that carries it forward."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from mlp.checks import Number, checked_int
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.seeds import rng_of
from mlp.training.data.prepared_images import prepared
from mlp.training.data.warped import WarpedEpoch
from mlp.training.loop import Step, checked_examples, step_taker
from mlp.training.schedule import rate_factor
from mlp.training.setting_entry import N_INPUTS
from mlp.training.settings import Settings
from mlp.training.threads import ThreadChoice, chosen

UPRIGHT_WARP = 0.6
"""Factor on the strength of warps for straightened images, which vary less, as every drawing is straightened too."""

Batch = Callable[[int, int], np.ndarray]
"""Returns the images of an epoch from one place in its order to another: (batch, inputs)."""


class Run:
    """Everything that training needs to continue: settings, network, optimizer, and the number of steps done.

    A Run can be pickled, copied and sent to another process, and always continues to the same weights, bit for bit.
    Nothing else matters: the order of the images in epoch *e* comes from a generator seeded with (seed, *e*), not from
    one that lives through all epochs. (The last bits depend on the machine's BLAS and kind of core, but not on the
    number of threads, see `mlp.training.threads`.)

    Parameters
    ----------
    settings : Settings
        The network, the data and the training.
    network : MLP, optional
        Start from a copy of this network instead of a new one; its layer sizes and its activation must be those of the
        settings.
    temperature : float
        Temperature of the network that it continues from, for reading; training ignores it.

    Raises
    ------
    ValueError
        If the network does not match the settings, or the temperature is not greater than 0.

    Attributes
    ----------
    learning_rate : float
        Before any schedule: at first the settings'; it may change between steps. Each step sets the optimizer's.
    """

    temperature = Number(low=0, open_low=True)

    def __init__(self, settings: Settings, network: MLP | None = None, *, temperature: float = 1.0) -> None:
        described = (settings.layer_sizes, settings.activation)
        if network is not None and (network.layer_sizes, network.activation) != described:
            raise ValueError(f"a run needs a network as in its settings, {described}, got {network}")
        self._settings = settings
        self._network = settings.new_network() if network is None else network.copy(dropout=settings.dropout)
        self.optimizer = settings.new_optimizer(self.network)
        self.learning_rate = settings.learning_rate
        self.temperature = temperature
        self.step = 0

    @property
    def settings(self) -> Settings:
        """The settings that it began with."""
        return self._settings

    @property
    def network(self) -> MLP:
        """The network that it trains; `reader` reads as the run's network should."""
        return self._network

    @property
    def step(self) -> int:
        """Number of steps done."""
        return self._step

    @step.setter
    def step(self, number: int) -> None:
        self._step = checked_int("step", number, 0, 2**53)

    def steps_per_epoch(self, n_images: int) -> int:
        """Return the number of minibatches in one epoch over ``n_images``, including a short last one."""
        return -(-self.images_used(n_images) // self.settings.batch_size)

    def images_used(self, n_images: int) -> int:
        """Return the number of training images that the settings use of ``n_images``."""
        images = self.settings.images  # of MNIST; synthetic digits come before them
        return n_images if images is None else min(self.settings.synthetic + images, n_images)

    def n_steps(self, n_images: int) -> int:
        """Return the number of steps in all epochs."""
        return self.settings.epochs * self.steps_per_epoch(n_images)

    def finished(self, n_images: int) -> bool:
        """Whether all epochs are done."""
        return self.step >= self.n_steps(n_images)

    def epoch_position(self, n_images: int) -> float:
        """Return the position in epochs: 1.5 in the middle of the second."""
        return self.step / self.steps_per_epoch(n_images)

    def follow_schedule(self, n_images: int) -> None:
        """Set the optimizer's learning rate for the next step: the run's own, times the schedule's factor here."""
        factor = rate_factor(self.settings.schedule, self.step, self.n_steps(n_images))
        self.optimizer.learning_rate = self.learning_rate * factor

    def mask_rng(self) -> np.random.Generator | None:
        """Return the generator of the next step's masks, the same wherever the run continues; None without dropout."""
        return mask_rng(self.settings, self.step)

    @property
    def reader(self) -> Reader:
        """A reader with the current network."""
        settings = self.settings
        return Reader(self.network, temperature=self.temperature, straighten=settings.straighten, names=settings.names)

    def copy(self, settings: Settings | None = None) -> "Run":
        """Return an independent copy in the same state, with other ``settings`` for its next steps if given."""
        twin = object.__new__(Run)
        state = {**self.__getstate__(), "network": self.network.copy()}
        twin.__setstate__(state if settings is None else {**state, "settings": settings})
        return twin

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the state of the optimizer, without its references to arrays of this process."""
        return {
            "settings": self.settings,
            "network": self.network,
            "optimizer": self.optimizer.state(),
            "learning_rate": self.learning_rate,
            "step": self.step,
            "temperature": self.temperature,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the optimizer for the network, with the pickled state."""
        self._settings, self._network = state["settings"], state["network"]
        self.optimizer = self.settings.new_optimizer(self.network)
        self.optimizer.restore(state["optimizer"])
        self.learning_rate = state["learning_rate"]
        self.step = state["step"]
        self.temperature = state["temperature"]


def steps(
    run: Run, images: np.ndarray, labels: np.ndarray, *, threads: int | ThreadChoice | None = None
) -> Iterator[Step]:
    """Carry a run forward from its present step to its last epoch, yielding after every optimizer step.

    Steps on uint8 images are those of `mlp.training.fast_step`, others those of the plain layers.

    Parameters
    ----------
    run : Run
        Changed in place; between two steps it is consistent, and may be pickled, copied or left. Gradients are not
        kept.
    images : array, shape (n, 784) or (n, 28, 28)
        The training images, the same at every call for one run, which is not checked: uint8 in 0..255 or float in 0..1.
        First come the ``synthetic`` digits of the settings, as from `mlp.training.data.synthetic_data.with_synthetic`:
        none are added.
    labels : int array, shape (n,)
        Their classes, as positions in the names of the settings.
    threads : int or ThreadChoice, optional
        Maximum number of threads of a step; by default as many as the process may use cores. It uses several only while
        that many cores are idle, and the weights are the same bits for any number.

    Yields
    ------
    Step

    Raises
    ------
    TypeError, ValueError
        At the call, if images or labels are invalid, or do not begin with the synthetic digits of the settings.
    """
    checked_images, labels = checked_examples(run.network, images, labels)
    _check_synthetic(run.settings.synthetic, labels)
    used = run.images_used(len(images))
    if run.settings.straighten:  # of the given array, which is recognized at the next call
        checked_images = prepared(run.settings, images, used).reshape(used, N_INPUTS)
    choice = chosen(threads)
    return _steps(run, checked_images[:used], labels[:used], choice)


def _check_synthetic(n: int, labels: np.ndarray) -> None:
    """Raise a ValueError unless ``n`` synthetic digits come first: unlike others, they are as many of each digit."""
    counts = np.bincount(labels[:n])
    if n > len(labels) or (n and np.ptp(counts[counts > 0]) > 1):
        raise ValueError(
            f"the first {n:,} images must be the synthetic digits of the settings, as many of each digit, got others; "
            f"steps() adds none, see its images"
        )


def _steps(run: Run, images: np.ndarray, labels: np.ndarray, threads: ThreadChoice) -> Iterator[Step]:
    settings, n = run.settings, len(images)
    loss = settings.new_loss()
    take_step = step_taker(run.network, run.optimizer, images, settings.batch_size, threads, loss=loss)
    run.follow_schedule(n)
    while not run.finished(n):
        epochs_done, done = divmod(run.step, run.steps_per_epoch(n))
        order, batch = epoch_plan(settings, images, epochs_done + 1)
        ordered = labels[order]
        for start in range(done * settings.batch_size, n, settings.batch_size):
            stop = start + settings.batch_size
            result = take_step(batch(start, stop), ordered[start:stop], run.mask_rng())
            run.step += 1
            yield Step(run.step, epochs_done + 1, *result)
            run.follow_schedule(n)  # only now, as the caller may have changed the learning rate


def mask_rng(settings: Settings, steps_done: int) -> np.random.Generator | None:
    """Return the generator of dropout's masks for the step after so many; None without dropout."""
    return rng_of("dropout of a step", settings.seed, steps_done) if settings.dropout else None


def epoch_plan(settings: Settings, images: np.ndarray, epoch: int) -> tuple[np.ndarray, Batch]:
    """Return the order of the images in one epoch, shape (n,), and its minibatches, warped if the settings say so.

    Both depend only on the seed and the number of the epoch, so that a run can continue from any place in it.
    """
    order = _order(settings.seed, epoch, len(images))
    if not settings.warp:
        return order, lambda start, stop: images.take(order[start:stop], axis=0)
    strength = settings.warp * (UPRIGHT_WARP if settings.straighten else 1)
    return order, WarpedEpoch(images, order, seed=settings.seed, epoch=epoch, strength=strength).batch


@lru_cache(maxsize=32)
def _order(seed: int, epoch: int, n: int) -> np.ndarray:
    """Return the shuffled order of an epoch; cached, as each slice of the epoch needs it."""
    order = rng_of("order of an epoch", seed, epoch).permutation(n)
    order.flags.writeable = False
    return order
