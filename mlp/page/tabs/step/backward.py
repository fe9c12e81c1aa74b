"""Show the later stages of a step: gradients, gradient check, update and its effect."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep, check_gradients, losses_along, position_of, steepest
from mlp.nn.layers import ACTIVATIONS, Dense
from mlp.nn.losses import accuracy, softmax_cross_entropy
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD, Adam
from mlp.page import state
from mlp.page.style import theme
from mlp.page.style.theme import plain
from mlp.page.tabs.step.charts import Dot, loss_along
from mlp.page.tabs.step.formulas import adam_numbers, aligned, sgd_numbers, shaped, tex
from mlp.page.tabs.step.parts import SHOWN_IMAGES, followed, names, number_between, picture_beside, table
from mlp.page.tabs.step.source import show_code
from mlp.page.visitors.analysis_budget import kept
from mlp.training.loop import train_step

REACH = 0.5
"""How far to either side of a weight the picture of its loss goes."""

MUCH_WORK = 50_000_000
"""Weights times pictures; the article's network and minibatch have 3 million, the largest on the page 600 million."""


def backward(step: SlowStep) -> None:
    """From the loss back to every weight."""
    i, n, network = followed(step), len(step.labels), step.before
    n_layers = len(network.dense_layers)
    label = int(step.labels[i])
    st.markdown(
        "Now the question is turned round: if this number were a little larger, how would the loss change? That is its "
        "gradient. For the logits it is simple: the probability, less 1 where the answer is right. From there it goes "
        "back layer by layer, through the same weights as on the way forward."
    )
    grad = step.grad_outputs[-1][i]
    picture_beside(
        step,
        i,
        aligned(
            r"\frac{\partial L}{\partial z_k} &= \frac{1}{n}\,\bigl(p_k - [k = y]\bigr)",
            rf"\frac{{\partial L}}{{\partial z_{{{label}}}}} &= \frac{{1}}{{{n}}}"
            rf"\,({tex(step.probabilities[i, label])} - 1) = {tex(grad[label])}",
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
            slope = _slope(network.activation, number - 1)
            lines.append(rf"\Delta_{number - 1} &= {delta} W_{number}^T \odot {slope}")
    st.latex(aligned(*lines))
    st.caption("Δ is the gradient of the sums z; ⊙ multiplies entry by entry. A bias gets the sum of its column of Δ.")
    rows = []
    for name, parameter in zip(names(network), network.parameters(), strict=True):
        grads = np.abs(parameter.grad)
        rows.append(
            [
                _html_name(name),
                " × ".join(map(str, parameter.value.shape)),
                f"{np.linalg.norm(parameter.grad):.3g}",
                f"{grads.max():.3g}",
                f"{float((grads == 0).mean()) * 100:.0f} %",
            ]
        )
    st.html(table(["parameters", "shape", "length of the gradient", "largest", "exactly 0"], rows))
    activation = ACTIVATIONS[network.activation]
    show_code(softmax_cross_entropy, MLP.backward, Dense.backward, Dense.backward_parameters, activation.backward)


def check(step: SlowStep) -> None:
    """Each gradient beside what the loss really does."""
    network = step.before
    st.markdown(
        "Are these gradients right? Nobody has to believe it: move one weight by a hair to either side, compute the "
        "loss both times, and see how much it changed. That needs no calculus at all, and must give the same number."
    )
    st.latex(
        aligned(
            r"\frac{\partial L}{\partial w} &\approx \frac{L(w + h) - L(w - h)}{2h}",
            r"h &= 10^{-5}",
        )
    )
    number, index, position = _chosen_weight(step)
    positions = [position_of(network, k, steepest(network, k)) for k in range(len(network.parameters()))]
    others = kept("slow_checks", (step,), lambda: check_gradients(step, positions), plays=False)
    if position in positions:
        mine = others[positions.index(position)]
    else:
        (mine,) = kept("slow_check", (step, position), lambda: check_gradients(step, [position]), plays=False)
    value = float(network.values[position])
    lengths = np.linspace(-REACH, REACH, _points(step)).tolist()
    direction = np.zeros(network.values.size, network.dtype)
    direction[position] = 1
    losses = kept(
        "slow_along",
        (step, position),
        lambda: losses_along(network, direction, lengths, step.inputs, step.labels),
        plays=False,
    )
    said, drawn = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with said:
        st.latex(
            aligned(
                rf"\text{{backward:}} \quad & {tex(mine.gradient, 8)}",
                rf"\text{{difference:}} \quad & {tex(mine.difference, 8)}",
                rf"\text{{relative error:}} \quad & {tex(mine.relative_error, 2)}",
            )
        )
        st.caption(
            "The line is the loss as this one weight is moved, all others held still; the dashed line has the "
            "gradient’s slope. They touch where the weight is now."
        )
    drawn.image(
        loss_along(
            [value + length for length in lengths],
            losses,
            slope=mine.gradient,
            dots=[Dot(value, step.loss, "here")],
            label=f"value of this weight, {_plain_name(network, number, index)}",
            colours=theme.colours(),
        ),
        width="stretch",
    )
    st.markdown("**The steepest of every parameter array**")
    rows = [
        [
            _html_name(names(network)[k]),
            str(list(steepest(network, k))),
            f"{c.used:.6g}",
            f"{c.gradient:.9g}",
            f"{c.difference:.9g}",
            f"{c.relative_error:.1e} {'✓' if c.relative_error < 1e-5 else '✗'}",
        ]
        for k, c in enumerate(others)
    ]
    st.html(table(["array", "entry", "gradient (float32)", "in float64", "finite difference", "relative error"], rows))
    st.caption(
        "Training computes in float32, about 7 digits; for the check the same code runs in float64, where a difference "
        "of two nearly equal losses still has digits left."
    )
    show_code(check_gradients, losses_along)


def update(step: SlowStep) -> None:
    """One step downhill, for all weights at once."""
    network, settings = step.before, step.settings
    st.markdown(
        "Every weight takes a small step against its gradient: where the loss would rise, it goes down, and the other "
        f"way round. How small, the learning rate says: here **{step.learning_rate:.4g}**. "
        + {
            "sgd": "Momentum keeps the swing of earlier steps." if settings.momentum else "This is plain SGD.",
            "adam": "Adam divides by how large this weight’s gradients usually are, so that each has its own pace.",
        }[settings.optimizer]
    )
    number, index, position = _chosen_weight(step)
    value, gradient = float(network.values[position]), float(network.grads[position])
    if settings.optimizer == "adam":
        optimizer = step.run.optimizer
        assert isinstance(optimizer, Adam)
        numbers = adam_numbers(
            value,
            gradient,
            float(step.optimizer_before["means"][0][position]),
            float(step.optimizer_before["mean_squares"][0][position]),
            rate=step.learning_rate,
            betas=(optimizer.betas[0], optimizer.betas[1]),
            epsilon=optimizer.epsilon,
            decay=settings.weight_decay,
            steps_taken=step.optimizer_after["steps_taken"],
        )
    else:
        velocities = step.optimizer_before["velocities"]
        numbers = sgd_numbers(
            value,
            gradient,
            float(velocities[0][position]) if velocities else 0.0,
            rate=step.learning_rate,
            momentum=settings.momentum,
            decay=settings.weight_decay,
        )
    change = step.update
    lengths = np.linspace(0, 4, _points(step)).tolist()
    losses = kept(
        "slow_downhill", (step,), lambda: losses_along(network, change, lengths, step.inputs, step.labels), plays=False
    )
    said, drawn = st.columns(2, gap="medium", vertical_alignment="center")
    with said:
        st.latex(numbers)
        st.caption(
            f"w is {plain(_plain_name(network, number, index))}. In the network after the step it is "
            f"{float(step.after.values[position]):.5g}."
        )
    drawn.image(
        loss_along(
            lengths,
            losses,
            slope=float(network.grads.astype(np.float64) @ change.astype(np.float64)),
            dots=[Dot(0, step.loss, "before"), Dot(1, step.loss_after, "after")],
            label="length of the step, as a multiple of the one taken",
            colours=theme.colours(),
        ),
        width="stretch",
    )
    drawn.caption(
        "The loss of this minibatch along the direction of the step. The gradient only knows the slope where it "
        "stands, the dashed line; with a larger learning rate the step would land further to the right."
    )
    show_code(Adam.step if settings.optimizer == "adam" else SGD.step)


def after(step: SlowStep) -> None:
    """What the step did to the loss of its own minibatch."""
    right_before = accuracy(step.outputs[-1], step.labels)
    right_after = accuracy(step.logits_after, step.labels)
    st.markdown(
        "The same pictures once more, through the changed network. On these the loss should have fallen a little; "
        "whether it also fell for pictures that it has not seen is what validation is for."
    )
    n = len(step.labels)
    columns = st.columns(3)
    columns[0].metric(
        "Loss of this minibatch", f"{step.loss_after:.4f}", f"{step.loss_after - step.loss:+.4f}", delta_color="inverse"
    )
    columns[1].metric(
        "Read right",
        f"{round(right_after * n)} of {n}",
        f"{round(right_after * n) - round(right_before * n):+d}",
        delta_color="off" if right_after == right_before else "normal",
    )
    length, size = float(np.linalg.norm(step.update)), float(np.linalg.norm(step.before.values))
    columns[2].metric(
        "Length of the update",
        f"{length / size * 100:.2f} %",
        "of the length of all weights",
        delta_color="off",
        delta_arrow="off",
    )
    was, now = (logits.argmax(axis=1) for logits in (step.outputs[-1], step.logits_after))
    changed = np.flatnonzero(was != now)[:SHOWN_IMAGES]
    if len(changed):
        st.markdown("**It changed its mind about**")
        st.html(
            theme.digits(
                (step.inputs[changed] * 255).round().astype(np.uint8),
                [f"{was[k]} → {now[k]} {'✓' if now[k] == step.labels[k] else ''}".strip() for k in changed],
                alt="read as {}",
            )
        )
    else:
        st.caption("It changed its mind about none of them; most steps are small.")
    st.markdown("That was one step. Training is this, again and again, some thousand times a second.")
    show_code(train_step)


def _points(step: SlowStep) -> int:
    """Give how finely to draw a loss: each point is a pass of the whole minibatch through the network."""
    return 33 if step.before.n_parameters * len(step.labels) < MUCH_WORK else 9


def _slope(activation: str, number: int) -> str:
    hidden = f"H_{number}"
    return {
        "relu": f"[{hidden} > 0]",
        "tanh": f"(1 - {hidden}^2)",
        "sigmoid": rf"{hidden} \odot (1 - {hidden})",
    }[activation]


def _chosen_weight(step: SlowStep) -> tuple[int, tuple[int, ...], int]:
    """Let the visitor pick an entry of a parameter array; the steepest is offered. Array, index, flat position."""
    network = step.before
    options = names(network)
    if state.slow_array.get() not in options:
        state.slow_array.set(options[0])
    columns = st.columns([3, 1, 1], vertical_alignment="bottom")
    with columns[0]:
        name = st.segmented_control(
            "Which weight",
            options,
            key=state.slow_array.key,
            required=True,
            help="It begins with the steepest of each.",
        )
    number = options.index(name or options[0])
    offered = steepest(network, number)
    index = []
    words = ("From", "To neuron") if len(offered) == 2 else ("Of neuron",)
    for column, word, best, size in zip(
        columns[1:], words, offered, network.parameters()[number].value.shape, strict=False
    ):
        with column:
            index.append(number_between(word, size, state.slow_index(word.split()[0], number, step.number, best)))
    return number, tuple(index), position_of(network, number, tuple(index))


def _plain_name(network: MLP, number: int, index: tuple[int, ...]) -> str:
    return f"{names(network)[number]}[{', '.join(map(str, index))}]"


def _html_name(name: str) -> str:
    return f"{name[0]}<sub>{html.escape(name[1:])}</sub>"
