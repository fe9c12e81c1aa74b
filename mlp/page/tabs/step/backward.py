"""The last stages of a slow step: the gradients and their check, the update of the weights, and its effect."""

from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep, check_gradients, losses_along, position_of, steepest
from mlp.language import in_order, mark, number, tr
from mlp.nn.layers import ACTIVATIONS, Dense
from mlp.nn.losses import accuracy
from mlp.nn.network import MLP
from mlp.nn.optimizers import SGD, Adam
from mlp.page.session_var import ControlVar
from mlp.page.style.plots import draw_plot, line_of, placed, plot_of
from mlp.page.style.theme import plain
from mlp.page.tabs.step.formulas import (
    ACTIVATION,
    LOSSES,
    adam_numbers,
    aligned,
    sgd_numbers,
    shaped,
    tex,
    tex_name,
)
from mlp.page.tabs.step.step_pieces import (
    SHOWN_IMAGES,
    followed,
    html_name,
    image_and_formula,
    images_of,
    location,
    names,
    show_code,
    step_table,
)
from mlp.page.visitors.analysis_budget import within_budget
from mlp.training.fast_step import FastStep
from mlp.training.history import Curve
from mlp.training.loop import train_step

_slow_array = ControlVar("slow_array", "")
"""The parameter array of the weight whose update is shown; a control."""
MAX_FINE_WORK = 50_000_000
"""Weights times images; the article's network and minibatch have 3 million, the largest on the page 2,000 million."""
UNITS = 1_000_000_000
"""Of a coordinate, as one step can move the loss by less than that of a run's curves."""


def backward(step: SlowStep) -> None:
    """Draw the stage "Backward": the gradients from the loss back to every weight."""
    i, n, network = followed(step), len(step.labels), step.before
    n_layers, label = len(network.dense_layers), int(step.labels[i])
    st.markdown(
        tr(
            "Now ask of each number: if it were a little larger, how would the loss change? That is its gradient. For "
            "a score it is simple: the probability of its answer, minus the one that it should have. From there it "
            "goes back layer by layer, through the same weights as on the way forward."
        )
    )
    objective = step.settings.new_loss()
    slope, numbers = LOSSES[type(objective)].slope(objective, step.outputs[-1][i], label)
    image_and_formula(
        step,
        i,
        aligned(
            rf"\frac{{\partial L}}{{\partial z_k}} &= \frac{{1}}{{n}}\,\bigl({slope}\bigr)",
            rf"\frac{{\partial L}}{{\partial z_{{{tex_name(step.settings.names, label)}}}}} &= \frac{{1}}{{{n}}}"
            rf"\,({numbers}) = {tex(step.grad_logits[i, label])}",
        ),
    )
    lines = []
    for layer in range(n_layers, 0, -1):
        given = "X" if layer == 1 else f"H_{layer - 1}"
        n_in, n_out = network.dense_layers[layer - 1].weight.value.shape
        weight_grad = shaped(rf"\partial L / \partial W_{layer}", (n_in, n_out))
        delta = rf"\Delta_{layer}"
        lines.append(rf"{weight_grad} &= {shaped(given + '^T', (n_in, n))}\;{shaped(delta, (n, n_out))}")
        if layer > 1:
            lines.append(rf"\Delta_{layer - 1} &= {delta} W_{layer}^T \odot {slope_formula(network, layer - 1)}")
    st.latex(aligned(*lines))
    st.caption(
        tr("Δ is the gradient of the sums z, ⊙ multiplies entry by entry, and a bias gets the sum of its Δ column.")
    )
    rows = []
    for name, parameter in zip(names(network), network.parameters(), strict=True):
        grads = np.abs(parameter.grad)
        rows.append(
            [
                html_name(name),
                " × ".join(map(str, parameter.value.shape)),
                number(float(np.linalg.norm(parameter.grad)), ".3g"),
                number(float(grads.max()), ".3g"),
                number(float((grads == 0).mean()), ".0%"),
            ]
        )
    heads = [tr("parameters"), tr("shape"), tr("length of the gradient"), tr("largest"), tr("exactly 0")]
    st.html(step_table(heads, rows))
    activation = ACTIVATIONS[network.activation]
    show_code(type(objective).batch, MLP.pull_back, Dense.backward, activation.backward, activation.slope)


