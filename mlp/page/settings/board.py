"""Board mode, ``?board=1``: one part of the page at a time, in large type, for a projector in class."""

from pathlib import Path

import streamlit as st

from mlp.page.settings.link import linked

NAME = "board"
_HERE = Path(__file__).parent


def on_board() -> bool:
    """Whether the link asks for board mode."""
    return linked(NAME) == "1"


def board_section() -> None:
    """Put the style sheet and keyboard shortcuts of board mode on the page if its link asks for it."""
    if on_board():
        with st.container(key="board_script"):
            css, js = ((_HERE / f"board.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
            st.html(f"<style>{css}</style><script>{js}</script>", unsafe_allow_javascript=True)
