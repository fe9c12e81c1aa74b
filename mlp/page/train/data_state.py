"""Tell which data the page trains on: MNIST if it is there, else the sample."""

import html
import os
from dataclasses import dataclass

import streamlit as st

from mlp.images.background_fetch import shared_fetch
from mlp.images.mnist import Dataset, local_folder, sample
from mlp.page.live.tabs import this_tab
from mlp.page.style import theme
from mlp.page.style.theme import plain
from mlp.training.data.sources import Mnist

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
    theme.heading(data_facts(state))
    every_s = None if state.coming is None else LOOK_S
    this_tab().tell("data", lambda _: {"html.facts": theme.chips(data_facts(data_state()))}, every_s=every_s)
    named = os.environ.get("MLP_DATA_DIR")
    if state.failed and named:
        # Whoever named a folder expects MNIST from it.
        st.warning(plain(f"{state.dataset.name} is used, as the whole of MNIST is not to be had: {state.failed}."))


def data_facts(state: DataState) -> list[str]:
    """Say which data a new run would use, as short HTML; what stands in ``<em>`` is left out on a phone."""
    n_images = len(state.dataset.train.labels)
    said = [f"{html.escape(state.dataset.name)}<em>, {n_images:,} training images</em>"]
    if state.coming is not None:
        said.append(f"<em>The whole of </em>MNIST is coming: {state.coming * 100:.0f}%")
    return said
