"""Draw the button that copies a link to the experiment: the page's address, which holds its settings."""

import html
from collections.abc import Callable

import streamlit as st

from mlp.page.style.redraw import On, part

_BUTTON = """
<div class="ink-share" data-drawing="{drawing}">
  <button type="button" class="ink-copy">Copy link to this experiment</button>
  <p class="ink-status" role="status"></p>
  <button type="button" class="ink-copy ink-to-board">Board mode: one part at a time, in large type</button>
  <input class="ink-link" type="text" readonly hidden aria-label="Link to this experiment">
</div>
"""


def share_section(drawing: Callable[[], str | None]) -> None:
    """Draw the button that copies the link.

    Only the copied link holds the text that ``drawing`` returns, not the address, which the controls keep up to date.
    """
    _button(drawing)


@part("share_link", on=On.STROKE)
def _button(drawing: Callable[[], str | None]) -> None:
    st.html(_BUTTON.format(drawing=html.escape(drawing() or "")))
