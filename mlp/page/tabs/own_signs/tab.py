"""The part "Your signs": name signs, check their drawings, train on them, and see how reliable the accuracy is."""

import html
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from mlp.analysis.signs.left_out import held_score
from mlp.analysis.signs.sign_score import SignScore, together
from mlp.class_names import MAX_CLASSES
from mlp.images.signs.sign_file import dump_signs, parse_signs
from mlp.images.signs.sign_link import signs_to_text
from mlp.images.signs.sign_set import SignsError, SignSet
from mlp.jobs.limits import limits
from mlp.page import state
from mlp.page.draw.signs import GOOD_START, LINKED, TAB, change_signs, learn_here, missing_drawings_text, signs_settings
from mlp.page.live.announced import announced
from mlp.page.live.component import follow_run
from mlp.page.session_var import SessionVar
from mlp.page.settings.link import page_address
from mlp.page.style.download_button import download_button
from mlp.page.style.fragments import fragment, rerun_page
from mlp.page.style.theme import image_url, plain
from mlp.page.tabs.part import Part
from mlp.page.train.data_state import DataState
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin_sweep
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sign_data import MIN_TO_HOLD_BACK, SignData, leave_one_out

_set_refused = Refusal("signs_set")
_left_out_refused = Refusal("signs_left_out")

_sign_name = SessionVar[str]("sign_name", "")
"""The names of new signs, with commas between; a control."""
_signs_in = SessionVar[Any]("signs_in", None)
"""The uploaded file of signs; a control."""
_signs_error = SessionVar[str | None]("signs_error", None)
"""The reason why the upload failed."""


"""Label of the runs of a leave-one-out."""


def signs_section(visitor: Visitor, data: DataState) -> None:
    """Draw the visitor's signs, the actions for them, and how well a network reads them."""
    fragment(_set, key="signs_set")(visitor)
    if visitor.signs.missing is None:
        running = visitor.job is not None and (visitor.job.playing or visitor.job.snapshot().busy)
        running |= visitor.sweep is not None and visitor.sweep.busy
        fragment(_figures, key="signs_figures")(visitor)
        follow_run("signs_figures", running)
    _upload(visitor)


def _set(visitor: Visitor) -> None:
    signs = visitor.signs
    if not signs.names:
        st.markdown(
            "Teach a network your own signs: the letters of your name, three faces, chess pieces, digits of another "
            "script. **Name 2 to 10 signs**, then draw each on the canvas above five times or more."
        )
    with st.form("signs_new", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "New signs", key=_sign_name.key, placeholder="A, B, C", width=260, help="Up to 12 characters each."
        )
        st.form_submit_button(
            "Add", key="sign_add", on_click=_add, args=(visitor,), disabled=len(signs.names) >= MAX_CLASSES
        )
    _set_refused.show()
    for label, name in enumerate(signs.names):
        _sign(visitor, label, name)
    if signs.names or visitor.signs_before:
        _actions(visitor)


def _sign(visitor: Visitor, label: int, name: str) -> None:
    """Draw one sign: its name, its small drawings, and a menu to change it."""
    signs = visitor.signs
    places = [place for place, drawing in enumerate(signs.drawings) if drawing.label == label]
    urls = [image_url(signs.drawings[place].image.reshape(28, 28)) for place in places]
    with st.container(horizontal=True, vertical_alignment="center", key=f"sign_row_{label}", gap="small"):
        st.html(sign_row(name, urls), width="stretch")
        with st.popover("Change", key=f"sign_change_{label}"):
            key = f"sign_rename_{label}_{name}"  # another control for another name
            st.text_input("Rename", value=name, key=key, on_change=_rename, args=(visitor, label, name, key))
            if places:
                numbers = st.pills(
                    "Remove drawings",
                    range(1, len(places) + 1),
                    selection_mode="multi",
                    key=f"sign_less_{label}",
                )
                st.button(
                    "Remove them",
                    key=f"sign_less_now_{label}",
                    disabled=not numbers,
                    on_click=_remove_drawings,
                    args=(visitor, signs, [places[number - 1] for number in numbers]),
                )
            st.button("Remove the sign", key=f"sign_gone_{label}", on_click=_remove_sign, args=(visitor, label, name))


def sign_row(name: str, urls: list[str]) -> str:
    """Return a sign as HTML: its name, the number of drawings, and the drawings, with empty places for missing ones.

    Examples
    --------
    >>> sign_row("<b>", [])[:62]
    '<div class="ink-sign"><b>&lt;b&gt;</b><span>0 of 5</span><div>'
    """
    figures = "".join(f'<img src="{url}" alt="drawing {number}">' for number, url in enumerate(urls, start=1))
    of = f" of {GOOD_START}" if len(urls) < GOOD_START else ""
    blank = "<i></i>" * (GOOD_START - len(urls))
    return (
        f'<div class="ink-sign"><b>{html.escape(name)}</b><span>{len(urls)}{of}</span><div>{figures}{blank}</div></div>'
    )


