"""The sheet to print from the lessons: results, guesses and written answers."""

import html
from collections.abc import Callable, Sequence
from datetime import date

import streamlit as st

from mlp.analysis.guess_comparison import compared, comparison_text
from mlp.jobs.sweep import Trial
from mlp.language import dated, number, tr
from mlp.page import state
from mlp.page.script.link import hidable
from mlp.page.session_var import ControlVar
from mlp.page.style.download_button import download_button
from mlp.page.style.html import html_table
from mlp.page.style.paper import article, heading, paper
from mlp.page.tabs.lessons.experiments import trials_of
from mlp.page.tabs.lessons.lessons import LESSONS, Lesson
from mlp.page.tabs.lessons.plan import Plan, plan_html
from mlp.page.tabs.runs.downloads import file_name
from mlp.page.train.guess import asked, unseen_accuracy
from mlp.page.visitors.visitor import MAX_ANSWER_CHARS, Visitor
from mlp.training.settings import Settings

_nickname = ControlVar("sheet_nickname", "")
"""The visitor's nickname; a control."""
MAX_NICKNAME_CHARS = 40
hidable("sheet", "Your sheet and your answers, in lessons", '.st-key-sheet, [class*="st-key-answer_of_"]')


def answer_field(visitor: Visitor, name: str) -> None:
    """Draw the field for the visitor's own answer to a lesson's question."""
    answer = ControlVar(f"answer_of_{name}".replace("-", "_"), "")
    answer.set(visitor.answers.get(name, ""))
    with answer.placed():
        st.text_area(
            tr("Your answer"),
            key=answer.key,
            height=80,
            max_chars=MAX_ANSWER_CHARS,
            on_change=answer.on_change(lambda: visitor.answer(name, answer.get())),
        )


def note_guess(visitor: Visitor, name: str, lesson: Lesson) -> None:
    """Keep the visitor's guess for a lesson's experiment once it is drawn."""
    drawn = state.lab_guess_drawn.get()
    if lesson.guess is not None and drawn:
        guessed = lesson.experiments[lesson.guess[1]].settings
        if (last := asked(visitor)) is not None and last.settings == guessed:
            visitor.guesses[name] = drawn


def sheet_section(visitor: Visitor, of_class: Callable[[Visitor], str]) -> None:
    """Draw the download button of the sheet, and the field for the name on it; ``of_class`` as in `lesson_sheet`."""
    with st.container(key="sheet", horizontal=True, vertical_alignment="bottom"):
        _nickname_field(visitor)
        sheet_button(visitor, of_class, "sheet_out")
        st.caption(tr("Nobody else gets your results, guesses and answers unless you share the sheet."))


def sheet_button(visitor: Visitor, of_class: Callable[[Visitor], str], key: str) -> None:
    """Draw the download button of the sheet."""
    download_button(
        tr("Save my sheet"),
        lambda: lesson_sheet(visitor, of_class=of_class(visitor)),
        f"{file_name('lessons', visitor.nickname, date.today())}.html",
        key=key,
        icon=":material/print:",
        help=tr("Downloads pages to print: your part in your class, and your experiments, guesses and answers."),
    )


def _nickname_field(visitor: Visitor) -> None:
    _nickname.set(visitor.nickname)
    with _nickname.placed():
        st.text_input(
            tr("Your nickname"),
            key=_nickname.key,
            max_chars=MAX_NICKNAME_CHARS,
            width=200,
            help=tr("Optional: it appears on the sheet, in reports, and in file names."),
            on_change=_nickname.on_change(lambda: setattr(visitor, "nickname", _nickname.get().strip())),
        )


def lesson_sheet(visitor: Visitor, plan: Plan | None = None, of_class: str = "") -> str:
    """Return the visitor's lessons as one HTML page to print, without requests; a plan and its lessons come first.

    ``of_class`` is the visitor's part in a class's lesson, as HTML; nothing of the others is in it.
    """
    today, title = date.today(), tr("Lessons with Inkling")
    done: list[str] = []
    seen: set[Settings] = set()
    for name, lesson in LESSONS.items():
        trials = trials_of(visitor, lesson)
        settings = {trial.snapshot.settings for trial in trials}
        # Lessons share some experiments: a lesson counts only if it has one that no earlier lesson has.
        if (
            (plan is not None and name in plan.sheet)
            or settings - seen
            or name in visitor.answers
            or name in visitor.guesses
        ):
            done.append(_lesson(visitor, name, lesson, trials))
        seen |= settings
    by = f"{html.escape(visitor.nickname)}, " if visitor.nickname else ""
    parts = [heading(title, 1), f'<p class="quiet">{by}{dated(today)}</p>', of_class, *done]
    if plan is not None:
        parts.insert(0, f'<section class="plan">{heading(tr("A lesson of 45 minutes"), 1)}{plan_html(plan)}</section>')
    if not done and not of_class:
        parts.append(f"<p>{tr('No experiment, guess or answer yet.')}</p>")
    return paper(title, parts)


def _lesson(visitor: Visitor, name: str, lesson: Lesson, trials: Sequence[Trial]) -> str:
    answer, guess = visitor.answers.get(name, ""), visitor.guesses.get(name)
    return article(
        tr(lesson.title),
        _table(trials),
        _guess_text(lesson, trials, guess) if guess else "",
        f"<p><b>{html.escape(tr(lesson.question))}</b></p>",
        f'<p class="answer">{html.escape(answer.strip())}</p>' if answer else '<div class="line"></div>' * 3,
    )


def _table(trials: Sequence[Trial]) -> str:
    if not trials:
        return ""
    rows = []
    for trial in trials:
        snapshot, newest = trial.snapshot, trial.newest
        learned = None if newest is None else newest.training_accuracy
        shares = ("–" if share is None else number(share, ".1%") for share in (learned, trial.accuracy))
        rows.append([html.escape(tr(trial.value)), snapshot.epochs_done, *shares])
    heads = [tr("Experiment"), tr("Epochs"), tr("Training"), tr("Validation")]
    return html_table(tr("Results of the experiments"), heads, rows, numbers=True)


def _guess_text(lesson: Lesson, trials: Sequence[Trial], guess: tuple[float, ...]) -> str:
    assert lesson.guess is not None  # there is a guess
    experiment = lesson.experiments[lesson.guess[1]]
    trial = next((each for each in trials if each.value == experiment.label), None)
    name = html.escape(tr(experiment.label))
    text = tr("<b>Guess</b> for {experiment}: {share:.0%} at the end.", experiment=name, share=guess[-1])
    if trial is None:
        return f"<p>{text}</p>"
    real = unseen_accuracy(trial.snapshot)
    comparison = compared(guess, real.x / trial.snapshot.settings.epochs, real.y)
    return f"<p>{text} {'' if comparison is None else html.escape(comparison_text(comparison))}</p>"
