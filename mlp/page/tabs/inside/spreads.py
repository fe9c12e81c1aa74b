"""A network's health: histograms of the network's numbers."""

import numpy as np
import streamlit as st

from mlp.analysis.dead_neurons import SAMPLE
from mlp.analysis.statistics import BINS, LayerStatistics, Spread, layer_statistics
from mlp.images.mnist import Dataset
from mlp.page.draw.networks import Answering, answering
from mlp.page.style import theme
from mlp.page.style.html import svg, svg_url
from mlp.page.visitors.analysis_budget import within_budget
from mlp.page.visitors.visitor import Visitor

WIDTHS = (
    "Hills of hidden layers below each other have the same scale. With SGD, a layer whose gradient hill is a mere line "
    "beside the others takes far smaller steps. With Adam, it need not."
)
GRADIENT_IMAGES = 128


def view(visitor: Visitor, data: Dataset) -> None:
    """Draw a row of histograms for each layer."""
    now = answering(visitor)
    plays = now.kind == "run" and visitor.job is not None and visitor.job.playing
    caption, layers = within_budget("spreads", (now.network, data), lambda: _measure(now, data), plays=plays)
    colors = theme.colors()
    st.html(
        f'<p class="ink-note">{caption}. Each hill shows how many of a layer’s numbers have which size: its '
        f"weights, their gradients, and the outputs of its neurons. {WIDTHS}</p>"
    )
    rows = []
    for number, layer in enumerate(layers, start=1):
        name = "Answer" if number == len(layers) else f"Layer {number}"
        rows.append(
            f"<section><h3>{name} <small>{layer.n_in:,} → {layer.n_out:,}</small></h3>"
            f'<div class="row">{_hills(name, layer, colors)}</div></section>'
        )
    st.html(f'<div class="ink-spreads">{"".join(rows)}</div>')


def _measure(now: Answering, data: Dataset) -> tuple[str, list[LayerStatistics]]:
    chosen = np.random.default_rng(0).integers(0, len(data.train), GRADIENT_IMAGES)
    layers = layer_statistics(
        now.network,
        now.reader.as_seen(data.train.images[chosen]),
        data.train.labels[chosen],
        now.reader.as_seen(data.validation.images[:SAMPLE]),
    )
    return now.caption, layers


def _hills(name: str, layer: LayerStatistics, colors: dict[str, str]) -> str:
    fires = f"{layer.silent * 100:.0f}% of the outputs are 0" if layer.silent else f"spread {layer.activations.std:.2g}"
    if layer.dead:
        fires += f"; <b>{layer.dead:,} of {layer.n_out:,} neurons are silent</b> on all {SAMPLE} digits tested"
    elif layer.dead == 0:
        fires += "; no neuron is silent on all of them"
    one_sided = layer.activations.counts[: BINS // 2].sum() == 0
    hills = [
        _hill(name, "Weights", layer.weights, f"spread {layer.weights.std:.2g}", colors["accent"]),
        _hill(name, "Gradients", layer.gradients, f"spread {layer.gradients.std:.2g}", colors["second"]),
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
