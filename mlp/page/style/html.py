"""Pieces of HTML that several sections draw; texts from elsewhere must be escaped."""

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from mlp.analysis.inline_html import data_url
from mlp.analysis.scores import percent
from mlp.language import tr
from mlp.page.script.link import hidable, hidden

MAX_ON_A_PHONE = 3
"""Bars that a phone shows, those of the likeliest answers."""
ANSWERS = hidable("answers", "Answers, in lessons and lab", "")
"""Name that hides the answers to the questions of lessons and lab."""


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


def bar(share: float, hatched: float = 0.0) -> str:
    """Return one bar, filled from 0 to 1, and then hatched."""
    return f'<i class="ink-bar" style="--share:{share:.2%};--hatched:{hatched:.2%}"></i>'


def track(label: str, done: float) -> str:
    """Return a bar of progress, from 0 to 1, with its name for screen readers."""
    return (
        f'<div class="ink-track" role="progressbar" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * done:.0f}"><i style="width:{done:.2%}"></i></div>'
    )


def pictures(figures: Sequence[tuple[str, str, str]], css_class: str = "lab-pictures") -> str:
    """Return pictures, each with a data URL, and a title and text in trusted HTML, in a row of ``css_class``."""
    parts = "".join(
        f'<figure><img src="{url}" alt="{title}"><figcaption><strong>{title}</strong><br>{text}</figcaption></figure>'
        for url, title, text in figures
    )
    return f'<div class="{css_class}">{parts}</div>'


def html_table(
    label: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, marked: int | None = None, numbers: bool = False
) -> str:
    """Return a table; the first cell of a row is its header, ``marked`` the row to highlight, ``numbers`` are aligned.

    Streamlit's ``st.table`` marks no row, breaks "21.00%" into two lines on a phone and misaligns headers;
    ``st.dataframe`` is a canvas, with no bold text. ``label`` is its name for screen readers.

    >>> html_table("Runs", ["Run"], [["1"], ["2"]], marked=1).partition("<tbody>")[2]
    '<tr><th scope="row">1</th></tr><tr class="marked"><th scope="row">2</th></tr></tbody></table></div>'
    """
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    mark = ' class="marked"'
    body = "".join(
        f'<tr{mark if number == marked else ""}><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in others)
        + "</tr>"
        for number, (first, *others) in enumerate(rows)
    )
    kind = "ink-table ink-numbers" if numbers else "ink-table"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def svg(width: float, height: float, shapes: str, attributes: str = 'preserveAspectRatio="none"') -> str:
    """Return an image with its own units; by default it fills any box that it is put into."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {attributes}>{shapes}</svg>'


def svg_url(image: str) -> str:
    """Return an SVG image as a data URL: Streamlit's HTML may hold no SVG itself."""
    return data_url("svg+xml", image.encode())


def live(name: str, content: str, tag: str = "div") -> str:
    """Return an element whose content the live channel replaces with its part ``html.NAME``."""
    return f'<{tag} data-live="{name}">{content}</{tag.partition(" ")[0]}>'


def announced(name: str, text: str = "", *, visible: bool = True) -> str:
    """Return a status; whenever its text changes, the one region of the live channel announces it to screen readers.

    Draw it from the start, and without a text while there is nothing to tell: the text that it begins with is not
    announced. Two places may show the same one, by its name. Unless it is ``visible``, it is only heard.

    >>> announced("kept", "Kept as a <b>3</b>"), announced("kept")
    ('<p class="ink-status" data-say="kept">Kept as a <b>3</b></p>', '<p hidden data-say="kept"></p>')
    """
    look = 'class="ink-status"' if text and visible else "hidden"
    return f'<p {look} data-say="{name}">{text}</p>'


def shows_answers() -> bool:
    """Whether the link leaves the answers visible."""
    return ANSWERS not in hidden()


def questions_section(asked: Sequence[tuple[str, str]]) -> None:
    """Draw three marked questions, each with its answer to open, or without answers if the link hides these."""
    if shows_answers():
        parts = "".join(f"<details><summary>{tr(ask)}</summary><p>{tr(text)}</p></details>" for ask, text in asked)
    else:
        parts = "".join(f"<p>{tr(ask)}</p>" for ask, _ in asked)
    with st.expander(tr("Three questions")):
        st.html(f'<div class="ink-questions">{parts}</div>')
