"""A small change of an image that changes a network's answer: steps along the sign of a gradient."""

from dataclasses import dataclass

import numpy as np

from mlp.analysis.attribution import pull_back
from mlp.blas import one_blas_thread
from mlp.nn.network import MLP

STEPS = 10
STRIDE = 2.5  # a step is this many times size / STEPS, so that every point within reach can be reached


@dataclass(frozen=True, eq=False)
class Attack:
    """A changed image, with the network's answers."""

    image: np.ndarray  # (784,) float32, 0 to 1
    size: float  # largest change of any pixel that was made, as a fraction of full ink
    before: int  # the network's answer before the change
    after: int  # its answer after it
    turned: bool  # whether the answer is the target, or, without a target, any other


@one_blas_thread
def attack(network: MLP, image: np.ndarray, size: float, *, target: int | None = None) -> Attack:
    """Return an image changed by at most ``size`` per pixel, so that another digit gains on the answer.

    A step is ``x + stride · sign(∇m)`` (Goodfellow et al. 2015, section 4), here of the margin m = logit of the other
    digit − logit of the answer, clipped to within ``size`` of the image (Madry et al. 2018, equation 2) and to 0..1.

    The image is (28, 28) or (784,), float in 0..1. ``target`` is the digit to reach; by default that with the nearest
    decision boundary, by linear approximation. Raises a ValueError if the size is not from 0 to 1.
    """
    if not 0 <= size <= 1:
        raise ValueError(f"the size of a change must be from 0 to 1, got {size}")
    original = np.asarray(image, network.dtype).reshape(-1)
    activations = network.activations(original[np.newaxis])
    before = int(activations[-1].argmax())
    goal = _nearest(network, activations, before) if target is None else target
    direction = _rows(network, [goal], before)
    low, high = np.maximum(original - size, 0), np.minimum(original + size, 1)
    stride = network.dtype.type(STRIDE * size / STEPS)
    changed, after, turned, steps = original, before, False, STEPS
    while steps and goal != before and not turned:
        slope = pull_back(network, activations, direction)[0]
        changed = np.clip(changed + stride * np.sign(slope), low, high)
        activations = network.activations(changed[np.newaxis])  # serve the next step too
        after = int(activations[-1].argmax())
        turned = after == goal or (target is None and after != before)
        steps -= 1
    made = float(np.abs(changed - original).max())
    return Attack(changed, made, before, after, turned or after == target)


def _nearest(network: MLP, activations: list[np.ndarray], answer: int) -> int:
    """Return the digit with the nearest decision boundary, by linear approximation: the least ``|m| / ‖∇m‖₁``.

    That is equation 8 of DeepFool (Moosavi-Dezfooli et al. 2016) for changes measured by their largest pixel.
    """
    others = [digit for digit in range(network.layer_sizes[-1]) if digit != answer]
    logits = activations[-1][0]
    slopes = np.abs(pull_back(network, activations, _rows(network, others, answer))).sum(axis=1)
    return others[int(np.argmin((logits[answer] - logits[others]) / np.maximum(slopes, 1e-12)))]


def _rows(network: MLP, goals: list[int], answer: int) -> np.ndarray:
    """Return weights of the logits: 1 at each goal and −1 at the answer."""
    rows = np.zeros((len(goals), network.layer_sizes[-1]), network.dtype)
    rows[:, answer] = -1
    rows[np.arange(len(goals)), goals] += 1
    return rows
