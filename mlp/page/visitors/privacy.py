"""The privacy note: what is kept, where, for how long, who can see it, and how to delete it."""

import streamlit as st

from mlp.jobs.limits import limits
from mlp.page.visitors.session import visitors


def privacy_note() -> None:
    """Draw the privacy note, which depends on whether the server has a disk; SECURITY.md makes the same promises."""
    where = (
        f"on this server’s disk until {limits().kept_days:d} days after your last visit"
        if visitors().has_disk
        else "in this server’s memory for up to six hours after your last visit"
    )
    st.caption(
        "**Privacy.** Inkling keeps your runs, drawing, digits, signs, open photo, nickname and written answers "
        f"{where}. It sends them to nobody else. A cookie with a random code finds them again when you "
        "return. Anyone who uses this browser or knows the code can see your work, and so can the people who run the "
        "server. Below, *Someone else’s turn* puts all of it away under its code, or deletes it."
    )
