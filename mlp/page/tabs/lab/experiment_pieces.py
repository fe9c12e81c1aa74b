"""Pieces of HTML that several experiments of the lab share: bars, facts and pictures."""

from collections.abc import Sequence

import numpy as np

from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.style.html import share_bars


def bars(title: str, probabilities: np.ndarray, names: Sequence[str]) -> str:
    """Return the probability of each answer as bars under a title, which is trusted HTML."""
    return f"<div><h3>{title}</h3>{share_bars(names, probabilities, 'Probabilities')}</div>"


def facts_list(rows: Sequence[tuple[str, str]]) -> str:
    """Return facts below each other, each a name and a value in trusted HTML."""
    parts = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="lab-facts">{parts}</dl>'


def pictures(figures: Sequence[tuple[str, str, str]]) -> str:
    """Return pictures in a row, each with a data URL, and a title and caption in trusted HTML."""
    parts = "".join(
        f'<figure><img src="{url}" alt="{title}"><figcaption><b>{title}</b><br>{text}</figcaption></figure>'
        for url, title, text in figures
    )
    return f'<div class="lab-pictures">{parts}</div>'


def plain_reader(reader: Reader, network: MLP | None = None) -> Reader:
    """Return a reader of this network, or of ``network``, without test-time augmentation and straightening."""
    return Reader(network or reader.network, temperature=reader.temperature)
