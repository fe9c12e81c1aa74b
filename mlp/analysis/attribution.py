"""The pixels that an answer depends on, by its gradient and by occlusion."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mlp.blas import one_blas_thread
from mlp.nn.layers import Activation, Dense
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.tta import SHIFTS, shifted

SIDE, STRIDE = 4, 2
"""Size in pixels of the squares that `occlusion` erases, and the distance between them."""


def place_of_sums(network: MLP, layer: int) -> int:
    """Return the position of a Dense layer's sums in `MLP.activations`, whatever layers are between.

    >>> network = MLP([784, 20, 10], dropout=0.5, rng=np.random.default_rng(0))
    >>> place_of_sums(network, 0), place_of_sums(network, 1)
    (1, 4)
    """
    return network.layers.index(network.dense_layers[layer]) + 1


@one_blas_thread
def pull_back(network: MLP, activations: Sequence[np.ndarray], grad_sums: np.ndarray, *, layer: int = -1) -> np.ndarray:
    """Return the gradient for the inputs, given the gradient for one layer's outputs, each row at its own example.

    It neither reads nor writes what training keeps in the network, so any thread may call it at any time.

    ``activations`` are the result of `MLP.activations` for n examples, or for one that all rows share. ``grad_sums`` is
    (n, width of the layer): a row of the identity selects one neuron, the difference of two rows compares two digits.
    ``layer`` is the Dense layer, before its activation; the last one gives the logits. The result is (n, inputs).
    """
    end = place_of_sums(network, layer)
    grads = np.asarray(grad_sums, network.dtype)
    for layer_now, outputs in zip(reversed(network.layers[:end]), reversed(activations[1 : end + 1]), strict=True):
        if isinstance(layer_now, Dense):
            grads = grads @ layer_now.weight.value.T
        elif isinstance(layer_now, Activation):
            grads = grads * layer_now.slope(outputs)
    return grads


def mean_logits(reader: Reader, images: np.ndarray) -> np.ndarray:
    """Return the logits that decide a reader's answer: with test-time augmentation, their mean over the shifts.

    They rank and differ like the mean log-probabilities of `Reader.logits`, and are linear in the logits of each shift.

    The images are (n, inputs) as the network sees them, and not straightened again; the result is (n, outputs).
    """
    if not reader.test_time_augmentation:
        return reader.network.logits(images)
    logits = reader.network.logits(shifted(images))
    mean: np.ndarray = logits.reshape(len(SHIFTS), len(images), -1).mean(axis=0)
    return mean


def gradient_times_input(reader: Reader, image: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return each pixel's first-order contribution to a weighted sum of `mean_logits`: gradient times pixel.

    For a ReLU network without biases, the pixels add up to the whole sum; biases, and the curvature of other
    activations, make up the rest.

    The image is (height, width) as the network sees it, float in 0..1 or uint8 in 0..255; ``direction`` is (outputs,).
    The result is (height, width): the effect of each pixel. With test-time augmentation, it is the mean over all
    shifts, each moved back.
    """
    copies = image.reshape(1, -1)
    copies = shifted(copies) if reader.test_time_augmentation else copies
    activations = reader.network.activations(copies)
    slopes = pull_back(reader.network, activations, np.tile(direction, (len(copies), 1)))
    added = (slopes * activations[0]).reshape(len(copies), *image.shape)
    shifts = SHIFTS if reader.test_time_augmentation else SHIFTS[:1]
    # Pixels that were shifted in are paper and add nothing, so rolling loses nothing.
    back = [np.roll(copy, (-down, -right), (0, 1)) for copy, (down, right) in zip(added, shifts, strict=True)]
    mean: np.ndarray = np.mean(back, axis=0)
    return mean


@lru_cache(maxsize=4)
def _patches(height: int, width: int) -> np.ndarray:
    """Return the squares of `occlusion`, bool (places, height · width)."""
    tops, lefts = range(0, height - SIDE + 1, STRIDE), range(0, width - SIDE + 1, STRIDE)
    masks = np.zeros((len(tops) * len(lefts), height, width), bool)
    for mask, (top, left) in zip(masks, ((top, left) for top in tops for left in lefts), strict=True):
        mask[top : top + SIDE, left : left + SIDE] = True
    return masks.reshape(len(masks), -1)


def occlusion(reader: Reader, image: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return how much a weighted sum of `mean_logits` drops when a small square of the image is erased (set to 0).

    Zeiler and Fergus (2014, section 4.2) erase such squares.

    The image is (height, width) as the network sees it, float in 0..1 or uint8 in 0..255. ``direction``, (outputs,),
    holds the weights of the logits: 1 at one digit and 0 elsewhere selects that digit's score. The result, (height,
    width), is the mean drop over the squares that cover a pixel: positive where ink supported the sum, negative where
    it opposed it, 0 where there is no ink to erase.
    """
    height, width = image.shape
    masks = _patches(height, width)
    pixels = image.reshape(-1)
    losses = np.zeros(len(masks))
    with_ink = masks @ (pixels != 0) > 0  # other squares change nothing
    if with_ink.any():
        covered = np.where(masks[with_ink], image.dtype.type(0), pixels)
        images = np.concatenate([pixels[np.newaxis], covered])
        scores = mean_logits(reader, images) @ np.asarray(direction, np.float64)
        losses[with_ink] = scores[0] - scores[1:]
    covers = masks.sum(axis=0)
    return (losses @ masks / np.maximum(covers, 1)).reshape(height, width)
