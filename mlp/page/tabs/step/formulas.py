"""Write formulas in LaTeX with the numbers of one step filled in."""

import math
from collections.abc import Sequence

import numpy as np

ACTIVATION = {
    "relu": (r"\max(0,\,{0})", "[{0} > 0]"),
    "tanh": (r"\tanh({0})", "(1 - {0}^2)"),
    "sigmoid": (r"\sigma({0})", r"{0} \odot (1 - {0})"),
}
"""Each activation of a sum, and its slope at an output."""
TERMS = 3


def tex(number: float, digits: int = 3) -> str:
    r"""Write a number with ``digits`` significant digits.

    Examples
    --------
    >>> tex(0.123456), tex(-1234567.0), tex(0.0), tex(2.0), tex(float("inf"))
    ('0.123', '-1.23 \\cdot 10^{6}', '0', '2', '\\infty')
    """
    number = float(number)
    if math.isnan(number):
        return r"\text{NaN}"
    if math.isinf(number):
        return r"\infty" if number > 0 else r"-\infty"
    text = f"{number:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return text


def signed(number: float) -> str:
    """Write a number as a factor: in brackets if it is negative.

    Examples
    --------
    >>> signed(-0.5), signed(0.5)
    ('(-0.5)', '0.5')
    """
    return in_brackets(tex(number))


def in_brackets(text: str) -> str:
    """Return a number's text, in brackets if it is negative."""
    return f"({text})" if text.startswith("-") else text


def shaped(symbol: str, shape: Sequence[int]) -> str:
    r"""Write a symbol with its shape below.

    Examples
    --------
    >>> shaped("X", (32, 784))
    '\\underset{32 \\times 784}{X}'
    """
    size = r" \times ".join(map(str, shape))
    return rf"\underset{{{size}}}{{{symbol}}}"


def aligned(*lines: str) -> str:
    """Set lines below each other, aligned at their ``&``."""
    return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def weighted_sum(inputs: np.ndarray, weights: np.ndarray, bias: float, neuron: int, symbol: str) -> str:
    """Write one neuron's sum, its largest terms one by one and the rest together."""
    terms = inputs.astype(np.float64) * weights
    largest = np.argsort(-np.abs(terms), kind="stable")[:TERMS]
    written = [rf"{signed(inputs[i])} \cdot {signed(weights[i])}" for i in largest]
    n_rest = len(terms) - len(largest)
    lines = [
        rf"z_{{{neuron}}} &= \sum_i {symbol}_i\,W_{{i,{neuron}}} + b_{{{neuron}}}",
        "&= " + r" \\ &\quad + ".join(written),
    ]
    if n_rest:
        rest = float(terms.sum() - terms[largest].sum())
        lines.append(rf"&\quad + \underbrace{{{signed(rest)}}}_{{\text{{{n_rest} more}}}}")
    lines[-1] += rf" + \underbrace{{{signed(bias)}}}_{{\text{{bias}}}}"
    lines.append(rf"&= {tex(terms.sum() + bias)}")
    return aligned(*lines)


def tex_name(names: Sequence[str], place: int) -> str:
    """Return a class's name as an index; its place from 1 where TeX would read the name as something else.

    Examples
    --------
    >>> tex_name(("7", "cat", "a_b"), 1), tex_name(("7", "cat", "a_b"), 2)
    ('\\\\text{cat}', '3')
    """
    name = names[place]
    if not (name.isascii() and name.isalnum()):
        return str(place + 1)
    return name if name.isdecimal() else rf"\text{{{name}}}"


def rounded_parts(parts: np.ndarray, decimals: int) -> np.ndarray:
    """Round parts up or down such that they add up to their rounded sum.

    Examples
    --------
    >>> rounded_parts(np.array([1, 1, 1]) / 3, decimals=2).tolist()
    [0.34, 0.33, 0.33]
    """
    units = np.asarray(parts, np.float64) * 10**decimals
    floors = np.floor(units)
    missing = round(float(units.sum())) - round(float(floors.sum()))
    up = np.argsort(floors - units, kind="stable")[:missing]  # nearest to the next unit
    floors[up] += 1
    return floors / 10**decimals


def _three_decimals(number: float) -> str:
    return f"{number:.3f}" if abs(number) < 1e6 else f"{number:.3e}"  # a run that blows up has huge ones


