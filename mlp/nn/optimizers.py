"""Optimizers, which change parameters by their gradients: SGD with momentum, and Adam."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from mlp.checks import checked
from mlp.nn.blas import blas_function, one_blas_thread
from mlp.nn.parameters import Parameter, merged


class Optimizer:
    """Changes parameters in place by their gradients.

    Parameters
    ----------
    parameters : iterable of Parameter
        What to change. Neighbours in memory are merged, so a whole network is updated by a few calls.
    learning_rate : float
        Length of a step, greater than 0. May be changed between steps.
    weight_decay : float
        Every step goes by ``grad + weight_decay · value``, as if ``weight_decay / 2 · |value|²`` were part of the loss;
        0 or more.
    l1 : float
        Every step goes by ``l1 · sign(value)`` as well, as if ``l1 · Σ|value|`` were part of the loss: small weights
        are pulled as hard as large ones, and end at about 0. 0 or more.

    Raises
    ------
    ValueError
        If there is nothing to change, a number breaks its rule, or an array cannot be changed in place.
    """

    def __init__(
        self, parameters: Iterable[Parameter], learning_rate: float, weight_decay: float = 0.0, l1: float = 0.0
    ) -> None:
        self._single = list(parameters)
        self.parameters = merged(self._single)
        if not self.parameters:
            raise ValueError("an optimizer needs at least one parameter, got none")
        dtype = self.parameters[0].value.dtype
        for parameter in self.parameters:
            for array in (parameter.value, parameter.grad):
                _check_can_change(array, dtype)
        self.learning_rate = checked("learning_rate", learning_rate, low=0, open_low=True)
        self.weight_decay = checked("weight_decay", weight_decay, low=0)
        self.l1 = checked("l1", l1, low=0)
        self._decayed: list[np.ndarray] = []
        # y ← y + a·x in one pass over memory; numpy would need a product and a sum, two passes and a temporary.
        self._axpy = blas_function("axpy", dtype)

    def step(self) -> None:
        """Change every parameter once, by its gradient as it stands now, which stays as it is."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Copy all that the next step depends on beside parameters and settings, for ``restore``."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the state that another optimizer with the same parameters gave."""

    def _slots(self) -> list[np.ndarray]:
        """One array of zeros per parameter, flat."""
        return [np.zeros(parameter.value.size, parameter.value.dtype) for parameter in self.parameters]

    def _gradients(self) -> list[np.ndarray]:
        """What each parameter's step goes by, flat: its gradient, or a copy of it with weight decay and L1 penalty."""
        for parameter in self._single:
            parameter.settle()  # merged ones share its memory
        if not self.weight_decay and not self.l1:
            return [parameter.grad.reshape(-1) for parameter in self.parameters]
        self._decayed = self._decayed or self._slots()
        for parameter, decayed in zip(self.parameters, self._decayed, strict=True):
            np.copyto(decayed, parameter.grad.reshape(-1))
            if self.weight_decay:
                self._add(self.weight_decay, parameter.value, to=decayed)
            if self.l1:
                self._add(self.l1, np.sign(parameter.value), to=decayed)
        return self._decayed

    def _add(self, factor: float, array: np.ndarray, to: np.ndarray) -> None:
        """Add ``factor · array`` to ``to``, in place."""
        self._axpy(array.reshape(-1), to.reshape(-1), a=factor)


class SGD(Optimizer):
    """Stochastic gradient descent: ``v ← momentum · v + grad``, ``value ← value − learning_rate · v``.

    Parameters
    ----------
    parameters : iterable of Parameter
        What to change.
    learning_rate : float
        Length of a step, greater than 0.
    momentum : float
        Share of the last velocity that is kept, 0 up to but not 1 (Polyak 1964; Sutskever et al. 2013, with the
        learning rate outside the velocity).
    weight_decay, l1 : float
        Strengths of L2 and of L1 regularisation, 0 or more.

    Examples
    --------
    >>> weight = Parameter(np.array([1.0]), np.array([0.5]))
    >>> SGD([weight], 0.1).step()
    >>> weight.value
    array([0.95])
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, l1)
        self.momentum = checked("momentum", momentum, low=0, high=1, open_high=True)
        self.velocities = self._slots() if self.momentum else []

    @one_blas_thread
    def step(self) -> None:
        """Change every parameter once."""
        if not self.momentum and not self.weight_decay and not self.l1:
            for parameter in self._single:  # each gradient goes into the values as it is multiplied
                parameter.add_grad(-self.learning_rate, to=parameter.value)
            return
        grads = self._gradients()
        if not self.momentum:
            for parameter, grad in zip(self.parameters, grads, strict=True):
                self._add(-self.learning_rate, grad, to=parameter.value)
            return
        for parameter, grad, velocity in zip(self.parameters, grads, self.velocities, strict=True):
            velocity *= self.momentum
            self._add(1.0, grad, to=velocity)
            self._add(-self.learning_rate, velocity, to=parameter.value)

    def state(self) -> dict[str, Any]:
        """Copy the velocities."""
        return {"velocities": [velocity.copy() for velocity in self.velocities]}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the velocities."""
        for velocity, kept in zip(self.velocities, state["velocities"], strict=True):
            velocity[...] = kept


