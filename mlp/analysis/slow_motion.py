"""One step of training in slow motion, with all its intermediate results."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from mlp.blas import one_blas_thread
from mlp.nn.losses import softmax, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.training.data.prepared_images import prepared
from mlp.training.run import Run, epoch_plan
from mlp.training.settings import Settings

DIFFERENCE = 1e-5
"""Distance by which a weight is moved for a finite difference: less has rounding errors, more misses the curvature."""


@dataclass(frozen=True)
class SlowStep:
    """One step of a run, taken on a copy; nothing in it changes later.

    Attributes
    ----------
    settings : Settings
    number, epoch : int
        Numbers of this step and its epoch, both from 1.
    learning_rate : float
        The rate of this step, including the schedule.
    inputs : float32 array, shape (batch, 784)
        The minibatch, 0..1.
    labels : int array, shape (batch,)
    before, after : MLP
        The network with the weights before and after the step. ``before.grads`` holds the gradients of the loss.
    outputs : list of float32 arrays, each (batch, n_out)
        Outputs of each layer of ``before`` for the minibatch, in order; logits last.
    grad_outputs : list of float32 arrays
        dL/d(outputs), one per entry of ``outputs``.
    probabilities : float32 array, shape (batch, 10)
    loss, loss_after : float
        Mean over the minibatch in nats, before the step and after it.
    logits_after : float32 array, shape (batch, 10)
        Logits of the same images, after the step.
    optimizer_before, optimizer_after : dict
        State of the optimizer before and after the step, from `Optimizer.state`.
    run : Run
        The copy, one step further: the next slow step starts from it.
    """

    settings: Settings
    number: int
    epoch: int
    learning_rate: float
    inputs: np.ndarray
    labels: np.ndarray
    before: MLP
    after: MLP
    outputs: list[np.ndarray]
    grad_outputs: list[np.ndarray]
    probabilities: np.ndarray
    loss: float
    loss_after: float
    logits_after: np.ndarray
    optimizer_before: dict[str, Any]
    optimizer_after: dict[str, Any]
    run: Run

    @property
    def update(self) -> np.ndarray:
        """The change of every parameter, flat like `MLP.values`."""
        return self.after.values - self.before.values

    def sums(self, number: int) -> np.ndarray:
        """Return the outputs of the ``number``-th Dense layer, from 1, before its activation."""
        return self.outputs[self._place(number)]

    def activated(self, number: int) -> np.ndarray:
        """Return the outputs of the activation after the ``number``-th Dense layer."""
        return self.outputs[self._place(number) + 1]

    def next_inputs(self, number: int) -> np.ndarray:
        """Return the inputs of the next Dense layer: the same, after dropout."""
        return self.outputs[self._place(number + 1) - 1]

    def _place(self, number: int) -> int:
        return self.before.layers.index(self.before.dense_layers[number - 1])


@np.errstate(over="ignore", invalid="ignore")  # the loss shows a diverged run
def slow_step(run: Run, images: np.ndarray, labels: np.ndarray) -> SlowStep:
    """Return the next step of a run, taken on a copy with the plain layers, with all intermediate results.

    `mlp.training.run.steps` takes the same step with `mlp.training.fast_step`: the same numbers, up to rounding.

    Parameters
    ----------
    run : Run
        Not changed. If it has finished, this is the first step of one more epoch.
    images : array, shape (n, 784)
        The run's training images, uint8 in 0..255 or float in 0..1.
    labels : int array, shape (n,)
    """
    twin = run.copy()
    used = twin.images_used(len(images))
    images, labels = prepared(twin.settings, images, used), labels[:used]
    if twin.finished(used):
        twin.settings = replace(twin.settings, epochs=twin.settings.epochs + 1)
    network, optimizer = twin.network, twin.optimizer
    twin.follow_schedule(used)

    batch, labels, epoch = _minibatch(twin, images, labels)
    inputs = network.activations(batch)[0]  # (batch, 784), as the network's input: 0..1
    twin.draw_masks(len(inputs))
    before, optimizer_before = network.copy(), optimizer.state()
    before.take_masks(network)
    outputs = _forward(network, inputs)
    smoothing = twin.settings.label_smoothing
    loss, grad_logits = softmax_cross_entropy(outputs[-1], labels, smoothing)
    grads = _backward(network, grad_logits)
    before.grads = network.grads
    optimizer.step()
    twin.step += 1

    logits_after = _logits(network, inputs)
    network.remove_masks()
    return SlowStep(
        settings=twin.settings,
        number=twin.step,
        epoch=epoch,
        learning_rate=optimizer.learning_rate,
        inputs=inputs,
        labels=labels,
        before=before,
        after=network,
        outputs=outputs,
        grad_outputs=grads,
        probabilities=softmax(outputs[-1]),
        loss=loss,
        loss_after=softmax_cross_entropy(logits_after, labels, smoothing)[0],
        logits_after=logits_after,
        optimizer_before=optimizer_before,
        optimizer_after=optimizer.state(),
        run=twin,
    )


def _minibatch(run: Run, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the images and labels of a run's next step, and the number of its epoch."""
    batch_size = run.settings.batch_size
    epochs_done, step_in_epoch = divmod(run.step, run.steps_per_epoch(len(images)))
    order, warped = epoch_plan(run.settings, images, epochs_done + 1)
    start = step_in_epoch * batch_size
    chosen = order[start : start + batch_size]
    batch = images[chosen] if warped is None else warped.batch(start, start + batch_size)
    return batch, labels[chosen], epochs_done + 1


