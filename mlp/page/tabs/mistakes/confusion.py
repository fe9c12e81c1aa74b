"""The confusion matrix as a grid of buttons: a row for each true digit, a column for each answer."""

import html
from collections.abc import Sequence

import numpy as np

from mlp.class_names import kind_of
from mlp.page.session_var import SessionVar
from mlp.page.style.picking import Pick, choice, pick_from

_open_cell = SessionVar[tuple[int, int] | None]("open_cell", None)
"""The row and column of the open cell."""

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
    """Draw the matrix of counts, (classes, classes), and return the row and column of the open cell, or None."""
    cell = _open_cell.get()
    if cell is not None and max(cell) >= len(counts):  # of another network
        cell = None
    most = max(1, int((counts - np.diag(np.diag(counts))).max()))
    labels = [html.escape(name) for name in names]
    rows = "".join(
        f'<tr><th scope="row">{labels[row]}</th>'
        + "".join(f"<td>{_button(counts, row, column, names, most, cell)}</td>" for column in range(len(counts)))
        + "</tr>"
        for row in range(len(counts))
    )
    head = "".join(f'<th scope="col">{label}</th>' for label in labels)
    table = f"<table><caption>{caption}</caption><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    pick_from("confusion", table, _CSS, range(counts.size), lambda pick: _open(pick, len(counts)))
    return cell


def _button(
    counts: np.ndarray, row: int, column: int, names: Sequence[str], most: int, cell: tuple[int, int] | None
) -> str:
    n = int(counts[row, column])
    times = "time" if n == 1 else "times"
    return choice(
        row * len(counts) + column,
        f"true {kind_of(names)} {names[row]}, answer {names[column]}: {n} {times}",
        str(n or "·"),
        pressed=cell == (row, column),
        more=f'class="{"right" if row == column else "wrong"}" style="--share:{n / most:.3f}"',
    )


def _open(pick: Pick, classes: int) -> None:
    """Open the pressed cell, or close it if it is open."""
    cell = divmod(pick.number, classes)
    _open_cell.set(None if _open_cell.get() == cell else cell)
