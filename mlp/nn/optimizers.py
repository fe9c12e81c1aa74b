"""Optimizers, which change parameters by their gradients: SGD with momentum, and Adam."""

import math
from collections.abc import Callable, Iterable, Sequence
from inspect import signature
from typing import Any

import numpy as np

from mlp.blas import add_scaled, one_blas_thread
from mlp.checks import Number
from mlp.nn.parameters import Parameter

FIRST_RATE = Number("learning_rate", low=0, open_low=True)
"""A learning rate to begin with; later it may be 0."""


class Optimizer:
    """An optimizer changes parameters in place by their gradients.

    Parameters
    ----------
    parameters : iterable of Parameter
        The parameters to change; others stay unchanged.
    learning_rate : float
        Length of a step, greater than 0. It may be changed between steps, as may the other numbers; 0 changes nothing.
    weight_decay : float
        Strength of the pull of weights toward 0, see each optimizer; 0 or more.
    l1 : float
        Strength of L1 regularization: a step uses ``grad + l1 · sign(value)``, as if ``l1 · Σ|value|`` were part of the
        loss. It pulls small weights as hard as large ones, to about 0. 0 or more.
    slots : sequence of str
        Names of the running values that a step keeps for each number of the parameters.

    Raises
    ------
    TypeError, ValueError
        If there are no parameters, one is invalid, read-only or given twice, or a number is out of range.

    Attributes
    ----------
    slots : dict of str to flat array
        The running values, at first 0, in the order of the parameters.
    steps_taken : int
    """

    learning_rate = Number(low=0)
    weight_decay = Number(low=0)
    l1 = Number(low=0)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float,
        weight_decay: float = 0.0,
        l1: float = 0.0,
        slots: Sequence[str] = (),
    ) -> None:
        self.parameters = _checked_parameters(parameters)
        self.learning_rate = FIRST_RATE.checked(learning_rate)
        self.weight_decay, self.l1 = weight_decay, l1
        size, dtype = sum(parameter.value.size for parameter in self.parameters), self.parameters[0].value.dtype
        self.slots = {name: np.zeros(size, dtype) for name in slots}
        self.steps_taken = 0
        self._scratch = np.empty(size, dtype)
        self._may_lack_gradients = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; an AttributeError if a finished SGD or Adam has none of this name, such as ``lr``."""
        if "_finished" in vars(self) and not hasattr(self, name):
            numbers = ", ".join(signature(type(self)).parameters)
            raise AttributeError(f"{type(self).__name__} has no {name}, and would ignore it; it has {numbers}")
        super().__setattr__(name, value)

    @one_blas_thread
    def step(self) -> None:
        """Change every parameter once by its current gradient, which stays unchanged.

        Raises
        ------
        RuntimeError
            If the gradient of a parameter is NaN, as it is before the first ``backward``, after the fast steps of
            `mlp.train`, which store none, and if a layer's ``backward`` leaves it unwritten.
        """
        if self._may_lack_gradients and not all(each.has_grad for each in self.parameters):
            lacking = next(each for each in self.parameters if not each.has_grad)
            raise RuntimeError(
                f"gradients must be numbers, that of {lacking!r} got NaN, as before the first backward and after "
                "train(), which stores none; call backward before step, and write all gradients in it"
            )
        self._may_lack_gradients = False
        self.steps_taken += 1
        start = 0
        for parameter in self.parameters:
            size, shape = parameter.value.size, parameter.value.shape
            arrays = [self._scratch[:size], *(slot[start : start + size] for slot in self.slots.values())]
            self.update(parameter.value, parameter.grad, *(array.reshape(shape) for array in arrays))
            start += size

    def step_flat(self, values: np.ndarray, grad: np.ndarray) -> None:
        """Do what ``step`` does, for all parameters as one flat array and their gradient, which is not checked."""
        self._may_lack_gradients = True
        self.steps_taken += 1
        self.update(values, grad, self._scratch, *self.slots.values())

    def update(self, values: np.ndarray, grad: np.ndarray, scratch: np.ndarray, *slots: np.ndarray) -> None:
        """Change values and their part of the slots by a gradient; ``scratch`` is a work array of the same shape."""
        raise NotImplementedError

    def state(self) -> dict[str, Any]:
        """Return a copy of all that the next step depends on besides parameters and settings, for ``restore``."""
        return {"steps_taken": self.steps_taken, **{name: array.copy() for name, array in self.slots.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the state of another optimizer with the same parameters."""
        self.steps_taken = state["steps_taken"]
        for name, array in self.slots.items():
            array[...] = state[name]

    def __repr__(self) -> str:
        """Return the learning rate and other non-default arguments, such as ``SGD(learning_rate=0.1, l1=0.001)``."""
        shown = []
        for name, argument in signature(type(self)).parameters.items():
            value = getattr(self, name, argument.default)
            if name == "learning_rate" or (name != "parameters" and value != argument.default):
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


