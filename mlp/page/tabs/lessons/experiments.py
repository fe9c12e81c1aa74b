"""A lesson's experiments: their data, a button for each, one for all of them at once, and their results."""

import html

import streamlit as st

from mlp.jobs.snapshot import Snapshot
from mlp.jobs.sweep import Trial
from mlp.language import number, tr
from mlp.page.script.redraw import redrawn
from mlp.page.script.reveal import reveal
from mlp.page.settings.controls import set_controls
from mlp.page.style.html import html_table
from mlp.page.tabs.lessons.lessons import Experiment, Lesson
from mlp.page.visitors.refusals import Refusal
from mlp.page.visitors.runs import RUN, SWEEP, all_runs, begin, begin_sweep
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.saved_sources import Source
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run

_refused = Refusal("lesson")

MAX_SHOWN = 4


def experiments(visitor: Visitor, name: str, lesson: Lesson) -> None:
    """Draw a lesson's buttons and results; ``name`` is its name in the URL."""
    several = len(lesson.experiments) > 1
    with st.container(horizontal=True, wrap=False, gap="small", key="experiments"):
        with st.container(key="experiment_buttons", gap=None, width=220):
            if several:
                st.button(
                    tr("Run all"),
                    key=f"run_all_{name}".replace("-", "_"),
                    icon=":material/fast_forward:",
                    on_click=_run_all,
                    args=(visitor, lesson),
                    width="stretch",
                )
            for place, experiment in enumerate(lesson.experiments):
                st.button(
                    tr(experiment.label),
                    key=f"try_{name}_{place}".replace("-", "_"),
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
    set_controls(experiment.settings)
    begin(visitor, Run(experiment.settings), data_of(experiment), refusal=_refused)
    others = [(other.settings, data_of(other)) for other in lesson.experiments if other != experiment]
    newest = {(run.snapshot.settings, run.data): run.number for run in reversed(all_runs(visitor))}
    visitor.runs.show([newest[each] for each in others if each in newest][-MAX_SHOWN:])
    reveal("train_card")


def _run_all(visitor: Visitor, lesson: Lesson) -> None:
    """Start all experiments of a lesson side by side, with their curves in the same axes."""
    runs = [(each.settings, data_of(each)) for each in lesson.experiments]
    labels = [each.label for each in lesson.experiments]
    begin_sweep(visitor, runs, labels=labels, purpose="lesson", refusal=_refused)
    reveal("train_card")


def _snapshot_of(visitor: Visitor, experiment: Experiment) -> Snapshot | None:
    """Return the run of an experiment that has come furthest, as others repeat it; None if there is none."""
    jobs = [(job.snapshot(), job.data) for job in visitor.jobs()]
    known = [*jobs, *((run.snapshot, run.data) for run in [*all_runs(visitor), *list(visitor.lesson_runs.values())])]
    key = (experiment.settings, data_of(experiment))
    same = (snapshot for snapshot, data in known if (snapshot.settings, data) == key)
    return max(same, key=lambda snapshot: snapshot.step, default=None)


def trials_of(visitor: Visitor, lesson: Lesson) -> list[Trial]:
    """Return the lesson's experiments that have begun."""
    begun = [(each.label, _snapshot_of(visitor, each)) for each in lesson.experiments]
    return [Trial(text, snapshot) for text, snapshot in begun if snapshot is not None and snapshot.step]


@redrawn("lesson_results", RUN, SWEEP)
def _results(visitor: Visitor, lesson: Lesson) -> None:
    sizes = {experiment.settings.n_parameters for experiment in lesson.experiments}
    heads = [tr("Experiment"), *([tr("Numbers to learn")] if len(sizes) > 1 else [])]
    heads += [tr("Epochs done"), tr("Training accuracy"), tr("Validation accuracy")]
    rows = [_row(each, _snapshot_of(visitor, each), with_size=len(sizes) > 1) for each in lesson.experiments]
    st.html(html_table(tr("Results of the experiments"), heads, rows, numbers=True) + _notes_below(visitor, lesson))


def _notes_below(visitor: Visitor, lesson: Lesson) -> str:
    """Return notes below the results as HTML: what *Run all* replaces, and if the curves are of other runs."""
    settings = {experiment.settings for experiment in lesson.experiments}
    texts = []
    if trials_of(visitor, lesson):
        texts.append(tr("These results stay here until you press <b>Run all</b> again."))
    of_curves = {trial.snapshot.settings for trial in visitor.shown.trials()}
    if of_curves and not of_curves & settings:
        texts.append(tr("The curves are not from this lesson: start an experiment to see its own."))
    if visitor.sweep.playing and not visitor.shows_sweep:
        texts.append(tr("Other experiments are still training; <b>Run all</b> stops them."))
    return f'<p class="ink-status">{" ".join(texts)}</p>' if texts else ""


def _row(experiment: Experiment, snapshot: Snapshot | None, *, with_size: bool) -> list[str]:
    cells = [html.escape(tr(experiment.label)), *([number(experiment.settings.n_parameters, ",")] if with_size else [])]
    if snapshot is None or not len(snapshot.history):
        return [*cells, tr("{done} of {epochs}", done=0, epochs=experiment.settings.epochs), "–", "–"]
    newest = snapshot.history.newest
    if newest is None or not newest.step or newest.training_accuracy is None:
        return [*cells, snapshot.epochs_done, "–", "–"]
    shares = number(newest.training_accuracy, ".1%"), f"<b>{number(newest.accuracy, '.1%')}</b>"
    return [*cells, snapshot.epochs_done, *shares]


def data_of(experiment: Experiment) -> Source:
    """Return an experiment's training data."""
    return chosen_mnist() if experiment.drawings is None else FewDigits(chosen_mnist(), experiment.drawings)
