"""Values that a session of the page keeps between script runs: plain values, and positions of controls."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

T = TypeVar("T")


class SessionVar(Generic[T]):
    """A value of the session, as a ``ContextVar`` is one of a thread.

    Its key is that of ``st.session_state``; a control's key is also its name in the browser.
    """

    def __init__(self, key: str, default: T) -> None:
        self.key = key
        self.default = default

    def get(self) -> T:
        """Return the kept value, or the default."""
        value: T = st.session_state.get(self.key, self.default)
        return value

    def set(self, value: T) -> None:
        """Keep a value; for a control, only before it is drawn or in a callback."""
        st.session_state[self.key] = value

    def start(self, value: T) -> T:
        """Keep a value if there is none yet, and return the kept one."""
        kept: T = st.session_state.setdefault(self.key, value)
        return kept

    def pop(self) -> T:
        """Forget the kept value, and return it or the default."""
        value: T = st.session_state.pop(self.key, self.default)
        return value

    def is_kept(self) -> bool:
        """Whether a value is kept, including the default."""
        return self.key in st.session_state


moved = SessionVar[dict[str, Any]]("moved", {})
"""Positions that the page has set for controls, by key, until they are drawn with them (ControlVar)."""


class ControlVar(SessionVar[T]):
    """The position of a control that the page moves, too, such as the true digit of a drawing.

    Streamlit alone would not tell the browser if the callback redraws only other fragments. And a message that is on
    its way when the control moves still has the old position, which Streamlit 1.67 would take for a new choice. So each
    move makes a new control of the same key, and late messages about the old one change nothing.
    """

    def get(self) -> T:
        """Return the position, even if the control is not drawn there yet."""
        value: T = moved.get().get(self.key, super().get())
        return value

    def set(self, value: T) -> None:
        """Move the control when it is next drawn."""
        if not self.is_kept() or self.get() != value:
            moved.set({**moved.get(), self.key: value})

    def is_kept(self) -> bool:
        """Whether it was drawn or moved before."""
        return self.key in moved.get() or super().is_kept()

    def renew(self) -> None:
        """Draw a new control in its place, which forgets what the browser holds, such as an uploaded file."""
        self._n_moves.set(self._n_moves.get() + 1)
        self.pop()

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Draw the control in this block, where it was moved to."""
        if self.key in moved.get():
            self._n_moves.set(self._n_moves.get() + 1)
            super().set(moved.get()[self.key])
            moved.set({key: value for key, value in moved.get().items() if key != self.key})
        # Streamlit makes a control's id of its key and the script's name.
        with ThreadState.scoped(
            active_script_hash=f"{ThreadState.get().active_script_hash}{self._n_moves.get() or ''}"
        ):
            yield

    def choice(
        self,
        label: str,
        options: Sequence[Any],
        act: Callable[..., None] | None = None,
        control: Callable[..., Any] = st.segmented_control,
        **more: Any,
    ) -> Any:
        """Draw a choice of one option, and return it: that of the variable, or the first if it has another.

        ``act`` is called at a new choice; ``more`` are further arguments of ``control``, whose options wrap.
        """
        self.set(self.get() if self.get() in options else options[0])
        with self.placed():
            acts = self.on_change(act) if act is not None else None
            return control(label, options, key=self.key, required=True, on_change=acts, **{"wrap": True, **more})

    def on_change(self, act: Callable[..., None]) -> Callable[..., None]:
        """Return a callback that acts only until the control moves; call it where the control is drawn."""
        n_moves = self._n_moves.get()

        def callback(*args: Any) -> None:
            if self._n_moves.get() == n_moves:
                act(*args)

        return callback

    @property
    def _n_moves(self) -> SessionVar[int]:
        return SessionVar(f"{self.key} moves", 0)
