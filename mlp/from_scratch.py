"""The whole article on one screen: a network from scratch learns MNIST. Run it by ``python -m mlp.from_scratch``."""

import sys
from collections.abc import Iterator

import numpy as np

from mlp import load_mnist


class Layer:
    """One stage of a network; a layer without parameters has nothing to update."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Map (batch, n_in) to (batch, n_out)."""
        raise NotImplementedError

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Map dL/d(outputs) to dL/d(inputs)."""
        raise NotImplementedError

    def update(self, learning_rate: float) -> None:
        """Take one step of stochastic gradient descent."""


class Dense(Layer):
    """Every output is a weighted sum of all inputs plus a bias; Xavier initialization, N(0, 2 / (n_in + n_out))."""

    def __init__(self, n_in: int, n_out: int, rng: np.random.Generator) -> None:
        self.weight = (rng.standard_normal((n_in, n_out)) * np.sqrt(2 / (n_in + n_out))).astype(np.float32)
        self.bias = np.zeros(n_out, np.float32)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ W + b."""
        self.inputs = inputs
        return inputs @ self.weight + self.bias

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Store the gradients of W and b, and return that of the inputs."""
        self.grad_weight, self.grad_bias = self.inputs.T @ grad_outputs, grad_outputs.sum(axis=0)
        return grad_outputs @ self.weight.T

    def update(self, learning_rate: float) -> None:
        """Take one step of gradient descent."""
        self.weight -= learning_rate * self.grad_weight
        self.bias -= learning_rate * self.grad_bias


class ReLU(Layer):
    """Keep positive values: max(0, x)."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Replace negative values by 0."""
        self.outputs = np.maximum(inputs, 0)
        return self.outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient where the output was positive, else 0."""
        return grad_outputs * (self.outputs > 0)


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean of −log softmax(z)_label, and its gradient (softmax(z) − one_hot(label)) / n."""
    shifted = logits - logits.max(axis=1, keepdims=True)  # exp cannot overflow
    log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return -float((one_hot * log_softmax).sum()) / len(labels), (np.exp(log_softmax) - one_hot) / len(labels)


def forward(network: list[Layer], images: np.ndarray) -> list[np.ndarray]:
    """Return the outputs of all layers for images, (n, 784) uint8: the inputs first, the logits last."""
    activations = [images.astype(np.float32) / 255]
    for layer in network:
        activations.append(layer.forward(activations[-1]))
    return activations


def predict(network: list[Layer], images: np.ndarray) -> np.ndarray:
    """Return the digit with the largest logit for each image."""
    return forward(network, images)[-1].argmax(axis=1)


def train_step(network: list[Layer], images: np.ndarray, labels: np.ndarray, learning_rate: float) -> float:
    """Train on one minibatch; return its loss before the step."""
    loss, grad_outputs = softmax_cross_entropy(forward(network, images)[-1], labels)
    for layer in reversed(network):
        grad_outputs = layer.backward(grad_outputs)
        layer.update(learning_rate)
    return loss


def minibatches(n: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the positions of n shuffled examples, a minibatch at a time, with a progress bar."""
    order = rng.permutation(n)
    for start in range(0, n, size):
        if sys.stdout.isatty():  # a pipe or a file gets a line an epoch
            print(f"{'█' * (20 * start // n):░<20}", end="\r", flush=True)
        yield order[start : start + size]


def main(epochs: int = 25, batch_size: int = 32, learning_rate: float = 0.1, seed: int = 42) -> None:
    """Show a digit, train 784-100-200-10, and plot both accuracies after each epoch."""
    data, rng = load_mnist(), np.random.default_rng(seed)
    print("\n".join("".join(" ░▒▓█"[pixel // 52] * 2 for pixel in row) for row in data.train.images[0].reshape(28, 28)))
    print(f"This is a {data.train.labels[0]}, the first of {len(data.train.labels):,} images of {data.name}.")
    network = [Dense(784, 100, rng), ReLU(), Dense(100, 200, rng), ReLU(), Dense(200, 10, rng)]
    for epoch in range(1, epochs + 1):
        for batch in minibatches(len(data.train.labels), batch_size, rng):
            train_step(network, data.train.images[batch], data.train.labels[batch], learning_rate)
        seen, unseen = ((predict(network, part.images) == part.labels).mean() for part in (data.train, data.validation))
        plot = [" "] * 51  # from 0.9 to 1.0
        plot[max(0, round(500 * seen - 450))], plot[max(0, round(500 * unseen - 450))] = "●", "○"
        print(f"epoch {epoch:2}  training {seen:.4f} ●  validation {unseen:.4f} ○  0.9 {''.join(plot)} 1.0")


if __name__ == "__main__":
    main()
