"""The section "Mistakes": the confusion matrix as a grid of buttons, and images that a network misreads."""

import html
import weakref
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.damage import n_affordable
from mlp.analysis.mistakes import LabeledReadings, read_all
from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.images.mnist import Dataset, Split
from mlp.jobs.origin import remark_on_score
from mlp.language import mark, several, tr
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.networks import Answerer, answering
from mlp.page.draw.reading import NETWORK
from mlp.page.script.redraw import Where, redraw, redrawn
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.style.picking import GalleryPicture, Pick, choice, gallery, pick_from
from mlp.page.style.theme import image_url
from mlp.page.tabs.places import VIEW, Section, Views, look_inside
from mlp.page.visitors.visitor import Visitor


class Look(NamedTuple):
    """The readings that a visitor looks at, with what they are of: a run's stay until newer ones are asked for."""

    of: tuple[object, ...]
    network: weakref.ref[MLP]
    is_untrained: bool
    text: str
    readings: LabeledReadings


_look = SessionVar[Look | None]("mistakes_look", None)
"""The last readings of a network that is the visitor's own."""
_open_cell = SessionVar[tuple[int, int] | None]("open_cell", None)
"""The row and column of the open cell."""

_CSS = """
table { border-collapse: separate; border-spacing: 2px; width: 100%; table-layout: fixed; font-size: 0.85rem;
  font-variant-numeric: tabular-nums; color: var(--ink); }
caption { caption-side: bottom; text-align: start; color: var(--quiet); font-size: 0.8rem; padding-top: 0.4rem; }
th { font-weight: 650; padding: 0.2rem 0; text-align: center; overflow-wrap: anywhere; }
td { padding: 0; }
button { font: inherit; width: 100%; height: 2.1rem; padding: 0; border: 0; border-radius: 4px; cursor: pointer;
  color: inherit; box-shadow: inset 0 0 0 1px var(--line); }
.right { background: color-mix(in srgb, var(--second) 22%, var(--paper)); }
.wrong { background: color-mix(in srgb, var(--accent) calc(var(--share) * 55%), var(--paper)); }
button:hover { box-shadow: inset 0 0 0 1px var(--quiet); }
button:focus-visible { outline: 2px solid var(--ink); outline-offset: 1px; }
button[aria-pressed="true"] { outline: 2.5px solid var(--accent); outline-offset: 1px; font-weight: 700; }
@media (max-width: 640px) { table { font-size: 0.72rem; border-spacing: 1px; } }
"""
SPLITS = Views(
    "mistakes_on",
    mark("Mistakes"),
    {"validation": mark("Validation data"), "test": mark("Test data")},
    ControlVar("mistakes_on", ""),
)
TO_OPEN = mark(
    "Each row is the truth, each column an answer. Open a cell to see its images, and an image to see which of its "
    "pixels spoke."
)
SHOWN = 24
BUDGET = 4e10
"""Multiplications at most: nearly a second of a core, which everybody's training lacks meanwhile."""


@redrawn("mistakes", NETWORK, VIEW, where=Where.TAB)
def mistakes_section(visitor: Visitor, data: Dataset) -> None:
    """Draw the confusion matrix, and the images in its open cell or the most confident mistakes."""
    kind = ("test" in data.splits_to_check and SPLITS.open_one()) or "validation"
    answerer = answering(visitor)
    if not np.isfinite(answerer.network.values).all():
        st.info(tr("This network’s weights have grown without limit, so it can’t read anything."))
        return
    split: Split = getattr(data, kind)
    names, (noun, nouns) = data.names, map(tr, data.noun(kind))
    text, readings, is_old = _read(answerer, data.name, kind, split)
    right = int(np.trace(readings.confusion))
    total = len(readings.labels)
    remark = tr(remark_on_score(answerer.shelved.root, kind))
    reads = tr(
        "{network}: it reads <b>{right:,} of {total:,}</b> {nouns} right, {share:.2%}.",
        network=text,
        right=right,
        total=total,
        nouns=nouns,
        share=right / total,
    )
    st.html(f'<p class="ink-note">{reads} {remark} {tr(TO_OPEN)}</p>')
    if is_old:
        with st.container(horizontal=True, vertical_alignment="center", key="mistakes_old"):
            learned_on = tr("The network has learned on since then.")
            st.html(f'<p class="ink-status">{learned_on}</p>', width="content")
            st.button(tr("Read them again"), key="mistakes_again", on_click=_read_again)
    left, side = st.columns([5, 6], gap="medium")
    with left:
        caption = tr("Rows: the truth. Columns: answer. A stronger color means more mistakes.")
        chosen = confusion_grid(readings.confusion, caption, names)
    with side:
        _pictures(readings, split, chosen, kind, names, noun)


