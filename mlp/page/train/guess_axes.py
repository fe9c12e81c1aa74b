"""Axes for drawing a guess: with the pointer as one line, or with the arrow keys on three handles."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mlp.analysis.lab.guess_comparison import BLIND, HANDLES, POINTS
from mlp.page.session_var import SessionVar
from mlp.page.style.charts import ALL_RIGHT, PLACE, SIZE_IN
from mlp.page.style.svg import POINTS_PER_INCH

_lab_axes = SessionVar[Any]("lab_axes", None)
"""The browser's report on a drawn guess; a control."""


_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const svg = parentElement.querySelector(".field");
  if (svg.busy) return;  // the server does not know the guess of the current gesture yet
  const [width, height] = data.size, [left, bottom, wide, high] = data.place, last = data.points - 1;
  const across = (point) => (left + wide * point / last) * width;
  const up = (share) => (1 - bottom - high * share / data.top) * height;
  const active = svg.getRootNode().activeElement;
  const had = active && svg.contains(active) ? active.dataset.handle : null;
  let heights = [...data.heights];
  const at = (point) => heights.length ? heights[point] : data.blind;
  const percent = (share) => `${Math.round(100 * share)}%`;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", data.description);
  parentElement.querySelector(".axes").innerHTML = data.picture;
  svg.innerHTML = `<path/><rect x="${across(0)}" y="${up(1)}" width="${wide * width}" height="${up(0) - up(1)}"/>`
    + data.handles.map((point, n) => `<circle data-handle="${n}" r="4" role="slider" tabindex="0"`
      + ` aria-valuemin="0" aria-valuemax="100"`
      + ` aria-label="Accuracy at epoch ${+(point / last * data.epochs).toFixed(2)}"/>`)
      .join("");
  const circles = [...svg.querySelectorAll("circle")], path = svg.querySelector("path");
  const show = () => {
    path.setAttribute("d", heights.map((share, point) => `${point ? "L" : "M"}${across(point).toFixed(1)} `
      + up(share).toFixed(1)).join(""));
    circles.forEach((circle, n) => {
      const share = at(data.handles[n]);
      circle.setAttribute("cx", across(data.handles[n]));
      circle.setAttribute("cy", up(share));
      circle.setAttribute("aria-valuenow", Math.round(100 * share));
      circle.setAttribute("aria-valuetext", `${percent(share)} right`);
    });
  };
  const begin = () => { if (!heights.length) heights = Array(data.points).fill(data.blind); };
  const bounded = (share) => Math.min(1, Math.max(0, share));
  const send = () => { svg.busy = false; setTriggerValue("drawn", heights.map((share) => +share.toFixed(4))); };
  const field = svg.querySelector("rect");
  let pen = null, first = false;
  const spot = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [Math.min(last, Math.max(1, Math.round((point.x / width - left) / wide * last))),
      bounded((1 - bottom - point.y / height) / high * data.top)];
  };
  const draw = (event) => {
    const [point, share] = spot(event);
    const [from, before] = pen || [first ? 0 : point, first ? data.blind : share];
    for (let n = Math.min(from, point); n <= Math.max(from, point); n++)
      if (n) heights[n] = point === from ? share : before + (share - before) * (n - from) / (point - from);
    if (first) heights.fill(share, Math.max(point, from));  // a first line continues at its last height
    pen = [point, share];
    show();
  };
  field.onpointerdown = (event) => {
    field.setPointerCapture(event.pointerId);
    svg.busy = true; pen = null; first = !heights.length;
    begin(); draw(event);
  };
  field.onpointermove = (event) => { if (field.hasPointerCapture(event.pointerId)) draw(event); };
  field.onlostpointercapture = send;
  circles.forEach((circle, n) => circle.onkeydown = (event) => {
    const step = { ArrowUp: 0.01, ArrowRight: 0.01, ArrowDown: -0.01, ArrowLeft: -0.01, PageUp: 0.1,
      PageDown: -0.1, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    begin();
    const here = data.handles[n], before = n ? data.handles[n - 1] : 0, after = data.handles[n + 1] ?? last;
    const change = bounded(heights[here] + step) - heights[here];
    const flat = heights.slice(here).every((share) => share === heights[here]);  // not drawn yet, so it moves along
    for (let point = before + 1; point <= last; point++) {
      const share = point <= here ? (point - before) / (here - before)
        : flat ? 1 : Math.max(0, (after - point) / (after - here));
      heights[point] = bounded(heights[point] + change * share);
    }
    show();
    svg.busy = true;
    clearTimeout(svg.later);
    svg.later = setTimeout(send, 400);
  });
  show();
  if (had !== null) circles[had].focus({ preventScroll: true });
}
"""

_CSS = """
div { position: relative; }
.axes { position: absolute; inset: 0; container-type: size; }
.axes svg { width: 100%; height: 100%; }
.field { display: block; width: 100%; height: var(--curve); overflow: visible; position: relative; }
.field > rect { fill: transparent; cursor: crosshair; touch-action: none; }
.field > path { fill: none; stroke: var(--ink); stroke-width: 1.8; stroke-dasharray: 5 3; stroke-linejoin: round; }
circle { fill: var(--paper); stroke: var(--accent); stroke-width: 1.5; pointer-events: none; }
circle:focus-visible { outline: none; stroke: var(--ink); stroke-width: 3; r: 5.5px; }
@media (max-width: 767.9px) and (orientation: portrait) { .field { height: auto; aspect-ratio: 4.8 / 1.38; } }
"""


def guess_axes(
    heights: Sequence[float], axes: str, epochs: int, description: str, on_draw: Callable[[tuple[float, ...]], None]
) -> None:
    """Draw the axes.

    Parameters
    ----------
    heights : sequence of float
        The guess so far: `POINTS` numbers, 0 to 1, or none.
    axes : str
        The empty axes as SVG.
    epochs : int
        Number of epochs of the run.
    description : str
        Description for screen readers.
    on_draw : callable
        Called with new heights.
    """

    def drawn() -> None:
        found: Any = (_lab_axes.get() or {}).get("drawn")
        if not isinstance(found, list | tuple) or len(found) != POINTS:
            return
        if all(isinstance(one, int | float) and 0 <= one <= 1 for one in found):
            on_draw(tuple(float(one) for one in found))

    data = {
        "heights": list(heights),
        "handles": list(HANDLES),
        "points": POINTS,
        "blind": BLIND,
        "epochs": epochs,
        "picture": axes,
        "size": [POINTS_PER_INCH * inches for inches in SIZE_IN],
        "place": list(PLACE),
        "top": ALL_RIGHT,
        "description": description,
    }
    field = '<svg class="field" role="group" preserveAspectRatio="xMinYMid"></svg>'
    html = f'<div><div class="axes"></div>{field}</div>'
    component = st.components.v2.component("guess_axes", html=html, js=_JS, css=_CSS)
    component(key=_lab_axes.key, data=data, on_drawn_change=drawn)
