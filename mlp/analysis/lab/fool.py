"""Find the smallest change of an image that turns a network's answer: steps along the sign of a gradient."""

from dataclasses import dataclass

import numpy as np

from mlp.analysis.attribution import input_gradients, pull_back
from mlp.nn.network import MLP

STEPS = 10  # of a projected attack
STRIDE = 2.5  # so many times size / STEPS is a step, so that any place within reach can be got to
FIRST_SIZE = 1 / 16  # that is tried: about as much as most digits need
PRECISION = 1 / 256  # of the smallest size: one grey of the screen


@dataclass(frozen=True, eq=False)
class Attack:
    """An image that was changed, by at most ``size`` a pixel, and what the network makes of it.

    Attributes
    ----------
    image : float32 array, shape (784,)
        0 to 1.
    size : float
        The most that any pixel may have changed, as a share of full ink.
    before, after : int
        What the network read before and what it reads now.
    turned : bool
        Whether the answer is the one that was aimed at; any other one, if none was.
    """

    image: np.ndarray
    size: float
    before: int
    after: int
    turned: bool


def attack(network: MLP, image: np.ndarray, size: float, *, target: int | None = None, steps: int = 1) -> Attack:
    """Change an image, by at most ``size`` a pixel, so that a digit gains on the one that is read.

    One step is the fast gradient sign method, ``x + size · sign(∇m)`` (Goodfellow et al. 2015, section 4), here of the
    margin m = logit of the other digit − logit of the answer. More steps are projected gradient steps: shorter ones,
    each cut back to within ``size`` of the image (Madry et al. 2018, equation 2). Both stay within 0..1.

    Parameters
    ----------
    network : MLP
    image : float array, shape (28, 28) or (784,), 0..1
    size : float
        0 to 1.
    target : int, optional
        The digit to be read; the nearest one if not given, see `nearest`.
    steps : int
        At least 1.

    Raises
    ------
    ValueError
        If the size is not from 0 to 1, or steps is less than 1.
    """
    if not 0 <= size <= 1:
        raise ValueError(f"the size of a change must be from 0 to 1, got {size}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    start = np.asarray(image, network.dtype).reshape(-1)
    before = int(network.predict(start[np.newaxis])[0])
    goal = nearest(network, start, before) if target is None else target
    low, high = np.maximum(start - size, 0), np.minimum(start + size, 1)
    stride = network.dtype.type(size if steps == 1 else STRIDE * size / steps)
    changed, after = start, before
    if goal != before:
        direction = _rows(network, [goal], before)
        activations = network.activations(start[np.newaxis])
        for _ in range(steps):
            slope = pull_back(network, activations, direction)[0]
            changed = np.clip(changed + stride * np.sign(slope), low, high)
            activations = network.activations(changed[np.newaxis])  # serve the next step too
            after = int(activations[-1].argmax())
            if after == goal or (target is None and after != before):
                break
    turned = after == target if target is not None else after != before
    return Attack(changed, size, before, after, turned)


def nearest(network: MLP, image: np.ndarray, answer: int) -> int:
    """Give the digit whose border lies nearest, as far as a straight line tells: the least ``|m| / ‖∇m‖₁``.

    That is equation 8 of DeepFool (Moosavi-Dezfooli et al. 2016) for changes measured by their largest pixel.
    """
    others = [digit for digit in range(network.layer_sizes[-1]) if digit != answer]
    logits = network.logits(image.reshape(1, -1))[0]
    slopes = np.abs(input_gradients(network, image, _rows(network, others, answer))).sum(axis=1)
    return others[int(np.argmin((logits[answer] - logits[others]) / np.maximum(slopes, 1e-12)))]


def smallest(network: MLP, image: np.ndarray, *, target: int | None = None, steps: int = STEPS) -> Attack | None:
    """Find the smallest attack that turns the answer, to within `PRECISION`; None if full ink does not.

    It is the smallest of this method: another one might do with less.
    """
    low, high = 0.0, FIRST_SIZE
    while not (found := attack(network, image, high, target=target, steps=steps)).turned:
        if high >= 1:
            return None
        low, high = high, min(1.0, 2 * high)
    while high - low > PRECISION:
        middle = (low + high) / 2
        tried = attack(network, image, middle, target=target, steps=steps)
        if tried.turned:
            found, high = tried, middle
        else:
            low = middle
    return found


def _rows(network: MLP, goals: list[int], answer: int) -> np.ndarray:
    """Weigh the logits: 1 at each goal and −1 at the answer."""
    rows = np.zeros((len(goals), network.layer_sizes[-1]), network.dtype)
    rows[:, answer] = -1
    rows[np.arange(len(goals)), goals] += 1
    return rows
