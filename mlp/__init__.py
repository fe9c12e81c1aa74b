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
...
...     def parameters(self):
...         return [self.factor]
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
>>> loss, accuracy = mlp.evaluate(run.network, images, labels)
"""

from mlp.images.drawing import to_mnist
from mlp.images.mnist import Dataset, load_mnist
from mlp.nn.dropout import Dropout
from mlp.nn.layers import Dense, Layer, ReLU, Sigmoid, Tanh
from mlp.nn.losses import accuracy, softmax, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD, Adam, Optimizer
from mlp.nn.parameters import Parameter
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.nn.weights import ModelError, load_model, save_model
from mlp.shipped_files import MODELS
from mlp.training.evaluation import evaluate
from mlp.training.loop import Step, train
from mlp.training.run import Run, steps
from mlp.training.settings import Settings

DEFAULT_MODEL = MODELS / "inkling.safetensors"

__all__ = [
    "DEFAULT_MODEL",
    "MLP",
    "SGD",
    "Adam",
    "Dataset",
    "Dense",
    "Dropout",
    "Layer",
    "ModelError",
    "Optimizer",
    "Parameter",
    "ReLU",
    "Reader",
    "Run",
    "Sequential",
    "Settings",
    "Sigmoid",
    "Step",
    "Tanh",
    "accuracy",
    "evaluate",
    "load_mnist",
    "load_model",
    "save_model",
    "softmax",
    "softmax_cross_entropy",
    "steps",
    "to_mnist",
    "train",
]
