"""Images as buttons."""

import html
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import streamlit as st

from mlp.page.session_var import SessionVar

_gallery = SessionVar[Any]("gallery", None)
"""The browser's report on the chosen image; a control."""


_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  root.innerHTML = data;
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

    def picked() -> None:
        number = (_gallery.get() or {}).get("picked")
        if isinstance(number, int) and any(picture.number == number for picture in pictures):
            on_pick(number)

    buttons = "".join(
        f'<button type="button" data-number="{picture.number}" aria-label="{html.escape(picture.name)}" '
        f'title="{html.escape(picture.name)}"><img src="{picture.url}" alt="">{picture.caption}</button>'
        for picture in pictures
    )
    component = st.components.v2.component("gallery", html='<div class="root"></div>', js=_JS, css=_CSS)
    component(key=_gallery.key, data=buttons, on_picked_change=picked)
