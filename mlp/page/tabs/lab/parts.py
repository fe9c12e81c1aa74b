"""Small pieces that several rooms of the lab show: bars, facts and pictures, as HTML."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.answer import percent


def bars(title: str, probabilities: np.ndarray, names: Sequence[str]) -> str:
    """Give the probability of each answer as bars under a title, short HTML of our own."""
    best = int(probabilities.argmax())
    rows = "".join(
        f'<div role="listitem"{" class=best" if digit == best else ""}><b>{html.escape(names[digit])}</b>'
        f'<i style="--share:{float(share):.2%}"></i><span>{percent(float(share))}</span></div>'
        for digit, share in enumerate(probabilities)
    )
    return f'<div><h3>{title}</h3><div class="ink-bars" role="list" aria-label="Probabilities">{rows}</div></div>'


def facts_list(rows: Sequence[tuple[str, str]]) -> str:
    """Give short facts, each a name and a value in HTML of our own, below each other."""
    parts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="lab-facts">{parts}</dl>'


def pictures(figures: Sequence[tuple[str, str, str]]) -> str:
    """Give pictures in a row, each a data URL, its title and a caption in HTML of our own."""
    parts = "".join(
        f'<figure><img src="{url}" alt="{title}"><figcaption><b>{title}</b><br>{said}</figcaption></figure>'
        for url, title, said in figures
    )
    return f'<div class="lab-pictures">{parts}</div>'


def is_finite(network: MLP) -> bool:
    """Whether a network can be experimented on; says so where it cannot."""
    finite = bool(np.isfinite(network.values).all())
    if not finite:
        st.info("This network’s weights have grown beyond all bounds: there is nothing left to experiment on.")
    return finite


def plain_reader(reader: Reader, network: MLP | None = None) -> Reader:
    """Read with a network, or another in its place, without test-time augmentation and without straightening."""
    return Reader(network or reader.network, temperature=reader.temperature)
