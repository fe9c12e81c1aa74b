"""The component of the network's picture: one tab stop, arrow keys, and a focus that survives redraws."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mlp.page.session_var import SessionVar
from mlp.training.settings import MAX_HIDDEN_LAYERS, MAX_WIDTH

_network_picture = SessionVar[Any]("network_picture", None)
"""The browser's report on the pressed neuron; a control."""


_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const active = root.getRootNode().activeElement;
  const had = active && root.contains(active) ? { id: active.id, ...active.dataset } : null;
  root.innerHTML = data;
  const neurons = [...root.querySelectorAll(".neuron")];
  const lines = [...root.querySelectorAll("line")];
  const layer = (number) => neurons.filter((neuron) => neuron.dataset.layer === String(number));
  const light = (neuron) => {
    root.classList.toggle("pointed", Boolean(neuron));
    lines.forEach((line) => line.classList.toggle("lit", Boolean(neuron)
      && [line.dataset.from, line.dataset.to].includes(neuron.id)));
  };
  const stopAt = (stop) => neurons.forEach((neuron) => { neuron.tabIndex = neuron === stop ? 0 : -1; });
  neurons.forEach((neuron) => {
    neuron.onfocus = neuron.onpointerenter = () => light(neuron);
    neuron.onblur = neuron.onpointerleave = () => light(null);
    const press = () => {
      if (neuron.ariaPressed) setTriggerValue("switched", neuron.id.split("-").slice(1).map(Number));
    };
    let onlyShows = false;  // on a touchscreen, the first tap shows the sum and the second one switches
    neuron.onpointerdown = (event) => {
      onlyShows = event.pointerType === "touch" && root.dataset.tapped !== neuron.id;
    };
    neuron.onclick = () => {
      root.dataset.tapped = neuron.id;
      if (!onlyShows) press();
    };
    neuron.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); press(); return; }
      const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (!step) return;
      event.preventDefault();
      const others = layer(Number(neuron.dataset.layer) + step[0]);
      const row = Number(neuron.dataset.row) + step[1];
      const next = others[step[0] ? Math.min(row, others.length - 1) : row];
      if (!next) return;
      stopAt(next);
      next.focus();
    };
  });
  // The neuron that had the focus, or else the one in its place, as other neurons may be the most active now.
  const again = had && (neurons.find((neuron) => neuron.id === had.id) || layer(had.layer)[had.row]);
  stopAt(again || layer(1)[0]);
  if (again) again.focus({ preventScroll: true });
  const pointed = root.querySelector(".neuron:hover");
  if (pointed) light(pointed);
}
"""

_CSS = """
.piece { display: block; background: var(--sheet) 0 0 / var(--sheet-size) no-repeat;
  box-shadow: 0 0 0 1px var(--line); }
.net { --tile: 40px; --pitch: 47px; --left: 42px; --right: 102px; --top: 44px; position: relative;
  height: calc(var(--top) + var(--rows) * var(--pitch)); font-variant-numeric: tabular-nums; margin-top: 0.5rem; }
.head, .neuron { position: absolute;
  left: calc(var(--left) + (100% - var(--left) - var(--right)) * var(--x)); }
.head { top: 0; translate: -50% 0; font-size: 0.8rem; line-height: 1.25; text-align: center;
  white-space: nowrap; }
.head small { color: var(--quiet); font-size: 0.72rem; display: block; }
.wires { position: absolute; overflow: visible; left: var(--left); top: var(--top); max-width: none;
  width: calc(100% - var(--left) - var(--right)); height: calc(100% - var(--top)); }
.seen { position: absolute; left: 0; top: calc(50% + var(--top) / 2); translate: 0 -50%; border-radius: 4px;
  width: calc(2 * var(--left)); height: calc(2 * var(--left)); image-rendering: pixelated; background: #000; }
line.up { stroke: var(--accent); }
line.down { stroke: var(--second); stroke-dasharray: 5 4; }
.pointed line:not(.lit) { opacity: 0.07; }
.neuron { top: calc(var(--top) + (100% - var(--top)) * var(--y)); margin: calc(var(--tile) / -2);
  width: calc(var(--tile) + 7px); height: var(--tile); display: flex; cursor: help; border-radius: 4px;
  background: var(--paper); }
.neuron .piece { width: var(--tile); height: var(--tile); border-radius: 4px 0 0 4px; image-rendering: auto; }
.neuron[aria-pressed] { cursor: pointer; }
.neuron[aria-pressed="true"] .piece { opacity: 0.35; }
.neuron[aria-pressed="true"]::after { content: ""; position: absolute; inset: 0; border-radius: 4px; background:
  linear-gradient(to top right, transparent 46%, var(--accent) 46% 54%, transparent 54%),
  linear-gradient(to bottom right, transparent 46%, var(--accent) 46% 54%, transparent 54%); }
.neuron > b { width: 7px; background: color-mix(in srgb, #fff var(--lit), #000); border-radius: 0 4px 4px 0;
  box-shadow: 0 0 0 1px var(--line); }
.neuron:is(:hover, :focus) { z-index: 5; outline: 2px solid var(--accent); outline-offset: 2px; }
.neuron .tip { display: none; position: absolute; top: calc(50% - var(--y) * 100%); width: max-content;
  left: calc(100% + 10px); max-width: 15rem; background: var(--paper); border: 1px solid var(--line); color: var(--ink);
  border-radius: 8px; padding: 0.5rem 0.7rem; font-size: 0.8rem; line-height: 1.4; pointer-events: none;
  box-shadow: 0 4px 16px rgb(0 0 0 / 0.18); }
.neuron:is(:hover, :focus) .tip { display: block; }
.neuron:has(.reading) .tip { left: auto; right: calc(100% + 10px); }
.neuron .reading { position: absolute; left: calc(100% + 6px); line-height: var(--tile); font-size: 0.8rem;
  color: var(--quiet); white-space: nowrap; }
.neuron .reading strong { color: var(--ink); font-size: 1rem; }
.neuron.best :is(.reading, .reading strong) { color: var(--accent); font-weight: 650; }
@media (max-width: 640px) {
  .net { --tile: 27px; --pitch: 35px; --left: 24px; --right: 76px; }
  .head { font-size: 0.72rem; } .head small { font-size: 0.66rem; }
  .neuron:is(:hover, :focus) { z-index: 6; }
  .neuron .tip, .neuron:has(.reading) .tip { position: fixed; inset: auto 0.75rem 0.75rem; width: auto;
    max-width: none; }
}
"""


def network_widget(picture: str, on_switch: Callable[[int, int], None] | None = None) -> None:
    """Draw the picture; ``picture`` is trusted HTML, which the component shows as it is.

    ``on_switch`` is called with the layer and the neuron that were pressed, both from 0, if they are valid.
    """

    def switched() -> None:
        place = (_network_picture.get() or {}).get("switched")
        if on_switch is None or not isinstance(place, list | tuple) or len(place) != 2:
            return
        depth, neuron = place
        if type(depth) is type(neuron) is int and 1 <= depth <= MAX_HIDDEN_LAYERS and 0 <= neuron < MAX_WIDTH:
            on_switch(depth - 1, neuron)

    widget = st.components.v2.component("network_picture", html='<div class="root"></div>', js=_JS, css=_CSS)
    widget(key=_network_picture.key, data=picture, on_switched_change=switched)
