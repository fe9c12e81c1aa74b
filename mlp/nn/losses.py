"""Softmax cross-entropy, computed from logits so that it never overflows."""

import numpy as np


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

    With z shifted so that its largest entry is 0, the loss of one example is ``log Σ exp(z_j) − z_label``: the log is
    taken of a sum that is at least 1, never of a probability that has underflowed to 0. The gradient is
    ``(softmax(z) − one_hot(label)) / n`` (Bishop 2006, equation 4.109).

    With label smoothing ε the right class is to get ``1 − ε + ε / classes``, and each other one ``ε / classes``, in
    place of 1 and 0 (Szegedy et al. 2016, section 7).

    Parameters
    ----------
    logits : float array, shape (n, classes)
        Scores before softmax; any finite values.
    labels : int array, shape (n,)
        The right class of each example, 0 to classes − 1; trusted, as this is the inner loop.
    label_smoothing : float
        ε, 0 up to but not 1.

    Returns
    -------
    loss : float
        In nats; log(classes) where the network knows nothing.
    grad_logits : float array, shape (n, classes)
        Of the same type as ``logits``.

    Examples
    --------
    >>> loss, grad_logits = softmax_cross_entropy(np.zeros((1, 2)), np.array([1]))
    >>> round(loss, 4), grad_logits
    (0.6931, array([[ 0.5, -0.5]]))
    """
    n = len(logits)
    columns = logits.T.copy()  # (classes, n): max and sum over ten long rows take half the time of n short ones
    columns -= np.maximum.reduce(columns, axis=0)
    right = np.multiply(labels, n, dtype=np.intp) + np.arange(n)  # flat positions of the right classes
    right_shifted = columns.take(right)
    if label_smoothing:  # Σ target · z, of which right_shifted is all without it
        right_shifted = (1 - label_smoothing) * right_shifted + label_smoothing * columns.mean(axis=0)
    np.exp(columns, out=columns)
    totals = np.add.reduce(columns, axis=0)
    losses = np.log(totals)
    losses -= right_shifted
    loss = float(np.add.reduce(losses)) / n
    totals *= n  # one division serves both the softmax and the mean
    columns /= totals
    columns.reshape(-1)[right] -= (1 - label_smoothing) / n
    if label_smoothing:
        columns -= label_smoothing / (n * len(columns))
    return loss, columns.T


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Share of examples whose largest logit is at the right class, 0 to 1.

    Parameters
    ----------
    logits : float array, shape (n, classes)
        Scores before softmax; only their order matters. Ties go to the lower class.
    labels : int array, shape (n,)
        The right class of each example.

    Raises
    ------
    ValueError
        If there are no examples, or not one label per row.

    Examples
    --------
    >>> accuracy(np.eye(10, dtype=np.float32), np.arange(10))
    1.0
    """
    if len(logits) == 0 or labels.shape != (len(logits),):
        raise ValueError(f"accuracy needs one label per row of logits, got {labels.shape} for {logits.shape}")
    return int(np.count_nonzero(logits.argmax(axis=1) == labels)) / len(logits)
