"""The parts of the page that a link can hide; each is declared in the file that draws it."""

from typing import NamedTuple


class Hidable(NamedTuple):
    """A part of the page that a link can hide.

    Attributes
    ----------
    label : str
        Its name in the list for teachers.
    selector : str
        The CSS selector of what is hidden; "" if the code that draws the part leaves it out.
    """

    label: str
    selector: str


HIDABLE: dict[str, Hidable] = {}
"""All declared parts, by their names in links."""


def hidable(name: str, label: str, selector: str | None = None) -> str:
    """Declare a part of the page that links can hide, and return its name in links.

    Without a selector, the part is the element whose key is the name.
    """
    HIDABLE[name] = Hidable(label, f".st-key-{name.replace('-', '_')}" if selector is None else selector)
    return name
