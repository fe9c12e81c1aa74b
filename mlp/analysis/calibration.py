"""Fit the temperature that makes a network's confidence match its accuracy."""

import numpy as np
from scipy.optimize import minimize_scalar

from mlp.nn.losses import softmax_cross_entropy


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature that makes softmax(logits / temperature) likeliest (Guo et al. 2017, section 4.2).

    It is from 0.1 to 10, and what it lowers is plain cross-entropy, whatever loss the network was trained with. The
    logits, (n, classes), and labels, (n,), are those of images that the network was not trained on.

    >>> from mlp import softmax
    >>> logits = np.array([[4.0, 0.0]] * 4)  # 98% sure, and right three times in four
    >>> temperature = fit_temperature(logits, np.array([0, 0, 0, 1]))
    >>> softmax(logits / temperature)[0].round(3)
    array([0.75, 0.25])
    """

    def loss(log_temperature: float) -> float:
        return softmax_cross_entropy(logits * np.exp(-log_temperature), labels)[0]

    logits = logits.astype(np.float64)
    minimum = minimize_scalar(loss, bounds=(np.log(0.1), np.log(10)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(minimum.x))
