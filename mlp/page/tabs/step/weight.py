"""The weight whose gradient and update the stages show, and the loss along a line through the weights."""

from typing import NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.slow_motion import SlowStep, losses_along, position_of, steepest
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.tabs.step.step_pieces import names, number_between
from mlp.page.visitors.analysis_budget import within_budget

_slow_array = ControlVar[str | None]("slow_array", None)
"""The chosen parameter array; a control."""
MAX_FINE_WORK = 50_000_000
"""Weights times images; the article's network and minibatch have 3 million, the largest on the page 2,000 million."""


class Weight(NamedTuple):
    """An entry of a parameter array: its name, such as W1[3, 0], and its place in the flat `MLP.values`."""

    name: str
    position: int


def chosen_weight(step: SlowStep) -> Weight:
    """Draw the choice of an entry in a parameter array, by default the steepest, and return it."""
    network = step.before
    options = names(network)
    if _slow_array.get() not in options:
        _slow_array.set(options[0])
    columns = st.columns([3, 1, 1], vertical_alignment="bottom")
    with columns[0], _slow_array.placed():
        name = st.segmented_control(
            "Which weight",
            options,
            key=_slow_array.key,
            required=True,
            help="Chooses the array; the numbers beside it start at its steepest weight.",
        )
    number = options.index(name or options[0])
    offered = steepest(network, number)
    index = []
    words = ("From", "To neuron") if len(offered) == 2 else ("Of neuron",)
    for column, word, best, size in zip(
        columns[1:], words, offered, network.parameters()[number].value.shape, strict=False
    ):
        with column:
            index.append(number_between(word, size, slow_index(word.split()[0], number, step.number, best)))
    return Weight(
        f"{options[number]}[{', '.join(map(str, index))}]",
        position_of(network, number, tuple(index)),
    )


def slow_index(word: str, array: int, step: int, steepest: int) -> SessionVar[int]:
    """Return an index into a parameter array of a step, at first the steepest; ``word`` says which; a control."""
    return SessionVar(f"slow_{word}_{array}_{step}", steepest)


def lengths_between(step: SlowStep, low: float, high: float) -> list[float]:
    """Return positions on the line, fewer for large networks, as each costs a pass of the whole minibatch."""
    n = 33 if step.before.n_parameters * len(step.labels) < MAX_FINE_WORK else 9
    return np.linspace(low, high, n).tolist()


def losses(step: SlowStep, direction: np.ndarray, lengths: list[float], *, name: str, of: int = 0) -> list[float]:
    """Return the losses at these positions, computed once for each step and each value of ``of``."""
    smoothing = step.settings.label_smoothing
    return within_budget(
        name,
        (step, of),
        lambda: losses_along(
            step.before,
            direction,
            lengths,
            step.inputs,
            step.labels,
            label_smoothing=smoothing,
            masks=step.mask_rng,
        ),
        plays=False,
    )
