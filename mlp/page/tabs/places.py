"""Places below the cards, which links open and hide: the sections of the tabs, and their views."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from mlp.images.mnist import Dataset
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.draw.subject import look_at
from mlp.page.script.link import hidable, hidden
from mlp.page.script.redraw import Event, redraw, rerun_page
from mlp.page.session_var import ControlVar
from mlp.page.visitors.visitor import Visitor

VIEW = Event()
"""The open view of a tab: its tool, experiment or data."""
FIRST = mark("Look inside")
"""The section that an address without a place opens."""
ADDRESSES: dict[str, dict[str, str]] = {}
"""How an address names each section and view, by its label on the page."""


def place_key(name: str) -> str:
    """Return the name that hides a tab or a section, which is also the key of its container.

    >>> place_key("Step by step")
    'tab-step-by-step'
    """
    return "tab-" + name.lower().replace(" ", "-")


@dataclass(frozen=True)
class Views:
    """The views of a section, one of which is open: experiments, lessons, or kinds of drawings.

    ``name`` is theirs in the address; a link hides a view by ``name-view``. ``kind`` precedes their titles in the list
    of what links can hide. ``chosen`` is the open view, and the control that chooses it.
    """

    name: str
    kind: str
    titles: Mapping[str, str]
    chosen: ControlVar[str]

    def __post_init__(self) -> None:
        """Declare the views as parts that links can hide."""
        for view, title in self.titles.items():
            ADDRESSES[title] = {self.name: view}
            hidable(self._hidden_by(view), f"{self.kind}: {title}", f".st-key-{self.name}_{view}")

    def _hidden_by(self, view: str) -> str:
        return f"{self.name}-{view}".replace("_", "-")

    @property
    def first(self) -> str:
        """The name of the first view."""
        return next(iter(self.titles))

    def shown(self) -> list[str]:
        """Return the names of the views that are not hidden."""
        gone = hidden()
        return [view for view in self.titles if self._hidden_by(view) not in gone]

    def open_one(self) -> str | None:
        """Return the open view: the chosen one or the first; None if all are hidden."""
        names = self.shown()
        return next((view for view in (self.chosen.get(), *names) if view in names), None)

    def draw_choice(self, label: str, **more: Any) -> str | None:
        """Draw the choice of a view, and return the open one; draw nothing and return None if all are hidden.

        ``label`` names it for screen readers; ``more`` are further arguments of ``st.segmented_control``.
        """
        more = {"format_func": lambda view: tr(self.titles[view]), "label_visibility": "collapsed", **more}
        act, names = partial(redraw, VIEW), self.shown()
        return self.chosen.choice(label, names, act, persist_state="session", **more) if names else None


@dataclass(frozen=True)
class Section:
    """A section of a tab, or a whole tab, by its label: a link opens it by ``tab=``, and hides it by its key.

    ``looks_at_images`` says whether it needs images of the classes that the answering network reads. ``views_for`` says
    whether its views are chosen in the row of the tab's sections, for this data; other sections draw that choice.
    """

    name: str
    draw: Callable[[Visitor, Dataset], None]
    looks_at_images: bool = False
    views: Views | None = None
    views_for: Callable[[Dataset], bool] = lambda _: False

    def __post_init__(self) -> None:
        """Declare it as a part that links can hide; the code that draws it leaves it out."""
        hidable(self.key, self.name, "")
        ADDRESSES[self.name] = {"tab": self.name}

    @property
    def key(self) -> str:
        """The key of its container, and its name for hiding."""
        return place_key(self.name)

    @property
    def is_hidden(self) -> bool:
        """Whether the link hides it."""
        return self.key in hidden()


def go_to(name: str) -> None:
    """Open another tab or section, and rerun the whole page; for callbacks, as their last act.

    It does not set the bar's own key: until the whole page has run, requests of other fragments can still report the
    old tab, and would overwrite it.
    """
    state.requested_tab.set(name)
    rerun_page()


def opening(label: str) -> str:
    """Return a link like a button that opens the place with this label, as HTML; the label alone if it is not there."""
    text, place = html.escape(tr(label)), ADDRESSES.get(label)
    return text if place is None else f'<a class="ink-button ink-opens" href="?{urlencode(place)}">{text}</a>'


def look_inside(kind: str, number: int) -> None:
    """Show which pixels of a test or validation digit spoke for the answer; for callbacks, as their last act."""
    look_at(kind, number)
    state.network_tool.set("pixels")
    go_to(FIRST)
