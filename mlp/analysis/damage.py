"""Damage to a network: neurons switched off, small weights pruned, the others rounded to few bits."""

from collections.abc import Collection
from dataclasses import dataclass
from operator import mul

import numpy as np

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.tta import SHIFTS

BITS = (32, 8, 4, 2, 1)
"""Choices for rounding the weights; 32 leaves them unchanged."""
ROUNDS = 4  # of fitting the scale and rounding: more change nothing visible
NEURON = 100  # multiplications that take as long as a neuron without its weights: its bias, activation and memory
STRAIGHTENING = 10_000_000  # those that take as long as straightening an image
BUDGET = 3e9  # multiplications at most: about 0.1 s, as visitors wait for it when they move a slider


@dataclass(frozen=True)
class Damage:
    """Damage to apply to a network."""

    off: tuple[tuple[int, int], ...] = ()  # hidden neurons to switch off, (layer, neuron) from 0; unknown ones ignored
    pruned: float = 0.0  # fraction of all weights, 0 to 1, to set to 0, the smallest first
    bits: int = 32  # to which the other weights are rounded, one of `BITS`

    def __post_init__(self) -> None:
        """Check the values."""
        if not 0 <= self.pruned <= 1:
            raise ValueError(f"the pruned share must be from 0 to 1, got {self.pruned}")
        if self.bits not in BITS:
            raise ValueError(f"bits must be one of {', '.join(map(str, BITS))}, got {self.bits}")


def damaged(network: MLP, damage: Damage) -> MLP:
    """Return a damaged copy of a network.

    Neurons are switched off first, then the smallest weights of all layers together are pruned (Han et al. 2015,
    section 3, with one threshold for the network), then the rest is rounded. Biases do not change.

    >>> network = MLP([784, 100, 10], rng=np.random.default_rng(0))
    >>> bool((damaged(network, Damage(pruned=0.0, bits=32)).values == network.values).all())
    True
    """
    twin = network.copy()
    weights = [dense.weight.value for dense in twin.dense_layers]
    for layer, neuron in damage.off:
        if layer < len(weights) - 1 and neuron < weights[layer].shape[1]:
            weights[layer][:, neuron] = 0  # marks it as removed: its output no longer matters
            weights[layer + 1][neuron] = 0
    _prune(weights, damage.pruned)
    if damage.bits != 32:
        for weight in weights:
            weight[...] = quantized(weight, damage.bits)
    return twin


def _prune(weights: list[np.ndarray], share: float) -> None:
    """Set the smallest weights to 0, in place; of equal ones the first."""
    n = round(share * sum(weight.size for weight in weights))
    if n == 0:
        return
    sizes = np.concatenate([np.abs(weight).ravel() for weight in weights])
    kept = np.ones(len(sizes), bool)
    kept[np.argpartition(sizes, n - 1)[:n]] = False
    start = 0
    for weight in weights:
        weight *= kept[start : start + weight.size].reshape(weight.shape)
        start += weight.size


def quantized(weight: np.ndarray, bits: int) -> np.ndarray:
    """Return weights rounded to ``scale · q`` with integers q of this many bits, and a scale for each neuron.

    With 1 bit q is −1 or 1, and the scale the mean size of a neuron's weights (Rastegari et al. 2016, equation 6). With
    b bits q goes from −(2^(b−1) − 1) to 2^(b−1) − 1 (Jacob et al. 2018, equation 1, without an offset). The scale is
    the least-squares one, ``(w · q) / (q · q)``, found by alternating rounding and fitting. A weight of 0 stays 0.

    The weights are (n_in, n_out), and there is at least 1 bit.

    >>> quantized(np.array([[0.5], [-1.5], [0.0]]), 1).ravel()
    array([ 1., -1.,  0.])
    """
    top = max(2 ** (bits - 1) - 1, 1)
    scale = np.abs(weight).max(axis=0, keepdims=True) / top
    for _ in range(ROUNDS):
        whole = _whole(weight, scale, top, bits)
        squares = np.einsum("ij,ij->j", whole, whole)
        fitted = np.einsum("ij,ij->j", weight, whole) / np.maximum(squares, 1)
        scale = np.where(squares > 0, fitted, scale)
    rounded_weight: np.ndarray = _whole(weight, scale, top, bits) * scale
    return rounded_weight.astype(weight.dtype)


def _whole(weight: np.ndarray, scale: np.ndarray, top: int, bits: int) -> np.ndarray:
    if bits == 1:
        return np.sign(weight)
    whole = weight / np.where(scale > 0, scale, 1)
    np.rint(whole, out=whole)
    return np.clip(whole, -top, top, out=whole)


def own_bits(network: MLP) -> int:
    """Return the bits of an undamaged weight: 16 if all came from a half-precision file, else 32."""
    with np.errstate(over="ignore"):
        return 16 if (network.values.astype(np.float16) == network.values).all() else 32


def n_bytes(network: MLP, damage: Damage) -> int:
    """Return the bytes needed to store a damaged network, in the smaller of two encodings.

    Either every weight with its bits, or only the nonzero ones with a bit for every weight that marks those. Neurons
    that are off are not stored. Each bias takes as many bits as an unrounded weight, see `own_bits`, and rounded
    weights need a scale of 4 bytes per neuron.

    The network is from `damaged`, with this damage.

    >>> n_bytes(MLP([784, 10], rng=np.random.default_rng(0)), Damage())
    31400
    """
    whole = own_bits(network)
    bits = whole if damage.bits == 32 else damage.bits
    widths = _widths_left(network, damage)
    total, left, neurons = sum(map(mul, widths, widths[1:])), n_weights_left(network), sum(widths[1:])
    coded = left * bits + total
    if left == total or bits > 1:  # one bit is a sign, and has no 0
        coded = min(coded, total * bits)
    scales = 0 if damage.bits == 32 else 4 * neurons
    return -(-(coded + whole * neurons) // 8) + scales


def _widths_left(network: MLP, damage: Damage) -> list[int]:
    """Return the layer sizes without the neurons that are off."""
    off = set(damage.off)
    sizes = network.layer_sizes
    return [
        size - sum((layer - 1, neuron) in off for neuron in range(size) if 0 < layer < len(sizes) - 1)
        for layer, size in enumerate(sizes)
    ]


def n_weights_left(network: MLP) -> int:
    """Return the number of weights that are not 0."""
    return sum(int(np.count_nonzero(dense.weight.value)) for dense in network.dense_layers)


def n_affordable(network: MLP | Reader, n_images: int, budget: float = BUDGET) -> int:
    """Return how many images a network can read within a number of multiplications: a round number, or all of them."""
    each = network.n_parameters + NEURON * sum(network.layer_sizes[1:])
    if isinstance(network, Reader):
        each = each * (len(SHIFTS) if network.test_time_augmentation else 1) + STRAIGHTENING * network.straighten
    affordable = int(budget / each)
    return n_images if affordable >= n_images else max(100, affordable // 100 * 100)


def n_right(network: MLP, images: np.ndarray, labels: Collection[int] | np.ndarray) -> int:
    """Return the number of images that a network reads correctly."""
    with np.errstate(over="ignore", invalid="ignore"):
        return int((network.predict(images) == np.asarray(labels)).sum())
