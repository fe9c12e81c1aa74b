"""A network's health: histograms of the network's numbers, and the size of its updates."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE
from mlp.analysis.statistics import BINS, LayerStatistics, Spread, layer_statistics
from mlp.analysis.update_size import update_sizes
from mlp.images.mnist import Dataset
from mlp.jobs.job import Job
from mlp.page.draw.networks import Answering, answering
from mlp.page.style import theme
from mlp.page.style.html import svg, svg_url
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

WIDTHS = (
    "Hills of hidden layers below each other have the same scale. With SGD, a layer whose gradient hill is a mere line "
    "beside the others takes far smaller steps. With Adam, it need not. <b>Next step</b>, below the hills of your run, "
    "shows how large they are."
)
GRADIENT_IMAGES = 128
SLOWEST, FASTEST = 1e-5, 1e-1  # ends of the scale of steps
GOOD = (3e-4, 3e-2)
"""Relative size of steps that learn well, a range around the usual 1e-3: the default settings and Adam at 0.001 take
steps of 0.1 to 1.7% in the first epochs, learning rate 1 begins with 5 to 9%, and 0.0001 stays at 0.0007%."""


@dataclass(frozen=True)
class _Measured:
    caption: str
    layers: list[LayerStatistics]
    steps: list[float] | None


def view(visitor: Visitor, data: Dataset) -> None:
    """Draw a row of histograms for each layer."""
    now = answering(visitor)
    job = visitor.job if now.kind == "run" else None
    plays = job is not None and job.playing
    measured = within_budget("spreads", (now.network, job, data), lambda: _measure(now, job, data), plays=plays)
    colors = theme.colors()
    st.html(
        f'<p class="ink-note">{measured.caption}. Each hill shows how many of a layer’s numbers have which size: its '
        f"weights, their gradients, and the outputs of its neurons. {WIDTHS}</p>"
    )
    rows = []
    for number, layer in enumerate(measured.layers, start=1):
        name = "Answer" if number == len(measured.layers) else f"Layer {number}"
        step = _pace(measured.steps[number - 1]) if measured.steps else ""
        rows.append(
            f"<section><h3>{name} <small>{layer.n_in:,} → {layer.n_out:,}</small></h3>"
            f'<div class="row">{_hills(name, layer, colors)}</div>{step}</section>'
        )
    st.html(f'<div class="ink-spreads">{"".join(rows)}</div>')
    if measured.steps:
        st.caption(
            f"The size of the next step relative to the weights, {100 * SLOWEST:g}% to {100 * FASTEST:g}%: the marked "
            f"range, {100 * GOOD[0]:g}% to {100 * GOOD[1]:g}%, is a good pace early in a run."
        )


def _measure(now: Answering, job: Job | None, data: Dataset) -> _Measured:
    steps = None if job is None else update_sizes(job.run_state(), data.train.images, data.train.labels)
    chosen = np.random.default_rng(0).integers(0, len(data.train), GRADIENT_IMAGES)
    layers = layer_statistics(
        now.network,
        now.reader.as_seen(data.train.images[chosen]),
        data.train.labels[chosen],
        now.reader.as_seen(data.validation.images[:SAMPLE]),
    )
    return _Measured(now.caption, layers, steps)


def _hills(name: str, layer: LayerStatistics, colors: dict[str, str]) -> str:
    fires = (
        f"{layer.silent * 100:.0f}% of the outputs are 0" if layer.silent else f"spread {_short(layer.activations.std)}"
    )
    if layer.dead:
        fires += f"; <b>{layer.dead:,} of {layer.n_out:,} neurons are silent</b> on all {SAMPLE} digits tested"
    elif layer.dead == 0:
        fires += "; no neuron is silent on all of them"
    one_sided = layer.activations.counts[: BINS // 2].sum() == 0
    hills = [
        _hill(name, "Weights", layer.weights, f"spread {_short(layer.weights.std)}", colors["accent"]),
        _hill(name, "Gradients", layer.gradients, f"spread {_short(layer.gradients.std)}", colors["second"]),
        _hill(name, "Activations", layer.activations, fires, colors["quiet"], one_sided),
    ]
    return "".join(hills)


def _hill(layer: str, title: str, spread: Spread, note: str, color: str, one_sided: bool = False) -> str:
    first = BINS // 2 if one_sided else 0
    counts = spread.counts[first:]
    heights = 100 * counts / max(int(counts.max()), 1)
    path = "".join(f"H{place}V{100 - height:.1f}" for place, height in enumerate(heights))
    hill = svg(len(counts), 100, f'<path fill="{color}" d="M0 100{path}H{len(counts)}V100Z"/>')
    low = "0" if one_sided else f"−{spread.reach:g}"
    return (
        f'<figure><img src="{svg_url(hill)}" alt="{layer}: {title}, from {low} to {spread.reach:g}">'
        f'<div class="ends"><span>{low}</span><span>{spread.reach:g}</span></div>'
        f"<figcaption>{title}<br><small>{note}</small></figcaption></figure>"
    )


def _pace(size: float) -> str:
    places = {"at": size, "low": GOOD[0], "high": GOOD[1]}
    style = ";".join(f"--{name}:{_place(value):.1%}" for name, value in places.items())
    return f'<div class="ink-pace"><span>next step: <b>{size * 100:.2g}%</b></span><i style="{style}"></i></div>'


def _place(size: float) -> float:
    """Return the position of a step on the scale, 0 to 1."""
    return math.log(min(max(size, SLOWEST), FASTEST) / SLOWEST) / math.log(FASTEST / SLOWEST)


def _short(number: float) -> str:
    """Return a number as text with two significant digits.

    Examples
    --------
    >>> _short(0.04567), _short(0.0000123)
    ('0.046', '1.2e-05')
    """
    return f"{number:.2g}"
