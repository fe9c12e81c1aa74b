"""Bring what a link opened into sight: it lies below the fold."""

import string

import streamlit as st

# Once a page, as soon as it is there.
_SCROLL = string.Template("""
<script>
if (!window.inklingOpened) {
  window.inklingOpened = true;
  let tries = 40;
  const look = () => {
    const opened = document.querySelector(".st-key-$key");
    if (opened) opened.scrollIntoView({ block: "start" });
    else if (tries--) setTimeout(look, 100);
  };
  setTimeout(look, 400);
}
</script>
""")


def bring_into_sight(key: str) -> None:
    """Scroll to the container of this key, once."""
    st.html(_SCROLL.substitute(key=key), unsafe_allow_javascript=True)
