"""A network and how it reads: its temperature, its test-time augmentation, and what is known of it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from mlp.nn.blas import one_blas_thread
from mlp.nn.losses import softmax
from mlp.nn.network import MLP
from mlp.nn.optimizers import checked
from mlp.nn.parameters import Parameter
from mlp.nn.sequential import PREDICT_ROWS
from mlp.nn.test_time_augmentation import LOOKS, looks_at, mean_opinion


class Reader:
    """A network that answers as it was saved to answer; `load_model` gives one.

    Parameters
    ----------
    network : MLP
        Layers in, logits out; to train on from.
    temperature : float
        Divides the logits before softmax, so that confidence matches accuracy (Guo et al. 2017, equation 9).
    looks : {1, 5}
        At how many places an image is read; five looks are averaged, see `mlp.nn.test_time_augmentation`.
    facts : mapping, optional
        What is known of the network: data, settings, scores.

    Raises
    ------
    ValueError
        If the temperature is not greater than 0, or there are five looks at what is no square image.

    Examples
    --------
    >>> network = MLP([784, 10], rng=np.random.default_rng(0))
    >>> Reader(network, temperature=0.7, looks=5).predict_proba(np.zeros((2, 28, 28), np.uint8)).shape
    (2, 10)
    """

    def __init__(
        self,
        network: MLP,
        *,
        temperature: float = 1.0,
        looks: int = 1,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        square = math.isqrt(network.layer_sizes[0]) ** 2 == network.layer_sizes[0]
        if looks not in LOOKS or (looks > 1 and not square):
            raise ValueError(f"looks must be 1, or 5 for a network of square images, got {looks!r} for {network}")
        self.network = network
        self.temperature = checked("temperature", temperature, low=0, open_low=True)
        self.looks = int(looks)
        self.facts: dict[str, Any] = dict(facts or {})

    @property
    def layer_sizes(self) -> list[int]:
        """Inputs, the width of each hidden layer, outputs."""
        return self.network.layer_sizes

    @property
    def activation(self) -> str:
        """The name of what stands between the Dense layers."""
        return self.network.activation

    @property
    def n_parameters(self) -> int:
        """How many numbers the network has."""
        return self.network.n_parameters

    def parameters(self) -> list[Parameter]:
        """List all parameters of the network, layer by layer, weight then bias."""
        return self.network.parameters()

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute the network's own logits, as `MLP.forward` does."""
        return self.network.forward(x)

    @one_blas_thread
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Compute the logits of any number of examples; with five looks, their mean log-probabilities.

        Safe to call from several threads, as `MLP.logits` is.
        """
        if self.looks == 1:
            return self.network.logits(x)
        images = self.network.as_rows(x)
        parts = [
            mean_opinion(self.network.logits(looks_at(images[start : start + PREDICT_ROWS])))
            for start in range(0, max(1, len(images)), PREDICT_ROWS)
        ]
        return np.concatenate(parts)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Name the likeliest class of each example, shape (n,); ties go to the lower class."""
        return self.logits(x).argmax(axis=1)

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """Give the probability of each class, shape (n, outputs), each row summing to 1."""
        return softmax(self.logits(x) / self.temperature)

    def __repr__(self) -> str:
        """Show the network, as ``Reader(784 → 100 → 10, relu)``."""
        return f"Reader{str(self.network).removeprefix('MLP')}"
