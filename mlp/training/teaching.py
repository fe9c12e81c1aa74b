"""Teach a network a visitor's own digits, and compare it before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.mnist import Split
from mlp.language import mark
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.data.drawing_data import DrawingData
from mlp.training.history import History
from mlp.training.settings import Settings

EPOCHS = 3
LEARNING_RATE = 0.1


def teaching_settings(network: MLP | Reader, *, epochs: int = EPOCHS) -> Settings:
    """Return the settings for teaching a network: few epochs and ever shorter steps, so that it keeps what it knows.

    Nothing is warped but the drawings, in `DrawingData`; models/README.md compares it with other lessons. Raises a
    ValueError if no run can have a network of this shape.
    """
    return Settings(
        hidden=tuple(network.layer_sizes[1:-1]),
        activation=network.activation,
        learning_rate=LEARNING_RATE,
        epochs=epochs,
        batch_size=32,
        schedule="cosine",
        straighten=isinstance(network, Reader) and network.straighten,
    )


def share_read(network: MLP | Reader, drawings: Split | DrawingSet) -> float:
    """Return the fraction of drawings that a network reads as labeled, 0 to 1; at least one drawing."""
    return float(np.mean(network.predict(drawings.images) == drawings.labels))


def shares_read(network: MLP | Reader, data: DrawingData) -> tuple[float, ...]:
    """Return the fraction read of a run's learned drawings, and of those held back if there are any."""
    return tuple(share_read(network, part) for part in (data.learned, data.held) if len(part))


@dataclass(frozen=True)
class Row:
    """Accuracy on one kind of images before and now, from 0 to 1."""

    name: str  # in English, to be translated where it is shown
    n: int
    before: float
    now: float | None


def effect(data: DrawingData, before: Sequence[float], network: MLP | Reader, history: History) -> list[Row]:
    """Return the comparison of a run's present network with the one that it continues.

    MNIST's accuracies are those that the run itself measured: at its start, and at its last evaluation.

    The data is a mixture, and ``before`` holds the `shares_read` of the first network.
    """
    if data.room:
        learned = mark("The class’s, learned from") if data.share else mark("The class’s, left out")
    else:
        learned = mark("Yours, learned from") if data.share else mark("Yours, left out")
    names = (learned, mark("Yours, held back from training"))
    parts = zip(names, (data.learned, data.held), before, shares_read(network, data), strict=False)
    rows = [Row(name, len(part), share, now) for name, part, share, now in parts]
    measured = list(history.evaluations)
    if measured:
        newest = measured[-1].accuracy if len(measured) > 1 else None
        rows.append(Row(mark("MNIST, validation images"), len(data.load().validation), measured[0].accuracy, newest))
    return rows
