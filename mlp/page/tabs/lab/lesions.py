"""Damage it: how much of a network can be removed before it stops reading."""

import html

import numpy as np
import streamlit as st

from mlp.analysis.lab.lesions import BITS, Lesion, lesioned, n_affordable, n_bytes, n_weights_left, own_bits
from mlp.analysis.trace import trace
from mlp.nn.network import MLP
from mlp.page import state
from mlp.page.draw.networks import answering
from mlp.page.draw.subject import subject, subject_choice
from mlp.page.session_var import SessionVar
from mlp.page.tabs.inside.switched_off import right_with_and_without, switch, switched_off_in
from mlp.page.tabs.lab.parts import bars, facts_list, is_finite, plain_reader
from mlp.page.tabs.lab.pictures.neuron_grid import LayerSwitches, neuron_grid
from mlp.page.train.data_state import DataState
from mlp.page.visitors.visitor import Visitor

_lab_pruned = SessionVar[int]("lab_pruned", 0)
"""Percentage of pruned weights; a control."""
_lab_bits = SessionVar[int]("lab_bits", 32)
"""Number of bits of each weight; a control."""


IDEA = (
    "How much of the network is needed? Switch neurons off, prune the smallest weights, or round all weights to a few "
    "bits, and see the new answer, accuracy and size. Your network itself stays whole."
)
SHOWN = 200  # neurons in each layer, the most active ones


def choices(visitor: Visitor, data: DataState) -> tuple[int, int]:
    """Draw the controls, and return the percentage of pruned weights and the bits."""
    subject_choice(data.dataset)
    _lab_pruned.start(_lab_pruned.default)
    _lab_bits.start(_lab_bits.default)
    pruned = st.slider("Prune the smallest weights, %", 0, 100, key=_lab_pruned.key, width=260)
    bits = st.select_slider(
        "Bits per weight",
        sorted(BITS),
        key=_lab_bits.key,
        format_func=lambda bits: "all" if bits == max(BITS) else str(bits),
        width=220,
    )
    st.button("Restore all", key="lab_heal", on_click=_heal, icon=":material/healing:")
    return int(pruned), int(bits)


def view(visitor: Visitor, data: DataState, pruned: int, bits: int) -> None:
    """Draw the damaged network beside the whole one: answers, accuracy, size, and the neurons to switch."""
    now = answering(visitor)
    if not is_finite(now.network):
        return
    lesion = Lesion(state.lab_off.get(), pruned / 100, bits)
    looked_at = subject(data.dataset)
    left = lesioned(now.network, lesion)
    image = now.seen(looked_at.image)
    both = [plain_reader(now.reader, network).predict_proba(image[None])[0] for network in (now.network, left)]
    validation = data.dataset.validation
    n = n_affordable(now.network, len(validation))
    whole, rest = right_with_and_without(now, visitor, validation, lesion, left)
    weights, all_weights = n_weights_left(left), n_weights_left(now.network)
    each = bits if bits < max(BITS) else own_bits(left)
    size, whole_size = n_bytes(left, lesion), n_bytes(now.network, Lesion())
    names = now.reader.names
    facts = [
        (
            f"Right, of {n:,} validation images" + (" (which it has learned from)" if now.kind == "shipped" else ""),
            f"{rest:.1%} <small>whole: {whole:.1%}</small>",
        ),
        ("Size", f"{_kilobytes(size)} <small>whole: {_kilobytes(whole_size)}</small>"),
        (
            "Weights left",
            f"{weights:,} <small>of {all_weights:,}, {_bits(each)} each</small>",
        ),
    ]
    st.html(
        f'<p class="ink-said">{now.caption}, on <b>{html.escape(looked_at.name)}</b>.</p>'
        f'<div class="lab-row">{bars("Whole", both[0], names)}{bars("Damaged", both[1], names)}'
        f"<div>{facts_list(facts)}</div></div>"
    )
    _switches(now.network, left, image)


def _switches(network: MLP, left: MLP, image: np.ndarray) -> None:
    hidden = trace(left, image, 1)[:-1]
    layers = []
    for number, (layer, gone) in enumerate(zip(hidden, switched_off_in(network), strict=True)):
        fires = np.abs(layer.outputs).astype(float)
        n = len(fires)
        fires[list(gone)] = 0
        shown = list(range(n))
        if n > SHOWN:
            most = np.argsort(-fires, kind="stable")[:SHOWN].tolist()
            shown = sorted({*most, *gone})
        title = f"Layer {number + 1}: {n:,} neurons" + (f", the {len(shown):,} most active" if n > SHOWN else "")
        title += f", {len(gone)} off" if gone else ""
        layers.append(LayerSwitches(title, shown, fires / max(float(fires.max()), 1e-12), gone))
    if layers:
        st.caption("Press a neuron to switch it off or on; white ones fire strongly, black ones are silent.")
        neuron_grid(layers, switch)
    else:
        st.caption("This network has no hidden neurons to switch off.")


def _heal() -> None:
    for control in (state.lab_off, _lab_pruned, _lab_bits):
        control.pop()


def _bits(n: int) -> str:
    return "1 bit" if n == 1 else f"{n} bits"


def _kilobytes(n: int) -> str:
    return f"{n / 1000:,.0f} kB" if n < 1e6 else f"{n / 1e6:,.1f} MB"
