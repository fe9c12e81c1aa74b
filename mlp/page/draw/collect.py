"""Collect drawings of the visitor's signs under the canvas, and train a network on them."""

import html
from collections.abc import Callable

import streamlit as st

from mlp.class_names import in_words
from mlp.images.drawings.drawing_link import signs_from_text
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.page import state
from mlp.page.draw.canvas import wipe
from mlp.page.live.announced import announced
from mlp.page.live.tabs import this_tab
from mlp.page.settings.controls import chosen_settings
from mlp.page.style.redraw import On, part, rerun_page
from mlp.page.style.theme import plain
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.runs import begin
from mlp.page.visitors.visitor import Drawings, Visitor
from mlp.training.data.drawing_data import drawing_data, sign_settings
from mlp.training.run import Run
from mlp.training.settings import Settings

_refused = Refusal("signs")

TAB = "Your drawings"
LINKED = "signs"
"""Name of a set of signs in a link."""
GOOD_START = 5
"""Number of drawings of each sign that the page asks for."""


def collect_section(visitor: Visitor) -> None:
    """Draw a button for each sign under the canvas; it keeps the drawing as an example of that sign."""
    if visitor.signs.now.names and state.collecting.get():
        _collect(visitor)


@part("collect", on=On.DRAWINGS)
def _collect(visitor: Visitor) -> None:
    signs = visitor.signs.now
    with st.container(horizontal=True, gap="xsmall", key="collect_row", vertical_alignment="center"):
        st.html('<p class="ink-small">Keep it as</p>', width="content")
        for label, name in enumerate(signs.names):
            n = int(signs.counts[label])
            st.button(f"**{plain(name)}** · {n}", key=f"sign_{label}", on_click=_keep, args=(visitor, label, name))
    with st.container(horizontal=True, gap="xsmall", key="collect_foot", vertical_alignment="center"):
        st.html(announced("signs_missing", missing_drawings_text(signs)), width="stretch")
        if signs.missing is None:
            st.button("Train on them", key="learn_signs", type="primary", on_click=learn_here, args=(visitor,))
    _refused.show()


def missing_drawings_text(signs: DrawingSet) -> str:
    """Return the number of drawings that are still missing, in words, as HTML.

    Examples
    --------
    >>> missing_drawings_text(DrawingSet(("A", "<b>")))
    'Draw 5 of A and 5 of &lt;b&gt;.'
    """
    lacking = [(GOOD_START - n, name) for name, n in zip(signs.names, signs.counts, strict=True) if n < GOOD_START]
    if len(signs.names) < 2:
        return "Name another sign."
    if lacking:
        more = " more" if len(signs) else ""
        return f"Draw {in_words([f'{n}{more} of {html.escape(name)}' for n, name in lacking])}."
    return f"{len(signs)} drawings. With more, it reads better."


def _keep(visitor: Visitor, label: int, name: str) -> None:
    """Keep the drawing as an example of a sign, and clear the canvas for the next one."""
    drawing = this_tab().desk.drawing
    if visitor.signs.now.names[label : label + 1] != (name,):  # another tab has changed them
        return
    if drawing is None:
        _refused.set(f"Draw the sign {name} first, then press its name.")
        return
    if change_drawings(
        visitor.signs, lambda signs: signs.with_example(label, drawing.image, drawing.strokes), _refused
    ):
        wipe(visitor, On.CANVAS | On.DRAWINGS)


def change_drawings(drawings: Drawings, change: Callable[[DrawingSet], DrawingSet], refusal: Refusal) -> bool:
    """Change a set of drawings, or refuse and return False if that breaks a rule; for callbacks."""
    try:
        drawings.change(change(drawings.now))
    except ValueError as error:
        refusal.set(f"{str(error)[0].upper()}{str(error)[1:]}.")
        return False
    return True


def take_linked_signs(visitor: Visitor) -> None:
    """Take the signs from the address, and remove them there; Undo brings the visitor's own back."""
    text = st.query_params.get(LINKED)
    if text is None:
        return
    del st.query_params[LINKED]
    try:
        visitor.signs.change(signs_from_text(text))
    except ValueError:
        return  # `link_check` reports it
    state.collecting.set(True)
    state.drawings_of.set("signs")


def learn_here(visitor: Visitor) -> None:
    """Train a network from random weights on the visitor's signs, and redraw the whole page; for callbacks."""
    before = visitor.job
    try:
        data = drawing_data(visitor.signs.now)
        run = Run(signs_settings(data.names))
    except ValueError as error:
        _refused.set(f"This run cannot start: {reason(error)}")
        return
    begin(visitor, run, data, refusal=_refused)
    if visitor.job is not before:
        rerun_page()


def signs_settings(names: tuple[str, ...]) -> Settings:
    """Return the controls' settings without those that apply to digits only."""
    return sign_settings(chosen_settings(), names)
