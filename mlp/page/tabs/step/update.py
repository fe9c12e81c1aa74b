"""The stages "Update" and "After" of a slow step: one step downhill, and its effect."""

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep
from mlp.nn.losses import accuracy
from mlp.nn.optimizers import SGD, Adam
from mlp.page.style import theme
from mlp.page.style.theme import plain
from mlp.page.tabs.step.charts import Dot, loss_along
from mlp.page.tabs.step.formulas import adam_numbers, sgd_numbers
from mlp.page.tabs.step.step_pieces import SHOWN_IMAGES, location, show_code
from mlp.page.tabs.step.weight import chosen_weight, lengths_between, losses
from mlp.training.fast_step import FastStep
from mlp.training.loop import train_step


def update(step: SlowStep) -> None:
    """Draw the stage "Update": one step downhill, for all weights at once."""
    settings = step.settings
    st.markdown(
        "Every weight takes a small step against its gradient, so that the loss goes down. The learning rate sets the "
        f"size of the step, here **{step.learning_rate:.4g}**. "
        + {
            "sgd": "Momentum keeps the speed of earlier steps." if settings.momentum else "This is plain SGD.",
            "adam": "Adam divides by the usual size of this weight’s gradients, so that each weight has its own pace.",
        }[settings.optimizer]
    )
    weight = chosen_weight(step)
    left, drawn = st.columns(2, gap="medium", vertical_alignment="center")
    with left:
        st.latex(_numbers(step, weight.position))
        st.caption(
            f"w is {plain(weight.name)}. After the step, the network has "
            f"{float(step.after.values[weight.position]):.5g} there."
        )
    with drawn:
        _downhill(step)
    show_code(Adam.update if settings.optimizer == "adam" else SGD.update)


def _numbers(step: SlowStep, position: int) -> str:
    """Return the update of one weight as a formula with its numbers."""
    settings, before = step.settings, step.optimizer_before
    value, gradient = float(step.before.values[position]), float(step.before.grads[position])
    optimizer = step.run.optimizer
    if isinstance(optimizer, Adam):
        return adam_numbers(
            value,
            gradient,
            float(before["mean"][position]),
            float(before["mean_square"][position]),
            rate=step.learning_rate,
            betas=(optimizer.betas[0], optimizer.betas[1]),
            epsilon=optimizer.epsilon,
            decay=settings.weight_decay,
            l1=settings.l1,
            steps_taken=step.optimizer_after["steps_taken"],
        )
    return sgd_numbers(
        value,
        gradient,
        float(before["velocity"][position]) if "velocity" in before else 0.0,
        rate=step.learning_rate,
        momentum=settings.momentum,
        decay=settings.weight_decay,
        l1=settings.l1,
    )


def _downhill(step: SlowStep) -> None:
    """Draw the loss along the direction of the step."""
    change, lengths = step.update, lengths_between(step, 0, 4)
    loss_along(
        "downhill",
        lengths,
        losses(step, change, lengths, name="slow_downhill"),
        slope=float(step.before.grads.astype(np.float64) @ change.astype(np.float64)),
        dots=[Dot(0, step.loss, "before"), Dot(1, step.loss_after, "after")],
        alt="The loss along the direction of the step",
    )
    st.caption(
        "The loss of this minibatch along the direction of the step, whose real length is 1. The gradient only knows "
        "the slope at the start, the dashed line. With a larger learning rate, the step would land farther to the "
        "right."
    )


def after(step: SlowStep) -> None:
    """Draw the stage "After": the effect of the step on its own minibatch."""
    right_before = accuracy(step.outputs[-1], step.labels)
    right_after = accuracy(step.logits_after, step.labels)
    st.markdown(
        "The same images again, through the changed network. Their loss should have fallen a little. Validation shows "
        "whether it also fell for images that the network has not seen."
    )
    n = len(step.labels)
    columns = st.columns(3)
    change = round(step.loss_after - step.loss, 4)
    columns[0].metric(
        "Loss of this minibatch",
        f"{step.loss_after:.4f}",
        f"{change:+.4f}" if change else "no change",
        delta_color="inverse" if change else "off",
        delta_arrow="auto" if change else "off",
    )
    more = round(right_after * n) - round(right_before * n)
    columns[1].metric(
        "Read right",
        f"{round(right_after * n)} of {n}",
        f"{more:+d}" if more else "no change",
        delta_color="normal" if more else "off",
        delta_arrow="auto" if more else "off",
    )
    length, size = float(np.linalg.norm(step.update)), float(np.linalg.norm(step.before.values))
    columns[2].metric(
        "Length of the update",
        f"{length / size * 100:.2f}%",
        "relative to the weights",
        delta_color="off",
        delta_arrow="off",
    )
    names = step.settings.names
    was, now = (logits.argmax(axis=1) for logits in (step.outputs[-1], step.logits_after))
    changed = np.flatnonzero(was != now)[:SHOWN_IMAGES]
    if len(changed):
        st.markdown("**It changed its mind about**")
        st.html(
            theme.digits(
                (step.inputs[changed] * 255).round().astype(np.uint8),
                [
                    f"{names[was[k]]} → {names[now[k]]} {'✓' if now[k] == step.labels[k] else ''}".strip()
                    for k in changed
                ],
                alt="read as {}",
            )
        )
    else:
        st.caption("It changed its mind about none of them: most steps are small.")
    st.markdown("That was one step. A run repeats it, each time with the next images.")
    st.caption(
        "A run takes the same step, up to rounding, with faster code "
        f"({plain(location(FastStep))}), which skips pixels that are blank in the whole minibatch."
    )
    show_code(train_step)
