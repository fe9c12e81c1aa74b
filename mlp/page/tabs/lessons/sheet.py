"""The sheet to print from the lessons: results, guesses and written answers."""

import html
from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np
import streamlit as st

from mlp.analysis.inline_html import data_url
from mlp.analysis.lab.guess_comparison import POINTS, compared, comparison_text
from mlp.analysis.report import printed_page
from mlp.jobs.sweep import Trial
from mlp.page import state
from mlp.page.session_var import ControlVar
from mlp.page.style.download_button import download_button
from mlp.page.style.html import svg
from mlp.page.style.link import hidable
from mlp.page.style.plots import color_of
from mlp.page.style.theme import LIGHT
from mlp.page.tabs.lessons.experiments import learned_now, trials_of
from mlp.page.tabs.lessons.lessons import LESSONS, Lesson
from mlp.page.tabs.name_field import name_field
from mlp.page.tabs.runs.downloads import file_name
from mlp.page.train.guess import unseen_accuracy
from mlp.page.visitors.visitor import MAX_ANSWER_CHARS, Visitor
from mlp.training.history import Curve
from mlp.training.settings import Settings

hidable("sheet", "Your sheet and your answers, in lessons", '.st-key-sheet, [class*="st-key-answer_of_"]')

_CSS = """
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1rem; margin: 0 0 .3rem; }
p { margin: .25rem 0; }
.quiet { color: #6b665d; }
article { border-top: 1px solid #e2dfd8; margin-top: .7rem; padding-top: .6rem; break-inside: avoid; }
.columns { display: grid; grid-template-columns: 1fr 17rem; gap: 1.2rem; align-items: start; }
svg { display: inline-block; vertical-align: middle; }
.chart { display: block; width: 100%; }
td, th { border-bottom: 1px solid #e2dfd8; padding: .1rem .3rem; text-align: right; font-weight: 400; }
th:first-child { text-align: left; }
thead th { color: #6b665d; }
.answer { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #e2dfd8; padding-left: .6rem; }
.line { border-bottom: 1px solid #bbb; height: 1.7rem; }
@media (max-width: 36rem) { .columns { grid-template-columns: 1fr; } }
@media print { .columns { grid-template-columns: 1fr 6.4cm; } }
"""


def answer_field(visitor: Visitor, name: str) -> None:
    """Draw the field for the visitor's own answer to a lesson's question."""
    answer = ControlVar(f"answer_of_{name}".replace("-", "_"), "")
    answer.set(visitor.answers.get(name, ""))
    with answer.placed():
        st.text_area(
            "Your answer",
            key=answer.key,
            height=80,
            max_chars=MAX_ANSWER_CHARS,
            on_change=answer.on_change(lambda: visitor.answer(name, answer.get())),
        )


def note_guess(visitor: Visitor, name: str, lesson: Lesson) -> None:
    """Keep the visitor's guess for a lesson's experiment once it is drawn."""
    drawn = state.lab_guess_drawn.get()
    if lesson.guess is not None and drawn:
        guessed = learned_now(visitor, lesson.experiments[lesson.guess[1]])[1]
        if state.lab_guess_for.get() == guessed:
            visitor.guesses[name] = drawn


def sheet_section(visitor: Visitor) -> None:
    """Draw the download button of the sheet, and the field for the name on it."""
    with st.container(key="sheet", horizontal=True, vertical_alignment="bottom"):
        name_field(
            "Your nickname",
            "sheet_nickname",
            visitor.nickname,
            partial(setattr, visitor, "nickname"),
            width=200,
            help="Optional: it appears on the sheet and in its file name.",
        )
        download_button(
            "Save my sheet",
            lambda: lesson_sheet(visitor),
            f"{file_name('lessons', '', visitor.nickname, date.today())}.html",
            "text/html",
            key="sheet_out",
            icon=":material/print:",
            help="Downloads one or two pages to print: your experiments, guesses and answers from all lessons.",
        )
        st.caption("Nobody else gets your results, guesses and answers unless you share the sheet.")


