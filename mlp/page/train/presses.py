"""Carry out presses of several buttons in the order in which they were made.

Streamlit takes presses together that come before it has begun to draw anew, and calls back for the newest one first.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st


def in_order(act: Callable[..., None]) -> Callable[..., None]:
    """Give a callback that leaves the act to `carry_out_presses`."""

    def note(*args: Any) -> None:
        st.session_state.setdefault("presses", []).append((act, args))

    return note


def carry_out_presses() -> None:
    """Do what was asked for since the page was last drawn, the oldest press first; goes before all else."""
    presses = st.session_state.get("presses", [])
    while presses:
        act, args = presses.pop()
        act(*args)
