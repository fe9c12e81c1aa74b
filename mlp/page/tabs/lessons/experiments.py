"""A lesson's experiments: their data, a button for each, one for all of them at once, and their results."""

import html
from dataclasses import replace

import streamlit as st

from mlp.class_names import in_words
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import EndedSweep, Trial
from mlp.page.settings.controls import set_controls
from mlp.page.style.html import html_table
from mlp.page.style.redraw import On, part
from mlp.page.tabs.lessons.lessons import LESSONS, Experiment, Lesson
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import all_runs, begin, begin_sweep
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, split_data
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import Mnist, chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings

_refused = Refusal("lesson")

MAX_SHOWN = 4
DRAWINGS = [experiment.drawings for experiment in LESSONS["examples"].experiments if experiment.drawings is not None]
"""Numbers of drawings of each class in the lesson's experiments."""
MIN_DRAWINGS = 5
"""Number of drawings of each sign from which the lesson uses signs in place of digits."""


def experiments(visitor: Visitor, name: str, lesson: Lesson) -> None:
    """Draw a lesson's buttons and results; ``name`` is its name in the URL."""
    several = len(lesson.experiments) > 1
    with st.container(horizontal=True, wrap=False, gap="small", key="experiments"):
        with st.container(key="experiment_buttons", gap=None, width=220):
            if several:
                st.button(
                    "Run all",
                    key=f"run_all_{name}".replace("-", "_"),
                    icon=":material/fast_forward:",
                    on_click=_run_all,
                    args=(visitor, lesson),
                    width="stretch",
                )
            for number, experiment in enumerate(lesson.experiments):
                st.button(
                    experiment.label,
                    key=f"try_{name}_{number}".replace("-", "_"),
                    icon=":material/play_arrow:",
                    on_click=_try,
                    args=(visitor, lesson, experiment),
                    width="stretch",
                )
        if several:
            _results(visitor, lesson)
    _refused.show()


def _try(visitor: Visitor, lesson: Lesson, experiment: Experiment) -> None:
    """Start an experiment, with the curves of the lesson's other ones below its own."""
    data = data_of(experiment, visitor.signs.now, chosen_mnist())
    if data is None:
        _refused.set(f"{experiment.label}: draw more of each sign first, as one of each is needed for validation.")
        return
    set_controls(experiment.settings)
    begin(visitor, Run(settings_of(experiment, data)), data, refusal=_refused)
    others = [_key(visitor, other) for other in lesson.experiments if other != experiment]
    newest = {(run.snapshot.settings, run.data): run.number for run in reversed(all_runs(visitor))}
    visitor.runs.show([newest[each] for each in others if each in newest][-MAX_SHOWN:])


def _run_all(visitor: Visitor, lesson: Lesson) -> None:
    """Start all experiments of a lesson side by side, with their curves in the same axes."""
    found = [(each, data_of(each, visitor.signs.now, chosen_mnist())) for each in lesson.experiments]
    runs = [(settings_of(each, data), data) for each, data in found if data is not None]
    labels = [each.label for each, data in found if data is not None]
    begin_sweep(visitor, runs, labels=labels, purpose="lesson", refusal=_refused, shown=True)


def _snapshot_of(visitor: Visitor, experiment: Experiment) -> Snapshot | None:
    """Return the visitor's newest run of an experiment, first among those that the train card shows, or None."""
    swept = [(job.snapshot(), job.data) for job in visitor.sweep.jobs] if visitor.sweep is not None else []
    alone = [(run.snapshot, run.data) for run in all_runs(visitor)]
    known = [*swept, *alone] if visitor.shown_sweep is not None else [*alone, *swept]
    known += [(run.snapshot, run.data) for run in list(visitor.lesson_runs.values())]
    key = _key(visitor, experiment)
    return next((now for now, data in known if (now.settings, data) == key), None)


def _key(visitor: Visitor, experiment: Experiment) -> tuple[Settings, Source | None]:
    """Return what tells an experiment from all others: its settings and its data."""
    data, settings = learned_now(visitor, experiment)
    return settings, data


def learned_now(visitor: Visitor, experiment: Experiment) -> tuple[Source | None, Settings]:
    """Return the data of an experiment, which may be the visitor's own signs, and its settings."""
    data = data_of(experiment, visitor.signs.now, chosen_mnist())
    return data, experiment.settings if data is None else settings_of(experiment, data)


