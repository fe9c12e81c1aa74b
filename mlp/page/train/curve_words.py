"""Describe a curve in words, for screen readers."""

from typing import Literal

from mlp.jobs.snapshot import Snapshot
from mlp.page.style.plots import RAW_POINTS


def curve_description(name: Literal["loss", "accuracy"], now: Snapshot | None) -> str:
    """Return a curve in words: "loss falls from 2.3 to 0.11 in 4 epochs"."""
    if now is None or not len(now.history):
        return f"{name.capitalize()}: no curve yet"
    curve = now.history.minibatches(name, RAW_POINTS)
    span = max(1, len(curve.y) // 20)
    first, last = float(curve.y[:span].mean()), float(curve.y[-span:].mean())
    verb = "falls" if last < first else "rises"
    numbers = f"from {first:.2g} to {last:.2g}" if name == "loss" else f"from {first:.0%} to {last:.0%}"
    return f"{name.capitalize()} of the minibatches {verb} {numbers} in {float(curve.x[-1]):.2g} epochs"
