"""Upload a network, which can then answer."""

import html
from typing import Any

import streamlit as st

from mlp.nn.reader import Reader
from mlp.nn.weights import ModelError
from mlp.page import state
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced
from mlp.page.style.theme import plain
from mlp.page.visitors.runs import check_bytes
from mlp.page.visitors.visitor import Visitor
from mlp.training.uploaded_network import readable_network

_weights_in = SessionVar[Any]("weights_in", None)
"""The uploaded network; a control."""
_weights_error = SessionVar[str | None]("weights_error", None)
"""The reason why the file cannot be used."""


def weights_section(visitor: Visitor) -> None:
    """Draw the upload of a network, and its description or the reason why it cannot be used."""
    st.subheader("Upload a network", anchor=False)
    st.file_uploader(
        "A .safetensors file",
        type=["safetensors"],
        help="Takes a file from this page or from `python -m mlp train`.",
        key=_weights_in.key,
        on_change=_read_upload,
        args=(visitor,),
    )
    error = _weights_error.get()
    if error:
        st.error(plain(error))
    else:
        st.html(announced("uploaded", "" if visitor.uploaded is None else description_of(visitor.uploaded)))


def description_of(network: Reader) -> str:
    """Return a one-line description of an uploaded network as HTML, with the file's texts escaped."""
    facts = [network.activation, f"{network.n_parameters:,} numbers"]
    data, accuracy = network.facts.get("data"), network.facts.get("validation_accuracy")
    if isinstance(data, str):
        facts.append(f"trained on {data[:60]}")
    if isinstance(accuracy, float) and 0 <= accuracy <= 1:
        facts.append(f"{accuracy * 100:.2f}% on validation images, according to its file")
    sizes = " → ".join(map(str, network.layer_sizes))
    return f"<b>{sizes}</b> · {html.escape(' · '.join(facts))}. Choose “Uploaded network” to make it answer."


def _read_upload(visitor: Visitor) -> None:
    file = _weights_in.get()
    _weights_error.set(None)
    if file is None:
        return
    try:
        network = readable_network(file.getvalue(), file.name)
        given_back = visitor.uploaded.network.values.nbytes if visitor.uploaded else 0
        remedy = "try again when other visitors have left"
        check_bytes(network.network.values.nbytes, remedy, given_back=given_back)
    except ModelError as error:
        _weights_error.set(f"This file can’t be used: {error}.")
    except ValueError as error:
        _weights_error.set(f"This file can’t be used now. {file.name}: {error}.")
    else:
        visitor.uploaded = network
        state.network.set("uploaded")
