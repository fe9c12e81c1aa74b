"""Offer the link to an experiment: the page's address, which holds its settings."""

import html
from collections.abc import Callable

import streamlit as st

from mlp.page.style.fragments import fragment

# One listener for the whole page, so that nothing is lost when Streamlit draws the button anew. Where the browser
# keeps the clipboard from us (no https, no permission), the link is shown, selected, to be copied by hand.
_BUTTON = """
<div class="ink-share" data-drawing="{drawing}">
  <button type="button" class="ink-copy">Copy link to this experiment</button>
  <p class="ink-status" role="status"></p>
  <input class="ink-link" type="text" readonly hidden aria-label="Link to this experiment">
</div>
"""
_SCRIPT = """
<script>
if (!window.inklingShare) {
  window.inklingShare = true;
  const byOldWay = (field) => {
    field.hidden = false;
    field.focus();
    field.select();
    try { return document.execCommand("copy"); } catch { return false; }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest(".ink-copy");
    if (!button) return;
    const box = button.closest(".ink-share"), field = box.querySelector("input"), said = box.querySelector("p");
    const link = new URL(window.location.href.split("#")[0]);
    const drawing = box.dataset.drawing;
    if (drawing) link.searchParams.set("drawing", drawing);
    field.value = drawing ? link.href : window.location.href.split("#")[0];
    let copied = true;
    try { await navigator.clipboard.writeText(field.value); field.hidden = true; }
    catch { copied = byOldWay(field); field.hidden = copied; if (copied) button.focus(); }
    said.textContent = !copied ? "Copy this link:"
      : `Copied. It holds all settings that are not at their default${drawing ? ", and your drawing" : ""}.`;
    clearTimeout(window.inklingShareTimer);
    if (copied) window.inklingShareTimer = setTimeout(() => { said.textContent = ""; }, 6000);
  });
}
</script>
"""


def share_section(drawing: Callable[[], str | None]) -> None:
    """Draw the button that copies the link; the controls themselves keep the address up to date.

    Parameters
    ----------
    drawing : callable
        Gives what is on the canvas, as letters, digits, ``-``, ``_`` and ``=``. It stands in the copied link alone.
    """
    fragment(_button, key="share_link")(drawing)


def _button(drawing: Callable[[], str | None]) -> None:
    st.html(_BUTTON.format(drawing=html.escape(drawing() or "")) + _SCRIPT, unsafe_allow_javascript=True)
