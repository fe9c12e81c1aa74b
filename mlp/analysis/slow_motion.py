"""One step of training in slow motion, with all its intermediate results."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from mlp.nn.losses import checked_batch, softmax
from mlp.nn.network import MLP
from mlp.training.data.prepared_images import prepared
from mlp.training.run import Run, epoch_plan, mask_rng
from mlp.training.settings import Settings

DIFFERENCE = 1e-5
"""Distance by which a weight is moved for a finite difference: less has rounding errors, more misses the curvature."""


@dataclass(frozen=True)
class SlowStep:
    """One step of a run, taken on a copy; nothing in it changes later."""

    settings: Settings
    number: int  # of this step, from 1
    epoch: int  # number of its epoch, from 1
    learning_rate: float  # of this step, including the schedule
    inputs: np.ndarray  # (batch, 784) float32: the minibatch, 0 to 1
    labels: np.ndarray  # (batch,) int
    before: MLP  # with the weights before the step; ``before.grads`` holds the gradients of the loss
    after: MLP  # with the weights after it
    outputs: list[np.ndarray]  # (batch, n_out) float32, of each layer of ``before`` in order; logits last
    grad_outputs: list[np.ndarray]  # dL/d(outputs), one per entry of ``outputs``
    probabilities: np.ndarray  # (batch, 10) float32
    costs: np.ndarray  # (batch,) float64, of the loss; in float32, those below 1e-7 would be 0
    grad_logits: np.ndarray  # (batch, 10) float64: ``grad_outputs[-1]`` without its rounding
    loss: float  # mean over the minibatch in nats, before the step
    loss_after: float  # the same after it
    logits_after: np.ndarray  # (batch, 10) float32, of the same images after the step
    optimizer_before: dict[str, Any]  # the optimizer's state before the step, from `Optimizer.state`
    run: Run  # the copy, one step further, with its optimizer after the step: the next slow step starts from it

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

    def mask_rng(self) -> np.random.Generator | None:
        """Return the generator of the step's masks of dropout, each time a new one in the same state."""
        return mask_rng(self.settings, self.number - 1)

    def _place(self, number: int) -> int:
        return self.before.layers.index(self.before.dense_layers[number - 1])


@np.errstate(over="ignore", invalid="ignore")  # the loss shows a diverged run
def slow_step(run: Run, images: np.ndarray, labels: np.ndarray) -> SlowStep:
    """Return the next step of a run, taken on a copy with the plain layers, with all intermediate results.

    `mlp.training.run.steps` takes the same step with `mlp.training.fast_step`: the same numbers, up to rounding.

    The run does not change. If it has finished, this is the first step of one more epoch. The images are its training
    images, (n, 784), uint8 in 0..255 or float in 0..1, with their labels, (n,) int.
    """
    twin = run.copy()
    used = twin.images_used(len(images))
    images, labels = prepared(twin.settings, images, used), labels[:used]
    if twin.finished(used):
        twin = run.copy(replace(run.settings, epochs=run.settings.epochs + 1))
    network, optimizer = twin.network, twin.optimizer
    twin.follow_schedule(used)

    batch, labels, epoch = _minibatch(twin, images, labels)
    inputs = network.activations(batch)[0]  # (batch, 784), as the network's input: 0..1
    before, optimizer_before = network.copy(), optimizer.state()
    outputs = network.activations(inputs, twin.mask_rng())[1:]
    loss = twin.settings.new_loss()
    logits, labels = checked_batch(network.forward(inputs, twin.mask_rng()), labels)
    mean, grad_logits = loss.batch(logits, labels)
    grads = network.pull_back(grad_logits)
    before.grads = network.grads
    optimizer.step_flat(network.values, network.grads)  # also if the loss has grown until the gradients are NaN

    logits_after = network.activations(inputs, twin.mask_rng())[-1]
    exact_logits = logits.astype(np.float64)
    twin.step += 1
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
        costs=loss.costs(exact_logits, labels),
        grad_logits=loss.batch(exact_logits, labels)[1],
        loss=mean,
        loss_after=loss.batch(logits_after, labels)[0],
        logits_after=logits_after,
        optimizer_before=optimizer_before,
        run=twin,
    )


def _minibatch(run: Run, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the images and labels of a run's next step, and the number of its epoch."""
    batch_size = run.settings.batch_size
    epochs_done, step_in_epoch = divmod(run.step, run.steps_per_epoch(len(images)))
    order, batch = epoch_plan(run.settings, images, epochs_done + 1)
    start, stop = step_in_epoch * batch_size, (step_in_epoch + 1) * batch_size
    return batch(start, stop), labels[order[start:stop]], epochs_done + 1


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

    The positions of the parameters are those in the flat `MLP.values`.
    """
    exact = step.before.copy(np.float64)
    logits = exact.forward(step.inputs, step.mask_rng())
    exact.backward(step.settings.new_loss().batch(logits, step.labels)[1])
    checks = []
    for position in positions:
        direction = np.zeros(exact.values.size)
        direction[position] = 1
        below, above = losses_along(step, exact, direction, [-DIFFERENCE, DIFFERENCE])
        checks.append(
            Check(float(step.before.grads[position]), float(exact.grads[position]), (above - below) / (2 * DIFFERENCE))
        )
    return checks


@np.errstate(over="ignore", invalid="ignore")  # the loss shows a diverged run
def losses_along(step: SlowStep, network: MLP, direction: np.ndarray, lengths: list[float]) -> list[float]:
    """Return a step's loss with all parameters of a network moved by each ``length · direction``.

    The step's minibatch, its loss and its masks of dropout apply. The network does not change. ``direction``
    is (n_parameters,).
    """
    moved, loss = network.copy(), step.settings.new_loss()
    losses = []
    for length in lengths:
        np.multiply(direction, length, out=moved.values)
        moved.values += network.values
        logits = moved.activations(step.inputs, step.mask_rng())[-1]
        losses.append(loss.batch(logits, step.labels)[0])
    return losses


def position_of(network: MLP, number: int, index: tuple[int, ...]) -> int:
    """Return the position in the flat `MLP.values` of an entry of the ``number``-th parameter array, from 0."""
    parameters = network.parameters()
    start = sum(parameter.value.size for parameter in parameters[:number])
    return start + int(np.ravel_multi_index(index, parameters[number].value.shape))


def steepest(network: MLP, number: int) -> tuple[int, ...]:
    """Return the index of the largest gradient by size in the ``number``-th parameter array."""
    grad = network.parameters()[number].grad
    return tuple(int(i) for i in np.unravel_index(np.abs(grad).argmax(), grad.shape))
