"""The moving parts of the train card, for scripts and the live channel: those of a run, or of a sweep in its place."""

import html
from collections.abc import Sequence
from typing import NamedTuple

from mlp.jobs.sweep import Sweep, Trial
from mlp.language import number, tr
from mlp.nn.reader import Reader
from mlp.page.live.live_page import LivePage, Parts
from mlp.page.style.glossary import tappable
from mlp.page.style.html import track
from mlp.page.style.plots import QUANTITIES, PlacedPlot, color_of, placed, run_plot, runs_plot
from mlp.page.train.about_network import about_network
from mlp.page.train.accuracy import large_number, synthetic_accuracy
from mlp.page.train.guess import Guess, guess_comparison
from mlp.page.train.run_words import accuracy_summary, curve_description, loss_summary, progress
from mlp.page.train.spoken import spoken_progress, spoken_sweep
from mlp.page.visitors.analysis_budget import LastResult, within_budget
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.shelf import PRETRAINED, shelf
from mlp.page.visitors.visitor import Visitor
from mlp.training.history import Curve, History, Quantity
from mlp.training.setting_entry import heading


class View(NamedTuple):
    """The choices of a page's session that affect the moving parts."""

    key: str
    """The key of the network that answers, which they are about."""
    reader: Reader
    """The same network, as it was for the script."""
    speed: str
    epochs: int
    """Those on the slider, for empty axes."""
    guess: Guess | None
    is_guessed: bool
    """Whether the accuracy chart is empty for a guess."""
    charts: LastResult
    """Those of a sweep, whose runs each announce their slices."""
    drawn: tuple[int, int] | None = None
    """The part ``step`` that the script has drawn, whose charts it does not need again; None while it draws."""


def run_parts(visitor: Visitor, view: View, page: LivePage) -> Parts:
    """Return the moving parts of the network that answers: its run, or what is known of it; or of the shown sweep."""
    if (together := visitor.shown) is visitor.sweep:
        return _sweep_parts(together, view) | {"html.guessed": guessed(visitor, view.guess)}
    answers, runs = shelf(visitor).get(view.key, PRETRAINED), all_runs(visitor)
    run, job, is_earlier = answers.run, answers.job, answers.is_earlier
    if job is None and visitor.job is not None:
        visitor.job.note_seen(visitor.job.snapshot().step)  # for which a slow run waits, and nobody sees it here
    first: Parts = {"html.number": large_number(run, job)}
    if run is None and (runs or answers.key != PRETRAINED.key):  # the card of a newcomer is an invitation alone
        first = {"html.about": about_network(answers, view.reader, measures=view.drawn is not None)}
    if run is None and runs:
        return first | {
            "html.progress": progress(runs[0], view.speed, is_earlier=visitor.job is None),
            "html.spoken": spoken_progress(visitor, runs[0].snapshot, page),
        }
    number, snapshot = (visitor.runs.current, None) if run is None else (run.number, run.snapshot)
    parts: Parts = first | {
        "step": (number, -1 if snapshot is None else snapshot.step),
        "html.progress": progress(run, view.speed, is_earlier=is_earlier),
        "html.spoken": "" if is_earlier else spoken_progress(visitor, snapshot, page),
        "html.loss_summary": loss_summary(snapshot),
        "html.accuracy_summary": "" if view.is_guessed else accuracy_summary(snapshot),
        "html.synthetic": "" if snapshot is None else synthetic_accuracy(snapshot, visitor.digits.now),
        "html.guessed": guessed(visitor, view.guess),
    }
    moves = snapshot is not None and (snapshot.playing or snapshot.busy)
    if moves or view.drawn != parts["step"]:
        earlier = [(tr(run.title), run.snapshot.history) for run in visitor.runs.shown_runs() if not is_earlier]
        guess = None if snapshot is None or is_earlier or view.guess is None else view.guess.curve
        for quantity in QUANTITIES[: 1 if view.is_guessed else 2]:
            history = History(1) if snapshot is None else snapshot.history
            epochs = view.epochs if snapshot is None else snapshot.settings.epochs
            plot = run_plot(quantity, history, epochs, earlier, guess=guess)
            words = curve_description(quantity, snapshot)
            at = None if snapshot is None else parts["step"]
            parts[f"plot.{quantity}"] = placed(plot, words, at=at, playing=snapshot is not None and snapshot.playing)
    return parts


