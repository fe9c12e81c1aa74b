"""The visitor's drawings as the network that answers reads them, and how sure its accuracy is."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.analysis.signs.left_out import held_score
from mlp.analysis.signs.sign_score import SignScore, together
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.limits import limits
from mlp.page.draw.collect import GOOD_START, signs_settings
from mlp.page.draw.networks import answering
from mlp.page.style.html import announced, html_table
from mlp.page.style.redraw import On, Where, part, rerun_page
from mlp.page.style.theme import image_url
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin_sweep
from mlp.page.visitors.visitor import Drawings, Visitor
from mlp.training.data.drawing_data import MIN_TO_HOLD_BACK, DrawingData, leave_one_out
from mlp.training.teaching import Row, effect

_left_out_refused = Refusal("signs_left_out")


@part("drawings_read", on=On.DRAWINGS | On.RUN | On.SWEEP, where=Where.TAB)
def read_section(visitor: Visitor, drawings: Drawings) -> None:
    """Draw the drawings with their answers, the effect of teaching digits, and the certainty of a score on signs."""
    now, shown = answering(visitor), drawings.now
    answers = None
    if now.reader.names == shown.names and len(shown):
        answers = now.reader.predict(shown.images)
        right = int((answers == shown.labels).sum())
        text = f"{right} of {len(shown)} read right by {now.caption.removeprefix('Reading with ')}."
        playing = visitor.job is not None and visitor.job.playing
        st.html(f'<p class="ink-status">{text}</p>' if playing else announced("own_read", text))
    elif shown.are_digits and len(shown):
        st.info("This network reads your signs, not digits. Choose another one to see how it reads your digits.")
    if rows := drawing_rows(shown, answers):
        st.html(rows)
    if not shown.are_digits and shown.missing is None:
        _certainty(visitor, shown)
    job, origin = visitor.job, visitor.runs.origin
    if shown.are_digits and job is not None and origin is not None and isinstance(job.data, DrawingData):
        run = job.snapshot()
        results = effect(job.data, origin.read_before, run.reader, run.history)
        st.html(comparison(results, run.finished, measured_on(job.data, origin)))


def drawing_rows(drawings: DrawingSet, answers: np.ndarray | None) -> str:
    """Return a row for each name as HTML: the number of drawings, the drawings, and the answers that are wrong.

    Signs have empty places for missing drawings; digits without a drawing have no row.

    Examples
    --------
    >>> drawing_rows(DrawingSet(("<b>",)), None)[:62]
    '<div class="ink-sign"><b>&lt;b&gt;</b><span>0 of 5</span><div>'
    """
    rows = []
    for label, name in enumerate(map(html.escape, drawings.names)):
        shown = list[str]()
        for place in np.flatnonzero(drawings.labels == label):
            image = image_url(drawings.examples[place].image.reshape(28, 28))
            answer = label if answers is None else int(answers[place])
            read = html.escape(drawings.names[answer])
            alt = f"{name}, drawing {len(shown) + 1}" if answer == label else f"{name}, read as {read}"
            caption = "" if answer == label else f"<figcaption>✗ {read}</figcaption>"
            shown.append(f'<figure><img src="{image}" alt="{alt}">{caption}</figure>')
        n, wanted = len(shown), 0 if drawings.are_digits else GOOD_START
        if n or wanted:
            of = f" of {wanted}" if n < wanted else ""
            boxes = "".join(shown) + "<i></i>" * (wanted - n)
            rows.append(f'<div class="ink-sign"><b>{name}</b><span>{n}{of}</span><div>{boxes}</div></div>')
    return "".join(rows)


def comparison(rows: list[Row], finished: bool, remark: str) -> str:
    """Return the accuracies before and after teaching as an HTML table, with a remark on MNIST's."""
    heads = ["Read right", "Digits", "Before", "After" if finished else "Now"]
    cells = [
        [row.name, f"{row.n:,}", percent(row.before), f"<b>{'…' if row.now is None else percent(row.now)}</b>"]
        for row in rows
    ]
    return (
        html_table("Before and after", heads, cells)
        + '<p class="ink-status">If the last line falls, the network is forgetting other people’s handwriting: mix in '
        f"less of yours. {remark}</p>"
    )


def _certainty(visitor: Visitor, signs: DrawingSet) -> None:
    """Draw how well networks read drawings that they did not learn, and how reliable that is."""
    data = None if visitor.job is None else visitor.job.data
    st.subheader("How sure is it?", anchor=False)
    if visitor.job is not None and isinstance(data, DrawingData) and data.base is None and data.holds_back:
        st.html(score_text("Held back from training", held_score(visitor.job.snapshot().reader, data)))
        return
    st.caption(
        f"With fewer than {MIN_TO_HOLD_BACK} drawings of a sign, validation uses other warps of the drawings that "
        "the network learns. **Leave one out** trains several networks, each without one or two drawings of every "
        "sign, and tests each on the drawings that it has not seen."
    )
    sweep = visitor.sweep if visitor.sweep is not None and visitor.sweep.purpose == "left out" else None
    busy = sweep is not None and sweep.busy
    st.button("Leave one out", key="signs_left_out", disabled=busy, on_click=_leave_one_out, args=(visitor,))
    _left_out_refused.show()
    if sweep is not None:
        runs = [(job.snapshot(), job.data) for job in sweep.jobs]
        done = [(now.reader, part) for now, part in runs if now.finished and isinstance(part, DrawingData)]
        if len(done) < len(sweep.jobs):
            st.html(announced("signs_read", f"{len(done)} of {len(sweep.jobs)} networks trained …"))
        elif any(part.names != signs.names for _, part in done):
            st.html('<p class="ink-status">Your signs have changed: press <b>Leave one out</b> again.</p>')
        else:
            score = together(held_score(reader, part) for reader, part in done)
            changed = score.n != len(signs)
            st.html(score_text("Left out", score) + ("<p>Your drawings have changed since.</p>" if changed else ""))


def score_text(title: str, score: SignScore) -> str:
    """Return a score in words, as HTML: the share read right with its error, the confused pairs, and the rejected."""
    text = f"{title}: <b>{score.text}</b>."
    if score.confused:
        pairs = [f"<b>{html.escape(true)}</b> as {html.escape(read)}, {n} ×" for true, read, n in score.confused[:4]]
        text += f" It reads {'; '.join(pairs)}."
    if score.refused:
        text += f" It sees none of your signs in {score.refused}."
    return announced("signs_read", text)


def _leave_one_out(visitor: Visitor) -> None:
    try:
        parts = leave_one_out(visitor.signs.now, limits().max_sweep)
    except ValueError as error:
        _left_out_refused.set(f"This cannot start: {reason(error)}")
        return
    runs = [(signs_settings(part.names), part) for part in parts]
    labels = [f"without drawing {number}" for number in range(1, len(runs) + 1)]
    begin_sweep(visitor, runs, labels=labels, purpose="left out", refusal=_left_out_refused)
    rerun_page()