def slope_formula(network: MLP, layer: int) -> str:
    """Return the derivative of a hidden layer's outputs by its sums, written in its activations before dropout."""
    given = f"{'A' if network.dropout else 'H'}_{layer}"
    slope = ACTIVATION[network.activation][1].format(given)
    return slope + (rf" \odot D_{layer}" if network.dropout else "")


def check(step: SlowStep) -> None:
    """Draw the stage "Check": the steepest gradient of each parameter array beside the measured change of the loss."""
    network = step.before
    st.markdown(
        tr(
            "Are these gradients right? Test it: move one weight by a hair to either side, compute the loss both "
            "times, and see how much it changed. That needs no calculus at all, and must give the same number."
        )
    )
    st.latex(
        aligned(
            r"\frac{\partial L}{\partial w} &\approx \frac{L(w + h) - L(w - h)}{2h}",
            r"h &= 10^{-5}",
        )
    )
    entries = [steepest(network, k) for k in range(len(network.parameters()))]
    positions = [position_of(network, k, entry) for k, entry in enumerate(entries)]
    checks = within_budget("slow_checks", (step,), lambda: check_gradients(step, positions), plays=False)
    st.markdown(tr("**The steepest weight of each array**"))
    rows = [
        [
            html_name(name),
            str(list(entry)),
            number(c.used, ".6g"),
            number(c.gradient, ".9g"),
            number(c.difference, ".9g"),
            f"{number(c.relative_error, '.1e')} {'✓' if c.relative_error < 1e-5 else '✗'}",
        ]
        for name, entry, c in zip(names(network), entries, checks, strict=True)
    ]
    heads = [tr("array"), tr("entry"), tr("gradient (float32)"), tr("in float64")]
    st.html(step_table([*heads, tr("finite difference"), tr("relative error")], rows))
    st.caption(
        tr(
            "Training computes in float32, with about 7 digits. The check runs the same code in float64, where the "
            "difference of two nearly equal losses still has enough digits."
        )
    )
    show_code(check_gradients, losses_along)


def update(step: SlowStep) -> None:
    """Draw the stage "Update": one step downhill, for all weights at once."""
    settings = step.settings
    downhill = tr(
        "Every weight takes a small step against its gradient, so that the loss goes down. The learning rate sets the "
        "size of the step, here **{rate:.4g}**.",
        rate=float(step.learning_rate),
    )
    sgd = mark("Momentum keeps the speed of earlier steps.") if settings.momentum else mark("This is plain SGD.")
    adam = mark("Adam divides by the usual size of this weight’s gradients, so that each weight has its own pace.")
    st.markdown(f"{downhill} {tr({'sgd': sgd, 'adam': adam}[settings.optimizer])}")
    name, position = _chosen_weight(step)
    left, drawn = st.columns(2, gap="medium", vertical_alignment="center")
    with left:
        st.latex(update_numbers(step, position))
        st.caption(
            tr(
                "w is {name}, the steepest of its array. After the step, the network has {weight:.5g} there.",
                name=plain(name),
                weight=float(step.after.values[position]),
            )
        )
    with drawn:
        _downhill(step)
    show_code(Adam.update if settings.optimizer == "adam" else SGD.update)


def _chosen_weight(step: SlowStep) -> tuple[str, int]:
    """Draw the choice of a parameter array, and return the name and the position of its steepest weight."""
    network = step.before
    options = names(network)
    place = options.index(_slow_array.choice(tr("Which weight"), options))
    entry = steepest(network, place)
    return f"{options[place]}{list(entry)}", position_of(network, place, entry)