class SGD(Optimizer):
    """Stochastic gradient descent: ``v ← momentum · v + grad``, ``value ← value − learning_rate · v``.

    Parameters
    ----------
    parameters, learning_rate, l1
        See `Optimizer`.
    momentum : float
        Fraction of the last velocity that is kept, at least 0 and less than 1 (Polyak 1964; Sutskever et al. 2013, with
        the learning rate outside the velocity). An optimizer that begins with 0 has no velocity, and stays without.
    weight_decay : float
        Every step uses ``grad + weight_decay · value``, as if ``weight_decay / 2 · |value|²`` were part of the loss.

    Examples
    --------
    >>> weight = Parameter(np.array([1.0]), np.array([0.5]))
    >>> optimizer = SGD([weight], 0.1)
    >>> optimizer.step()
    >>> optimizer, weight.value
    (SGD(learning_rate=0.1), array([0.95]))
    """

    momentum = Number(low=0, high=1, open_high=True)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        learning_rate: float,
        *,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay, l1, ["velocity"] if momentum else [])
        self.momentum = momentum
        if type(self) is SGD:  # another may have attributes of its own
            self._finished = True

    def update(self, values: np.ndarray, grad: np.ndarray, scratch: np.ndarray, *slots: np.ndarray) -> None:
        """Change values, and their velocity if there is one, by a gradient."""
        target = slots[0] if slots else values
        self._update(values, lambda factor: add_scaled(grad, factor, target), scratch, *slots)

    def step_adding(self, values: np.ndarray, add_gradient: Callable[[float], None]) -> None:
        """Do what ``step_flat`` does with a gradient that is stored nowhere.

        ``add_gradient`` adds a factor times the gradient to the velocity if there is one, else to the values.
        """
        self._may_lack_gradients = True
        self.steps_taken += 1
        self._update(values, add_gradient, self._scratch, *self.slots.values())

    def _update(
        self, values: np.ndarray, add_gradient: Callable[[float], None], scratch: np.ndarray, *slots: np.ndarray
    ) -> None:
        rate, momentum = self.learning_rate, self.momentum
        if momentum and not slots:
            raise ValueError(f"momentum must stay 0 in an optimizer made without it, got {momentum}; make a new one")
        target, factor = (slots[0], 1.0) if slots else (values, -rate)
        if slots:
            target *= momentum
        if self.weight_decay and slots:
            add_scaled(values, self.weight_decay, target)
        elif self.weight_decay:
            values *= 1 - rate * self.weight_decay
        if self.l1:
            add_scaled(np.sign(values, out=scratch), factor * self.l1, target)
        add_gradient(factor)
        if slots:
            add_scaled(target, -rate, values)


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square (Kingma and Ba 2015, algorithm 1).

    ``m ← β₁ m + (1 − β₁) grad``, ``v ← β₂ v + (1 − β₂) grad²``,
    ``value ← value − learning_rate · m̂ / (√v̂ + ε)``, where m̂ and v̂ correct for the start at zero.

    Parameters
    ----------
    parameters, l1
        See `Optimizer`.
    learning_rate : float
        About the largest change of a weight in one step, greater than 0.
    betas : tuple of float
        Fraction of each running mean that is kept at a step, at least 0 and less than 1.
    epsilon : float
        Keeps the division finite, greater than 0.
    weight_decay : float
        Before each step ``value ← (1 − learning_rate · weight_decay) · value``, independent of the running means: AdamW
        (Loshchilov and Hutter 2019, algorithm 2).
    """

    epsilon = Number(low=0, open_low=True)

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
        super().__init__(parameters, learning_rate, weight_decay, l1, ["mean", "mean_square"])
        self.betas = tuple(Number("a beta", low=0, high=1, open_high=True).checked(beta) for beta in betas)
        self.epsilon = epsilon
        if type(self) is Adam:
            self._finished = True

    def update(self, values: np.ndarray, grad: np.ndarray, scratch: np.ndarray, *slots: np.ndarray) -> None:
        """Change values and both running means by a gradient, at step ``steps_taken``."""
        (mean, mean_square), (beta_1, beta_2) = slots, self.betas
        # Only Python floats: an np.float64 among them would make numpy work in float64 and round back.
        correction_1 = 1 - beta_1**self.steps_taken
        correction_2 = math.sqrt(1 - beta_2**self.steps_taken)
        if self.weight_decay:
            values *= 1 - self.learning_rate * self.weight_decay
        if self.l1:
            grad = grad + self.l1 * np.sign(values)
        mean *= beta_1
        add_scaled(grad, 1 - beta_1, mean)
        mean_square *= beta_2
        add_scaled(np.multiply(grad, grad, out=scratch), 1 - beta_2, mean_square)
        np.sqrt(mean_square, out=scratch)
        scratch += self.epsilon * correction_2
        np.divide(mean, scratch, out=scratch)
        add_scaled(scratch, -self.learning_rate * correction_2 / correction_1, values)


def _checked_parameters(given: Iterable[Parameter]) -> list[Parameter]:
    """Return them as a list, or raise an error unless they are different writable parameters of one type."""
    if not isinstance(given, Iterable):
        raise TypeError(f"an optimizer needs a list of Parameters, such as network.parameters(), got {given!r}")
    parameters = list(given)
    if not parameters:
        raise ValueError("an optimizer needs at least one parameter, got none")
    for parameter in parameters:
        if not isinstance(parameter, Parameter):
            raise TypeError(f"an optimizer changes Parameters, got {type(parameter).__name__}")
        dtype, value = parameters[0].value.dtype, parameter.value
        if value.dtype not in (np.float32, np.float64) or value.dtype != dtype:
            raise ValueError(f"parameters must be all float32 or all float64, got {value.dtype} and {dtype}")
        if not value.flags.writeable:
            raise ValueError(f"parameters must be arrays that can be written, got {parameter!r}, which is read-only")
    if len({id(parameter) for parameter in parameters}) < len(parameters):
        raise ValueError("each parameter may be given once, got one of them twice")
    return parameters
