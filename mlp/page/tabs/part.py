"""What a part of a tab registers: its name, its section, and what is chosen in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlp.page import state
from mlp.page.settings import hiding
from mlp.page.settings.link import linked
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor


@dataclass(frozen=True)
class Rooms:
    """Rooms of which one is open: a step of the browser's history, and in the address by its name.

    Attributes
    ----------
    name : str
        In the address. A room is hidden by ``name-room``, and drawn in a container with the key ``name_room``.
    titles : mapping of str to str
        The rooms in order, by name.
    chosen : SessionVar
        The open room.
    """

    name: str
    titles: Mapping[str, str]
    chosen: state.SessionVar[str]

    def shown(self) -> list[str]:
        """Return the names of the rooms that are not hidden."""
        gone = hiding.hidden()
        return [room for room in self.titles if f"{self.name}-{room}" not in gone]

    def linked(self) -> str | None:
        """Return the room that the link names, None if there is no such room or it is hidden."""
        room = linked(self.name)
        return room if room in self.shown() else None

    def open_one(self) -> str | None:
        """Return the open room: the chosen one, or the link's, or else the first; None if all are hidden."""
        names = self.shown()
        return next((room for room in (self.chosen.get(), self.linked(), *names) if room in names), None)

    def hidden_by(self, room: str, *names: str) -> tuple[str, list[str]]:
        """Return a room's title and all names that hide it, which are these and its own."""
        return self.titles[room], [*names, f"{self.name}-{room}"]

    def hidable(self, kind: str) -> hiding.Hidable:
        """Return the rooms as they can be hidden; ``kind`` says of what they are rooms."""
        return {
            f"{self.name}-{room}": (f"{kind}: {title}", f".st-key-{self.name}_{room}")
            for room, title in self.titles.items()
        }


@dataclass(frozen=True)
class Views:
    """Views of which one is open, in the address by its label unless it is the first."""

    chosen: state.ControlVar[Any]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A part of a tab, or all of it.

    Attributes
    ----------
    name : str
        Its label. A link opens it by ``tab=``, and hides it by ``hide=tab-`` with the name in lower case.
    draw : callable
        Draws it for a visitor, who may have chosen other data than MNIST.
    looks_at_images : bool
        Whether it needs images of what the answering network reads.
    formerly : str, optional
        An earlier name, which links may still have.
    rooms, views : optional
        What is chosen in it and stands in the address.
    """

    name: str
    draw: Callable[[Visitor, DataState], None]
    looks_at_images: bool = False
    formerly: str | None = None
    rooms: Rooms | None = None
    views: Views | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and the earlier one."""
        return (self.name,) if self.formerly is None else (self.name, self.formerly)
