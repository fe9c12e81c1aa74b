"""Draw a sweep in the train card in place of one run: progress, curves and legend."""

import html
from collections.abc import Sequence

import streamlit as st

from mlp.jobs.sweep import Trial
from mlp.page.style.glossary import tappable
from mlp.page.style.html import track
from mlp.page.style.plots import QUANTITIES, Plot, color_of, draw_plot, runs_plot, shown
from mlp.page.train.curve_words import curve_description
from mlp.page.train.guess import Guess, guess_comparison
from mlp.page.train.spoken import spoken_sweep
from mlp.training.history import Curve, Quantity


def sweep_and_curves(trials: Sequence[Trial], guess: Guess | None) -> None:
    """Draw the progress of the runs, and all their curves in the same axes."""
    with st.container(key="progress"):
        st.html(f'<div data-live="progress">{sweep_progress(trials)}</div>')
        st.html(f'<p hidden data-say data-live="spoken">{spoken_sweep(trials)}</p>')
    with st.container(key="curves"):
        for quantity, column in zip(QUANTITIES, st.columns(2, gap="medium"), strict=True):
            with column.container(key=f"{quantity}_curve", gap=None):
                st.html(curve_title(quantity.capitalize()))
                draw_plot(quantity, sweep_plot(quantity, trials, guess and guess.curve))


def sweep_plot(quantity: Quantity, trials: Sequence[Trial], guess: Curve | None = None) -> Plot:
    """Return a plot of all runs of a sweep, for scripts and the live channel."""
    runs = [trial.snapshot for trial in trials]
    plot = runs_plot(quantity, [run.history for run in runs], max(run.settings.epochs for run in runs), guess)
    words = "; ".join(f"{trial.value}: {curve_description(quantity, trial.snapshot)}" for trial in trials)
    return shown(plot, words, playing=any(run.playing for run in runs))


def guessed(trials: Sequence[Trial], guess: Guess | None) -> str:
    """Return how far off a guess of one of the runs is, as HTML; empty if there is none."""
    trial = guess and guess.run_among(trials)
    return guess_comparison(guess.curve, trial.snapshot, f" of {html.escape(trial.value)}") if guess and trial else ""


def sweep_progress(trials: Sequence[Trial]) -> str:
    """Return the progress bar with its text, as HTML."""
    share = sum(1.0 if trial.stopped else trial.snapshot.progress for trial in trials) / len(trials)
    ended = sum(trial.stopped or trial.snapshot.finished for trial in trials)
    waits = next((trial.snapshot.waits for trial in trials if trial.snapshot.waits), None)
    playing = any(trial.snapshot.playing for trial in trials)
    texts = [f"{len(trials)} networks side by side", f"{ended} of them done"]
    texts += [] if playing or ended == len(trials) else ["paused"]
    return f'{track("Training", share)}<p class="ink-status">{" · ".join(texts)}</p>' + (
        f'<p class="ink-status">{html.escape(waits)}</p>' if waits else ""
    )


def curve_title(name: str) -> str:
    """Return the title of a chart of several runs as HTML, with the meaning of its lines."""
    lines = f"<span>━ {tappable('training')}</span> <span>╍ {tappable('validation')}</span>"
    return f'<p class="ink-status ink-curve"><b class="name">{tappable(name.lower(), name)}</b> {lines}</p>'


def legend(trials: Sequence[Trial]) -> str:
    """Return the legend of the curves as HTML: each run's color and validation accuracy."""
    items = []
    for place, trial in enumerate(trials):
        newest, diverged = trial.newest, trial.snapshot.diverged
        text = "–" if newest is None else f"{newest.accuracy * 100:.1f}%"
        text += ", stopped: its loss grew without limit" if diverged is not None else ""
        items.append(
            f'<li style="--of:var(--{color_of(place)})">{html.escape(trial.value)} <b>{html.escape(text)}</b></li>'
        )
    return f'<ul class="ink-legend" aria-label="Colors of the curves, and accuracy on validation">{"".join(items)}</ul>'
