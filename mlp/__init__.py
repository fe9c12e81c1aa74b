"""Inkling: train a neural network written from scratch in numpy, and draw a digit for it to read.

The article's loop, step by step, here on ten images:

>>> import numpy as np
>>> import mlp
>>> rng = np.random.default_rng(42)
>>> images, labels = rng.integers(0, 256, (10, 784), dtype=np.uint8), np.arange(10)
>>> network = mlp.MLP([784, 100, 200, 10], rng=rng)
>>> optimizer = mlp.SGD(network.parameters(), 0.1)
>>> for step in range(50):
...     loss, grad_logits = mlp.softmax_cross_entropy(network.forward(images), labels)
...     network.backward(grad_logits)
...     optimizer.step()
>>> float((network.predict(images) == labels).mean())
1.0

The same with shuffled minibatches, and dropout where a network has it: `train`. (In your own loop, ``forward(images,
rng)`` draws its masks.)

>>> for step in mlp.train(network, optimizer, images, labels, batch_size=5, epochs=2, rng=rng):
...     pass
>>> step.number, step.epoch
(4, 2)

Clip the gradients between ``backward`` and ``step``:

>>> loss, grad_logits = mlp.softmax_cross_entropy(network.forward(images), (labels + 1) % 10)
>>> network.backward(grad_logits)
>>> norm = np.linalg.norm(network.grads)
>>> network.grads *= min(1.0, 0.5 / norm)
>>> round(float(np.linalg.norm(network.grads)), 3)
0.5

A layer of your own:

>>> class Scale(mlp.Layer):
...     def __init__(self, n):
...         self.factor = mlp.Parameter(np.ones(n, np.float32))
...
...     def forward(self, inputs):
...         self.inputs = inputs
...         return inputs * self.factor.value
...
...     def backward(self, grad_outputs):
...         self.factor.grad = (grad_outputs * self.inputs).sum(axis=0)
...         return grad_outputs * self.factor.value
>>> network = mlp.Sequential([mlp.Dense(784, 50, rng=rng), Scale(50), mlp.ReLU(), mlp.Dense(50, 10, rng=rng)])
>>> network.predict(images).shape
(10,)

Read one drawing:

>>> ink = np.zeros((280, 280), np.uint8)
>>> ink[60:220, 130:150] = 255  # a stroke from top to bottom
>>> mlp.load_model(mlp.DEFAULT_MODEL).predict(mlp.to_mnist(ink))
array([1])

A run with every setting of the page, which can be left, pickled and carried on:

>>> run = mlp.Run(mlp.Settings(hidden=(50,), epochs=2, batch_size=5, dropout=0.1))
>>> for step in mlp.steps(run, images, labels):
...     pass
>>> loss, accuracy = mlp.evaluate(run.reader, images, labels)
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlp.public import *  # noqa: F403
    from mlp.public import __all__ as __all__
else:  # type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Load all public names with the first: ``python -m mlp`` must handle Ctrl-C before it imports numpy."""
        public = importlib.import_module("mlp.public")
        globals().update({each: getattr(public, each) for each in ("__all__", *public.__all__)})
        if name not in globals():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals()[name]

    def __dir__() -> list[str]:
        """Return the public names too, for completion."""
        return list({*__getattr__("__all__"), *globals()})
