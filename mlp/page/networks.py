"""Which network answers: the shipped one, the article's, or the visitor's own run."""

from dataclasses import dataclass

import streamlit as st

from mlp import DEFAULT_MODEL
from mlp.nn.network import MLP
from mlp.nn.weights import load_model
from mlp.page.visitors import Visitor

ARTICLE_MODEL = DEFAULT_MODEL.with_name("article.safetensors")
NAMES = {
    "shipped": "Shipped network",
    "article": "The article's network",
    "run": "Your run",
    "uploaded": "Uploaded network",
}


@dataclass(frozen=True)
class Reader:
    """The network that answers, and what the page says of it, as short HTML of our own."""

    network: MLP
    kind: str
    said: str


@st.cache_resource(show_spinner=False)
def shipped(kind: str) -> MLP:
    """Load a shipped network once for all visitors."""
    return load_model(DEFAULT_MODEL if kind == "shipped" else ARTICLE_MODEL)


def network_choice(visitor: Visitor) -> None:
    """Draw the choice of the network that answers."""
    kinds = ["shipped", "article"]
    kinds += (["run"] if visitor.job is not None else []) + (["uploaded"] if visitor.uploaded is not None else [])
    if st.session_state.get("network") not in kinds:
        st.session_state["network"] = "shipped"
    st.segmented_control(
        "Which network answers",
        kinds,
        key="network",
        format_func=NAMES.__getitem__,
        required=True,
        label_visibility="collapsed",
    )


def reader(visitor: Visitor) -> Reader:
    """Give the network that answers now."""
    kind = st.session_state.get("network") or "shipped"
    if kind == "run" and visitor.job is not None:
        now = visitor.job.snapshot()
        where = f"epoch {now.epoch}" if now.step else "not yet trained"
        return Reader(now.network, "run", f"Reading with <b>your run</b>, {where}")
    if kind == "uploaded" and visitor.uploaded is not None:
        return Reader(visitor.uploaded, "uploaded", "Reading with <b>the network that you brought</b>")
    kind = "article" if kind == "article" else "shipped"
    name = "the article’s network" if kind == "article" else "the shipped network"
    return Reader(shipped(kind), kind, f"Reading with <b>{name}</b>")
