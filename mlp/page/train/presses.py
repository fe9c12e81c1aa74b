"""Carry out presses of several buttons in the order in which they were made.

Streamlit takes presses together that come before it has begun to draw anew, and calls back for the newest one first.
"""

from collections.abc import Callable
from typing import Any

from mlp.page import state


def in_order(act: Callable[..., None]) -> Callable[..., None]:
    """Give a callback that leaves the act to `carry_out_presses`."""

    def note(*args: Any) -> None:
        state.presses.set((*state.presses.get(), (act, args)))

    return note


def carry_out_presses() -> None:
    """Do what was asked for since the page was last drawn, the oldest press first; goes before all else."""
    for act, args in reversed(state.presses.pop()):
        act(*args)
