"""The stage "Check" of a slow step: gradients compared with the measured change of the loss."""

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import Check, SlowStep, check_gradients, losses_along, position_of, steepest
from mlp.page.style.theme import plain
from mlp.page.tabs.step.charts import Dot, loss_along
from mlp.page.tabs.step.formulas import aligned, tex
from mlp.page.tabs.step.step_pieces import html_name, names, show_code, step_table
from mlp.page.tabs.step.weight import Weight, chosen_weight, lengths_between, losses
from mlp.page.visitors.analysis_budget import within_budget

REACH = 0.5
"""Distance to either side of a weight in the chart of its loss."""


def check(step: SlowStep) -> None:
    """Draw the check of one weight that the visitor picks, and of the steepest of each parameter array."""
    network = step.before
    st.markdown(
        "Are these gradients right? Test it: move one weight by a hair to either side, compute the loss both times, "
        "and see how much it changed. That needs no calculus at all, and must give the same number."
    )
    st.latex(
        aligned(
            r"\frac{\partial L}{\partial w} &\approx \frac{L(w + h) - L(w - h)}{2h}",
            r"h &= 10^{-5}",
        )
    )
    weight = chosen_weight(step)
    positions = [position_of(network, k, steepest(network, k)) for k in range(len(network.parameters()))]
    steepest_checks = within_budget("slow_checks", (step,), lambda: check_gradients(step, positions), plays=False)
    if weight.position in positions:
        mine = steepest_checks[positions.index(weight.position)]
    else:
        (mine,) = within_budget(
            "slow_check", (step, weight.position), lambda: check_gradients(step, [weight.position]), plays=False
        )
    _one_weight(step, weight, mine)
    _steepest_weights(step, steepest_checks)
    show_code(check_gradients, losses_along)


def _one_weight(step: SlowStep, weight: Weight, checked: Check) -> None:
    left, drawn = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with left:
        st.latex(
            aligned(
                rf"\text{{backward:}} \quad & {tex(checked.gradient, 8)}",
                rf"\text{{difference:}} \quad & {tex(checked.difference, 8)}",
                rf"\text{{relative error:}} \quad & {tex(checked.relative_error, 2)}",
            )
        )
        st.caption(
            f"The line is the loss for each value of this weight, {plain(weight.name)}; the dashed line has the "
            "gradient’s slope. They touch at the weight’s current value."
        )
    value = float(step.before.values[weight.position])
    lengths = lengths_between(step, -REACH, REACH)
    direction = np.zeros_like(step.before.values)
    direction[weight.position] = 1
    with drawn:
        loss_along(
            "weight",
            [value + length for length in lengths],
            losses(step, direction, lengths, name="slow_along", of=weight.position),
            slope=checked.gradient,
            dots=[Dot(value, step.loss, "here")],
            alt="The loss as this weight moves",
        )


def _steepest_weights(step: SlowStep, checks: list[Check]) -> None:
    network = step.before
    st.markdown("**The steepest weight of each array**")
    rows = [
        [
            html_name(names(network)[k]),
            str(list(steepest(network, k))),
            f"{c.used:.6g}",
            f"{c.gradient:.9g}",
            f"{c.difference:.9g}",
            f"{c.relative_error:.1e} {'✓' if c.relative_error < 1e-5 else '✗'}",
        ]
        for k, c in enumerate(checks)
    ]
    st.html(
        step_table(["array", "entry", "gradient (float32)", "in float64", "finite difference", "relative error"], rows)
    )
    st.caption(
        "Training computes in float32, with about 7 digits. The check runs the same code in float64, where the "
        "difference of two nearly equal losses still has enough digits."
    )
