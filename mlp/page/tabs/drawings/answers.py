"""The visitor's drawings as the network that answers reads them, and how sure its accuracy is."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.analysis.signs.left_out import held_score
from mlp.analysis.signs.sign_score import SignScore
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.language import mark, number, tr
from mlp.page.draw.collect import KEPT_DRAWINGS, goal, thumbnail
from mlp.page.draw.networks import answering
from mlp.page.draw.reading import readings_of
from mlp.page.script.redraw import Where, redrawn
from mlp.page.style.html import announced, html_table
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.runs import RUN
from mlp.page.visitors.shelf import answers_now
from mlp.page.visitors.visitor import Drawings, Visitor
from mlp.training.data.drawing_data import MIN_TO_HOLD_BACK, DrawingData
from mlp.training.teaching import Row, effect

COST = mark(
    "At a share of 0%, a lesson hardly lowers the last line: by 0.1 points at most if the network learned all of "
    "MNIST. A larger fall is the price of these drawings: mix in less of them."
)
"""The last sentences below the comparison, before a warning about the images that it was measured on."""


@redrawn("drawings_read", KEPT_DRAWINGS, RUN, where=Where.TAB)
def answers_section(visitor: Visitor, drawings: Drawings) -> None:
    """Draw the drawings with their answers, the effect of teaching digits, and the certainty of a score on signs."""
    answerer, shown = answering(visitor), drawings.now
    answers = None
    if answerer.reader.learned.reads == shown.names and len(shown):
        answers = np.array([each.digit for each in readings_of(answerer.reader, shown.examples)])
        right = int((answers == shown.labels).sum())
        text = tr("{right} of {n} read right by {network}.", right=right, n=len(shown), network=answerer.who)
        st.html(f'<p class="ink-status">{text}</p>' if answerer.plays else announced("own_read", text))
    elif shown.are_digits and len(shown):
        st.info(tr("This network reads no digits. Choose another one to see how it reads your digits."))
    if rows := drawing_rows(shown, answers, 0 if shown.are_digits else goal(shown)):
        st.html(rows)
    if not shown.are_digits and shown.missing is None:
        _certainty(visitor)
    run = answers_now(visitor).run
    if shown.are_digits and run is not None and run.origin is not None and isinstance(run.data, DrawingData):
        results = effect(run.data, run.origin.read_before, run.snapshot.reader, run.snapshot.history)
        st.html(comparison(results, run.snapshot.finished, measured_on(run.data, run.origin)))


def drawing_rows(drawings: DrawingSet, answers: np.ndarray | None, wanted: int = 0) -> str:
    """Return a row for each name as HTML: the number of drawings, the drawings, and the answers that are wrong.

    There are empty places up to the number of ``wanted`` drawings; without any, a name has no row.
    """
    rows = []
    for label, name in enumerate(map(html.escape, drawings.names)):
        figures = list[str]()
        for place in np.flatnonzero(drawings.labels == label):
            answer = label if answers is None else int(answers[place])
            read = html.escape(drawings.names[answer])
            alt = mark("{name}, drawing {n}") if answer == label else mark("{name}, read as {answer}")
            alt = tr(alt, name=name, n=len(figures) + 1, answer=read)
            caption = "" if answer == label else f"<figcaption>✗ {read}</figcaption>"
            figures.append(f'<figure><img src="{thumbnail(drawings.examples[place])}" alt="{alt}">{caption}</figure>')
        n = len(figures)
        if n or wanted:
            count = tr("{n} of {all}", n=n, all=wanted) if n < wanted else f"{n}"
            boxes = "".join(figures) + "<i></i>" * (wanted - n)
            rows.append(f'<div class="ink-sign"><b>{name}</b><span>{count}</span><div>{boxes}</div></div>')
    return "".join(rows)


def comparison(rows: list[Row], finished: bool, remark: str) -> str:
    """Return the accuracies before and after teaching as an HTML table, with a remark on MNIST's."""
    heads = [tr("Read right"), tr("Digits"), tr("Before"), tr("After") if finished else tr("Now")]
    cells = [
        [
            tr(row.name),
            number(row.n, ","),
            percent(row.before),
            f"<b>{'…' if row.now is None else percent(row.now)}</b>",
        ]
        for row in rows
    ]
    return html_table(tr("Before and after"), heads, cells) + f'<p class="ink-status">{tr(COST)} {remark}</p>'


def _certainty(visitor: Visitor) -> None:
    """Draw how well the run's network reads drawings that it did not learn, and how reliable that is."""
    st.subheader(tr("How sure is it?"), anchor=False)
    run = answers_now(visitor).run
    data = None if run is None else run.data
    if run is not None and isinstance(data, DrawingData) and data.base is None and data.holds_back:
        score = held_score(run.snapshot.reader, data)
        st.html(announced("signs_read", tr("Held back from training: {score}", score=score_text(score))))
    else:
        text = mark(
            "From {n} drawings of each sign on, every fourth is held back from training, and tells how sure the "
            "network is. With fewer, validation uses other bent copies of the drawings that it learns."
        )
        st.caption(tr(text, n=MIN_TO_HOLD_BACK))


def score_text(score: SignScore) -> str:
    """Return a score in words, as HTML: the share read right with its error, the confused pairs, and the rejected."""
    text = f"<b>{score.text}</b>."
    if score.confused:
        pairs = [
            tr("<b>{sign}</b> as {answer}, {n} ×", sign=html.escape(true), answer=html.escape(read), n=n)
            for true, read, n in score.confused[:4]
        ]
        text += " " + tr("It reads {pairs}.", pairs="; ".join(pairs))
    if score.refused:
        text += " " + tr("It sees none of your signs in {n}.", n=score.refused)
    return text
