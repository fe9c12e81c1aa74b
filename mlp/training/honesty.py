"""What makes a network's answers honest: a temperature for its probabilities, and the right to say "no digit"."""

import numpy as np
from scipy.optimize import minimize_scalar

from mlp.nn.losses import softmax, softmax_cross_entropy
from mlp.nn.network import MLP

SEES_FROM = "sees_digit_from"
"""Name, among a network's facts, of the least probability at which its answer is believed."""

REFUSED = 0.002
"""Share of true digits that the threshold may refuse."""


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature that makes softmax(logits / temperature) likeliest (Guo et al. 2017, section 4.2).

    Parameters
    ----------
    logits : float array, shape (n, classes)
        Of images that the network was not trained on.
    labels : int array, shape (n,)

    Returns
    -------
    float
        0.1 to 10.

    Examples
    --------
    >>> logits = np.array([[4.0, 0.0]] * 4)  # 98 % sure, and right three times in four
    >>> temperature = fit_temperature(logits, np.array([0, 0, 0, 1]))
    >>> softmax(logits / temperature)[0].round(3)
    array([0.75, 0.25])
    """

    def loss(log_temperature: float) -> float:
        return softmax_cross_entropy(logits * np.exp(-log_temperature), labels)[0]

    found = minimize_scalar(loss, bounds=(np.log(0.1), np.log(10)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def make_honest(network: MLP, images: np.ndarray, labels: np.ndarray, *, refused: float = REFUSED) -> None:
    """Set a network's temperature, and the least probability from which its answer counts.

    Parameters
    ----------
    network : MLP
        Its ``temperature`` and ``facts["sees_digit_from"]`` are set.
    images, labels : arrays
        Digits that it was not trained on, written as people write.
    refused : float
        Share of these digits that may be refused, 0 up to but not 1.
    """
    logits = network.logits(images).astype(np.float64)
    network.temperature = fit_temperature(logits, labels)
    certainty = softmax(logits / network.temperature).max(axis=1)
    network.facts[SEES_FROM] = float(np.quantile(certainty, refused))


def sees_digit(network: MLP, images: np.ndarray) -> np.ndarray:
    """Say for each image whether the network sees a digit in it at all: its best answer is probable enough.

    That works for networks that learned from marks that are no digits to be sure of nothing there; the threshold lies
    beside their weights. A network without one sees a digit in everything.

    Parameters
    ----------
    network : MLP
    images : array, shape (n, 784) or (n, 28, 28)
        As `mlp.to_mnist` gives them; uint8 in 0..255 or float in 0..1.

    Returns
    -------
    bool array, shape (n,)
    """
    return network.predict_proba(images).max(axis=1) >= threshold(network)


def threshold(network: MLP) -> float:
    """Give the least probability from which a network's answer counts; 0 for a network that has none."""
    value = network.facts.get(SEES_FROM, 0.0)
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 1 else 0.0
