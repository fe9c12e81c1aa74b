"""The section "Your drawings": the visitor's digits and signs, training on them, and how well a network reads them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from mlp.class_names import MAX_CLASSES
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, NO_DIGITS, DrawingSet
from mlp.images.mnist import Dataset
from mlp.jobs.workers.picture_processes import decode_drawings
from mlp.language import mark, number, several, tr
from mlp.page import state
from mlp.page.draw.collect import KEPT_DRAWINGS, TAB, add_names, change_drawings, learn_here, missing_drawings_text
from mlp.page.draw.correction import teach, teaching_epochs
from mlp.page.draw.networks import open_drawer
from mlp.page.script.redraw import Where, redrawn, rerun_page
from mlp.page.session_var import SessionVar
from mlp.page.style.download_button import download_button
from mlp.page.style.html import announced
from mlp.page.style.theme import plain
from mlp.page.tabs.drawings.answers import answers_section
from mlp.page.tabs.places import Section, Views
from mlp.page.visitors.refusals import Refusal, Upload
from mlp.page.visitors.runs import check_bytes
from mlp.page.visitors.visitor import Drawings, Visitor
from mlp.training.data.drawing_data import N_MIXED, held_back

_refused = Refusal("drawings")

_new_names = SessionVar[str]("sign_name", "")
"""The names of new signs, see `names_in` in `mlp.page.draw.collect`; a control."""
_file = Upload("drawings_in")

KINDS = Views("drawings", TAB, {"digits": mark("Digits"), "signs": mark("Signs")}, state.drawings_of)
SHARES = range(0, 51, 5)


def drawings_section(visitor: Visitor, _data: Dataset) -> None:
    """Draw the actions for digits or signs, and how a network reads them."""
    drawings = visitor.signs if KINDS.open_one() == "signs" else visitor.digits
    _actions(visitor, drawings)
    answers_section(visitor, drawings)
    _upload(visitor)


@redrawn("drawings_set", KEPT_DRAWINGS, where=Where.TAB)
def _actions(visitor: Visitor, drawings: Drawings) -> None:
    """Draw the actions for all drawings, for a sign, and for one drawing."""
    current = drawings.now
    if current.are_digits:
        if not len(current):
            empty = mark(
                "Draw a digit above, and press what it was, after **Not right? It was a**. It is then kept here for a "
                "network to learn. A few of each digit that it misreads are enough to start with."
            )
            st.markdown(tr(empty))
    else:
        _naming(visitor)
    _refused.show()
    if current.n_bytes or drawings.before:
        with st.container(horizontal=True, vertical_alignment="bottom", key="drawings_actions"):
            _training(visitor, current)
            undo = drawings.undo
            st.button(tr("Undo"), key="drawings_undo", disabled=not drawings.before, on_click=_do, args=(undo,))
            if current.n_bytes:
                _change_one(drawings)
                _taking_away(drawings)
        if current.are_digits and len(current):
            _teaching_note(current)
    if not current.are_digits and current.names:
        st.html(announced("signs_missing", missing_drawings_text(current)))


def _naming(visitor: Visitor) -> None:
    """Draw the field for new signs."""
    signs = visitor.signs.now
    if not signs.names:
        empty = mark(
            "Teach a network your own signs: the letters of your name, three faces, chess pieces, digits of another "
            "script. **Name 2 to 10 signs**, then draw each on the canvas above three times or more."
        )
        st.markdown(tr(empty))
    with st.form("signs_new", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            tr("New signs"),
            key=_new_names.key,
            placeholder="A, B, C",
            width=260,
            help=tr("Up to 12 characters each."),
        )
        st.form_submit_button(
            tr("Add"), key="sign_add", on_click=_add, args=(visitor,), disabled=len(signs.names) >= MAX_CLASSES
        )


def _training(visitor: Visitor, drawings: DrawingSet) -> None:
    """Draw the button that trains a network on the drawings; digits are mixed into MNIST."""
    if drawings.are_digits:
        st.select_slider(
            tr("Share of drawings in training"),
            SHARES,
            value=state.own_share.default,
            key=state.own_share.key,
            format_func=lambda share: number(share / 100, ".0%"),
            width=240,
            persist_state="session",
        )
        none = len(drawings) == 0
        st.button(
            tr("Teach my digits"),
            key="teach",
            type="primary",
            disabled=none,
            on_click=_do,
            args=(partial(teach, visitor, refusal=_refused),),
        )
    else:
        st.button(
            tr("Train on my signs"),
            key="signs_train",
            type="primary",
            disabled=drawings.missing is not None,
            on_click=learn_here,
            args=(visitor,),
            help=tr("Trains a new network with your settings on 100 bent copies of each drawing."),
        )


def _teaching_note(digits: DrawingSet) -> None:
    n_back = int(held_back(digits, mixed=True).sum())
    learned = several(
        "The network that answers trains for one more epoch on {images:,} images: MNIST’s, and slightly bent copies "
        "of yours.",
        "The network that answers trains for {n} more epochs on {images:,} images: MNIST’s, and slightly bent copies "
        "of yours.",
        teaching_epochs(),
        images=N_MIXED,
    )
    forgotten = tr("If it was taught before, it forgets that lesson first.")
    few = mark(
        "With eight drawings or more, the second of each digit is held back, to see whether it learns your "
        "handwriting or only these drawings."
    )
    back = mark("{n} of yours are held back, to see whether it learns your handwriting or only these drawings.")
    st.caption(f"{learned} {forgotten} {tr(back if n_back > 1 else few, n=n_back)}")


def _change_one(drawings: Drawings) -> None:
    """Draw the menu that renames or removes a sign, and removes drawings."""
    current = drawings.now
    with st.popover(tr("Change"), key="drawings_change"):
        label = st.selectbox(
            tr("Drawings of"),
            range(len(current.names)),
            format_func=lambda label: plain(current.names[label]),
            key=f"drawings_name_{len(current.names)}",  # another control for other signs
            placeholder="",
        )
        name = current.names[label]
        if not current.are_digits:
            key = f"sign_rename_{label}_{name}"  # another control for another name
            st.text_input(tr("Rename"), value=name, key=key, on_change=_rename, args=(drawings, label, name, key))
        places = [place for place, example in enumerate(current.examples) if example.label == label]
        if places:
            numbers = st.pills(
                tr("Remove drawings"), range(1, len(places) + 1), selection_mode="multi", key=f"drawings_less_{label}"
            )
            st.button(
                tr("Remove them"),
                key="drawings_less_now",
                disabled=not numbers,
                on_click=_remove,
                args=(drawings, current, [places[number - 1] for number in numbers]),
            )
        if not current.are_digits:
            st.button(tr("Remove the sign"), key="sign_gone", on_click=_remove_sign, args=(drawings, label, name))


def _taking_away(drawings: Drawings) -> None:
    """Draw the buttons to download and remove all drawings."""
    current, kind = drawings.now, "digits" if drawings.now.are_digits else "signs"
    download_button(
        tr("Download"),
        partial(dump_drawings, current),
        f"my-{kind}.json",
        key="drawings_out",
        icon=":material/download:",
        help=tr("Downloads a file to upload here again, or for the command line, `python -m mlp`."),
    )
    with st.popover(tr("Remove all"), icon=":material/delete:"):
        st.button(
            tr("Yes, remove all my digits") if current.are_digits else tr("Yes, remove all my signs"),
            key="drawings_clear",
            on_click=_do,
            args=(partial(drawings.change, NO_DIGITS if current.are_digits else DrawingSet()),),
        )


def _add(visitor: Visitor) -> None:
    if add_names(visitor, _new_names.get() or "", _refused):
        _new_names.set("")
        open_drawer(visitor)
        rerun_page()  # the first sign adds a row under the canvas


def _rename(drawings: Drawings, label: int, name: str, key: str) -> None:
    if drawings.now.names[label : label + 1] == (name,):
        change_drawings(drawings, lambda signs: signs.renamed(label, SessionVar(key, "").get()), _refused)
        rerun_page()


def _remove(drawings: Drawings, shown: DrawingSet, places: list[int]) -> None:
    if drawings.now is shown:  # otherwise the places belong to another set
        drawings.change(shown.without_examples(places))
        rerun_page()


def _remove_sign(drawings: Drawings, label: int, name: str) -> None:
    if drawings.now.names[label : label + 1] == (name,):
        drawings.change(drawings.now.without_name(label))
        rerun_page()


def _do(act: Callable[[], Any]) -> None:
    act()
    rerun_page()


def _upload(visitor: Visitor) -> None:
    label = tr("Upload drawings that you downloaded here, at most {most} of each digit or sign", most=MAX_EXAMPLES)
    if _file.show(label, "json", partial(_take, visitor)):
        st.html(announced("drawings_uploaded", _file.result.get()))


def _take(visitor: Visitor, file: Any) -> None:
    """Add the digits in a file to the visitor's, or replace the signs, which Undo restores."""
    uploaded = decode_drawings(file.getvalue(), visitor.id)
    check_bytes(uploaded.n_bytes)
    if uploaded.are_digits:
        before = visitor.digits.now
        visitor.digits.change(before.with_all(uploaded))
        n_new = len(visitor.digits.now) - len(before)
        _file.result.set(tr("{new} of {n} are new.", new=n_new, n=len(uploaded)))
    else:
        visitor.signs.change(uploaded)
        open_drawer(visitor)
    state.drawings_of.set("digits" if uploaded.are_digits else "signs")


DRAWINGS = Section(TAB, drawings_section, views=KINDS, views_for=lambda _: True)
