"""Images as buttons, and pictures with buttons on them."""

import html
from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple

import streamlit as st

from mlp.page.session_var import SessionVar

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const { activeElement } = root.getRootNode();
  const focused = root.contains(activeElement) && activeElement.dataset.number;
  root.innerHTML = data;
  if (focused) root.querySelector(`[data-number="${focused}"]`)?.focus();
  root.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) setTriggerValue("picked", Number(button.dataset.number));
  };
}
"""

_CSS = """
.root { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); gap: 0.5rem; }
button { font: inherit; color: var(--ink); background: none; border: 0; border-radius: 8px; padding: 0.25rem;
  cursor: pointer; font-size: 0.85rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
button:hover { background: color-mix(in srgb, var(--accent) 14%, transparent); }
button:focus-visible { outline: 2px solid var(--accent); }
img { display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated; border-radius: 4px; background: #000;
  margin-bottom: 0.3rem; }
small { color: var(--quiet); }
"""


class GalleryPicture(NamedTuple):
    """An image to pick: its number, its data URL, its name as text, and its caption in HTML of our own."""

    number: int
    url: str
    name: str
    caption: str


def gallery(pictures: Sequence[GalleryPicture], on_pick: Callable[[int], None]) -> None:
    """Draw images; ``on_pick`` is called with the number of a picked one, if it is one of these."""
    buttons = "".join(
        f'<button type="button" data-number="{picture.number}" aria-label="{html.escape(picture.name)}" '
        f'title="{html.escape(picture.name)}"><img src="{picture.url}" alt="">{picture.caption}</button>'
        for picture in pictures
    )
    buttons_section("gallery", buttons, _CSS, [picture.number for picture in pictures], on_pick)


def buttons_section(name: str, picture: str, css: str, numbers: Container[int], on_pick: Callable[[int], None]) -> None:
    """Draw HTML with buttons, which keep the focus when it changes.

    Parameters
    ----------
    name : str
        The name of the component, and the key of the control.
    picture : str
        HTML of our own; each button has its number as ``data-number``.
    css : str
        The style sheet for it; it stands in an element of the class ``root``.
    numbers : container of int
        The numbers of all buttons.
    on_pick : callable
        Called with the number of a pressed button.
    """
    report = SessionVar[Any](name, None)

    def picked() -> None:
        number = (report.get() or {}).get("picked")
        if isinstance(number, int) and number in numbers:
            on_pick(number)

    component = st.components.v2.component(name, html='<div class="root"></div>', js=_JS, css=css)
    component(key=report.key, data=picture, on_picked_change=picked)
