"""Name signs beside the canvas, collect drawings of each there, and train a network on them by itself."""

import html
from collections.abc import Callable
from functools import partial, reduce
from weakref import WeakKeyDictionary

import streamlit as st

from mlp.class_names import DIGITS, in_words
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.recorded import Example
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.networks import answering, choose_reader_of, open_drawer
from mlp.page.draw.on_canvas import CANVAS, take_off, wipe
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE
from mlp.page.live.live_page import this_page
from mlp.page.script.link import hidable
from mlp.page.script.redraw import Event, rerun_page
from mlp.page.script.reveal import reveal
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.theme import image_url, plain
from mlp.page.train.card import train
from mlp.page.visitors.refusals import Refusal, reason
from mlp.page.visitors.shelf import chosen, drawer_is_open
from mlp.page.visitors.visitor import Drawings, Visitor
from mlp.training.data.drawing_data import drawing_data

_refused = Refusal("signs")
KEPT_DRAWINGS = Event()
"""The drawings that the visitor keeps as digits or signs."""

GOALS = (3, 5, 10)
"""Numbers of drawings of each sign that the page asks for in turn; at each, a network learns all that there are."""
N_BOXES = 5
TAB = mark("Your drawings")
FIRST_NAMES = ("♥", "★")
"""The names in the field for new signs."""
_named = SessionVar[str]("your_signs_names", ", ".join(FIRST_NAMES))
"""The names of the first signs, see `names_in`; a control."""

hidable("your-signs", "Your signs", ".st-key-stage:not(:has(.st-key-collect_foot)) .st-key-your_signs")


_door = SessionVar[bool]("signs_door", False)
"""Whether the drawing on the canvas, which no network knows, waits for its name."""


def _asks_for_signs(visitor: Visitor) -> bool:
    """Whether the canvas asks for the visitor's signs: the network that answers reads them, or the drawer is open."""
    return drawer_is_open(visitor) or answering(visitor).reader.learned.reads == visitor.signs.now.names


def signs_row(visitor: Visitor) -> Row | None:
    """Take the drawing as a sign, if the canvas asks for signs."""
    if not _asks_for_signs(visitor):
        return None
    signs = visitor.signs.now
    lacking = [name for name, n in zip(signs.names, signs.counts, strict=True) if n < goal(signs)]
    names = signs.names or FIRST_NAMES
    return Row(partial(_collect, visitor), (STROKE, KEPT_DRAWINGS), (lacking or names)[0], names)


def your_signs(visitor: Visitor) -> None:
    """Draw the button that leads to the visitor's signs, and from signs back to digits."""
    from_signs = _asks_for_signs(visitor) or not answering(visitor).reader.reads_digits
    st.button(
        tr("Digits") if from_signs else tr("Your signs"),
        key="your_signs",
        on_click=_turn,
        args=(visitor, not from_signs),
        help=None if from_signs else tr("Teaches a network two signs of your own, three drawings each."),
    )


def _turn(visitor: Visitor, to_signs: bool) -> None:
    """Turn to an empty board for signs or for digits; for callbacks."""
    if to_signs:
        open_drawer(visitor)
    else:
        state.drawer.pop()
        choose_reader_of(visitor, DIGITS)
    take_off(visitor)
    rerun_page()


def teach_sign(visitor: Visitor) -> None:
    """Begin to collect signs with the drawing on the canvas; for callbacks."""
    state.drawer.set(chosen(visitor))
    _door.set(True)
    reveal("correction_row")
    rerun_page()


def _collect(visitor: Visitor) -> None:
    """Draw the field for the first signs, or a button and boxes for each: it keeps the drawing as this sign."""
    signs = visitor.signs.now
    if not signs.names:
        with st.form("signs_named", border=False), st.container(horizontal=True, vertical_alignment="center"):
            asked = tr("Name it, and a second one:") if _door.get() else tr("Name two signs to draw:")
            st.html(f'<p class="ink-status">{asked}</p>', width="content")
            field = tr("Name two signs")
            st.text_input(field, _named.default, key=_named.key, width=150, label_visibility="collapsed")
            st.form_submit_button(tr("Draw them"), key="signs_begin", on_click=_name, args=(visitor,))
    with st.container(horizontal=True, gap="xsmall", key="collect_row", vertical_alignment="center"):
        for label, name in enumerate(signs.names):
            n = int(signs.counts[label])
            with st.container(horizontal=True, gap="xsmall", width="content", wrap=False):
                st.button(
                    f"**{plain(name)}** · {n}",
                    key=f"sign_{label}",
                    on_click=_keep,
                    args=(visitor, label, name, CANVAS, KEPT_DRAWINGS),
                )
                st.html(boxes(signs, label, min(goal(signs), N_BOXES)), width="content")
    with st.container(horizontal=True, gap="xsmall", key="collect_foot", vertical_alignment="center"):
        if signs.names:
            st.html(announced("signs_missing", missing_drawings_text(signs)), width="stretch")
        if signs.missing is None:
            st.button(tr("Train on them"), key="learn_signs", type="primary", on_click=learn_here, args=(visitor,))
    _refused.show()


