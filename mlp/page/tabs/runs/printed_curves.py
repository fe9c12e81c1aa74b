"""The curves of a run on white paper, for downloads and reports.

Import it where it draws: matplotlib takes a quarter of the page's memory.
"""

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from mlp.language import number, tr
from mlp.page.style.plots import QUANTITIES, RAW_POINTS, SMOOTH_SHARE, Mark, marks_of, without_start
from mlp.page.style.theme import LIGHT
from mlp.training.history import History, smoothed

mpl.rcParams["svg.fonttype"] = "none"  # letters as text
MARK_GAP = 0.08
"""Fraction of the width that the text of a mark takes."""


def printed_curves(history: History, epochs: int, title: str, kind: str) -> bytes:
    """Return loss and accuracy side by side on white, below a title of one line, as a PNG or SVG file."""
    figure = Figure(figsize=(11, 4), layout="constrained")
    figure.suptitle(title, fontsize=10)
    names = tr("loss, in nats"), tr("accuracy")
    for axes, quantity, name in zip(figure.subplots(1, 2), QUANTITIES, names, strict=True):
        minibatches, training, validation = history.curves(quantity, RAW_POINTS)
        axes.plot(*minibatches, color=LIGHT["accent"], linewidth=0.8, alpha=0.35)
        smooth = smoothed(minibatches.y, int(len(minibatches.y) * SMOOTH_SHARE))
        learned = tr("minibatches, as learned")
        axes.plot(minibatches.x, smooth, color=LIGHT["accent"], linewidth=1, alpha=0.6, label=learned)
        for curve, color, dashes, label in (
            (training, LIGHT["accent"], "-", tr("training images as they are")),
            (validation, LIGHT["second"], (0, (5, 1.5)), tr("validation images")),
        ):
            axes.plot(*without_start(curve), color=color, linestyle=dashes, marker="o", markersize=2.8, label=label)
        for epoch, text in spaced(marks_of(history), MARK_GAP * epochs):
            axes.axvline(epoch, color="gray", linewidth=0.9)
            axes.annotate(text, (epoch, 1), (3, -8), ("data", "axes fraction"), "offset points", fontsize=8)
        axes.set(xlabel=tr("epoch"), ylabel=name, xlim=(0, max(epochs, 1e-9)))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(_Numbers())
        axes.grid(axis="y", linewidth=0.5)
        axes.legend(frameon=False, fontsize=8)
    return _file(figure, kind)


class _Numbers(ScalarFormatter):
    """Writes the numbers of an axis with the decimal sign of this place's language."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return a number at a tick as text."""
        return super().__call__(x, pos).replace(".", number(0.5, ".1f")[1])


def spaced(marks: Sequence[Mark], gap: float) -> list[Mark]:
    """Return marks without the texts that another one follows within ``gap`` epochs, as they would overlap.

    >>> [mark.text for mark in spaced([Mark(1.0, "0.1"), Mark(1.5, "0.2"), Mark(4.0, "0.3")], gap=1)]
    ['', '0.2', '0.3']
    """
    following = [*(mark.x for mark in marks[1:]), np.inf]
    return [Mark(mark.x, mark.text if x - mark.x >= gap else "") for mark, x in zip(marks, following, strict=False)]


def _file(figure: Figure, kind: str) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=160, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()
