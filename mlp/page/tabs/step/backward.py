"""The stage "Backward" of a slow step: from the loss back to every weight."""

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep
from mlp.nn.layers import ACTIVATIONS, Dense
from mlp.nn.losses import softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.page.tabs.step.formulas import ACTIVATION, aligned, shaped, tex, tex_name
from mlp.page.tabs.step.step_pieces import followed, html_name, image_and_formula, names, show_code, step_table


def backward(step: SlowStep) -> None:
    """Draw the stage "Backward": the gradients from the loss back to every weight."""
    i, n, network = followed(step), len(step.labels), step.before
    n_layers = len(network.dense_layers)
    label, n_classes = int(step.labels[i]), len(step.settings.names)
    st.markdown(
        "Now ask of each number: if it were a little larger, how would the loss change? That is its gradient. For a "
        "logit it is simple: the probability, minus 1 for the right answer. From there it goes back layer by layer, "
        "through the same weights as on the way forward."
    )
    grad, smoothing = step.grad_outputs[-1][i], step.settings.label_smoothing
    share = 1 - smoothing + smoothing / n_classes  # the target for the right answer
    target = rf"{tex(1 - smoothing)}\,[k = y] - {tex(smoothing / n_classes)}" if smoothing else "[k = y]"
    image_and_formula(
        step,
        i,
        aligned(
            r"\frac{\partial L}{\partial z_k} &= \frac{1}{n}\,\bigl(p_k - " + target + r"\bigr)",
            rf"\frac{{\partial L}}{{\partial z_{{{tex_name(step.settings.names, label)}}}}} &= \frac{{1}}{{{n}}}"
            rf"\,({tex(step.probabilities[i, label])} - {tex(share)}) = {tex(grad[label])}",
        ),
    )
    lines = []
    for number in range(n_layers, 0, -1):
        given = "X" if number == 1 else f"H_{number - 1}"
        n_in, n_out = network.dense_layers[number - 1].weight.value.shape
        weight_grad = shaped(rf"\partial L / \partial W_{number}", (n_in, n_out))
        delta = rf"\Delta_{number}"
        lines.append(rf"{weight_grad} &= {shaped(given + '^T', (n_in, n))}\;{shaped(delta, (n, n_out))}")
        if number > 1:
            slope = slope_formula(network, number - 1)
            lines.append(rf"\Delta_{number - 1} &= {delta} W_{number}^T \odot {slope}")
    st.latex(aligned(*lines))
    st.caption("Δ is the gradient of the sums z, ⊙ multiplies entry by entry, and a bias gets the sum of its Δ column.")
    rows = []
    for name, parameter in zip(names(network), network.parameters(), strict=True):
        grads = np.abs(parameter.grad)
        rows.append(
            [
                html_name(name),
                " × ".join(map(str, parameter.value.shape)),
                f"{np.linalg.norm(parameter.grad):.3g}",
                f"{grads.max():.3g}",
                f"{float((grads == 0).mean()) * 100:.0f}%",
            ]
        )
    st.html(step_table(["parameters", "shape", "length of the gradient", "largest", "exactly 0"], rows))
    activation = ACTIVATIONS[network.activation]
    show_code(softmax_cross_entropy, MLP.pull_back, Dense.backward, activation.backward, activation.slope)


def slope_formula(network: MLP, number: int) -> str:
    r"""Return the derivative of a hidden layer's outputs by its sums, written in its activations before dropout.

    Examples
    --------
    >>> slope_formula(MLP([784, 5, 10], activation="tanh", dropout=0.5, rng=np.random.default_rng(0)), 1)
    '(1 - A_1^2) \\odot D_1'
    """
    given = f"{'A' if network.dropout else 'H'}_{number}"
    slope = ACTIVATION[network.activation][1].format(given)
    return slope + (rf" \odot D_{number}" if network.dropout else "")