def trials_of(visitor: Visitor, lesson: Lesson) -> list[Trial]:
    """Return the lesson's experiments that have begun."""
    found = [(each.label, _snapshot_of(visitor, each)) for each in lesson.experiments]
    return [Trial(text, now) for text, now in found if now is not None and now.step]


def show_curves(visitor: Visitor, lesson: Lesson) -> bool:
    """Show a lesson's runs on the train card unless a run is playing; return whether the card has changed."""
    if visitor.job is not None and visitor.job.playing:
        return False
    before = visitor.shown_sweep
    keys = {_key(visitor, experiment) for experiment in lesson.experiments}
    sweep = visitor.sweep
    if sweep is not None and {(job.snapshot().settings, job.data) for job in sweep.jobs} == keys:
        visitor.shown_sweep = sweep
    else:
        trials = trials_of(visitor, lesson)
        visitor.shown_sweep = EndedSweep(trials) if len(trials) > 1 else None
    return visitor.shown_sweep is not before


@part("lesson_results", on=On.RUN | On.SWEEP)
def _results(visitor: Visitor, lesson: Lesson) -> None:
    sizes = {experiment.settings.n_parameters for experiment in lesson.experiments}
    heads = ["Experiment", *(["Numbers to learn"] if len(sizes) > 1 else [])]
    heads += ["Epochs done", "Training accuracy", "Validation accuracy"]
    rows = [_row(each, _snapshot_of(visitor, each), with_size=len(sizes) > 1) for each in lesson.experiments]
    st.html(html_table("Results of the experiments", heads, rows, numbers=True) + _notes_below(visitor, lesson))


def _notes_below(visitor: Visitor, lesson: Lesson) -> str:
    """Return notes below the results as HTML: what *Run all* skips or replaces, and if the curves are of other runs."""
    settings = {learned_now(visitor, experiment)[1] for experiment in lesson.experiments}
    texts = []
    skipped = [each for each in lesson.experiments if learned_now(visitor, each)[0] is None]
    if skipped:
        labels = in_words([html.escape(each.label) for each in skipped])
        n = min(each.drawings or 0 for each in skipped) + 1
        texts.append(
            f"<b>Run all</b> skips {labels}: draw at least {n} of each of your signs first, as one of each is needed "
            "for validation."
        )
    if trials_of(visitor, lesson):
        texts.append("These results stay here until you press <b>Run all</b> again.")
    if visitor.shown_sweep is not None:
        shown = {trial.snapshot.settings for trial in visitor.shown_sweep.trials()}
    else:
        shown = {visitor.job.snapshot().settings} if visitor.job is not None else set()
    if shown and not shown & settings:
        texts.append("The curves are not from this lesson: start an experiment to see its own.")
    if visitor.sweep is not None and visitor.sweep.playing and visitor.sweep is not visitor.shown_sweep:
        texts.append("Other experiments are still training; <b>Run all</b> stops them.")
    return f'<p class="ink-status">{" ".join(texts)}</p>' if texts else ""


def _row(experiment: Experiment, now: Snapshot | None, *, with_size: bool) -> list[str]:
    cells = [html.escape(experiment.label), *([f"{experiment.settings.n_parameters:,}"] if with_size else [])]
    if now is None or not len(now.history):
        return [*cells, f"0 of {experiment.settings.epochs}", "–", "–"]
    newest = now.history.newest
    if newest is None or not newest.step or newest.training_accuracy is None:
        return [*cells, now.epochs_done, "–", "–"]
    return [*cells, now.epochs_done, f"{newest.training_accuracy:.1%}", f"<b>{newest.accuracy:.1%}</b>"]


def data_of(experiment: Experiment, signs: DrawingSet, source: Mnist) -> Source | None:
    """Return an experiment's training data; None if the visitor has too few drawings of each sign."""
    n = experiment.drawings
    if n is None:
        return source
    if are_learned(signs):
        enough = [each for each in DRAWINGS if each < min(signs.counts)]  # the rest is for validation, the same for all
        return split_data(signs, signs.ranks >= max(enough), signs.ranks < n) if n in enough else None
    return FewDigits(source, n)


def settings_of(experiment: Experiment, data: Source) -> Settings:
    """Return an experiment's settings, with the names of its classes."""
    return replace(experiment.settings, names=data.names) if isinstance(data, DrawingData) else experiment.settings


def are_learned(signs: DrawingSet) -> bool:
    """Whether the lesson uses the visitor's signs in place of digits."""
    return len(signs.names) > 1 and min(signs.counts) >= MIN_DRAWINGS