@one_blas_thread
def _forward(network: MLP, inputs: np.ndarray) -> list[np.ndarray]:
    """Return the outputs of each layer for a minibatch, in order."""
    outputs = [inputs]
    for layer in network.layers:
        outputs.append(layer.forward(outputs[-1]))
    return outputs[1:]


@one_blas_thread
def _backward(network: MLP, grad_logits: np.ndarray) -> list[np.ndarray]:
    """Fill the network's gradients, and return the loss's with respect to each layer's outputs, in order."""
    grads = [grad_logits]
    for layer in reversed(network.layers[1:]):
        grads.insert(0, layer.backward(grads[0]))
    network.dense_layers[0].backward_parameters(grads[0])
    return grads


class Check(NamedTuple):
    """A gradient with its finite difference.

    ``used`` is the step's own gradient, in float32; ``gradient`` the same in float64; ``difference`` the change of the
    loss when the weight is moved, in float64.
    """

    used: float
    gradient: float
    difference: float

    @property
    def relative_error(self) -> float:
        """Distance between gradient and difference, as a fraction of the larger; 0 if both are 0."""
        larger = max(abs(self.gradient), abs(self.difference))
        return abs(self.gradient - self.difference) / larger if larger else 0.0


@np.errstate(over="ignore", invalid="ignore")  # the loss shows a diverged run
def check_gradients(step: SlowStep, positions: list[int]) -> list[Check]:
    """Compare gradients with central differences, ``(L(w + h) − L(w − h)) / 2h``, on a float64 copy of the network.

    Parameters
    ----------
    step : SlowStep
    positions : list of int
        Parameters, as positions in the flat `MLP.values`.
    """
    exact = step.before.copy(np.float64)
    exact.take_masks(step.before)
    smoothing = step.settings.label_smoothing
    _, grad_logits = softmax_cross_entropy(exact.forward(step.inputs), step.labels, smoothing)
    exact.backward(grad_logits)
    checks = []
    for position in positions:
        direction = np.zeros(exact.values.size)
        direction[position] = 1
        moved = [-DIFFERENCE, DIFFERENCE]
        below, above = losses_along(exact, direction, moved, step.inputs, step.labels, label_smoothing=smoothing)
        checks.append(
            Check(float(step.before.grads[position]), float(exact.grads[position]), (above - below) / (2 * DIFFERENCE))
        )
    return checks


@np.errstate(over="ignore", invalid="ignore")  # the loss shows a diverged run
def losses_along(
    network: MLP,
    direction: np.ndarray,
    lengths: list[float],
    inputs: np.ndarray,
    labels: np.ndarray,
    *,
    label_smoothing: float = 0.0,
) -> list[float]:
    """Return the loss with all parameters moved by each ``length · direction``; the network itself does not change.

    The masks of dropout stay the same.

    Parameters
    ----------
    network : MLP
    direction : float array, shape (n_parameters,)
    lengths : list of float
    inputs : array, shape (n, inputs)
    labels : int array, shape (n,)
    label_smoothing : float

    Examples
    --------
    >>> network = MLP([4, 2], rng=np.random.default_rng(0))
    >>> inputs, labels = np.eye(2, 4), np.array([0, 1])
    >>> here, there = losses_along(network, -network.values, [0, 1], inputs, labels)  # to where all weights are 0
    >>> round(there, 4)
    0.6931
    """
    moved = network.copy()
    moved.take_masks(network)
    losses = []
    for length in lengths:
        np.multiply(direction, length, out=moved.values)
        moved.values += network.values
        losses.append(softmax_cross_entropy(_logits(moved, inputs), labels, label_smoothing)[0])
    return losses


def _logits(network: MLP, inputs: np.ndarray) -> np.ndarray:
    """Return logits as training computes them, with the same masks of dropout."""
    return network.forward(inputs) if network.dropouts else network.logits(inputs)


def position_of(network: MLP, number: int, index: tuple[int, ...]) -> int:
    """Return the position in the flat `MLP.values` of an entry of the ``number``-th parameter array, from 0."""
    parameters = network.parameters()
    start = sum(parameter.value.size for parameter in parameters[:number])
    return start + int(np.ravel_multi_index(index, parameters[number].value.shape))


def steepest(network: MLP, number: int) -> tuple[int, ...]:
    """Return the index of the largest gradient by size in the ``number``-th parameter array."""
    grad = network.parameters()[number].grad
    return tuple(int(i) for i in np.unravel_index(np.abs(grad).argmax(), grad.shape))
