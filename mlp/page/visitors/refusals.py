"""Explain beside a button why its action was refused."""

import streamlit as st

from mlp.jobs.limits import BeyondLimit
from mlp.language import mark, said_by, tr
from mlp.page.session_var import SessionVar
from mlp.page.style.theme import plain

REMEDIES = {
    "epochs": mark("Choose fewer epochs in the settings."),
    "MB of memory": mark("Choose fewer or narrower layers in the settings, or SGD instead of Adam."),
}


class Refusal(SessionVar[str | None]):
    """The reason why an action was refused, and what to do instead, until it is shown.

    Callbacks set it; the section with the action's button declares and shows it.
    """

    def __init__(self, place: str) -> None:
        super().__init__(f"refused_{place}", None)

    def show(self) -> None:
        """Draw the reason, once."""
        if words := self.get():
            st.error(plain(tr(words)))
            self.pop()  # last, so that an interrupted script shows it on its next run


def reason(error: Exception) -> str:
    """Return an error as the end of a sentence for visitors, and at a limit a way to stay within it."""
    text = f"{tr(said_by(error))}."
    return f"{text} {tr(REMEDIES[error.name])}" if isinstance(error, BeyondLimit) else text
