"""The hidden neurons as a grid of switches, lit as they fire: one tab stop per layer, and arrow keys within it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mlp.page.session_var import SessionVar

_lab_neurons = SessionVar[Any]("lab_neurons", None)
"""The browser's report on the switched neuron; a control."""


_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const active = root.getRootNode().activeElement;
  const had = active && root.contains(active) ? active.dataset.id : null;
  root.innerHTML = data.map((layer, l) => `<section><h3>${layer.title}</h3><div role="group"`
    + ` aria-label="${layer.title}">` + layer.neurons.map(([n, lit, off]) => {
      const name = `neuron ${n + 1}, ${off ? "off" : `lit ${lit}%`}`;
      return `<button type="button" data-id="${l}-${n}" tabindex="-1" aria-pressed="${Boolean(off)}"`
        + ` style="--lit:${lit}%" aria-label="${name}" title="${name}"></button>`;
    }).join("") + "</div></section>").join("");
  const buttons = [...root.querySelectorAll("button")];
  root.querySelectorAll("section").forEach((section) => {
    const first = section.querySelector(`[data-id="${had}"]`) || section.querySelector("button");
    if (first) first.tabIndex = 0;
  });
  const again = buttons.find((button) => button.dataset.id === had);
  if (again) again.focus({ preventScroll: true });
  root.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) setTriggerValue("switched", button.dataset.id.split("-").map(Number));
  };
  root.onkeydown = (event) => {
    const button = event.target.closest("button");
    if (!button || !event.key.startsWith("Arrow")) return;
    const row = [...button.parentElement.children];
    const columns = row.filter((other) => other.offsetTop === row[0].offsetTop).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    event.preventDefault();
    const next = row[row.indexOf(button) + step];
    if (!next) return;
    button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}
"""

_CSS = """
.root { display: grid; gap: 1rem; }
h3 { font-size: 0.9rem; font-weight: 600; margin: 0 0 0.4rem; color: var(--ink); }
section > div { display: grid; grid-template-columns: repeat(auto-fill, 1.35rem); gap: 3px; }
button { width: 1.35rem; height: 1.35rem; padding: 0; border: 0; border-radius: 4px; cursor: pointer;
  background: color-mix(in srgb, #fff var(--lit), #000); box-shadow: 0 0 0 1px var(--line); }
button:hover, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; z-index: 1; }
button[aria-pressed="true"] { background:
  linear-gradient(to top right, transparent 44%, var(--accent) 44% 56%, transparent 56%),
  linear-gradient(to bottom right, var(--paper) 44%, var(--accent) 44% 56%, var(--paper) 56%); }
@media (pointer: coarse) { section > div { grid-template-columns: repeat(auto-fill, 1.75rem); }
  button { width: 1.75rem; height: 1.75rem; } }
"""


class LayerSwitches(NamedTuple):
    """A hidden layer: its title, the neurons to show, how strongly each fires, 0 to 1, and those that are off."""

    title: str
    neurons: Sequence[int]
    lit: np.ndarray
    off: set[int]


def neuron_grid(layers: Sequence[LayerSwitches], on_switch: Callable[[int, int], None]) -> None:
    """Draw the switches; ``on_switch`` is called with the layer and the neuron, from 0, if they are among these."""

    def switched() -> None:
        place = (_lab_neurons.get() or {}).get("switched")
        if isinstance(place, list | tuple) and len(place) == 2 and all(isinstance(part, int) for part in place):
            layer, neuron = place
            if 0 <= layer < len(layers) and neuron in layers[layer].neurons:
                on_switch(layer, neuron)

    data: list[dict[str, Any]] = [
        {
            "title": layer.title,
            "neurons": [[n, round(100 * float(layer.lit[n])), int(n in layer.off)] for n in layer.neurons],
        }
        for layer in layers
    ]
    component = st.components.v2.component("neuron_grid", html='<div class="root"></div>', js=_JS, css=_CSS)
    component(key=_lab_neurons.key, data=data, on_switched_change=switched)
