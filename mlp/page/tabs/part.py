"""Parts of tabs: the name, the section and the choices that each registers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mlp.page import state
from mlp.page.session_var import ControlVar
from mlp.page.settings import hiding
from mlp.page.settings.link import linked
from mlp.page.style.hidable import hidable
from mlp.page.style.redraw import On, redraw
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor


@dataclass(frozen=True)
class Rooms:
    """Experiments or lessons, one of which is open: a step of the browser's history, named in the address.

    Attributes
    ----------
    name : str
        Its name in the address. A link hides a room by ``name-room``; the room's container has the key ``name_room``.
    kind : str
        What its rooms are, before their titles in the list of what a link can hide.
    titles : mapping of str to str
        The titles of the rooms in order, by name.
    chosen : SessionVar
        The open room.
    """

    name: str
    kind: str
    titles: Mapping[str, str]
    chosen: state.SessionVar[str]

    def __post_init__(self) -> None:
        """Declare the rooms as parts that links can hide."""
        for room, title in self.titles.items():
            hidable(f"{self.name}-{room}", f"{self.kind}: {title}", f".st-key-{self.name}_{room}")

    @property
    def first(self) -> str:
        """The name of the first room."""
        return next(iter(self.titles))

    def shown(self) -> list[str]:
        """Return the names of the rooms that are not hidden."""
        gone = hiding.hidden()
        return [room for room in self.titles if f"{self.name}-{room}" not in gone]

    def linked(self) -> str | None:
        """Return the room that the link names, or None if it is unknown or hidden."""
        room = linked(self.name)
        return room if room in self.shown() else None

    def open_one(self) -> str | None:
        """Return the open room: the chosen one, the link's or the first; None if all are hidden."""
        names = self.shown()
        return next((room for room in (self.chosen.get(), self.linked(), *names) if room in names), None)

    def draw_choice(self, label: str, **look: Any) -> str | None:
        """Draw the choice of a room, and return the open one; draw nothing and return None if all are hidden.

        Parameters
        ----------
        label : str
            Name of the choice for screen readers.
        **look
            More arguments of ``st.segmented_control``.
        """
        open_one = self.open_one()
        if open_one is None:
            return None
        control = ControlVar[str](f"{self.chosen.key}_choice", "")  # Back and links choose a room, too
        self.chosen.set(open_one)
        control.set(open_one)

        def choose() -> None:
            self.chosen.set(control.get())
            redraw(On.VIEW)

        with control.placed():
            st.segmented_control(
                label,
                self.shown(),
                key=control.key,
                required=True,
                on_change=control.on_change(choose),
                label_visibility="collapsed",
                **{"format_func": self.titles.__getitem__, **look},
            )
        return open_one


@dataclass(frozen=True)
class Views:
    """Views, one of which is open; the address has its label unless it is the first."""

    chosen: state.ControlVar[Any]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A part of a tab, or a whole tab.

    Attributes
    ----------
    name : str
        Its label. A link opens it by ``tab=``, and hides it by ``hide=tab-`` with the name in lower case.
    draw : callable
        Draws it for a visitor and the data.
    looks_at_images : bool
        Whether it needs images of the classes that the answering network reads.
    rooms, views : optional
        Its choices in the address.
    """

    name: str
    draw: Callable[[Visitor, DataState], None]
    looks_at_images: bool = False
    rooms: Rooms | None = None
    views: Views | None = None
