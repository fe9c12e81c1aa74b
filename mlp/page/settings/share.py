"""Draw the button that copies a link to the experiment: the page's address, which holds its settings."""

import html
from collections.abc import Callable

import streamlit as st

from mlp.page.style.redraw import On, part

# One listener serves the whole page, as Streamlit may replace the button. If the browser blocks the clipboard (no
# https, no permission), the link appears selected, ready to be copied by hand.
_BUTTON = """
<div class="ink-share" data-drawing="{drawing}">
  <button type="button" class="ink-copy">Copy link to this experiment</button>
  <p class="ink-status" role="status"></p>
  <button type="button" class="ink-copy ink-to-board">Board mode: one part at a time, in large type</button>
  <input class="ink-link" type="text" readonly hidden aria-label="Link to this experiment">
</div>
"""
_SCRIPT = """
<script>
if (!window.inklingShare) {
  window.inklingShare = true;
  const copySelection = (field) => {
    field.hidden = false;
    field.focus();
    field.select();
    try { return document.execCommand("copy"); } catch { return false; }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest(".ink-copy");
    if (!button) return;
    if (button.classList.contains("ink-to-board")) {
      const board = new URL(window.location.href);
      board.searchParams.set("board", "1");
      window.location.assign(board.href);
      return;
    }
    const box = button.closest(".ink-share"), field = box.querySelector("input"), said = box.querySelector("p");
    const link = new URL(window.location.href.split("#")[0]);
    const drawing = box.dataset.drawing;
    if (drawing) link.searchParams.set("drawing", drawing);
    field.value = drawing ? link.href : window.location.href.split("#")[0];
    let copied = true;
    try { await navigator.clipboard.writeText(field.value); field.hidden = true; }
    catch { copied = copySelection(field); field.hidden = copied; if (copied) button.focus(); }
    said.textContent = !copied ? "Copy this link:"
      : `Copied. The link holds your settings${drawing ? " and your drawing" : ""}.`;
    clearTimeout(window.inklingShareTimer);
    if (copied) window.inklingShareTimer = setTimeout(() => { said.textContent = ""; }, 6000);
  });
}
</script>
"""


def share_section(drawing: Callable[[], str | None]) -> None:
    """Draw the button that copies the link; the controls keep the address up to date.

    Parameters
    ----------
    drawing : callable
        Returns the drawing as letters, digits, ``-``, ``_`` and ``=``. Only the copied link holds it, not the address.
    """
    _button(drawing)
    with st.container(key="share_script"):  # takes no space
        st.html(_SCRIPT, unsafe_allow_javascript=True)


@part("share_link", on=On.STROKE)
def _button(drawing: Callable[[], str | None]) -> None:
    st.html(_BUTTON.format(drawing=html.escape(drawing() or "")))
