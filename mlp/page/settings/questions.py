"""Questions whose answers open at a press, unless the link hides the answers."""

from collections.abc import Sequence

import streamlit as st

from mlp.page.style.link import hidable, hidden

ANSWERS = hidable("answers", "Answers, in lessons and lab", "")
"""Name that hides the answers to the questions of lessons and lab."""


def shows_answers() -> bool:
    """Whether the link leaves the answers visible."""
    return ANSWERS not in hidden()


def questions_section(asked: Sequence[tuple[str, str]]) -> None:
    """Draw questions, each with its answer to open, or without answers."""
    if shows_answers():
        parts = "".join(f"<details><summary>{ask}</summary><p>{text}</p></details>" for ask, text in asked)
    else:
        parts = "".join(f"<p>{ask}</p>" for ask, _ in asked)
    st.html(f'<div class="ink-questions">{parts}</div>')
