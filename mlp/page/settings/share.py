"""Offer the link to an experiment: the page's address, which holds its settings."""

import streamlit as st

# One listener for the whole page, so that nothing is lost when Streamlit draws the button anew. Where the browser
# keeps the clipboard from us (no https, no permission), the link is shown, selected, to be copied by hand.
_BUTTON = """
<div class="ink-share">
  <button type="button" class="ink-copy">Copy link to this experiment</button>
  <p class="ink-status" role="status"></p>
  <input class="ink-link" type="text" readonly hidden aria-label="Link to this experiment">
</div>
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
    field.value = window.location.href.split("#")[0];
    let copied = true;
    try { await navigator.clipboard.writeText(field.value); field.hidden = true; }
    catch { copied = byOldWay(field); field.hidden = copied; if (copied) button.focus(); }
    said.textContent = copied ? "Copied. It holds all settings that are not at their default." : "Copy this link:";
    clearTimeout(window.inklingShareTimer);
    if (copied) window.inklingShareTimer = setTimeout(() => { said.textContent = ""; }, 6000);
  });
}
</script>
"""


def share_section() -> None:
    """Draw the button that copies the link; the controls themselves keep the address up to date."""
    st.subheader("Share", anchor=False)
    st.html(_BUTTON, unsafe_allow_javascript=True)
