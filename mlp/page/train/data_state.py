"""Choose the data that the page trains on: MNIST if available, else the sample."""

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

UPDATE_S = 1.0  # between two updates of a download's progress


@dataclass(frozen=True)
class DataState:
    """The data of a new run, and the progress of a download.

    ``coming`` is the share of MNIST that has arrived, 0 to 1, or None without a download; ``failed`` says why MNIST is
    missing.
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
    """Return the data that is available now, starting a download in the background if MNIST is missing."""
    folder = local_folder()
    if folder is None:
        fetch = shared_fetch().state()
        folder = local_folder()  # the download may have ended since the first look
        if folder is None:
            coming = fetch.done / max(fetch.total, 1) if fetch.running else None
            failed = fetch.failed or ("its files have disappeared" if fetch.dataset is not None else None)
            return DataState(Mnist(None), sample(), coming=coming, failed=failed)
    return DataState(*_mnist(str(folder)), coming=None, failed=None)


def heading(state: DataState) -> None:
    """Draw the page's name and the data of a new run, with the progress of a download."""
    theme.heading(data_facts(state))
    every_s = None if state.coming is None else UPDATE_S
    this_tab().register("data", lambda _: {"html.facts": theme.chips(data_facts(data_state()))}, every_s=every_s)
    named = os.environ.get("MLP_DATA_DIR")
    if state.failed and named:
        # A named folder is meant to hold MNIST.
        st.warning(plain(f"Using {state.dataset.name}, because the full MNIST isn’t available: {state.failed}."))


def data_facts(state: DataState) -> list[str]:
    """Return the data of a new run as short HTML; a phone hides the parts in ``<em>``."""
    n_images = len(state.dataset.train.labels)
    texts = [f"{html.escape(state.dataset.name)}<em>, {n_images:,} training images</em>"]
    if state.coming is not None:
        texts.append(f"<em>Downloading the full </em>MNIST: {state.coming * 100:.0f}%")
    return texts
