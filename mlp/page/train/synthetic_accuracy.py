"""The run's accuracy on synthetic digits and on the visitor's own, compared with its validation accuracy."""

import streamlit as st

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.snapshot import Snapshot
from mlp.page import state
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.teaching import share_read

MIN_OWN = 10


def synthetic_accuracy_section(now: Snapshot, own: DrawingSet) -> None:
    """Draw the accuracy on synthetic digits, the visitor's own digits if there are ten, and the switch of its curve."""
    text = synthetic_accuracy_text(now, own)
    with st.container(horizontal=True, vertical_alignment="center", key="synthetic_accuracy"):
        st.html(f'<p class="ink-status" data-live="synthetic">{text or ""}</p>', width="stretch")
        if text is not None:
            st.toggle("Show its curve", key=state.show_synthetic.key, help=HELP)


HELP = (
    "Shows how well it reads synthetic digits, which a program drew on a canvas like yours. Half of them are in styles "
    "that no network here ever trains on."
)


def synthetic_accuracy_text(now: Snapshot, own: DrawingSet) -> str | None:
    """Return the accuracy on synthetic digits, details at a tap, and the visitor's digits, as HTML; None if unknown."""
    newest = next((e for e in reversed(list(now.history.evaluations)) if e.synthetic is not None), None)
    if newest is None or newest.synthetic is None or newest.synthetic_unseen is None:
        return None
    points = 100 * (newest.synthetic - newest.accuracy)
    rest = [f"At {newest.moment}"]
    if abs(points) > 1:
        rest.append(f"{abs(points):.1f} points {'above' if points > 0 else 'below'} validation")
    rest.append(f"{newest.synthetic_unseen * 100:.1f}% in styles it never saw")
    recipe = RECIPES.get(recipe_of(now.settings) or "")
    as_measured = now.finished and now.data_name.split(" with ")[0] == "MNIST"  # a recipe's figure is for all of it
    people = recipe.people if as_measured and recipe is not None else None
    if people is not None and abs(newest.synthetic - people) > 0.01:
        rest.append(f"people’s real drawings: {people * 100:.1f}% with these settings")
    mine = f" · reads {round(share_read(now.reader, own) * len(own))} of your {len(own)}" if len(own) >= MIN_OWN else ""
    return (
        '<button type="button" class="ink-word" popovertarget="drawn-digits">On synthetic digits</button>: '
        f"<b>{newest.synthetic * 100:.1f}%</b>{mine}"
        f'<span popover id="drawn-digits" class="ink-sentence" role="note">{" · ".join(rest)}</span>'
    )
