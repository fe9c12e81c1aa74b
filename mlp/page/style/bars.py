"""Bars of probabilities and of progress, as HTML."""

import html
from collections.abc import Sequence

import numpy as np

from mlp.analysis.scores import percent

MAX_ON_A_PHONE = 3


def share_bars(names: Sequence[str], shares: np.ndarray | None, label: str) -> str:
    """Return a bar for each answer with its probability, the likeliest marked; empty ones for None."""
    rows = []
    ranks = {} if shares is None else {int(place): rank for rank, place in enumerate(np.argsort(-shares))}
    for place, name in enumerate(names):
        share = 0.0 if shares is None else float(shares[place])
        text = "–" if shares is None else percent(share)
        rank = ranks.get(place, place)
        marks = " ".join(["best"] * (ranks.get(place) == 0) + ["top"] * (rank < MAX_ON_A_PHONE))
        rows.append(
            f'<div role="listitem" class="{marks}" style="--rank:{rank}"><b>{html.escape(name)}</b>'
            f"{bar(share)}<span>{text}</span></div>"
        )
    return f'<div class="ink-bars" role="list" aria-label="{label}">{"".join(rows)}</div>'


def bar(share: float) -> str:
    """Return one bar, filled from 0 to 1."""
    return f'<i class="ink-bar" style="--share:{share:.2%}"></i>'


def track(label: str, done: float) -> str:
    """Return a bar of progress, from 0 to 1, with its name for screen readers."""
    return (
        f'<div class="ink-track" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * done:.0f}"><i style="width:{done:.2%}"></i></div>'
    )
