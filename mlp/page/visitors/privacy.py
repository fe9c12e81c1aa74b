"""Say in one short paragraph what of a visitor is kept, where, how long, who sees it, and how to remove it."""

import streamlit as st

from mlp.jobs.checkpoints import kept_days
from mlp.page.visitors.session import visitors


def privacy_note() -> None:
    """Draw the paragraph, as SECURITY.md says it: it depends on whether the server keeps anything on disk."""
    where = (
        f"on the disk of this server, until {kept_days():d} days after your last visit"
        if visitors().has_disk
        else "in the memory of this server, for up to six hours after your last visit"
    )
    st.caption(
        "**Privacy.** Your runs, your drawing, your own digits and signs, the photo that is open now, and "
        f"your nickname if you give one are kept {where}. Nothing is sent to anybody else. A cookie with a "
        "random number finds them again. Whoever uses this browser sees your work, and so can whoever "
        "runs the server. You can delete earlier runs under *Runs*, digits under *Your digits* and the "
        "drawing or photo with *Clear*."
    )
