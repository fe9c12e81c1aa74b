"""Draw the note below the curves: one thing at a time, always in the same place, so that nothing moves."""

import html

import streamlit as st

from mlp.jobs.snapshot import Snapshot
from mlp.page.settings.controls import chosen_settings
from mlp.page.style.link import hidable
from mlp.page.style.redraw import On, part
from mlp.page.style.theme import plain
from mlp.page.train import guess, overlay
from mlp.page.train.diagnoses import found_diagnoses, refused, show_diagnosis
from mlp.page.train.run_words import measured_on
from mlp.page.visitors.runs import keeps_another_run
from mlp.page.visitors.visitor import Visitor
from mlp.training.recipes import RECIPES, recipe_of

hidable("hints", "Hints when a run goes wrong", "")


@part("note_drawn", on=On.SETTING)
def note_section(visitor: Visitor) -> None:
    """Draw why the last press was refused, else what goes wrong, else what the visitor guesses, compares or chose."""
    now = visitor.job.snapshot() if visitor.job else None
    with st.container(horizontal=True, vertical_alignment="center", key="note", gap="small"):
        if refused.is_kept():
            _refusal(visitor)
        elif visitor.notice:
            st.warning(plain(visitor.notice))
            visitor.notice = None
        elif visitor.shown_sweep is not None:
            _sweep(visitor)
        elif guess.is_on():
            drawn = guess.guess_of(visitor)
            guess.guess_row(visitor, "" if now is None or drawn is None else guess.guess_comparison(drawn.curve, now))
        elif now is not None and now.error:
            st.error(plain(now.error))
        else:
            _about_run(visitor, now)


def _refusal(visitor: Visitor) -> None:
    """Draw the reason, and a button that deletes an earlier run if there are too many for another one."""
    refused.show()
    oldest = next((run.number for run in visitor.runs.runs), None)
    if not keeps_another_run(visitor) and oldest is not None:
        st.button(
            f"Delete run {oldest:d}, the oldest",
            key="delete_oldest",
            on_click=visitor.runs.delete,
            args=(oldest,),
        )


def _sweep(visitor: Visitor) -> None:
    """Draw the colors of a sweep's curves, or the guess of one of them."""
    trials = visitor.shown_sweep.trials() if visitor.shown_sweep is not None else []
    if guess.is_on():
        guess.guess_row(visitor, overlay.guessed(trials, guess.guess_of(visitor)))
    else:
        st.html(f'<div data-live="legend">{overlay.legend(trials)}</div>')


def _about_run(visitor: Visitor, now: Snapshot | None) -> None:
    """Draw the run's worst problem, or a warning about its validation images, or the purpose of the chosen settings."""
    problems = found_diagnoses(visitor, now) if now is not None else []
    recipe = recipe_of(chosen_settings())
    if problems and now is not None:
        show_diagnosis(visitor, now, problems[0])
        return
    warning = "" if visitor.job is None else measured_on(visitor.job.data, visitor.runs.origin)
    words = warning or (RECIPES[recipe].explained if recipe else "Your own settings.")
    st.html(f'<p class="ink-status">{html.escape(words)}</p>')
