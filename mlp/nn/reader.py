"""A network with its way of reading: straightening, test-time augmentation, temperature, and its facts."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from mlp.blas import one_blas_thread
from mlp.checks import Number
from mlp.class_names import DIGITS, checked_names
from mlp.language import Later, mark
from mlp.learned import Learned, learned_by_names
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.parameters import Parameter
from mlp.nn.sequential import PREDICT_ROWS
from mlp.nn.tta import is_square, mean_log_probabilities, shifted
from mlp.straightening import straightened

NONE_BELOW = Number("none_below", low=0, high=1)


class WayOfReading:
    """A descriptor for a way to read that is on or off, checked at each assignment; it needs square images."""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the attribute."""
        self._name = name

    def __get__(self, reader: Any, kind: type | None = None) -> Any:
        """Return whether it is on; on the class, the descriptor itself."""
        return self if reader is None else vars(reader)[self._name]

    def __set__(self, reader: Any, chosen: bool) -> None:
        """Turn it on or off, or raise a ValueError."""
        if not isinstance(chosen, bool):
            raise ValueError(f"{self._name} must be True or False, got {chosen!r}")
        if chosen and not is_square(reader.layer_sizes[0]):
            raise ValueError(f"{self._name.replace('_', '-')} needs a network of square images, got {reader.network}")
        vars(reader)[self._name] = chosen


class Reader:
    """A network with its way of reading, as a file stores both; `load_model` returns one.

    Parameters
    ----------
    network : MLP
        The layers, from images to logits. Training continues with this network.
    temperature : float
        Divides the logits before softmax, so that confidence matches accuracy (Guo et al. 2017, equation 9).
    test_time_augmentation : bool
        Average over an image and its four shifts by a pixel, see `mlp.nn.tta`.
    straighten : bool
        Shear each image upright before it is read, see `mlp.straightening`: for a network that was trained on such
        images.
    names : sequence of str, optional
        Names of the classes, output by output; by default digits from 0.
    learned : Learned, optional
        What it learned, in place of ``names``, which are then its names.
    none_below : float, optional
        Minimum probability of an answer, 0 to 1: below it, an image shows none of the classes. None if any image does.
    facts : mapping, optional
        Facts about the network: data, settings, scores.

    Raises
    ------
    TypeError
        If the network is not an `MLP`: the layers of a `Sequential` may not fit into a file.
    ValueError
        If the temperature is not greater than 0, an option is not a bool or needs square images, or the outputs do not
        have one valid name each.

    Examples
    --------
    >>> network = MLP([784, 10], rng=np.random.default_rng(0))
    >>> reader = Reader(network, temperature=0.7, test_time_augmentation=True)
    >>> reader.predict_proba(np.zeros((2, 28, 28), np.uint8)).shape
    (2, 10)
    """

    temperature = Number(low=0, open_low=True)
    test_time_augmentation = WayOfReading()
    straighten = WayOfReading()

    def __init__(
        self,
        network: MLP,
        *,
        temperature: float = 1.0,
        test_time_augmentation: bool = False,
        straighten: bool = False,
        names: Sequence[str] | None = None,
        learned: Learned | None = None,
        none_below: float | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(network, MLP):
            raise TypeError(f"a Reader needs an MLP, got {network!r}; save_model takes a Sequential that could be one")
        self.network = network
        self.temperature = temperature
        self.test_time_augmentation = test_time_augmentation
        self.straighten = straighten
        n_outputs = network.layer_sizes[-1]
        names = names if learned is None else learned.names
        self.names = tuple(map(str, range(n_outputs))) if names is None else checked_names(names)
        self.has_names = names is not None or self.names == DIGITS
        if len(self.names) != n_outputs:
            rule = mark("a network needs a name for each of its {outputs} outputs, got {n}")
            raise ValueError(Later(rule, outputs=n_outputs, n=len(self.names)))
        self.none_below = none_below
        self.learned = learned or learned_by_names(self.names, has_threshold=none_below is not None)
        self.facts: dict[str, Any] = dict(facts or {})

    @property
    def none_below(self) -> float | None:
        """Minimum probability of an answer, checked at each assignment; None if any image shows one of the classes."""
        return self._none_below

    @none_below.setter
    def none_below(self, share: float | None) -> None:
        self._none_below = None if share is None else NONE_BELOW.checked(share)

    @property
    def layer_sizes(self) -> list[int]:
        """Inputs, the width of each hidden layer, outputs."""
        return self.network.layer_sizes

    @property
    def activation(self) -> str:
        """Name of the activation between the Dense layers."""
        return self.network.activation

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return self.network.n_parameters

    def parameters(self) -> list[Parameter]:
        """Return all parameters of the network, layer by layer, weight then bias."""
        return self.network.parameters()

    @one_blas_thread
    def as_seen(self, x: np.ndarray) -> np.ndarray:
        """Return the images as the network sees them, straightened if it reads so; of the same type and shape."""
        images = self.network.as_rows(x)
        if images.dtype.kind == "f" and images.size and images.min() < 0:
            raise ValueError(f"a Reader reads floats in 0..1, got {images.min():g}; reader.network takes others, too")
        return straightened(images).reshape(np.shape(x)) if self.straighten else x

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the network's own logits, as `MLP.forward` does."""
        return self.network.forward(self.as_seen(x))

    @one_blas_thread
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return the logits of any number of examples; with test-time augmentation, mean log-probabilities.

        Safe to call from several threads, as `MLP.logits` is.
        """
        if not self.test_time_augmentation:
            return self.network.logits(self.as_seen(x))
        images = self.network.as_rows(self.as_seen(x))
        parts = [
            mean_log_probabilities(self.network.logits(shifted(images[start : start + PREDICT_ROWS])))
            for start in range(0, max(1, len(images)), PREDICT_ROWS)
        ]
        return np.concatenate(parts)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the likeliest class of each example, shape (n,); ties go to the lower class.

        Images are read as they are: if they were scaled to 0..1 twice, they look almost blank, and no error says so.
        """
        return self.logits(x).argmax(axis=1)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Return each class's probability, shape (n, outputs), each row summing to 1; of images as in `predict`."""
        return softmax(self.logits(x) / self.temperature)

    @property
    def reads_digits(self) -> bool:
        """Whether it reads digits by the digit check; drawings alone have a threshold of their own."""
        return self.learned.are_digits and self.none_below is None

    def sees_one(self, probabilities: np.ndarray) -> np.ndarray:
        """Whether each row of probabilities, (n, outputs), is certain enough for an answer, (n,) bool."""
        return probabilities.max(axis=1) >= (self.none_below or 0.0)

    def __copy__(self) -> Self:
        """Return an independent copy, of the network too."""
        return copy.deepcopy(self)

    def __repr__(self) -> str:
        """Return the network's shape, such as ``Reader(784 → 100 → 10, relu)``."""
        return f"Reader{str(self.network).removeprefix('MLP')}"