class Adam(Optimizer):
    """Steps scaled by running means of the gradient and of its square (Kingma and Ba 2015, algorithm 1).

    ``m ← β₁ m + (1 − β₁) grad``, ``v ← β₂ v + (1 − β₂) grad²``,
    ``value ← value − learning_rate · m̂ / (√v̂ + ε)``, where m̂ and v̂ make up for the start at zero.

    Parameters
    ----------
    parameters : iterable of Parameter
        What to change.
    learning_rate : float
        About the largest change of a weight in one step, greater than 0.
    betas : tuple of float
        How much of each running mean is kept at a step, 0 up to but not 1.
    epsilon : float
        Keeps the division finite, greater than 0.
    weight_decay, l1 : float
        Strengths of L2 and of L1 regularisation, 0 or more.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float = 0.001,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, l1)
        self.betas = tuple(checked("a beta", beta, low=0, high=1, open_high=True) for beta in betas)
        self.epsilon = checked("epsilon", epsilon, low=0, open_low=True)
        self.steps_taken = 0
        self.means = self._slots()
        self.mean_squares = self._slots()
        self._scratch = self._slots()

    @one_blas_thread
    def step(self) -> None:
        """Change every parameter once."""
        grads = self._gradients()
        self.steps_taken += 1
        beta_1, beta_2 = self.betas
        # Python floats all: with an np.float64 among them numpy would work in float64 and round back.
        correction_1 = 1 - beta_1**self.steps_taken
        correction_2 = math.sqrt(1 - beta_2**self.steps_taken)
        rate = self.learning_rate * correction_2 / correction_1
        for parameter, grad, mean, mean_square, scratch in zip(
            self.parameters, grads, self.means, self.mean_squares, self._scratch, strict=True
        ):
            mean *= beta_1
            self._add(1 - beta_1, grad, to=mean)
            mean_square *= beta_2
            np.multiply(grad, grad, out=scratch)
            self._add(1 - beta_2, scratch, to=mean_square)
            np.sqrt(mean_square, out=scratch)
            scratch += self.epsilon * correction_2
            np.divide(mean, scratch, out=scratch)
            self._add(-rate, scratch, to=parameter.value)

    def state(self) -> dict[str, Any]:
        """Copy both running means and the number of steps behind them."""
        return {
            "steps_taken": self.steps_taken,
            "means": [mean.copy() for mean in self.means],
            "mean_squares": [mean_square.copy() for mean_square in self.mean_squares],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up both running means and the number of steps."""
        self.steps_taken = state["steps_taken"]
        for mean, kept in zip(self.means, state["means"], strict=True):
            mean[...] = kept
        for mean_square, kept in zip(self.mean_squares, state["mean_squares"], strict=True):
            mean_square[...] = kept


def _check_can_change(array: np.ndarray, dtype: np.dtype) -> None:
    """Refuse arrays that BLAS would silently copy, or write to although they are read-only."""
    if array.dtype not in (np.float32, np.float64) or array.dtype != dtype:
        raise ValueError(f"parameters must be all float32 or all float64, got {array.dtype} beside {dtype}")
    if not array.size or not array.flags.c_contiguous or not array.flags.writeable:
        raise ValueError(
            f"parameters must be arrays in C order that can be written and hold something, got shape {array.shape} "
            f"with strides {array.strides}, writeable {array.flags.writeable}"
        )
