"""The controls of the settings: draw them, read them, and set them; recipes set all of them at one press."""

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import streamlit as st

from mlp.class_names import DIGITS, shortened
from mlp.images.handwriting import style_label
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import mark, several, tr
from mlp.learned import names_read
from mlp.page import state
from mlp.page.script.language import slider_format
from mlp.page.script.link import hidable
from mlp.page.script.redraw import Event, redraw, redrawn, rerun_page
from mlp.training.positions import controls, settings_at
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.setting_entry import Setting, value_label
from mlp.training.settings import SETTINGS, Settings

SETTING = Event()
"""The positions of the controls."""
IN_VIEW = ("Network", "Training")
"""Sections whose controls are always in view, each in one row."""
FOLDED = {
    "Prevent overfitting": mark("Prevent overfitting"),
    "More settings": mark("Method and data"),
    "Advanced": mark("Advanced"),
}
"""Sections under *More settings*, with their headings."""
GROUPS = {mark("Works"): False, mark("Fails"): True}
"""Headings of the recipes, with `Recipe.fails`."""

hidable("starting-points", "Recipes", ".st-key-recipe")
hidable("settings", "All settings", ".st-key-settings")
hidable("against-learning-by-heart", "Prevent overfitting", ".st-key-prevent_overfitting")
hidable("more-settings", "More settings", ".st-key-more_settings_button")
hidable("advanced", "Advanced settings")
for _control in controls().values():
    hidable(_control.row.replace("_", "-"), _control.row_label, f".st-key-control_{_control.row}")


def chosen_settings() -> Settings:
    """Return the settings that the controls show."""
    return settings_at(positions())


def positions() -> dict[str, Any]:
    """Return the positions of all controls, by key."""
    return {key: state.control(key).get() for key in controls()}


def set_controls(settings: Settings) -> list[str]:
    """Set the controls to these settings, and return the names of fields that no control can show; for callbacks."""
    there, left_out = controls(), []
    for entry in SETTINGS:
        for key, position in entry.to_positions(getattr(settings, entry.field)).items():
            if key in there and there[key].has(position):
                state.control(key).set(position)
            elif entry.name not in left_out:
                left_out.append(entry.name)
    return left_out


def show(settings: Settings) -> bool:
    """Whether the controls show these settings, as far as they can."""
    there = controls()
    wanted = [place for entry in SETTINGS for place in entry.to_positions(getattr(settings, entry.field)).items()]
    return all(state.control(key).get() == at for key, at in wanted if key in there and there[key].has(at))


@redrawn("starting_points_row", SETTING)
def recipe_buttons(train: Callable[[], None]) -> None:
    """Draw a button for each recipe, which moves the controls and calls ``train``.

    The buttons do not store the chosen recipe, so no late message can set the controls back.
    """
    chosen = recipe_of(chosen_settings())
    with st.container(key="recipe", gap=None):
        for text, fails in GROUPS.items():
            with st.container(horizontal=True, key=f"recipes_{fails:d}", gap="xsmall", vertical_alignment="center"):
                st.html(f'<p class="ink-status">{tr(text)}</p>', width="content")
                for name in (name for name, recipe in RECIPES.items() if recipe.fails is fails):
                    st.button(
                        tr(RECIPES[name].label),
                        key=f"recipe_{name.replace('-', '_')}",
                        type="primary" if name == chosen else "secondary",
                        on_click=_choose,
                        args=(name, train),
                    )


def _choose(name: str, train: Callable[[], None]) -> None:
    set_controls(RECIPES[name].settings)
    train()
    rerun_page()


