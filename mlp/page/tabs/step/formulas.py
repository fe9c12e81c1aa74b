"""Write formulas in LaTeX with the numbers of one step filled in."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mlp.language import mark, number, several, tr
from mlp.nn.losses import CrossEntropy, Loss
from mlp.nn.optimizers import SGD, Adam

ACTIVATION = {
    "relu": (r"\max(0,\,{0})", "[{0} > 0]"),
    "tanh": (r"\tanh({0})", "(1 - {0}^2)"),
    "sigmoid": (r"\sigma({0})", r"{0} \odot (1 - {0})"),
}
"""Each activation of a sum, and its slope at an output."""
COST = mark(
    "What an image costs depends on the probability of the right answer: nothing at 1, {blind:.3f} at a blind guess of "
    "one in {n:d}, and more and more toward 0. The loss is the mean over the minibatch: one number that says how wrong "
    "the network is."
)
SMOOTHED_COST = mark(
    "What an image costs depends on the probability of the right answer: least at {least:.3g} (label smoothing counts "
    "all answers equally, with a share of {share:g}), {blind:.3f} at a blind guess of one in {n:d}, and more and more "
    "toward 0. The loss is the mean over the minibatch: one number that says how wrong the network is."
)
TERMS = 3
FAINTEST = 1e-38
"""Probability that is written as a power of e, as a float32 cannot hold it."""
MOST_DIGITS = 9
"""Of a number in a formula: those of a float32."""


def tex(value: float, digits: int = 3) -> str:
    r"""Write a number with ``digits`` significant digits, in the language of this place.

    >>> tex(0.123456), tex(-1234567.0), tex(0.0), tex(2.0), tex(float("inf"))
    ('0.123', '-1.23 \\cdot 10^{6}', '0', '2', '\\infty')
    """
    value = float(value)
    if math.isnan(value):
        return r"\text{NaN}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    text = number(value, f".{digits}g").replace(",", "{,}")  # a comma alone has a blank behind it
    if "e" in text:
        mantissa, exponent = text.split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return text


def signed(value: float, digits: int = 3) -> str:
    """Write a number as a factor: in brackets if it is negative."""
    text = tex(value, digits)
    return f"({text})" if text.startswith("-") else text


def rounded(value: float, digits: int) -> float:
    """Return a number as `tex` writes it, so that what is computed from it is what a reader computes."""
    return float(f"{value:.{digits}g}")


def digits_for(part: float, *terms: float, digits: int) -> int:
    """Return the digits that the terms of a sum need, of which ``part``, a term or the total, shows ``digits``.

    That is one more for each power of ten by which a term is larger; never more than the digits of a float32.

    >>> digits_for(0.5, 0.4, 0.1, digits=3), digits_for(0.002, 0.999, -0.997, digits=3), digits_for(0.0, 1.0, digits=3)
    (3, 6, 3)
    """
    largest = max(map(abs, terms))
    if not part or not math.isfinite(largest / part):
        return digits
    return min(MOST_DIGITS, max(digits, digits + math.ceil(math.log10(largest / abs(part)))))


def shaped(symbol: str, shape: Sequence[int]) -> str:
    """Write a symbol with its shape below."""
    size = r" \times ".join(map(str, shape))
    return rf"\underset{{{size}}}{{{symbol}}}"


def aligned(*lines: str) -> str:
    """Set lines below each other, aligned at their ``&``."""
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def weighted_sum(inputs: np.ndarray, weights: np.ndarray, bias: float, neuron: int, symbol: str) -> str:
    """Write one neuron's sum, its largest terms one by one and the rest together."""
    terms = inputs.astype(np.float64) * weights
    largest = np.argsort(-np.abs(terms), kind="stable")[:TERMS]
    rest = float(terms.sum() - terms[largest].sum())
    digits = digits_for(float(terms.sum()) + bias, *terms[largest], rest, bias, digits=4)
    factors = [(rounded(inputs[i], digits), rounded(weights[i], digits)) for i in largest]
    rest, bias = rounded(rest, digits), rounded(bias, digits)
    written = [rf"{signed(value, digits)} \cdot {signed(weight, digits)}" for value, weight in factors]
    n_rest = len(terms) - len(largest)
    lines = [
        rf"z_{{{neuron}}} &= \sum_i {symbol}_i\,W_{{i,{neuron}}} + b_{{{neuron}}}",
        "&= " + r" \\ &\quad + ".join(written),
    ]
    if n_rest:
        more = several("{n} more", "{n} more", n_rest)
        lines.append(rf"&\quad + \underbrace{{{signed(rest, digits)}}}_{{\text{{{more}}}}}")
    name = tr("bias")
    lines[-1] += rf" + \underbrace{{{signed(bias, digits)}}}_{{\text{{{name}}}}}"
    lines.append(rf"&= {tex(sum(value * weight for value, weight in factors) + rest + bias)}")
    return aligned(*lines)


