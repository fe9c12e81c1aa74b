"""Softmax cross-entropy, computed from logits without overflow."""

import math

import numpy as np

from mlp.checks import Number


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probability of each class, ``exp(z_k) / Σ exp(z_j)``, along the last axis.

    The largest logit is subtracted first: the result is the same, and exp never overflows.

    Examples
    --------
    >>> softmax(np.array([[10_000.0, -10_000.0]]))
    array([[1., 0.]])
    """
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


def softmax_cross_entropy(
    logits: np.ndarray, labels: np.ndarray, label_smoothing: float = 0.0
) -> tuple[float, np.ndarray]:
    """Mean of ``−log softmax(z)_label`` over the batch, and its gradient with respect to the logits.

    With z shifted so that its largest entry is 0, ``log softmax(z)_k = z_k − log Σ exp(z_j)``: the log is taken of a
    sum that is at least 1, never of a probability that has underflowed to 0. The gradient is
    ``(softmax(z) − target) / n`` (Bishop 2006, equation 4.109), where the target is 1 at the label, else 0.

    With label smoothing ε the target is that of `CrossEntropy`, which this calls after checking its arguments.

    Parameters
    ----------
    logits : float array, shape (n, classes)
        Scores before softmax; any finite values, of one example at least.
    labels : int array, shape (n,)
        The right class of each example, 0 to classes − 1.
    label_smoothing : float
        ε, at least 0 and less than 1.

    Returns
    -------
    loss : float
        In nats; log(classes) for a network that knows nothing.
    grad_logits : float array, shape (n, classes)
        The gradient, of the same type as ``logits``.

    Raises
    ------
    TypeError, ValueError
        If there is no example, the logits are not floats, there is not one label per row, or a label is not a class.

    Examples
    --------
    >>> loss, grad_logits = softmax_cross_entropy(np.zeros((1, 2)), np.array([1]))
    >>> round(loss, 4), grad_logits
    (0.6931, array([[ 0.5, -0.5]]))
    """
    return CrossEntropy(label_smoothing).batch(*checked_batch(logits, labels))


class Loss:
    """What training lowers: the mean of a cost of each example.

    A loss of one's own needs both methods. Logits are (n, classes) float and labels (n,) int, unchecked, as this is
    the inner loop.
    """

    def batch(self, logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean of the costs and its gradient by the logits, of their shape and type."""
        raise NotImplementedError

    def costs(self, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the cost of each example, (n,)."""
        raise NotImplementedError


class CrossEntropy(Loss):
    """Softmax cross-entropy, ``−Σ target_k log softmax(z)_k``, where the target is 1 at the label, else 0.

    With label smoothing ε the target is ``1 − ε + ε / classes`` at the label and ``ε / classes`` elsewhere (Szegedy et
    al. 2016, section 7).

    Parameters
    ----------
    label_smoothing : float
        ε, at least 0 and less than 1.

    Raises
    ------
    ValueError
        If it is out of range.

    Examples
    --------
    >>> CrossEntropy().costs(np.zeros((1, 2)), np.array([1])).round(4)
    array([0.6931])
    """

    label_smoothing = Number(low=0, high=1, open_high=True)

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    def batch(self, logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean of the costs and its gradient by the logits, of their shape and type."""
        smoothing = self.label_smoothing
        columns = np.ascontiguousarray(logits.T)  # (classes, n), as numpy reduces long rows faster
        n_classes, n = columns.shape
        right = labels * n + np.arange(n)  # flat places of the labels' classes
        shifted = columns - np.maximum.reduce(columns, axis=0)
        grad = np.exp(shifted)
        totals = np.add.reduce(grad, axis=0)
        aim = shifted.take(right)  # Σ target · z
        if smoothing:
            aim = (1 - smoothing) * aim + smoothing * shifted.mean(axis=0)
        loss = float(np.add.reduce(np.log(totals) - aim)) / n
        totals *= n
        grad /= totals  # softmax(z) / n
        grad.reshape(-1)[right] -= (1 - smoothing) / n
        if smoothing:
            grad -= smoothing / (n_classes * n)
        return loss, grad.T

    def costs(self, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return ``log Σ exp(z_k) − Σ target_k z_k`` of each example."""
        shifted = logits - logits.max(axis=1, keepdims=True)
        aim = shifted[np.arange(len(labels)), labels]
        if self.label_smoothing:
            aim = (1 - self.label_smoothing) * aim + self.label_smoothing * shifted.mean(axis=1)
        return np.log(np.exp(shifted).sum(axis=1)) - aim

    def __repr__(self) -> str:
        """Return the smoothing if there is any, such as ``CrossEntropy(label_smoothing=0.1)``."""
        return f"CrossEntropy({f'label_smoothing={self.label_smoothing}' if self.label_smoothing else ''})"


CROSS_ENTROPY = CrossEntropy()
"""The plain one, of the article."""


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share of examples whose largest logit is at the right class, 0 to 1.

    Parameters
    ----------
    logits : float array, shape (n, classes)
        Scores before softmax; only their order matters. Ties go to the lower class, and rows with NaN are wrong.
    labels : int array, shape (n,)
        The right class of each example.

    Raises
    ------
    TypeError, ValueError
        If there are no examples, not one label per row, or a label is not a class.

    Examples
    --------
    >>> accuracy(np.eye(10, dtype=np.float32), np.arange(10))
    1.0
    """
    return share_right(*_checked(logits, labels))


def share_right(logits: np.ndarray, labels: np.ndarray) -> float:
    """Compute `accuracy` of valid arguments."""
    right = logits.argmax(axis=1) == labels
    if math.isnan(logits.max()):  # argmax takes NaN for the largest
        right &= ~np.isnan(logits).any(axis=1)
    return int(np.count_nonzero(right)) / len(logits)


def checked_batch(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the arguments of a loss, of which any may be wrong if the layers are somebody's own, or raise an error."""
    logits, labels = _checked(logits, labels)
    if logits.dtype.kind != "f":
        raise TypeError(f"logits must be floats, got {logits.dtype}")
    return logits, labels


def _checked(logits: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return logits (n, classes) and a label for each row, or raise an error that names the value and the rule."""
    logits = np.asarray(logits)
    if logits.ndim != 2:
        raise ValueError(f"logits must have the shape (n, classes), got {logits.shape}")
    return logits, checked_labels(labels, *logits.shape)


def checked_labels(labels: np.ndarray, n: int, n_classes: int | None) -> np.ndarray:
    """Return one label for each of ``n`` examples as integers, or raise an error that names the value and the rule."""
    labels = np.asarray(labels)
    if n == 0 or labels.shape != (n,):
        raise ValueError(
            f"there must be at least one example, and one label for each, got labels {labels.shape} for {n} examples"
        )
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got {labels.dtype}")
    if labels.min() < 0 or (n_classes is not None and labels.max() >= n_classes):
        rule = "at least 0" if n_classes is None else f"0 to {n_classes - 1}"
        raise ValueError(f"labels must be {rule}, got {labels.min()} to {labels.max()}")
    return labels.astype(np.intp, copy=False)  # of narrow integers, products would overflow
