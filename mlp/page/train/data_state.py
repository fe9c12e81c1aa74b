"""The data that the page trains on."""

import sys
from dataclasses import dataclass

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.training.data.sources import Mnist, chosen_mnist


@dataclass(frozen=True)
class DataState:
    """The source and the images of a new run."""

    source: Mnist
    dataset: Dataset


def data_state() -> DataState:
    """Return the data of a new run."""
    return _of(chosen_mnist())


def load_data() -> None:
    """Load the data of new runs when the server starts; if that fails, end it with a sentence."""
    try:
        data_state()
    except (OSError, ValueError) as error:
        sys.exit(f"Inkling cannot start: {error}.")


@st.cache_resource(show_spinner=False)
def _of(source: Mnist) -> DataState:
    return DataState(source, source.load())