def tex_name(names: Sequence[str], place: int) -> str:
    """Return a class's name as an index; its place from 1 where TeX would read the name as something else.

    >>> tex_name(("7", "cat", "a_b"), 1), tex_name(("7", "cat", "a_b"), 2)
    ('\\\\text{cat}', '3')
    """
    name = names[place]
    if not (name.isascii() and name.isalnum()):
        return str(place + 1)
    return name if name.isdecimal() else rf"\text{{{name}}}"


def softmax_formula(logits: np.ndarray, index: int, name: str) -> str:
    """Write the probability of the class at ``index`` from finite logits, (n,), with its name as TeX."""
    logits = np.array([rounded(logit, 5) for logit in logits])
    exponentials = np.exp(logits - logits.max())
    total = rounded(exponentials.sum(), 5)
    terms = [tex(power) for power in exponentials]
    if len(terms) > 3:
        terms[1:-1] = [r"\cdots"]
    shifted = rf"{tex(logits[index], 5)} - {signed(logits.max(), 5)}"
    return aligned(
        rf"m &= \max_k z_k = {tex(logits.max(), 5)}",
        rf"\textstyle\sum_k e^{{z_k - m}} &= {' + '.join(terms)} = {tex(total, 5)}",
        rf"p_{{{name}}} &= \frac{{e^{{z_{{{name}}} - m}}}}{{\sum_k e^{{z_k - m}}}}",
        rf"&= \frac{{e^{{{shifted}}}}}{{{tex(total, 5)}}} = {tex(exponentials[index] / total)}",
    )


def _slope(value: float, gradient: float, decay: float, l1: float, digits: int) -> tuple[float, str, str]:
    """Return the slope that a step follows, its formula and its numbers, with weight decay and L1 penalty."""
    slope, formula, numbers = gradient, r"\frac{\partial L}{\partial w}", tex(gradient, digits)
    if decay:
        slope += decay * value
        formula, numbers = formula + r" + \lambda w", rf"{numbers} + {tex(decay)} \cdot {signed(value, digits)}"
    if l1:
        sign = float(np.sign(value))
        slope += l1 * sign
        formula += r" + \lambda_1 \operatorname{sign} w"
        numbers += rf" + {tex(l1)} \cdot {signed(sign)}"
    slope = rounded(slope, digits)
    return slope, formula, f"{numbers} = {tex(slope, digits)}" if decay or l1 else numbers


def _update_digits(value: float, change: float) -> int:
    """Return the digits with which an update shows five digits of its weight, and three of a smaller change."""
    return max(5, digits_for(change, value, change, digits=3))


def sgd_numbers(optimizer: SGD, value: float, gradient: float, velocity: float = 0.0) -> str:
    """Write SGD's update of one weight; ``velocity`` is the one before the step.

    Each line is computed from its numbers as they are written.
    """
    momentum, change = optimizer.momentum, optimizer.learning_rate * (optimizer.momentum * velocity + gradient)
    digits = _update_digits(value, change)
    rate, value, gradient, velocity = (
        rounded(each, digits) for each in (optimizer.learning_rate, value, gradient, velocity)
    )
    slope, formula, numbers = _slope(value, gradient, optimizer.weight_decay, optimizer.l1, digits)
    lines = [rf"g &= {formula} = {numbers}"]
    direction, name = slope, "g"
    if momentum:
        direction, name = rounded(momentum * velocity + slope, digits), "v"
        terms = rf"{tex(momentum)} \cdot {signed(velocity, digits)} + {signed(slope, digits)}"
        lines.append(rf"v &\leftarrow \mu v + g = {terms} = {tex(direction, digits)}")
    lines += [
        rf"w &\leftarrow w - \eta\,{name}",
        rf"&= {tex(value, digits)} - {tex(rate, digits)} \cdot {signed(direction, digits)}",
        rf"&= {tex(value - rate * direction, digits)}",
    ]
    return aligned(*lines)


