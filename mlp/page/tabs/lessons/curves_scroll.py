"""Scroll to the lessons, each time they open; on a wide screen, canvas and curves are beside them."""

import streamlit as st

# Runs each time the lessons open, as soon as they are there. The style sheet puts the train card beside them.
_SCROLL = """
<script>
{
  let tries = 40;
  const look = () => {
    const lessons = document.querySelector(".st-key-lessons");
    if (!lessons) { if (tries--) setTimeout(look, 100); return; }
    if (lessons.dataset.seen) return;
    lessons.dataset.seen = "";
    const card = document.querySelector(".st-key-lessons_card");
    if (card) setTimeout(() => card.scrollIntoView({ block: "start" }), WAIT);
  };
  look();
}
</script>
"""
AFTER_LINK_MS = 400
"""Wait for the sections above, which are drawn first and move the rest down."""


def scroll_to_curves(*, by_link: bool) -> None:
    """Scroll to show both the curves and the lesson, each time the lessons open."""
    st.html(_SCROLL.replace("WAIT", str(AFTER_LINK_MS if by_link else 0)), unsafe_allow_javascript=True)
