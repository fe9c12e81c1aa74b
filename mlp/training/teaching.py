"""Teach a network a visitor's own digits, and compare it before and after."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from mlp.files.array_file import ArrayFile
from mlp.images.own_digits import OwnDigit
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError, dump_model, load_model
from mlp.shipped_files import MODELS
from mlp.training.history import History
from mlp.training.settings import Settings
from mlp.training.uploaded_network import readable_network

FORMAT = "inkling-teaching-1"
EPOCHS = 3
LEARNING_RATE = 0.1
MIN_TO_HOLD_BACK = 8
EVERY = 4
"""With enough digits, every fourth is held back: memorized digits do not show whether the network has learned."""


def teaching_settings(network: MLP | Reader, *, epochs: int = EPOCHS) -> Settings:
    """Return the settings for teaching a network: few epochs, so that it keeps what it knows, and warps.

    We taught the pretrained network sixteen mirrored test digits, unlike any it had seen, at a share of a quarter. Of
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
    return (np.arange(n) % EVERY == EVERY - 1) & (n >= MIN_TO_HOLD_BACK)


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


def dump_teaching(teaching: Teaching) -> bytes:
    """Return a teaching as safetensors bytes, for `teaching_from`."""
    digits = [*teaching.learned, *teaching.kept_back]
    about: dict[str, Any] = {"format": FORMAT, "number": teaching.number, "n_learned": len(teaching.learned)}
    arrays: dict[str, np.ndarray] = {
        "images": np.array([digit.image for digit in digits], np.uint8),
        "labels": np.array([digit.label for digit in digits], np.int64),
    }
    if teaching.shipped_as is None:
        arrays["network"] = np.frombuffer(dump_model(teaching.network), np.uint8)
    else:  # a reference: a class that teaches the pretrained network would fill the disk with copies
        about |= {"shipped_as": teaching.shipped_as, "digest": _digest(teaching.network)}
    return safetensors.numpy.save(arrays, {name: str(value) for name, value in about.items()})


def teaching_from(data: bytes) -> Teaching:
    """Return the teaching in bytes of `dump_teaching`; raises an error of any kind for other bytes."""
    file = ArrayFile(data, FORMAT)
    about, labels = file.texts, file.arrays["labels"].tolist()
    shipped_as = about.get("shipped_as")
    if shipped_as is None:
        network = readable_network(file.arrays["network"].tobytes(), "a teaching on disk")
    else:
        network = shipped_network(shipped_as)
        if _digest(network) != about["digest"]:
            raise ValueError(f"{shipped_as} must be the network that was taught, but its weights differ")
    images = file.array("images", (len(labels), 784), np.uint8)
    if not set(labels) <= set(range(10)):
        raise ValueError(f"the labels of digits must be 0 to 9, got {set(labels)}")
    digits = [OwnDigit(label, image) for label, image in zip(labels, images, strict=True)]
    n_learned = int(about["n_learned"])
    return Teaching(int(about["number"]), network, digits[:n_learned], digits[n_learned:], shipped_as)


@lru_cache
def shipped_network(name: str) -> Reader:
    """Load a pretrained network once for all visitors."""
    if Path(name).name != name or not (MODELS / name).is_file():
        raise ModelError(f"a pretrained network must be one of this version, got {name!r:.60}")
    return load_model(MODELS / name)


def _digest(network: MLP | Reader) -> str:
    parameters = b"".join(parameter.value.tobytes() for parameter in network.parameters())
    return hashlib.sha256(parameters).hexdigest()
