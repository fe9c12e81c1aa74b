"""Share one step's minibatch among threads, for a large network on an idle machine."""

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import numpy as np

from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.optimizers import Optimizer


class SharedStep:
    """`train_step` by several threads: each takes its part of the minibatch, and their gradients are added up.

    The gradient of a mean over a minibatch is the mean of its parts' gradients, weighted by how many examples each
    part has: the step is the same as that of one thread but for the last bits, and the same bits for the same number
    of threads (data parallelism, as in Li et al. 2014, all in one memory). numpy lets go of Python's lock while it
    multiplies. One product shared among the BLAS's own threads would be slower than one thread, as they wait for each
    other many times a step, and these but once.

    Parameters
    ----------
    threads : int
        How many, at least 1. Each should have a core.

    Examples
    --------
    >>> from mlp import MLP, SGD
    >>> network = MLP([784, 50, 10], rng=np.random.default_rng(0))
    >>> images, labels = np.eye(10, 784, dtype=np.float32), np.arange(10)
    >>> with SharedStep(2) as take_step:
    ...     loss, _ = take_step(network, SGD(network.parameters(), 0.1), images, labels)
    >>> round(loss, 1)
    2.3
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads)
        self._network: MLP | None = None
        self._replicas: list[MLP] = []

    def __enter__(self) -> "SharedStep":
        """Give it as it is."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End the threads."""
        self._pool.shutdown()

    def __call__(
        self, network: MLP, optimizer: Optimizer, inputs: np.ndarray, labels: np.ndarray
    ) -> tuple[float, float]:
        """Forward, loss, backward, each thread for its part; sum, update; give the minibatch's loss and accuracy."""
        if network is not self._network:
            self._network, self._replicas = network, [network.replica() for _ in range(self._threads)]
        n = len(labels)
        bounds = [n * part // self._threads for part in range(self._threads + 1)]

        def learn(replica: MLP, start: int, stop: int) -> tuple[float, float]:
            share = (stop - start) / n
            logits = replica.forward(inputs[start:stop])
            loss, grad_logits = softmax_cross_entropy(logits, labels[start:stop])
            grad_logits *= share
            replica.backward(grad_logits)
            return share * loss, share * accuracy(logits, labels[start:stop])

        busy = [part for part in zip(self._replicas, bounds[:-1], bounds[1:], strict=True) if part[1] < part[2]]
        results = list(self._pool.map(learn, *zip(*busy, strict=True)))
        grads = network.grads
        np.copyto(grads, busy[0][0].grads)
        for replica, _, _ in busy[1:]:
            grads += replica.grads
        optimizer.step()
        return sum(loss for loss, _ in results), sum(share for _, share in results)
