"""Draw axes with a guess that is drawn by three handles, by pointer or arrow keys, and the real curve over it."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mlp.analysis.lab.guess import BLIND, PLACES
from mlp.page import state

_JS = """
const W = 640, H = 300, LEFT = 46, RIGHT = 16, TOP = 12, BOTTOM = 30;
export default function ({ data, parentElement, setTriggerValue }) {
  const svg = parentElement.querySelector("svg");
  const across = (share) => LEFT + share * (W - LEFT - RIGHT);
  const up = (height) => H - BOTTOM - height * (H - TOP - BOTTOM);
  const active = svg.getRootNode().activeElement;
  const had = active && svg.contains(active) ? active.dataset.handle : null;
  let heights = [...data.heights];
  const line = (points) => points.map(([x, y], n) => `${n ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`)
    .join("");
  const guess = () => [[0, data.blind], ...data.places.map((place, n) => [place, heights[n]])];
  const percent = (height) => `${Math.round(100 * height)} %`;
  svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
  svg.setAttribute("aria-label", data.said);
  const rows = [0, 0.25, 0.5, 0.75, 1].map((height) => `<line class="grid" x1="${LEFT}" x2="${W - RIGHT}"`
    + ` y1="${up(height)}" y2="${up(height)}"/><text x="${LEFT - 8}" y="${up(height) + 4}" text-anchor="end">`
    + `${percent(height)}</text>`).join("");
  const columns = [0, 0.5, 1].map((share) => `<text x="${across(share)}" y="${H - 8}" text-anchor="middle">`
    + `${+(share * data.epochs).toFixed(1)}${share === 1 ? " epochs" : ""}</text>`).join("");
  svg.innerHTML = rows + columns + `<path class="guess" d="${line(guess())}"/>`
    + `<path class="trained" d="${data.trained.length ? line(data.trained) : ""}"/>`
    + `<path class="real" d="${data.real.length ? line(data.real) : ""}"/>`
    + data.places.map((place, n) => `<circle data-handle="${n}" cx="${across(place)}" cy="${up(heights[n])}" r="10"`
      + ` role="slider" tabindex="${data.locked ? -1 : 0}" aria-disabled="${data.locked}" aria-valuemin="0"`
      + ` aria-valuemax="100" aria-valuenow="${Math.round(100 * heights[n])}"`
      + ` aria-valuetext="${percent(heights[n])} right"`
      + ` aria-label="Accuracy after ${+(place * data.epochs).toFixed(1)} epochs"/>`).join("");
  svg.classList.toggle("locked", data.locked);
  const circles = [...svg.querySelectorAll("circle")];
  const move = (n, height) => {
    heights[n] = Math.min(1, Math.max(0, height));
    circles[n].setAttribute("cy", up(heights[n]));
    circles[n].setAttribute("aria-valuenow", Math.round(100 * heights[n]));
    circles[n].setAttribute("aria-valuetext", `${percent(heights[n])} right`);
    svg.querySelector(".guess").setAttribute("d", line(guess()));
  };
  const send = () => setTriggerValue("drawn", heights);
  circles.forEach((circle, n) => {
    if (data.locked) return;
    circle.onpointerdown = (event) => { circle.setPointerCapture(event.pointerId); circle.focus(); };
    circle.onpointermove = (event) => {
      if (!circle.hasPointerCapture(event.pointerId)) return;
      const box = svg.getBoundingClientRect();
      move(n, (H - BOTTOM - ((event.clientY - box.top) / box.height) * H) / (H - TOP - BOTTOM));
    };
    circle.onpointerup = send;
    circle.onkeydown = (event) => {
      const step = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1,
        PageDown: -0.1 }[event.key];
      const end = { Home: 0, End: 1 }[event.key];
      if (step === undefined && end === undefined) return;
      event.preventDefault();
      move(n, end === undefined ? heights[n] + step : end);
      clearTimeout(svg.later);
      svg.later = setTimeout(send, 400);
    };
  });
  if (had !== null && circles[had] && !data.locked) circles[had].focus({ preventScroll: true });
}
"""

_CSS = """
svg { display: block; width: 100%; max-width: 46rem; font-size: 12px; overflow: visible; }
text { fill: var(--quiet); }
.grid { stroke: var(--line); }
path { fill: none; stroke-linejoin: round; }
.guess { stroke: var(--quiet); stroke-width: 2.5; stroke-dasharray: 7 5; }
.trained { stroke: var(--accent); stroke-width: 1.2; opacity: 0.5; }
.real { stroke: var(--accent); stroke-width: 3; }
circle { fill: var(--paper); stroke: var(--accent); stroke-width: 3; cursor: ns-resize; touch-action: none; }
circle:focus-visible { outline: none; stroke: var(--ink); stroke-width: 5; }
.locked circle { stroke: var(--quiet); cursor: default; r: 5px; }
"""


def guess_axes(
    heights: Sequence[float],
    real: Sequence[tuple[float, float]],
    trained: Sequence[tuple[float, float]],
    epochs: int,
    said: str,
    on_draw: Callable[[tuple[float, ...]], None],
    *,
    locked: bool,
) -> None:
    """Draw the axes.

    Parameters
    ----------
    heights : sequence of float
        Of the handles, 0 to 1.
    real : sequence of (share of the run, accuracy)
        On validation data.
    trained : sequence of (share of the run, accuracy)
        On the images that were just learned: a thin line, which comes sooner.
    epochs : int
        Of the run.
    said : str
        What is seen, for those who cannot see it.
    on_draw : callable
        Is called with new heights.
    locked : bool
        Whether the guess is fixed.
    """

    def drawn() -> None:
        found: Any = (state.lab_axes.get() or {}).get("drawn")
        if not isinstance(found, list | tuple) or len(found) != len(PLACES):
            return
        if all(isinstance(one, int | float) and 0 <= one <= 1 for one in found):
            on_draw(tuple(float(one) for one in found))

    data = {
        "heights": list(heights),
        "places": list(PLACES),
        "real": [list(point) for point in real],
        "trained": [list(point) for point in trained],
        "blind": BLIND,
        "epochs": epochs,
        "locked": locked,
        "said": said,
    }
    component = st.components.v2.component("guess_axes", html='<svg role="group"></svg>', js=_JS, css=_CSS)
    component(key=state.lab_axes.key, data=data, on_drawn_change=drawn)