def boxes(drawings: DrawingSet, label: int, n: int) -> str:
    """Return ``n`` boxes with the newest drawings of a name, as HTML."""
    drawn = [example for example in drawings.examples if example.label == label][-n:]
    images = "".join(f'<img src="{thumbnail(example)}" alt="">' for example in drawn)
    return f'<span class="ink-boxes" aria-hidden="true">{images}{"<i></i>" * (n - len(drawn))}</span>'


def thumbnail(drawing: Example) -> str:
    """Return a kept drawing as a data URL, made once for all pages."""
    if drawing not in _thumbnails:
        _thumbnails[drawing] = image_url(drawing.image.reshape(28, 28))
    return _thumbnails[drawing]


_thumbnails: "WeakKeyDictionary[Example, str]" = WeakKeyDictionary()


def _name(visitor: Visitor) -> None:
    """Add the signs of the field, two or more, as it goes away with the first."""
    if add_names(visitor, _named.get() or "", _refused, least=2):
        if _door.pop() and this_page().desk.drawing is not None:
            _keep(visitor, 0, visitor.signs.now.names[0])
        rerun_page()


def names_in(text: str) -> list[str]:
    """Return the names between commas in a text; without any, between spaces, if all are single characters or pictures.

    >>> names_in("♥ ★ ☾"), names_in("A, left arrow,"), names_in("left arrow")
    (['♥', '★', '☾'], ['A', ' left arrow'], ['left arrow'])
    """
    words = text.split()
    if "," not in text and all(len(word) == 1 or not any(map(str.isalnum, word)) for word in words):
        return words
    return [name for name in text.split(",") if name.strip()]


def add_names(visitor: Visitor, text: str, refusal: Refusal, *, least: int = 1) -> bool:
    """Add the signs that a text names, or refuse and return False if they break a rule; for callbacks."""
    names = names_in(text)
    if len(names) < least:
        one = tr("Type the name of a sign first, or several: A, B, C.")
        refusal.set(one if least == 1 else tr("Type two names, with a comma between: A, B."))
        return False
    return change_drawings(visitor.signs, lambda signs: reduce(DrawingSet.with_name, names, signs), refusal)


def missing_drawings_text(signs: DrawingSet) -> str:
    """Return the number of drawings that are still missing, in words, as HTML.

    >>> missing_drawings_text(DrawingSet(("A", "<b>")))
    'Draw A, then press its name: 3 of A and 3 of &lt;b&gt; to go.'
    """
    names, wanted = map(html.escape, signs.names), goal(signs)
    lacking = [(wanted - n, name) for name, n in zip(names, signs.counts, strict=True) if n < wanted]
    if len(signs.names) < 2:
        return tr("Name another sign.")
    if lacking:
        numbers = in_words([tr("{n} of {sign}", n=n, sign=name) for n, name in lacking])
        return tr("Draw {sign}, then press its name: {numbers} to go.", sign=lacking[0][1], numbers=numbers)
    return tr("{n} drawings. With more, it reads better.", n=len(signs))


def _keep(visitor: Visitor, label: int, name: str, *on: Event) -> None:
    """Keep the drawing as an example of a sign, clear the canvas for the next one, and redraw as `wipe` does."""
    drawing = this_page().desk.new_drawing
    if visitor.signs.now.names[label : label + 1] != (name,):  # another page has changed them
        return
    if drawing is None:
        _refused.set(tr("Draw the sign {sign} first, then press its name.", sign=name))
        return
    before = visitor.signs.now
    if change_drawings(
        visitor.signs, lambda signs: signs.with_example(label, drawing.image, drawing.strokes), _refused
    ):
        begins = n_goals(visitor.signs.now) > n_goals(before) and _learn(visitor)
        wipe(visitor, *([] if begins else on))


def n_goals(signs: DrawingSet) -> int:
    """Return how many of the `GOALS` the drawings of each of two signs or more have reached."""
    return sum(min(signs.counts) >= wanted for wanted in GOALS) if len(signs.names) > 1 else 0


def goal(signs: DrawingSet) -> int:
    """Return the number of drawings of each sign that the page asks for next, or that it asked for last."""
    return GOALS[min(n_goals(signs), len(GOALS) - 1)]


def change_drawings(drawings: Drawings, change: Callable[[DrawingSet], DrawingSet], refusal: Refusal) -> bool:
    """Change a set of drawings, or refuse and return False if that breaks a rule; for callbacks."""
    try:
        drawings.change(change(drawings.now))
    except ValueError as error:
        words = reason(error)
        refusal.set(f"{words[0].upper()}{words[1:]}")
        return False
    return True


def learn_here(visitor: Visitor) -> None:
    """Train a network from random weights on the visitor's signs, and redraw the whole page; for callbacks."""
    if _learn(visitor):
        rerun_page()


def _learn(visitor: Visitor) -> bool:
    train(visitor, lambda visitor: drawing_data(visitor.signs.now), refusal=_refused)
    if begun := not _refused.is_kept():
        state.drawer.pop()
    return begun