def _read(answerer: Answerer, data: str, kind: str, split: Split) -> tuple[str, LabeledReadings, bool]:
    """Return which network was read, its readings, and whether it has changed since then.

    Whoever looks at a list looks at one moment: it is not sorted anew under the pointer while a run plays.
    """
    if answerer.shelved.is_shipped:  # the same for all visitors
        with st.spinner(tr("Reading all digits …")):
            readings = _pretrained_readings(answerer.shelved.key, data, kind, answerer.reader, split)
        return answerer.caption, readings, False
    look, of = _look.get(), (answerer.shelved.key, answerer.is_lent and answerer.step, data, kind)
    is_old = look is not None and look.network() is not answerer.network
    if look is None or look.of != of or (look.is_untrained and is_old):
        at = "" if answerer.step is None else tr(", at step {step:,}", step=answerer.step)
        n = n_affordable(answerer.reader, len(split), BUDGET)
        readings = read_all(answerer.reader, split.images[:n], split.labels[:n])
        look = Look(of, weakref.ref(answerer.network), answerer.step == 0, answerer.caption + at, readings)
        is_old = False
        _look.set(look)
    return look.text, look.readings, is_old


def _read_again() -> None:
    _look.set(None)
    redraw(VIEW)


@st.cache_resource(show_spinner=False, max_entries=8)
def _pretrained_readings(network: str, data: str, kind: str, _reader: Reader, _split: Split) -> LabeledReadings:
    """Return a pretrained network's readings, made once for all visitors; the three names are the cache's key."""
    return read_all(_reader, _split.images, _split.labels)


def _pictures(
    readings: LabeledReadings, split: Split, chosen: tuple[int, int] | None, kind: str, names: Sequence[str], noun: str
) -> None:
    if chosen is None:
        positions = readings.worst()
        title = tr("The most confident mistakes")
    else:
        true_digit, read = chosen
        positions = readings.cell(true_digit, read)
        title = html.escape(tr("Truth {name}, answer {answer}", name=names[true_digit], answer=names[read]))
    shown = positions[:SHOWN]
    more = tr(", {n} of {total:,}", n=len(shown), total=len(positions)) if len(positions) > len(shown) else ""
    if chosen is None and len(positions):
        share = percent(float(readings.probabilities[positions].max(axis=1).mean()))
        more += tr(", which average {share} sure", share=share)
    if not len(positions):
        more = tr(", none")
    st.html(f"<h3>{title}<small>{more}</small></h3>")
    with st.container(key="mistakes_pictures"):
        pictures = [_picture(readings, split, int(position), names, noun) for position in shown]
        gallery(pictures, partial(look_inside, kind))


def _picture(readings: LabeledReadings, split: Split, position: int, names: Sequence[str], noun: str) -> GalleryPicture:
    label, answer = int(readings.labels[position]), int(readings.answers[position])
    chances = readings.probabilities[position]
    text = tr("read <b>{answer}</b> · {share}", answer=html.escape(names[answer]), share=percent(chances[answer]))
    if label != answer:
        true = tr("is {name} · {share}", name=html.escape(names[label]), share=percent(chances[label]))
        text += f"<br><small>{true}</small>"
    name = tr(
        "{noun} no. {number:,}: {thing}, read as {answer}; see its pixels",
        noun=noun,
        number=position,
        thing=with_article(names[label]),
        answer=names[answer],
    )
    return GalleryPicture(position, image_url(split.images[position].reshape(28, 28)), name, text)


def confusion_grid(counts: np.ndarray, caption: str, names: Sequence[str]) -> tuple[int, int] | None:
    """Draw the matrix of counts, (classes, classes), and return the row and column of the open cell, or None."""
    cell = _open_cell.get()
    if cell is not None and max(cell) >= len(counts):  # of another network
        cell = None
    most = max(1, int((counts - np.diag(np.diag(counts))).max()))
    labels = [html.escape(name) for name in names]
    rows = "".join(
        f'<tr><th scope="row">{labels[row]}</th>'
        + "".join(f"<td>{_button(counts, row, column, names, most, cell)}</td>" for column in range(len(counts)))
        + "</tr>"
        for row in range(len(counts))
    )
    head = "".join(f'<th scope="col">{label}</th>' for label in labels)
    head = f"<caption>{caption}</caption><thead><tr><td></td>{head}</tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    pick_from("confusion", table, _CSS, range(counts.size), lambda pick: _open(pick, len(counts)))
    return cell


def _button(
    counts: np.ndarray, row: int, column: int, names: Sequence[str], most: int, cell: tuple[int, int] | None
) -> str:
    n, values = int(counts[row, column]), {"name": names[row], "answer": names[column]}
    name = several("truth {name}, answer {answer}: {n} time", "truth {name}, answer {answer}: {n} times", n, **values)
    return choice(
        row * len(counts) + column,
        name,
        str(n or "·"),
        pressed=cell == (row, column),
        more=f'class="{"right" if row == column else "wrong"}" style="--share:{n / most:.3f}"',
    )


def _open(pick: Pick, classes: int) -> None:
    """Open the pressed cell, or close it if it is open."""
    cell = divmod(pick.number, classes)
    _open_cell.set(None if _open_cell.get() == cell else cell)


MISTAKES = Section(mark("Mistakes"), mistakes_section, True, SPLITS, lambda data: "test" in data.splits_to_check)