def _sweep_parts(sweep: Sweep, view: View) -> Parts:
    trials = sweep.trials()
    parts: Parts = {
        "html.progress": sweep_progress(trials),
        "html.spoken": spoken_sweep(trials),
        "html.legend": legend(trials),
    }
    runs, guess = [trial.snapshot for trial in trials], view.guess and view.guess.curve
    at = -sweep.key, sum(run.step for run in runs)  # a key is no number of a run
    return parts | within_budget(
        view.charts,
        (tuple((run.step, len(run.history.evaluations)) for run in runs),),
        lambda: {f"plot.{quantity}": _sweep_plot(quantity, trials, guess, at) for quantity in QUANTITIES},
        plays=sweep.busy,
    )


def _sweep_plot(quantity: Quantity, trials: Sequence[Trial], guess: Curve | None, at: tuple[int, int]) -> PlacedPlot:
    """Return a plot of all runs of a sweep, which have taken so many steps together."""
    runs = [trial.snapshot for trial in trials]
    plot = runs_plot(quantity, [run.history for run in runs], max(run.settings.epochs for run in runs), guess)
    curves = [(tr(trial.value), curve_description(quantity, trial.snapshot)) for trial in trials]
    words = "; ".join(tr("{name}: {value}", name=name, value=curve) for name, curve in curves)
    return placed(plot, words, at=at, playing=any(run.playing for run in runs))


def guessed(visitor: Visitor, guess: Guess | None) -> str:
    """Return how far off a guess of a shown run is, as HTML; empty if there is none."""
    for trial in visitor.shown.trials():
        if guess is not None and trial.snapshot.settings == guess.settings:
            return guess_comparison(guess.curve, trial.snapshot, html.escape(tr(trial.value)))
    return ""


def sweep_progress(trials: Sequence[Trial]) -> str:
    """Return the progress bar with its text, as HTML."""
    share = sum(1.0 if trial.stopped else trial.snapshot.progress for trial in trials) / len(trials)
    ended = sum(trial.stopped or trial.snapshot.finished for trial in trials)
    waits = next((trial.snapshot.waits for trial in trials if trial.snapshot.waits), None)
    playing = any(trial.snapshot.playing for trial in trials)
    texts = [tr("{n} networks side by side", n=len(trials)), tr("{n} of them done", n=ended)]
    texts += [] if playing or ended == len(trials) else [tr("paused")]
    plays = '<i class="ink-plays" hidden></i>' * playing
    return f'{track(tr("Training"), share)}{plays}<p class="ink-status">{" · ".join(texts)}</p>' + (
        f'<p class="ink-status">{html.escape(tr(waits))}</p>' if waits else ""
    )


def legend(trials: Sequence[Trial]) -> str:
    """Return the legend of the curves as HTML: each run's color and validation accuracy."""
    items = []
    for place, trial in enumerate(trials):
        newest, diverged = trial.newest, trial.snapshot.diverged
        text = "–" if newest is None else number(newest.accuracy, ".1%")
        text += ", " + tr("stopped: its loss grew without limit") if diverged is not None else ""
        items.append(
            f'<li style="--of:var(--{color_of(place)})">{html.escape(tr(trial.value))} <b>{html.escape(text)}</b></li>'
        )
    label = tr("Colors of the curves, and accuracy on validation")
    return f'<ul class="ink-legend" aria-label="{label}">{"".join(items)}</ul>'


def curve_title(name: Quantity, summary: str | None = None) -> str:
    """Return the title of a chart as HTML, with the meaning of its lines; for one run, with colors and a summary."""
    lines = f"<span>━ {tappable('training')}</span> <span>╍ {tappable('validation')}</span>"
    if summary is not None:
        lines = (
            f'<span style="color:var(--accent)">━ {tappable("training")}</span> '
            f'<span style="color:var(--second)">╍ {tappable("validation")}</span> '
            f'<span class="value" data-live="{name}_summary">{summary}</span>'
        )
    return f'<p class="ink-status ink-curve"><b class="name">{tappable(name, heading(name))}</b> {lines}</p>'
