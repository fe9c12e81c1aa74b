"""The confusion matrix as a grid of buttons: a row for each true digit, a column for each answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from mlp.class_names import kind_of
from mlp.page.session_var import SessionVar

_confusion = SessionVar[Any]("confusion", None)
"""The browser's report on the open cell; a control."""


_HTML = "<table><caption></caption><thead></thead><tbody></tbody></table>"

# One tab stop for the whole grid and arrow keys within it, as the ARIA practices recommend.
_JS = """
export default function ({ data, parentElement, setStateValue }) {
  const table = parentElement.querySelector("table");
  const { counts, names, kind, chosen, caption } = data;
  const text = (name) => name.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const same = (one, other) => Boolean(one && other && one[0] === other[0] && one[1] === other[1]);
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const active = table.getRootNode().activeElement;
  const kept = active && table.contains(active) ? active.dataset.cell : null;
  table.caption.textContent = caption;
  table.tHead.innerHTML =
    "<tr><td></td>" + counts.map((_, j) => `<th scope="col">${text(names[j])}</th>`).join("") + "</tr>";
  table.tBodies[0].innerHTML = counts.map((row, i) => `<tr><th scope="row">${text(names[i])}</th>` + row.map((n, j) => {
    const name = `true ${kind} ${text(names[i])}, answer ${text(names[j])}: ${n} ${n === 1 ? "time" : "times"}`;
    return `<td><button type="button" data-cell="${i}-${j}" class="${i === j ? "right" : "wrong"}" tabindex="-1"`
      + ` style="--share:${(n / most).toFixed(3)}" aria-label="${name}" title="${name}"`
      + ` aria-pressed="${same(chosen, [i, j])}">${n || "·"}</button></td>`;
  }).join("") + "</tr>").join("");
  const cell = (i, j) => table.querySelector(`[data-cell="${i}-${j}"]`);
  const place = (button) => button.dataset.cell.split("-").map(Number);
  const first = (kept && table.querySelector(`[data-cell="${kept}"]`)) || (chosen && cell(...chosen)) || cell(0, 0);
  first.tabIndex = 0;
  if (kept) first.focus();
  table.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) setStateValue("cell", same(chosen, place(button)) ? null : place(button));
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.onkeydown = (event) => {
    const button = event.target.closest("button");
    const step = steps[event.key];
    if (!button || !step) return;
    event.preventDefault();
    const [i, j] = place(button);
    const next = cell(i + step[0], j + step[1]);
    if (!next) return;
    button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}
"""

_CSS = """
table { border-collapse: separate; border-spacing: 2px; width: 100%; table-layout: fixed; font-size: 0.85rem;
  font-variant-numeric: tabular-nums; color: var(--ink); }
caption { caption-side: bottom; text-align: left; color: var(--quiet); font-size: 0.8rem; padding-top: 0.4rem; }
th { font-weight: 650; padding: 0.2rem 0; text-align: center; overflow-wrap: anywhere; }
td { padding: 0; }
button { font: inherit; width: 100%; height: 2.1rem; padding: 0; border: 0; border-radius: 4px; cursor: pointer;
  color: inherit; box-shadow: inset 0 0 0 1px var(--line); }
.right { background: color-mix(in srgb, var(--second) 22%, var(--paper)); }
.wrong { background: color-mix(in srgb, var(--accent) calc(var(--share) * 55%), var(--paper)); }
button:hover { box-shadow: inset 0 0 0 1px var(--quiet); }
button:focus-visible { outline: 2px solid var(--ink); outline-offset: 1px; }
button[aria-pressed="true"] { outline: 2.5px solid var(--accent); outline-offset: 1px; font-weight: 700; }
@media (max-width: 640px) { table { font-size: 0.72rem; border-spacing: 1px; } }
"""


def confusion_grid(counts: np.ndarray, caption: str, names: Sequence[str]) -> tuple[int, int] | None:
    """Draw the matrix, and return the row and column of the open cell, or None.

    Parameters
    ----------
    counts : int array, shape (classes, classes)
    caption : str
        Caption.
    names : sequence of str
        Names of the classes.
    """
    grid = st.components.v2.component("confusion_grid", html=_HTML, js=_JS, css=_CSS)
    chosen = _cell((_confusion.get() or {}).get("cell"), len(counts))
    grid(
        key=_confusion.key,
        data={
            "counts": counts.tolist(),
            "names": list(names),
            "kind": kind_of(names),
            "chosen": chosen,
            "caption": caption,
        },
        on_cell_change=lambda: None,
    )
    return chosen


def _cell(value: object, classes: int) -> tuple[int, int] | None:
    """Return the browser's value if it is a cell, else None."""
    if not (isinstance(value, list | tuple) and len(value) == 2):
        return None
    row, column = value
    if not all(isinstance(place, int) and 0 <= place < classes for place in (row, column)):
        return None
    return row, column
