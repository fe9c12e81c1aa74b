"""Histograms of the numbers in a network, layer by layer, and counts of dead neurons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlp.analysis.dead_neurons import dead
from mlp.nn.layers import Dense, ReLU
from mlp.nn.losses import softmax_cross_entropy
from mlp.nn.network import MLP

BINS = 48
MAX_NUMBERS = 20_000  # numbers to count; more would take time without changing the shape


@dataclass(frozen=True)
class Spread:
    """A histogram of numbers around zero.

    Attributes
    ----------
    counts : int array, shape (BINS,)
        Number of values in each of equally wide bins from −reach to reach; the last ones include all beyond. Of
        more than MAX_NUMBERS numbers, that many are drawn at random, the same ones each time.
    reach : float
        Greater than 0.
    mean, std : float
    """

    counts: np.ndarray
    reach: float
    mean: float
    std: float


def reach_of(values: np.ndarray) -> float:
    """Return a round number that covers all but a thousandth of finite numbers, at least one.

    Examples
    --------
    >>> reach_of(np.array([-0.9, 0.1]))
    1.0
    """
    size = np.abs(_counted(values))
    beyond = min(len(size) - 1, int(len(size) * 0.999))
    return round_up(float(np.partition(size, beyond)[beyond]))


def spread(values: np.ndarray, reach: float) -> Spread:
    """Return the histogram of finite numbers, at least one; mean and std are of the counted ones."""
    flat = _counted(values)
    places = np.clip((flat / reach + 1) * (BINS / 2), 0, BINS - 1).astype(np.intp)
    return Spread(np.bincount(places, minlength=BINS), reach, float(flat.mean()), float(flat.std()))


def _counted(values: np.ndarray) -> np.ndarray:
    flat = values.reshape(-1)
    return flat if len(flat) <= MAX_NUMBERS else flat[np.random.default_rng(0).integers(0, len(flat), MAX_NUMBERS)]


def round_up(value: float) -> float:
    """Return the next number of the form 1, 2 or 5 times a power of ten, and 1 for 0: an axis that rarely changes.

    Examples
    --------
    >>> round_up(0.031), round_up(0.2), round_up(7.0), round_up(0.0)
    (0.05, 0.2, 10.0, 1.0)
    """
    if value <= 0:
        return 1.0
    exponent = int(np.floor(np.log10(value)))
    # From a decimal text, so that 2 · 10⁻¹ is exactly the float 0.2.
    steps = [float(f"{digit}e{exponent}") for digit in (1, 2, 5, 10)]
    return next((step for step in steps if step >= value * (1 - 1e-6)), steps[-1])


@dataclass(frozen=True)
class LayerStatistics:
    """One Dense layer with its activation.

    Attributes
    ----------
    n_in, n_out : int
        Number of inputs and neurons.
    weights, gradients : Spread
        Spread of the weight matrix, and of the loss's gradient with respect to it.
    activations : Spread
        Spread of the outputs that are not 0, over all neurons and images of the sample.
    silent : float
        Fraction of the outputs that are 0, 0 to 1.
    dead : int or None
        Number of dead neurons on the sample; None if the activation is not ReLU.
    """

    n_in: int
    n_out: int
    weights: Spread
    gradients: Spread
    activations: Spread
    silent: float
    dead: int | None


def layer_statistics(network: MLP, images: np.ndarray, labels: np.ndarray, sample: np.ndarray) -> list[LayerStatistics]:
    """Return the statistics of each layer; the network does not change.

    The hidden layers' histograms have the same reach, one for weights, gradients and activations each, so that widths
    can be compared. The last layer has its own, as its gradients are larger and its outputs are scores.

    Parameters
    ----------
    network : MLP
    images : array, shape (n, inputs)
        A minibatch for the gradients: uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)
    sample : array, shape (m, inputs)
        Images for the activations; a few hundred distinguish dead neurons from rarely active ones.

    Raises
    ------
    ValueError
        If a weight or a gradient is not finite.
    """
    twin = network.copy()
    _, grad_logits = softmax_cross_entropy(twin.forward(images), labels)
    twin.backward(grad_logits)
    if not (np.isfinite(twin.values).all() and np.isfinite(twin.grads).all()):
        raise ValueError("the network's weights or gradients are not all finite numbers")
    stages = twin.activations(sample)
    numbers, silences = [], []
    for number, layer in enumerate(twin.layers):
        if not isinstance(layer, Dense):
            continue
        activation = twin.layers[number + 1] if number + 1 < len(twin.layers) else None
        outputs = stages[number + 1] if activation is None else stages[number + 2]
        firing = outputs[outputs != 0]
        numbers.append((layer.weight.value, layer.weight.grad, firing if firing.size else outputs))
        n_dead = int(dead(outputs).sum()) if isinstance(activation, ReLU) else None
        silences.append((1 - firing.size / outputs.size, n_dead))
    return [
        LayerStatistics(layer.n_in, layer.n_out, weights, gradients, activations, silent, n_dead)
        for layer, (weights, gradients, activations), (silent, n_dead) in zip(
            twin.dense_layers, _spreads(numbers), silences, strict=True
        )
    ]


def _spreads(numbers: Sequence[Sequence[np.ndarray]]) -> list[list[Spread]]:
    """Return the histogram of each kind of numbers of each layer; hidden layers share the largest reach of a kind."""
    own = [[reach_of(of_kind) for of_kind in of_layer] for of_layer in numbers]
    shared = [max(of_kind) for of_kind in zip(*own[:-1], strict=True)]
    reaches = [shared] * (len(own) - 1) + own[-1:]
    return [list(map(spread, of_layer, reach)) for of_layer, reach in zip(numbers, reaches, strict=True)]
