"""Many dots on a canvas, colored by digit; visitors choose one with the pointer, or with arrow keys and Enter."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from mlp.page.session_var import SessionVar
from mlp.page.tabs.lab.pictures.river import DIGIT_COLORS

_lab_dots = SessionVar[Any]("lab_dots", None)
"""The browser's report on the chosen dot; a control."""


_JS = """
const NAME_PX = 19;  // between the centers of two names
// Move names apart that would cover each other or lie under the large dot.
function apart(names, fixed) {
  const all = fixed ? [...names, fixed] : names;
  for (let turn = 0; turn < 30; turn++) for (const name of names) for (const other of all) {
    const right = name.x - other.x || 0.1, down = name.y - other.y, away = Math.hypot(right, down);
    if (name === other || away >= NAME_PX) continue;
    const share = (NAME_PX - away) / away / (other === fixed ? 1 : 2);
    name.x += right * share;
    name.y += down * share;
    if (other === fixed) continue;
    other.x -= right * share;
    other.y -= down * share;
  }
  return names;
}
export default function ({ data, parentElement, setTriggerValue }) {
  const canvas = parentElement.querySelector("canvas");
  const note = parentElement.querySelector("p");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const places = new Int16Array(bytes(data.places).buffer);
  const labels = bytes(data.labels);
  const style = getComputedStyle(canvas);
  const ink = style.getPropertyValue("--ink"), paper = style.getPropertyValue("--paper");
  const accent = style.getPropertyValue("--accent");
  const at = (place, size) => (0.5 + place / 65000) * size;
  canvas.setAttribute("aria-label", data.description);
  let cursor = null;
  const draw = () => {
    const box = canvas.getBoundingClientRect(), scale = window.devicePixelRatio || 1;
    if (!box.width) return;
    canvas.width = Math.round(box.width * scale);
    canvas.height = Math.round(box.height * scale);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const size = box.width < 500 ? 1.6 : 2.4;
    pen.globalAlpha = 0.75;
    data.colors.forEach((color, digit) => {
      pen.fillStyle = color;
      for (let n = 0; n < labels.length; n++) if (labels[n] === digit) {
        pen.fillRect(at(places[2 * n], box.width) - size / 2, at(places[2 * n + 1], box.height) - size / 2, size, size);
      }
    });
    pen.globalAlpha = 1;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 4;
    pen.strokeStyle = paper;
    pen.fillStyle = ink;
    pen.font = "700 17px sans-serif";
    const mine = data.mine && { x: at(data.mine[0], box.width), y: at(data.mine[1], box.height) };
    const names = data.names.map(([x, y, name]) => ({ name, x: at(x, box.width), y: at(y, box.height) }));
    for (const { name, x, y } of apart(names, mine)) {
      pen.strokeText(name, x, y);
      pen.fillText(name, x, y);
    }
    const ring = (x, y, radius, color, fill) => {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.lineWidth = 3;
      if (fill) { pen.fillStyle = color; pen.fill(); }
      pen.strokeStyle = fill ? paper : color;
      pen.stroke();
    };
    if (mine) ring(mine.x, mine.y, 9, accent, true);
    if (data.chosen !== null) {
      const n = data.chosen;
      ring(at(places[2 * n], box.width), at(places[2 * n + 1], box.height), 8, ink, false);
    }
    if (cursor) {
      pen.strokeStyle = ink;
      pen.lineWidth = 1.5;
      pen.strokeRect(cursor.x * box.width - 7, cursor.y * box.height - 7, 14, 14);
    }
  };
  const pick = (x, y) => {
    const box = canvas.getBoundingClientRect();
    let best = -1, least = 24 * 24;
    for (let n = 0; n < labels.length; n++) {
      const right = at(places[2 * n], box.width) - x * box.width;
      const down = at(places[2 * n + 1], box.height) - y * box.height;
      const away = right * right + down * down;
      if (away < least) { least = away; best = n; }
    }
    if (best >= 0) setTriggerValue("picked", best);
  };
  canvas.onclick = (event) => {
    const box = canvas.getBoundingClientRect();
    pick((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  canvas.onkeydown = (event) => {
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (step) {
      event.preventDefault();
      cursor = cursor || { x: 0.5, y: 0.5 };
      const far = event.shiftKey ? 0.08 : 0.015;
      cursor = { x: Math.min(1, Math.max(0, cursor.x + far * step[0])),
        y: Math.min(1, Math.max(0, cursor.y + far * step[1])) };
      draw();
    } else if (event.key === "Enter" && cursor) {
      event.preventDefault();
      pick(cursor.x, cursor.y);
    }
  };
  canvas.onblur = () => { cursor = null; draw(); };
  note.textContent = data.note;
  draw();
  if (canvas.watch) canvas.watch.disconnect();
  canvas.watch = new ResizeObserver(draw);
  canvas.watch.observe(canvas);
}
"""

_CSS = """
canvas { display: block; width: 100%; aspect-ratio: 4 / 3; max-height: 30rem; cursor: crosshair; border-radius: 6px;
  box-shadow: 0 0 0 1px var(--line); touch-action: manipulation; }
canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
p { margin: 0.4rem 0 0; color: var(--quiet); font-size: 0.82rem; font-family: inherit; }
"""
REACH = 32000  # from the middle of the map to each side


def pickable_dots(
    places: np.ndarray,
    labels: np.ndarray,
    mine: np.ndarray | None,
    chosen: int | None,
    description: str,
    on_pick: Callable[[int], None],
    names: Sequence[str],
) -> None:
    """Draw the dots.

    Parameters
    ----------
    places : float array, shape (n, 2)
        −1 to 1 in either direction; places beyond are drawn at the edge.
    labels : int array, shape (n,)
        Labels, which give the colors.
    mine : float array, shape (2,), optional
        Place of the large dot.
    chosen : int, optional
        The dot with a ring.
    description : str
        Description for screen readers.
    on_pick : callable
        Called with the number of the chosen dot.
    names : sequence of str
        Names of the classes.
    """

    def picked() -> None:
        number = (_lab_dots.get() or {}).get("picked")
        if isinstance(number, int) and 0 <= number < len(labels):
            on_pick(number)

    whole = _whole(places)
    present = [
        [*np.median(whole[labels == label], axis=0).tolist(), name]
        for label, name in enumerate(names)
        if (labels == label).any()
    ]
    data = {
        "places": base64.b64encode(whole.tobytes()).decode("ascii"),
        "labels": base64.b64encode(labels.astype(np.uint8).tobytes()).decode("ascii"),
        "colors": list(DIGIT_COLORS),
        "names": present if len(present) == len(names) else [],
        "mine": None if mine is None else _whole(mine).tolist(),
        "chosen": chosen,
        "description": description,
        "note": "Press a dot, or move with the arrow keys (faster with Shift) and press Enter.",
    }
    component = st.components.v2.component(
        "digit_dots", html='<canvas tabindex="0" role="application"></canvas><p></p>', js=_JS, css=_CSS
    )
    component(key=_lab_dots.key, data=data, on_picked_change=picked)


def _whole(places: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = np.clip(places * REACH, -REACH, REACH).astype("<i2")
    return rounded
