"""Teach a network a visitor's own digits, and compare it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlp.images.own_digits import OwnDigit
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.history import History
from mlp.training.settings import Settings

EPOCHS = 3
LEARNING_RATE = 0.1
FEWEST_TO_HOLD_BACK = 8
EVERY = 4
"""With enough digits, each fourth is held back: what is learned by heart is not yet understood."""


def teaching_settings(network: MLP | Reader, seed: int = 42, *, epochs: int = EPOCHS) -> Settings:
    """Give the settings with which a network goes on: few epochs, so that it keeps what it knows, and warps.

    Sixteen mirrored test digits, which no network had seen the like of, taught to the shipped network at a share of a
    quarter: of others like them it then read 21 % without warps and 66 % with them (1 % before).

    Raises
    ------
    ValueError
        If the network is of a shape that no run can have.
    """
    return Settings(
        hidden=tuple(network.layer_sizes[1:-1]),
        activation=network.activation,
        learning_rate=LEARNING_RATE,
        epochs=epochs,
        batch_size=32,
        seed=seed,
        warp=1.0,
        straighten=isinstance(network, Reader) and network.straighten,
    )


def held_back(n: int) -> np.ndarray:
    """Tell which of ``n`` digits are kept from training, (n,) bool: each fourth, or none if there are few.

    Examples
    --------
    >>> held_back(9).nonzero()[0].tolist(), held_back(7).any().item()
    ([3, 7], False)
    """
    return (np.arange(n) % EVERY == EVERY - 1) & (n >= FEWEST_TO_HOLD_BACK)


@dataclass(frozen=True)
class Row:
    """How many images of a kind were read rightly before and now; shares from 0 to 1."""

    name: str
    n: int
    before: float
    now: float | None


@dataclass(frozen=True, eq=False)
class Teaching:
    """A run that learns own digits: its number, the network that it went on from, and the digits as they were then.

    ``shipped_as`` names that network's file where it is one that comes with Inkling, and is in memory for everybody.
    """

    number: int
    network: MLP | Reader
    learned: Sequence[OwnDigit]
    kept_back: Sequence[OwnDigit]
    shipped_as: str | None = None

    @property
    def n_bytes(self) -> int:
        """About how much memory the network takes for this teaching alone."""
        if self.shipped_as is not None:
            return 0
        return sum(parameter.value.nbytes for parameter in self.network.parameters())

    def results(self, network: MLP | Reader, history: History, n_validation: int) -> list[Row]:
        """Compare the network as it is now with the one before.

        MNIST's accuracies are those that the run itself measured: at its start, and when it last looked.
        """
        rows = []
        for name, digits in (
            ("Yours, learned from", self.learned),
            ("Yours, held back from training", self.kept_back),
        ):
            if digits:
                rows.append(Row(name, len(digits), share_read(self.network, digits), share_read(network, digits)))
        measured = list(history.evaluations)
        if measured:
            now = measured[-1].accuracy if len(measured) > 1 else None
            rows.append(Row("MNIST, validation images", n_validation, measured[0].accuracy, now))
        return rows


def share_read(network: MLP | Reader, digits: Sequence[OwnDigit]) -> float:
    """Give the share of digits that a network reads as they were meant, 0 to 1; at least one digit."""
    answers = network.predict(np.array([digit.image for digit in digits]))
    return float(np.mean(answers == [digit.label for digit in digits]))
