"""The public names, which `mlp` loads when the first of them is used."""

from mlp.images.data_files.load import load_data
from mlp.images.drawing import to_mnist
from mlp.images.mnist import Dataset, load_mnist
from mlp.nn.dropout import Dropout
from mlp.nn.layers import Dense, Layer, ReLU, Sigmoid, Tanh
from mlp.nn.losses import CrossEntropy, Loss, accuracy, softmax, softmax_cross_entropy
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
    "CrossEntropy",
    "Dataset",
    "Dense",
    "Dropout",
    "Layer",
    "Loss",
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
    "load_data",
    "load_mnist",
    "load_model",
    "save_model",
    "softmax",
    "softmax_cross_entropy",
    "steps",
    "to_mnist",
    "train",
]
