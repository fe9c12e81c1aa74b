"""Scroll to a part of the page that a link or a button opened."""

import string

import streamlit as st

# Once for each act, as soon as the element exists.
_SCROLL = string.Template("""
<script>
window.inklingOpened ||= new Set();
if (!window.inklingOpened.has("$act")) {
  window.inklingOpened.add("$act");
  let tries = 40;
  const look = () => {
    const opened = document.querySelector(".st-key-$key");
    if (opened) {
      opened.scrollIntoView({ block: "start" });
      window.inklingOpened.add("$act, done");
    } else if (tries--) setTimeout(look, 100);
  };
  setTimeout(look, 400);
}
</script>
""")


def bring_into_sight(key: str, act: str = "link") -> None:
    """Scroll to the container of this key, once for each act, whose name is ours."""
    st.html(_SCROLL.substitute(key=key, act=act), unsafe_allow_javascript=True)
