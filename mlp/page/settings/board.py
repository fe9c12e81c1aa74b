"""Board mode, ``?board=1``: one part of the page at a time, in large type, for a projector in class."""

from pathlib import Path

import streamlit as st

from mlp.page.style.link import linked

NAME = "board"
_HERE = Path(__file__).parent


def on_board() -> bool:
    """Whether the link asks for board mode."""
    return linked(NAME) == "1"


def board_section() -> None:
    """Put the style sheet of board mode on the page if its link asks for it; `board.js` has its keys."""
    if on_board():
        st.html(f"<style>{(_HERE / 'board.css').read_text(encoding='utf-8')}</style>")