def lesson_sheet(visitor: Visitor) -> str:
    """Return all lessons in which the visitor has done anything as one HTML page to print, without requests."""
    today = date.today()
    by = f"{html.escape(visitor.nickname)}, " if visitor.nickname else ""
    done: list[str] = []
    seen: set[Settings] = set()
    for name, lesson in LESSONS.items():
        trials = trials_of(visitor, lesson)
        settings = {trial.snapshot.settings for trial in trials}
        # Lessons share some experiments: a lesson counts only if it has one that no earlier lesson has.
        if settings - seen or name in visitor.answers or name in visitor.guesses:
            done.append(_lesson(visitor, name, lesson, trials))
        seen |= settings
    body = [
        "<h1>Lessons with Inkling</h1>",
        f'<p class="quiet">{by}{today.day} {today:%B %Y}</p>',
        *(done or ["<p>No experiment, guess or answer yet.</p>"]),
    ]
    return printed_page("Lessons with Inkling", _CSS, "\n".join(body))


def _lesson(visitor: Visitor, name: str, lesson: Lesson, trials: Sequence[Trial]) -> str:
    answer, guess = visitor.answers.get(name, ""), visitor.guesses.get(name)
    written = f'<p class="answer">{html.escape(answer.strip())}</p>' if answer else '<div class="line"></div>' * 3
    left = _table(trials) + (_guess_text(lesson, trials, guess) if guess else "")
    right = _chart(trials, guess) if trials or guess else ""
    return (
        f'<article><h2>{html.escape(lesson.title)}</h2><div class="columns"><div>{left}</div>{right}</div>'
        f"<p><b>{html.escape(lesson.question)}</b></p>{written}</article>"
    )


def _table(trials: Sequence[Trial]) -> str:
    if not trials:
        return '<p class="quiet">No experiments yet.</p>'
    rows = []
    for place, trial in enumerate(trials):
        now, newest = trial.snapshot, trial.newest
        learned = None if newest is None else newest.training_accuracy
        cells = [now.epochs_done, *("–" if one is None else f"{one:.1%}" for one in (learned, trial.accuracy))]
        color = f'<rect width="14" height="4" fill="{LIGHT[color_of(place)]}"/>'
        swatch = svg(14, 4, color, 'width="14" height="4"')
        rows.append(
            f"<tr><th>{html.escape(trial.value)} {swatch}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        )
    heads = "".join(f"<th>{head}</th>" for head in ("Experiment", "Epochs", "Training", "Validation"))
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _guess_text(lesson: Lesson, trials: Sequence[Trial], guess: tuple[float, ...]) -> str:
    assert lesson.guess is not None  # there is a guess
    experiment = lesson.experiments[lesson.guess[1]]
    trial = next((each for each in trials if each.value == experiment.label), None)
    text = f"<b>Guess</b> for {html.escape(experiment.label)}, dashed: {guess[-1]:.0%} at the end."
    if trial is None:
        return f"<p>{text}</p>"
    real = unseen_accuracy(trial.snapshot)
    found = compared(guess, real.x / trial.snapshot.settings.epochs, real.y)
    return f"<p>{text} {'' if found is None else html.escape(comparison_text(found))}</p>"


def _chart(trials: Sequence[Trial], guess: tuple[float, ...] | None) -> str:
    """Return the accuracies on validation images over the run, and the guess, as HTML."""
    runs = []
    for trial in trials:
        curve = trial.snapshot.history.measured("accuracy")
        runs.append(Curve(curve.x / trial.snapshot.settings.epochs, curve.y))
    guessed = None if guess is None else Curve(np.linspace(0, 1, POINTS), np.array(guess))
    from mlp.page.tabs.runs.printed_curves import printed_accuracies

    url = data_url("svg+xml", printed_accuracies(runs, guessed))
    return f'<img class="chart" alt="Accuracy on validation images over the run" src="{url}">'
