"""Takers of the drawing: each offers a row below it, and the page shows that of the first that wants the drawing."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from mlp.page.script.redraw import Event
from mlp.page.visitors.visitor import Visitor


class Row(NamedTuple):
    """What a taker shows below the drawing, what that depends on, and what it wants to have drawn."""

    draw: Callable[[], None]
    on: Collection[Event] = ()
    asks_for: str = ""
    """What the empty canvas shows with dots: the name to draw next."""
    collects: tuple[str, ...] = ()
    """The names of signs, if it collects drawings of these in place of digits."""


Taker = Callable[[Visitor], Row | None]
"""Returns its row; None if it does not want the visitor's drawing."""


def row_of(visitor: Visitor, takers: Sequence[Taker]) -> Row:
    """Return the row of the first taker that wants the drawing, or an empty one."""
    return next((row for takes in takers if (row := takes(visitor)) is not None), Row(lambda: None))