def update_numbers(step: SlowStep, position: int) -> str:
    """Return the update of one weight as a formula with its numbers."""
    value, gradient = float(step.before.values[position]), float(step.before.grads[position])
    optimizer = step.run.optimizer
    kept = [float(step.optimizer_before[name][position]) for name in optimizer.slots]
    if isinstance(optimizer, Adam):
        return adam_numbers(optimizer, value, gradient, *kept)
    assert isinstance(optimizer, SGD)  # there is no other
    return sgd_numbers(optimizer, value, gradient, *kept)


def _downhill(step: SlowStep) -> None:
    """Draw the loss along the direction of the step, whose length is 1, with its slope at the start."""
    # Fewer points for large networks, as each costs a pass of the whole minibatch.
    n = 33 if step.before.n_parameters * len(step.labels) < MAX_FINE_WORK else 9
    x = np.linspace(0, 4, n)
    losses = partial(losses_along, step, step.before, step.update, x.tolist())
    y = np.array(within_budget("slow_downhill", (step,), losses, plays=False))
    slope = float(step.before.grads.astype(np.float64) @ step.update.astype(np.float64))
    finite = y[np.isfinite(y)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    margin = max(0.18 * (high - low), 1e-4 * abs(high), 1e-9)
    lines = [
        line_of(Curve(x, y), "accent", still=True, units=UNITS),
        line_of(Curve(x, step.loss + slope * x), "second", dash=[5, 2], still=True, units=UNITS),
    ]
    for at, loss, name in ((0, step.loss, tr("before")), (1, step.loss_after, tr("after"))):
        point = Curve(np.array([at]), np.array([loss]))
        lines.append(line_of(point, "ink", marker=7, name=name, still=True, units=UNITS))
    plot = plot_of((0.0, 4.0), (low - margin, high + margin), lines)
    draw_plot("downhill", placed(plot, tr("The loss along the direction of the step")))
    st.caption(
        tr(
            "The loss of this minibatch along the direction of the step, whose real length is 1. The gradient only "
            "knows the slope at the start, the dashed line. With a larger learning rate, the step would land farther "
            "to the right."
        )
    )


def after(step: SlowStep) -> None:
    """Draw the stage "After": the effect of the step on its own minibatch."""
    st.markdown(
        tr(
            "The same images again, through the changed network. Their loss should have fallen a little. Validation "
            "shows whether it also fell for images that the network has not seen."
        )
    )
    n, change = len(step.labels), round(step.loss_after - step.loss, 4)
    before, after = (round(accuracy(logits, step.labels) * n) for logits in (step.outputs[-1], step.logits_after))
    length = float(np.linalg.norm(step.update)) / float(np.linalg.norm(step.before.values))
    columns = st.columns(3)
    columns[0].metric(
        tr("Loss of this minibatch"),
        number(step.loss_after, ".4f"),
        number(change, "+.4f") if change else None,
        "inverse",
    )
    columns[1].metric(
        tr("Read right"),
        tr("{n} of {total}", n=after, total=n),
        f"{after - before:+d}" if after != before else None,
    )
    columns[2].metric(tr("Length of the update, relative to the weights"), number(length, ".2%"))
    names = step.settings.names
    was, later = (logits.argmax(axis=1) for logits in (step.outputs[-1], step.logits_after))
    changed = np.flatnonzero(was != later)[:SHOWN_IMAGES].tolist()
    if len(changed):
        st.markdown(tr("**It changed its mind about**"))
        marks = ["✓" if later[k] == step.labels[k] else "" for k in changed]
        turned = [
            f"{in_order([names[was[k]], names[later[k]]])} {mark}".strip()
            for k, mark in zip(changed, marks, strict=True)
        ]
        images_of(step, changed, turned, alt=tr("read as {}"))
    else:
        st.caption(tr("It changed its mind about none of them: most steps are small."))
    st.markdown(tr("That was one step. A run repeats it, each time with the next images."))
    st.caption(
        tr(
            "A run takes the same step, up to rounding, with faster code ({place}), which skips pixels that are blank "
            "in the whole minibatch.",
            place=plain(location(FastStep)),
        )
    )
    show_code(train_step)
