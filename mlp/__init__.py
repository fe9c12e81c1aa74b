"""Inkling: train a neural network written from scratch in numpy, and draw a digit for it to read."""

from mlp.images.drawing import to_mnist
from mlp.images.mnist import Dataset, load_mnist
from mlp.nn.dropout import Dropout
from mlp.nn.layers import Dense, Layer, ReLU, Sigmoid, Tanh
from mlp.nn.losses import accuracy, softmax, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD, Adam
from mlp.nn.parameters import Parameter
from mlp.nn.reader import Reader
from mlp.nn.sequential import Sequential
from mlp.nn.weights import load_model, save_model
from mlp.shipped_files import MODELS
from mlp.training.loop import Step, train
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
    "Parameter",
    "ReLU",
    "Reader",
    "Sequential",
    "Settings",
    "Sigmoid",
    "Step",
    "Tanh",
    "accuracy",
    "load_mnist",
    "load_model",
    "save_model",
    "softmax",
    "softmax_cross_entropy",
    "to_mnist",
    "train",
]