class SoftmaxNumbers:
    """Softmax of one image's finite logits, (n,), rounded such that what is printed adds up as it should.

    The probability of the class ``right`` shows at least two digits, up to 8 decimals.

    Examples
    --------
    >>> numbers = SoftmaxNumbers(np.array([1.0, 3.0, -2.0]), right=0)
    >>> numbers.exponentials, numbers.total, numbers.probabilities
    (['0.135', '1.000', '0.007'], '1.142', ['0.1185', '0.8756', '0.0059'])
    """

    def __init__(self, logits: np.ndarray, right: int) -> None:
        logits = logits.astype(np.float64)
        exponentials = np.exp(logits - logits.max())
        decimals = max(3, 1 + math.ceil(-math.log10(max(exponentials[right], 1e-7))))
        rounded = logits.round(3)
        self.logits = [_three_decimals(z) for z in rounded]
        self.largest = _three_decimals(rounded.max())
        self.shifted = [_three_decimals(z - rounded.max()) for z in rounded]
        parts = rounded_parts(exponentials, decimals)
        self.exponentials = [f"{part:.{decimals}f}" for part in parts]
        self.total = f"{parts.sum():.{decimals}f}"
        self.shares = exponentials / exponentials.sum()
        self.probabilities = [f"{p:.{decimals + 1}f}" for p in rounded_parts(self.shares, decimals + 1)]
        self.one = f"{1:.{decimals + 1}f}"

    def formula(self, index: int, name: str) -> str:
        """Write the probability of the class at ``index``, with its name as TeX."""
        terms = [text for text in self.exponentials if float(text)]
        if len(terms) > 3:
            terms[2:-1] = [r"\cdots"]
        total = f" = {self.total}" if terms[1:] else ""
        shifted = rf"{self.logits[index]} - {in_brackets(self.largest)}"
        return aligned(
            rf"m &= \max_k z_k = {self.largest}",
            r"\textstyle\sum_k e^{z_k - m} &= " + " + ".join(terms) + total,
            rf"p_{{{name}}} &= \frac{{e^{{z_{{{name}}} - m}}}}{{\sum_k e^{{z_k - m}}}}"
            rf" = \frac{{e^{{{shifted}}}}}{{{self.total}}}",
            rf"&= \frac{{{self.exponentials[index]}}}{{{self.total}}} = {self.probabilities[index]}",
        )


def _slope(value: float, gradient: float, decay: float, l1: float) -> tuple[float, str, str]:
    """Return the slope that a step follows, its formula and its numbers, with weight decay and L1 penalty."""
    slope, formula, numbers = gradient, r"\frac{\partial L}{\partial w}", tex(gradient)
    if decay:
        slope += decay * value
        formula, numbers = formula + r" + \lambda w", rf"{numbers} + {tex(decay)} \cdot {signed(value)}"
    if l1:
        sign = float(np.sign(value))
        slope += l1 * sign
        formula += r" + \lambda_1 \operatorname{sign} w"
        numbers += rf" + {tex(l1)} \cdot {signed(sign)}"
    return slope, formula, numbers if numbers == tex(gradient) else f"{numbers} = {tex(slope)}"


def sgd_numbers(
    value: float, gradient: float, velocity: float, *, rate: float, momentum: float, decay: float, l1: float = 0.0
) -> str:
    """Write SGD's update of one weight; ``velocity`` is the one before the step."""
    slope, formula, numbers = _slope(value, gradient, decay, l1)
    lines = [rf"g &= {formula} = {numbers}"]
    step, name = slope, "g"
    if momentum:
        step, name = momentum * velocity + slope, "v"
        lines.append(
            rf"v &\leftarrow \mu v + g = {tex(momentum)} \cdot {signed(velocity)} + {signed(slope)} = {tex(step)}"
        )
    lines += [
        rf"w &\leftarrow w - \eta\,{name}",
        rf"&= {tex(value, 5)} - {tex(rate)} \cdot {signed(step)}",
        rf"&= {tex(value - rate * step, 5)}",
    ]
    return aligned(*lines)


def adam_numbers(
    value: float,
    gradient: float,
    mean: float,
    mean_square: float,
    *,
    rate: float,
    betas: tuple[float, float],
    epsilon: float,
    decay: float,
    steps_taken: int,
    l1: float = 0.0,
) -> str:
    """Write Adam's update of one weight; the running means are those before the step, ``steps_taken`` counts it."""
    beta_1, beta_2 = betas
    slope, _, numbers = _slope(value, gradient, 0.0, l1)
    decayed = (1 - rate * decay) * value
    shrunk = [rf"w &\leftarrow (1 - \eta \lambda)\,w = {tex(decayed, 5)}"] if decay else []
    mean = beta_1 * mean + (1 - beta_1) * slope
    mean_square = beta_2 * mean_square + (1 - beta_2) * slope**2
    corrected = mean / (1 - beta_1**steps_taken)
    corrected_square = mean_square / (1 - beta_2**steps_taken)
    step = corrected / (math.sqrt(corrected_square) + epsilon)
    return aligned(
        rf"g &= {numbers}",
        rf"m &\leftarrow \beta_1 m + (1 - \beta_1)\,g = {tex(mean)}",
        rf"v &\leftarrow \beta_2 v + (1 - \beta_2)\,g^2 = {tex(mean_square)}",
        rf"\hat m &= \frac{{m}}{{1 - \beta_1^{{{steps_taken}}}}} = {tex(corrected)}",
        rf"\hat v &= \frac{{v}}{{1 - \beta_2^{{{steps_taken}}}}} = {tex(corrected_square)}",
        *shrunk,
        r"w &\leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
        rf"&= {tex(decayed, 5)} - {tex(rate)} \cdot {signed(step)}",
        rf"&= {tex(decayed - rate * step, 5)}",
    )