def adam_numbers(optimizer: Adam, value: float, gradient: float, mean: float, mean_square: float) -> str:
    """Write Adam's update of one weight; the running means are those before the step, the optimizer is as after it.

    The last line is computed from its numbers as they are written.
    """
    rate, steps_taken, (beta_1, beta_2) = optimizer.learning_rate, optimizer.steps_taken, optimizer.betas
    digits = _update_digits(value, rate)
    rate, value, gradient = rounded(rate, digits), rounded(value, digits), rounded(gradient, digits)
    slope, _, numbers = _slope(value, gradient, 0.0, optimizer.l1, digits)
    decayed = rounded((1 - rate * optimizer.weight_decay) * value, digits)
    shrunk = [rf"w &\leftarrow (1 - \eta \lambda)\,w = {tex(decayed, digits)}"] if optimizer.weight_decay else []
    mean = beta_1 * mean + (1 - beta_1) * slope
    mean_square = beta_2 * mean_square + (1 - beta_2) * slope**2
    corrected = mean / (1 - beta_1**steps_taken)
    corrected_square = mean_square / (1 - beta_2**steps_taken)
    direction = rounded(corrected / (math.sqrt(corrected_square) + optimizer.epsilon), digits)
    return aligned(
        rf"g &= {numbers}",
        rf"m &\leftarrow \beta_1 m + (1 - \beta_1)\,g = {tex(mean)}",
        rf"v &\leftarrow \beta_2 v + (1 - \beta_2)\,g^2 = {tex(mean_square)}",
        rf"\hat m &= \frac{{m}}{{1 - \beta_1^{{{steps_taken}}}}} = {tex(corrected)}",
        rf"\hat v &= \frac{{v}}{{1 - \beta_2^{{{steps_taken}}}}} = {tex(corrected_square)}",
        *shrunk,
        r"w &\leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
        rf"&= {tex(decayed, digits)} - {tex(rate, digits)} \cdot {signed(direction, digits)}",
        rf"&= {tex(decayed - rate * direction, digits)}",
    )


class LossFormulas(NamedTuple):
    """Functions that write about a loss, which is their first argument."""

    explained: Callable[[Any, int], str]  # of so many classes: what an image costs, in words
    cost: Callable[[Any, np.ndarray, int, Sequence[str]], str]  # of one image; see `cross_entropy_cost`
    slope: Callable[[Any, np.ndarray, int], tuple[str, str]]  # of one image; see `cross_entropy_slope`


def cross_entropy_explained(loss: CrossEntropy, n_classes: int) -> str:
    """Explain what an image costs."""
    smoothing = loss.label_smoothing
    return tr(
        SMOOTHED_COST if smoothing else COST,
        least=1 - smoothing + smoothing / n_classes,
        share=smoothing,
        blind=math.log(n_classes),
        n=n_classes,
    )


def cross_entropy_cost(loss: CrossEntropy, logits: np.ndarray, label: int, names: Sequence[str]) -> str:
    """Write what an image costs, from its logits, (classes,), the place of its label, and the classes' names."""
    logs, smoothing = _log_softmax(logits), loss.label_smoothing
    chance = float(np.exp(logs[label]))
    digits = digits_for(1 - chance, 1.0, digits=4)  # near 1, the cost is as small as what is missing
    seen = f"e^{{{tex(logs[label], 6)}}}" if chance < FAINTEST else tex(chance, digits)
    if not smoothing:
        return rf"-\log p_{{{tex_name(names, label)}}} = -\log {seen}"
    total = signed(float(logs.sum()), 6)
    rest = rf"\frac{{{tex(smoothing)}}}{{{len(logs)}}} \cdot \underbrace{{{total}}}_{{\sum_k \log p_k}}"
    return rf"-{tex(1 - smoothing)} \log {seen} \\ &\quad - {rest}"


def cross_entropy_slope(loss: CrossEntropy, logits: np.ndarray, label: int) -> tuple[str, str]:
    """Write the gradient of an image's cost by a logit: first by that of any class k, then by the label's."""
    smoothing, n_classes = loss.label_smoothing, len(logits)
    chance, share = float(np.exp(_log_softmax(logits)[label])), 1 - smoothing + smoothing / n_classes
    digits = digits_for(chance - share, chance, share, digits=4)
    target = rf"{tex(1 - smoothing)}\,[k = y] - {tex(smoothing / n_classes)}" if smoothing else "[k = y]"
    return f"p_k - {target}", f"{tex(chance, digits)} - {tex(share, digits)}"


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


LOSSES: dict[type[Loss], LossFormulas] = {
    CrossEntropy: LossFormulas(cross_entropy_explained, cross_entropy_cost, cross_entropy_slope)
}
"""Each loss of `Settings.new_loss`, with what *Step by step* writes of it."""
