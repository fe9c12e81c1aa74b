"""Scroll to a part of the page that a link or a button opened."""

import string

import streamlit as st

# Once for each ``act``, as soon as the element exists.
_SCROLL = string.Template("""
<script>
window.inklingOpened ||= new Set();
if (!window.inklingOpened.has("$act")) {
  window.inklingOpened.add("$act");
  let tries = 40;
  const look = () => {
    const opened = document.querySelector(".st-key-$key");
    if (opened) {
      const inTab = opened.closest(".st-key-sections"); // which grows while it is drawn
      opened.scrollIntoView({ block: inTab ? "start" : "nearest" });
      const ring = ["var(--accent)", "transparent"].map((color) => ({ outline: `3px solid $${color}` }));
      if ($highlight) opened.animate(ring, { duration: 5000, easing: "ease-in" });
      window.inklingOpened.add("$act, done");
    } else if (tries--) setTimeout(look, 100);
  };
  const isReload = performance.getEntriesByType("navigation")[0].type === "reload";  // which begins at the canvas
  if ("$act" !== "link" || !isReload) setTimeout(look, 400);
}
</script>
""")


def scroll_to(key: str, act: str = "link", *, highlight: bool = False) -> None:
    """Scroll to the container with this key, once for each ``act``, which must be trusted text.

    With ``highlight``, an outline around the container appears and fades.
    """
    script = _SCROLL.substitute(key=key, act=act, highlight="true" if highlight else "false")
    st.html(script, unsafe_allow_javascript=True)
