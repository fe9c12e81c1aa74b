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
"""With enough digits, every fourth is held back, as memorized digits do not show what was understood."""


def teaching_settings(network: MLP | Reader, seed: int = 42, *, epochs: int = EPOCHS) -> Settings:
    """Return the settings for teaching a network: few epochs, so that it keeps what it knows, and warps.

    We taught the shipped network sixteen mirrored test digits, unlike any it had seen, at a share of a quarter. Of
    others like them it then read 21% without warps and 66% with them (1% before).

    Raises
    ------
    ValueError
        If no run can have a network of this shape.
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
    """Return which of ``n`` digits are held back from training, (n,) bool: every fourth, or none if there are few.

    Examples
    --------
    >>> held_back(9).nonzero()[0].tolist(), held_back(7).any().item()
    ([3, 7], False)
    """
    return (np.arange(n) % EVERY == EVERY - 1) & (n >= FEWEST_TO_HOLD_BACK)


@dataclass(frozen=True)
class Row:
    """Accuracy on one kind of images before and now, from 0 to 1."""

    name: str
    n: int
    before: float
    now: float | None


@dataclass(frozen=True, eq=False)
class Teaching:
    """A run that learns own digits: its number, its first network, and the digits at that time.

    ``shipped_as`` is the file name of that network if it comes with Inkling, and is in memory for everybody.
    """

    number: int
    network: MLP | Reader
    learned: Sequence[OwnDigit]
    kept_back: Sequence[OwnDigit]
    shipped_as: str | None = None

    @property
    def n_bytes(self) -> int:
        """Approximate memory of the digits, and of the network unless others use it too, in bytes."""
        arrays = [digit.image for digit in (*self.learned, *self.kept_back)]
        if self.shipped_as is None:
            arrays += [parameter.value for parameter in self.network.parameters()]
        return sum(array.nbytes for array in arrays)

    def results(self, network: MLP | Reader, history: History, n_validation: int) -> list[Row]:
        """Return the comparison of the present network with the first one.

        MNIST's accuracies are those that the run itself measured: at its start, and at its last evaluation.
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
    """Return the fraction of digits that a network reads as labeled, 0 to 1; at least one digit."""
    answers = network.predict(np.array([digit.image for digit in digits]))
    return float(np.mean(answers == [digit.label for digit in digits]))
