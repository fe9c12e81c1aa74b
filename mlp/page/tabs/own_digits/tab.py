"""The part "Your digits": show, score, download, upload and teach a visitor's own digits."""

import html
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.images.own_digits import MAX_OWN, OwnDigit, OwnDigits, OwnDigitsError, parse_own_digits
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.teach import teach, teaching_epochs
from mlp.page.live.announced import announced
from mlp.page.live.component import follow_run
from mlp.page.session_var import SessionVar
from mlp.page.style.download_button import download_button
from mlp.page.style.fragments import fragment, rerun_page
from mlp.page.style.tables import html_table
from mlp.page.style.theme import image_url, plain
from mlp.page.tabs.part import Part
from mlp.page.train.data_state import DataState
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.privacy import privacy_note
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.teaching_data import N_IMAGES
from mlp.training.teaching import Row, held_back

_refused = Refusal("teach")

_own_remove = SessionVar[int | None]("own_remove", None)
"""The place of the digit to be removed; a control."""
_own_in = SessionVar[Any]("own_in", None)
"""The uploaded file of digits; a control."""
_own_error = SessionVar[str | None]("own_error", None)
"""The reason why the upload failed."""
_own_result = SessionVar[str | None]("own_result", None)
"""The result of the upload, in words."""


SHARES = range(0, 51, 5)


def teach_section(visitor: Visitor, data: DataState) -> None:
    """Draw the visitor's digits, the network's answers for them, and the controls to teach them."""
    own = visitor.own
    if len(own) == 0:
        st.markdown(
            "Draw a digit above, and choose what it was under **Not right? It was a …**. It is then kept here for a "
            "network to learn. A few of each digit that it misreads are enough to start with."
        )
    else:
        playing = visitor.job is not None and (visitor.job.playing or visitor.job.snapshot().busy)
        fragment(_scores, key="own_scores")(visitor, data)
        follow_run("own_scores", playing)
        with st.container(key="teaching"):
            _teaching(visitor)
        _keeping(visitor)
    _upload(visitor)
    privacy_note()


def _scores(visitor: Visitor, data: DataState) -> None:
    digits, now = list(visitor.own), answering(visitor)
    if not now.reader.reads_digits:
        st.info("This network reads your signs, not digits. Choose another one to see how it reads your digits.")
        return
    answers = now.reader.predict(visitor.own.images)
    right = int((answers == visitor.own.labels).sum())
    name = now.caption.removeprefix("Reading with ")
    text, playing = f"{right} of {len(digits)} read right by {name}.", visitor.job is not None and visitor.job.playing
    st.html(f'<p class="ink-status">{text}</p>' if playing else announced("own_read", text))
    st.html(own_grid(digits, answers))
    teaching = visitor.teaching
    if teaching is not None and visitor.job is not None and teaching.number == visitor.runs.number:
        run = visitor.job.snapshot()
        rows = teaching.results(run.reader, run.history, len(data.dataset.validation))
        st.html(comparison(rows, run.finished, measured_on(visitor.job.data, visitor.runs.origin)))


def own_grid(digits: list[OwnDigit], answers: np.ndarray) -> str:
    """Return the digits as HTML, each with its true digit, and with the answer if it is wrong."""
    figures = []
    for digit, answer in zip(digits, answers, strict=True):
        wrong = digit.label != answer
        text = f"<b>{digit.label}</b> " + (f'<span class="wrong">✗ read {answer}</span>' if wrong else "✓")
        alt = f"your {digit.label}, read as {answer}"
        figures.append(
            f'<figure><img src="{image_url(digit.image.reshape(28, 28))}" alt="{alt}"><figcaption>{text}</figcaption>'
            "</figure>"
        )
    return f'<div class="ink-digits ink-own">{"".join(figures)}</div>'


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


def _teaching(visitor: Visitor) -> None:
    st.subheader("Teach them", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider(
            "Share of your digits in training",
            SHARES,
            value=state.own_share.default,
            key=state.own_share.key,
            format_func=lambda share: f"{share}%",
            width=320,
            persist_state="session",
        )
        st.button("Teach my digits", key="teach", type="primary", on_click=_teach, args=(visitor,))
    _refused.show()
    n_back = int(held_back(len(visitor.own)).sum())
    rest = f"Every fourth of yours ({n_back} in all) is" if n_back else "With eight digits or more, every fourth is"
    rest += " held back, to see whether it learns your handwriting or only these drawings."
    epochs = f"{teaching_epochs():d} more epochs" if teaching_epochs() > 1 else "one more epoch"
    st.caption(
        f"The network that answers trains for {epochs} on {N_IMAGES:,} slightly warped images from MNIST and "
        f"from you. {rest}"
    )


def _teach(visitor: Visitor) -> None:
    teach(visitor, refusal=_refused)


@partial(fragment, key="own_keeping")
def _keeping(visitor: Visitor) -> None:
    """Draw the controls to download and remove digits."""
    own = visitor.own
    with st.container(horizontal=True, vertical_alignment="bottom"):
        download_button(
            "Download them",
            own.dump,
            "my-digits.json",
            "application/json",
            key="own_out",
            icon=":material/download:",
            help="`python -m mlp evaluate … --drawings my-digits.json` scores any network on them.",
        )
        digits = list(own)
        chosen = st.selectbox(
            "Remove one",
            range(len(digits)),
            index=None,
            key=_own_remove.key,
            placeholder="Remove one …",
            format_func=lambda place: f"{place + 1:d}: a {digits[place].label:d}" if place < len(digits) else "",
            label_visibility="collapsed",
            width=180,
        )
        st.button(
            "Remove",
            key="own_remove_one",
            disabled=chosen is None,
            on_click=_remove,
            args=(own, None if chosen is None else digits[chosen]),
        )
        with st.popover("Remove all", icon=":material/delete:"):
            st.button(f"Yes, remove all {len(own)}", key="own_clear", on_click=_remove, args=(own, None))


def _remove(own: OwnDigits, digit: OwnDigit | None) -> None:
    if digit is None:
        own.clear()
    else:
        own.remove(digit.image)
    _own_remove.set(None)
    rerun_page()


def _upload(visitor: Visitor) -> None:
    st.file_uploader(
        f"Upload digits that you downloaded here, at most {MAX_OWN}",
        type=["json"],
        key=_own_in.key,
        on_change=_read_upload,
        args=(visitor,),
    )
    error, text = _own_error.get(), _own_result.get()
    if error:
        st.error(plain(error))
    else:
        st.html(announced("own_uploaded", html.escape(text or "")))


def _read_upload(visitor: Visitor) -> None:
    file = _own_in.get()
    _own_error.set(None)
    _own_result.set(None)
    if file is None:
        return
    try:
        digits = parse_own_digits(file.getvalue())
    except OwnDigitsError as error:
        _own_error.set(f"{file.name}: {error}.")
        return
    n_before = len(visitor.own)
    refused = [digit for digit in digits if not visitor.own.put(digit)]
    n_new = len(visitor.own) - n_before
    text = f"{n_new} new, {len(digits) - n_new - len(refused)} already here."
    _own_result.set(text + (f" There was no room for {len(refused)} more." if refused else ""))


OWN_DIGITS = Part("Your digits", teach_section)
