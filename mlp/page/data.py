"""Which data the page trains on: MNIST if it is there, else the sample until it has come."""

import html
import os
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mlp.images.fetch import shared_fetch
from mlp.images.mnist import Dataset, local_folder, sample
from mlp.images.warp import warp
from mlp.page import look
from mlp.page.look import digits, plain
from mlp.page.visitor import Visitor
from mlp.training.slices import Mnist

EXAMPLES = 30
LOOK_S = 1.0  # between two looks at a download


@dataclass(frozen=True)
class DataState:
    """The data that a new run would use, and how far a download of the whole has come.

    ``coming`` is the share of MNIST that has arrived, 0 to 1, None if none is on its way; ``failed`` says why MNIST is
    not there.
    """

    source: Mnist
    dataset: Dataset
    coming: float | None
    failed: str | None


@st.cache_resource(show_spinner=False)
def _mnist(folder: str) -> tuple[Mnist, Dataset]:
    source = Mnist(folder)
    return source, source.load()


def data_state() -> DataState:
    """Tell which data there is now; begins a download in the background at the first call, and never waits for it."""
    folder = local_folder()
    if folder is None:
        fetch = shared_fetch().state()
        folder = local_folder()  # it may have come since
        if folder is None:
            coming = fetch.done / max(fetch.total, 1) if fetch.running else None
            failed = fetch.failed or ("its files were here, and are gone" if fetch.dataset is not None else None)
            return DataState(Mnist(None), sample(), coming=coming, failed=failed)
    return DataState(*_mnist(str(folder)), coming=None, failed=None)


def heading(state: DataState) -> None:
    """Draw the page's name and the data that a new run would use; while MNIST is on its way, how far it has come."""
    coming = state.coming is not None
    st.fragment(_heading, run_every=LOOK_S if coming else None, key="heading")(coming)


def _heading(was_coming: bool) -> None:
    state = data_state()
    look.heading("Inkling", "Train a network from nothing. Then draw for it.", facts(state))
    named = os.environ.get("MLP_DATA_DIR")
    if state.failed and named:
        # Whoever named a folder expects MNIST from it.
        st.warning(plain(f"{state.dataset.name} is used, as the whole of MNIST is not to be had: {state.failed}."))
    if was_coming and state.coming is None:
        st.rerun()  # all sections learn that it is here, or not to be had


def facts(state: DataState) -> list[str]:
    """Say which data a new run would use, as short HTML."""
    said = [f"Data: {html.escape(state.dataset.name)}, {len(state.dataset.train.labels):,} training images"]
    if state.coming is not None:
        said.append(f"The whole of MNIST is coming: {state.coming * 100:.0f} %")
    return said


def data_section(_visitor: Visitor, state: DataState) -> None:
    """Show example digits with their labels."""
    split = state.dataset.train
    st.markdown(
        f"**{plain(state.dataset.name)}**: {len(split.labels):,} digits to learn from, "
        f"{len(state.dataset.validation.labels):,} to watch whether it learns the idea or only the examples, "
        f"{len(state.dataset.test.labels):,} kept for the end. Each is 28 × 28 pixels, and the number below says what "
        "the writer meant."
    )
    first = st.session_state.setdefault("examples_from", 0) % max(1, len(split.labels) - EXAMPLES)
    shown = slice(first, first + EXAMPLES)
    images, alt = split.images[shown], "a handwritten {}"
    if st.session_state.get("show_warped"):
        # Neighbours in one small group share their warp: each is warped alone, as its own group.
        rng = np.random.default_rng(first)
        images, alt = np.concatenate([warp(image[None], rng) for image in images]), "a warped {}"
    st.html(digits(images, [str(label) for label in split.labels[shown]], alt=alt))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Show others", key="more_examples", on_click=_show_others)
        st.toggle("Show them warped, as training can see them", key="show_warped")
    if state.coming is not None:
        st.caption("The whole of MNIST is being downloaded. New runs use it once it is here.")
    elif state.failed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("The whole of MNIST could not be downloaded, so this is a sample.", width="content")
            st.button("Try again", key="fetch_again", on_click=_fetch_again)
        with st.expander("Why it could not"):
            st.text(state.failed)


def _fetch_again() -> None:
    shared_fetch(retry=True)


def _show_others() -> None:
    st.session_state["examples_from"] = st.session_state.get("examples_from", 0) + EXAMPLES