@redrawn("settings_drawn", SETTING)
def settings_panel(reads: tuple[str, ...], run: NumberedRun | None, moved: Callable[[str], None]) -> None:
    """Draw the controls, each with its explanation as help; call ``moved`` with the key of one that was moved.

    The next run learns what ``reads`` says, see `Learned.reads`; ``run`` is the one beside the controls.
    """
    with st.container(key="settings", gap=None):
        with st.container(key="sliders", gap=None):
            _draw_sections(IN_VIEW, moved)
        with st.container(horizontal=True, vertical_alignment="center", key="more_row", gap="small"):
            with st.popover(tr("More settings"), key="more_settings_button"):
                for section, heading in FOLDED.items():
                    with st.container(key=section.lower().replace(" ", "_")):
                        st.subheader(tr(heading), anchor=False)
                        _draw_sections((section,), moved)
            st.html(f'<p class="ink-status">{_summary(reads, run)}</p>', width="stretch")


def _summary(reads: tuple[str, ...], run: NumberedRun | None) -> str:
    """Return the next network's size, and how many settings that are out of view differ from the defaults, as HTML."""
    changed = [
        tr(control.label)
        for entry in SETTINGS
        if entry.section not in IN_VIEW
        for control in entry.controls
        if state.control(control.key).get() != control.first_position
    ]
    n_more = several("{n} more set", "{n} more set", len(changed))
    more = f' · <span title="{html.escape(", ".join(changed))}">{n_more}</span>' if changed else ""
    settings, names = chosen_settings(), names_read(reads)
    n = replace(settings, names=names).n_parameters
    if reads == DIGITS:
        size = tr("<b>{n:,}</b> numbers to learn, for digits", n=n)
    else:
        size = tr("<b>{n:,}</b> numbers to learn, for {signs}", n=n, signs=html.escape(shortened(names)))
    if run is None or (reads == run.snapshot.learned.reads and _made_by(settings, run)):
        return size + more
    return tr("Next: {size}, unlike {run}", size=size, run=html.escape(tr(run.title))) + more


def _made_by(settings: Settings, run: NumberedRun) -> bool:
    """Whether a run was made by these settings, with a learning rate that was moved while it played."""
    rates = [rate for _, rate in run.snapshot.history.learning_rates]
    made = run.snapshot.settings.learning_rate
    return run.is_made_by(replace(settings, learning_rate=made) if settings.learning_rate in rates[-1:] else settings)


def _draw_sections(sections: Sequence[str], moved: Callable[[str], None]) -> None:
    wanted = [control for entry in SETTINGS if entry.section in sections for control in entry.controls]
    for row, beside in groupby(wanted, lambda control: control.row):
        with st.container(key=f"control_{row}", gap=None):
            in_row = list(beside)
            if len(in_row) > 1:  # the widths, one for each hidden layer
                title, label = html.escape(tr(in_row[0].explained)), tr(in_row[0].row_label)
                st.html(f'<p class="ink-row-label" title="{title}">{label}</p>', width="content")
                del in_row[state.control("hidden_layers").get() :]
            for control in in_row:
                with state.control(control.key).placed():
                    _draw(control, moved)


def _draw(control: Setting, moved: Callable[[str], None]) -> None:
    def changed() -> None:
        moved(control.key)
        redraw(SETTING)  # all controls, as one can move another

    label, positions, first = tr(control.label), control.positions, control.first_position
    kept: Any = {"key": control.key, "persist_state": "session", "on_change": changed, "help": tr(control.explained)}
    if control.kind == "slider":
        kept |= {"step": positions[1] - positions[0], "format": slider_format()}
        st.slider(label, positions[0], positions[-1], first, **kept)
    elif control.kind == "stops":
        st.select_slider(label, positions, first, format_func=value_label, **kept)
    elif control.kind == "choice":
        st.selectbox(label, positions, positions.index(first), format_func=value_label, placeholder="", **kept)
    elif control.kind == "several":
        kept |= {"max_selections": len(positions) - 1, "placeholder": tr("Choose options")}
        st.multiselect(label, positions, first, lambda name: tr(style_label(name)), **kept)
    elif control.kind == "switch":
        st.toggle(label, first, **kept)
    else:
        st.number_input(label, positions[0], positions[-1], first, step=1, **kept)