def _actions(visitor: Visitor) -> None:
    """Draw the actions for the whole set."""
    signs = visitor.signs
    st.html(announced("signs_missing", missing_drawings_text(signs)))
    with st.container(horizontal=True, vertical_alignment="bottom", key="signs_actions"):
        st.button(
            "Train on my signs",
            key="signs_train",
            type="primary",
            disabled=signs.missing is not None,
            on_click=learn_here,
            args=(visitor,),
            help="Trains a new network with your settings on 100 warped copies of each drawing.",
        )
        st.button("Undo", key="signs_undo", disabled=not visitor.signs_before, on_click=_undo, args=(visitor,))
        download_button(
            "Download",
            partial(dump_signs, signs),
            "my-signs.json",
            "application/json",
            key="signs_out",
            icon=":material/download:",
            help="`python -m mlp train --signs my-signs.json --out mine.safetensors` trains on them.",
        )
        with st.popover("Share", icon=":material/link:"):
            if (text := signs_to_text(signs)) is None:
                st.caption("These drawings don’t fit in a link: download them, and send the file.")
            else:
                st.caption("This link opens the page with your signs, ready to train on.")
                st.code(f"{page_address()}?{urlencode({'tab': TAB, LINKED: text})}", language=None, wrap_lines=True)
        with st.popover("Remove all", icon=":material/delete:"):
            st.button("Yes, remove all my signs", key="signs_clear", on_click=_clear, args=(visitor,))


def _add(visitor: Visitor) -> None:
    names = [name for name in (_sign_name.get() or "").split(",") if name.strip()]
    if not names:
        _set_refused.set("Type the name of a sign first, or several: A, B, C.")
        return

    def with_all(signs: SignSet) -> SignSet:
        for name in names:
            signs = signs.with_name(name)
        return signs

    if change_signs(visitor, with_all, _set_refused):
        _sign_name.set("")
        state.collecting.set(True)
        rerun_page()  # the first sign adds a row under the canvas


def _rename(visitor: Visitor, label: int, name: str, key: str) -> None:
    if visitor.signs.names[label : label + 1] == (name,):
        change_signs(visitor, lambda signs: signs.renamed(label, _sign_renamed(key).get()), _set_refused)
        rerun_page()


def _remove_drawings(visitor: Visitor, signs: SignSet, places: list[int]) -> None:
    if visitor.signs is signs:  # otherwise the places belong to another set
        for place in sorted(places, reverse=True):
            signs = signs.without_drawing(place)
        change_signs(visitor, lambda _: signs, _set_refused)
        rerun_page()


def _remove_sign(visitor: Visitor, label: int, name: str) -> None:
    if visitor.signs.names[label : label + 1] == (name,):
        change_signs(visitor, lambda signs: signs.without_name(label), _set_refused)
        rerun_page()


def _undo(visitor: Visitor) -> None:
    visitor.undo_signs()
    rerun_page()


def _clear(visitor: Visitor) -> None:
    change_signs(visitor, lambda _: SignSet(), _set_refused)
    rerun_page()


def _figures(visitor: Visitor) -> None:
    """Draw how well networks read drawings that they did not learn, and how reliable that is."""
    signs = visitor.signs
    data = None if visitor.job is None else visitor.job.data
    st.subheader("How sure is it?", anchor=False)
    if isinstance(data, SignData) and data.holds_back and visitor.job is not None:
        st.html(figures("Held back from training", held_score(visitor.job.snapshot().reader, data)))
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
        done = [(now.reader, part) for now, part in runs if now.finished and isinstance(part, SignData)]
        if len(done) < len(sweep.jobs):
            st.html(announced("signs_read", f"{len(done)} of {len(sweep.jobs)} networks trained …"))
        elif any(part.names != signs.names for _, part in done):
            st.html('<p class="ink-status">Your signs have changed: press <b>Leave one out</b> again.</p>')
        else:
            score = together(held_score(reader, part) for reader, part in done)
            changed = score.n != len(signs)
            st.html(figures("Left out", score) + ("<p>Your drawings have changed since.</p>" if changed else ""))


def figures(title: str, score: SignScore) -> str:
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
        runs = [(signs_settings(part.names), part) for part in leave_one_out(visitor.signs, limits().max_sweep)]
    except ValueError as error:
        _left_out_refused.set(f"This cannot start: {reason(error)}")
        return
    labels = [f"without drawing {number}" for number in range(1, len(runs) + 1)]
    begin_sweep(visitor, runs, labels=labels, purpose="left out", refusal=_left_out_refused)
    rerun_page()


def _upload(visitor: Visitor) -> None:
    """Draw the upload of a saved set."""
    st.file_uploader(
        "Upload signs that you downloaded here",
        type=["json"],
        key=_signs_in.key,
        on_change=_read_upload,
        args=(visitor,),
    )
    if error := _signs_error.get():
        st.error(plain(error))


def _read_upload(visitor: Visitor) -> None:
    file = _signs_in.get()
    _signs_error.set(None)
    if file is None:
        return
    try:
        signs = parse_signs(file.getvalue())
    except SignsError as error:
        _signs_error.set(f"{file.name}: {error}.")
        return
    change_signs(visitor, lambda _: signs, _set_refused)  # Undo restores the old ones
    state.collecting.set(True)


OWN_SIGNS = Part(TAB, signs_section)


def _sign_renamed(key: str) -> SessionVar[str]:
    """Return the new name of a sign; a control."""
    return SessionVar(key, "")
