"""Explain beside a button or an upload why its action was refused."""

from collections.abc import Callable, Sequence
from typing import Any

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


def named_reason(name: str, error: ValueError) -> str:
    """Return the reason why a file was refused, with its name."""
    return tr("{where}: {error}", where=name, error=reason(error))


class Upload(SessionVar[Any]):
    """A control for a visitor's file, with the reason why the last one was refused, until there is another."""

    def __init__(self, key: str) -> None:
        super().__init__(key, None)
        self.result = SessionVar[str](f"{key}_result", "")  # what became of the last file, in words
        self._error = SessionVar[str](f"{key}_error", "")

    def show(
        self,
        label: str,
        endings: str | Sequence[str],
        take: Callable[[Any], None],
        *,
        explain: Callable[[str, ValueError], str] = named_reason,
        help: str | None = None,
    ) -> bool:
        """Draw the control, and below, why ``take`` refused a file by a ValueError; return whether it did not."""
        st.file_uploader(label, type=endings, key=self.key, help=help, on_change=self._on_file, args=(take, explain))
        if error := self._error.get():
            st.error(plain(error))
        return not error

    def _on_file(self, take: Callable[[Any], None], explain: Callable[[str, ValueError], str]) -> None:
        self._error.set("")
        self.result.set("")
        if (file := self.get()) is not None:
            try:
                take(file)
            except ValueError as error:
                self._error.set(explain(file.name, error))
