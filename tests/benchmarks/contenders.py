"""One epoch of the same training by each contender; all use float32 unless their docstring says otherwise."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

import mlp

LEARNING_RATE = 0.1
Epoch = Callable[[], object]


def inkling(layer_sizes: list[int], images: np.ndarray, labels: np.ndarray, batch_size: int) -> Epoch:
    """The public call, `mlp.train`, on uint8 images, every step yielded with loss and accuracy."""
    rng = np.random.default_rng(0)
    network = mlp.MLP(layer_sizes, rng=rng)
    optimizer = mlp.SGD(network.parameters(), LEARNING_RATE)

    def epoch() -> None:
        for _ in mlp.train(network, optimizer, images, labels, batch_size=batch_size, epochs=1, rng=rng):
            pass

    return epoch


def jax(layer_sizes: list[int], images: np.ndarray, labels: np.ndarray, batch_size: int) -> Epoch:
    """JAX, a whole epoch compiled as one scan over its full minibatches; accuracy is not computed.

    Images are float32 in 0..1 before the clock starts.
    """
    import jax
    import jax.numpy as jnp

    inputs, targets = jnp.asarray(images.astype(np.float32) / 255), jnp.asarray(labels.astype(np.int32))
    rng = np.random.default_rng(0)
    network = [
        (jnp.asarray(rng.normal(0, np.sqrt(2 / sum(shape)), shape), jnp.float32), jnp.zeros(shape[1], jnp.float32))
        for shape in pairwise(layer_sizes)
    ]

    def loss(network, x, y):
        for weight, bias in network[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        weight, bias = network[-1]
        return -jnp.take_along_axis(jax.nn.log_softmax(x @ weight + bias), y[:, None], 1).mean()

    def step(network, batch):
        value, grads = jax.value_and_grad(loss)(network, inputs[batch], targets[batch])
        return jax.tree.map(lambda number, grad: number - LEARNING_RATE * grad, network, grads), value

    @jax.jit
    def scan(network, key):
        n_steps = len(inputs) // batch_size
        order = jax.random.permutation(key, len(inputs))[: n_steps * batch_size]
        return jax.lax.scan(step, network, order.reshape(n_steps, batch_size))

    state = {"network": network, "key": jax.random.key(0)}

    def epoch() -> list[float]:
        state["key"], key = jax.random.split(state["key"])
        state["network"], losses = scan(state["network"], key)
        return losses.tolist()

    return epoch


def pytorch(layer_sizes: list[int], images: np.ndarray, labels: np.ndarray, batch_size: int) -> Epoch:
    """PyTorch, eager; the loss of each step is read, accuracy is not computed.

    Images are float32 in 0..1 before the clock starts.
    """
    import torch

    torch.manual_seed(0)
    inputs = torch.from_numpy(images.astype(np.float32) / 255)
    targets = torch.from_numpy(labels.astype(np.int64))
    layers: list[torch.nn.Module] = []
    for n_in, n_out in pairwise(layer_sizes):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)

    def epoch() -> list[float]:
        losses = []
        order = torch.randperm(len(inputs))
        for batch in order.split(batch_size):
            loss = torch.nn.functional.cross_entropy(network(inputs[batch]), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return epoch
