"""The lessons: experiments to start with one press, plans for teachers, and a glossary."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.language import mark, tr
from mlp.page import state
from mlp.page.script.link import hidable, hidden, on_board
from mlp.page.script.redraw import redrawn, rerun_page
from mlp.page.script.reveal import reveal
from mlp.page.session_var import ControlVar
from mlp.page.settings.controls import set_controls
from mlp.page.style.download_button import download_button
from mlp.page.style.glossary import word_list
from mlp.page.style.html import shows_answers
from mlp.page.style.theme import plain
from mlp.page.tabs.lessons.centering import compare_forms
from mlp.page.tabs.lessons.experiments import experiments
from mlp.page.tabs.lessons.lessons import LESSONS, Experiment
from mlp.page.tabs.lessons.plan import BEGUN, NOT_YET, PLANS, plan_html
from mlp.page.tabs.lessons.sheet import answer_field, lesson_sheet, note_guess, sheet_section
from mlp.page.tabs.places import Section, Views
from mlp.page.train import guess
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist

lessons_open = state.SessionVar("lessons_open", False)
"""Whether the lessons are open."""
hidable("for-teachers", "For teachers, below the lessons")
_NARROW_STAGE = """<style>:root { --lesson-columns: 18.5rem minmax(0, 1fr);
  --lesson-stage: "canvas" auto "tools" auto "answer" auto "bars" auto "way" auto / minmax(0, 1fr); }</style>"""
"""Without the train card, the canvas and the answer are one column beside the lesson."""
LESSON_VIEWS = Views(
    "lesson", mark("Lesson"), {name: lesson.title for name, lesson in LESSONS.items()}, ControlVar("lesson_choice", "")
)


def board_button(label: str) -> str:
    """Return a button that opens this page in board mode, as HTML."""
    return f'<button type="button" class="ink-button ink-to-board">{label}</button>'


def lessons_are_open() -> bool:
    """Whether the lessons are open, and not hidden."""
    return lessons_open.get() and not LESSONS_PLACE.is_hidden


def open_lessons() -> None:
    """Open the lessons; for callbacks."""
    lessons_open.set(True)
    if LESSON_VIEWS.open_one() != "centring":  # that lesson is about the canvas, not the curves beside it
        reveal("lessons_card")


def lessons_place(visitor: Visitor, of_class: Callable[[Visitor], str]) -> None:
    """Draw the lessons if they are open, in a container that is always there.

    ``of_class`` returns the visitor's part in a class's lesson, for the sheet.
    """
    with st.container(key="lessons_card"):
        if lessons_are_open():
            lessons_section(visitor, chosen_mnist().load(), of_class)


def lessons_button() -> None:
    """Draw the button that opens and closes the lessons."""
    if not LESSONS_PLACE.is_hidden:
        is_open = lessons_are_open()
        st.button(
            tr(LESSONS_PLACE.name),
            key="open_lessons",
            type="primary" if is_open else "secondary",
            on_click=partial(lessons_open.set, False) if is_open else open_lessons,
            help=tr("Closes the lessons.") if is_open else tr("Opens experiments with questions, beside the curves."),
        )


def lessons_section(visitor: Visitor, data: Dataset, of_class: Callable[[Visitor], str] = lambda _: "") -> None:
    """Draw the choice of a lesson, the lesson, and the section for teachers."""
    if "training" in hidden():
        st.html(_NARROW_STAGE)
    with st.container(key="lessons"):
        chosen = LESSON_VIEWS.open_one()
        if chosen is None:
            st.caption(tr("All lessons are hidden here."))
            return
        with st.container(horizontal=True, wrap=False, key="lesson_head"):
            LESSON_VIEWS.draw_choice(
                tr("Lesson"),
                control=st.pills,
                format_func=lambda name: f"{list(LESSONS).index(name) + 1:d} {plain(tr(LESSONS[name].title))}",
            )
            st.button(tr("Close"), key="close_lessons", type="tertiary", on_click=lessons_open.set, args=(False,))
        _lesson(visitor, data, chosen)
        sheet_section(visitor, of_class)
    if not on_board():
        with st.container(key="for_teachers"), st.expander(tr("For teachers")):
            if teaching := LESSONS[chosen].teaching:
                st.markdown(tr(teaching))
            st.html(board_button(tr("Board mode: one part at a time, large")))
            _plan(visitor)
    with st.container(key="words"), st.expander(tr("Glossary")):
        st.html(word_list())


def _lesson(visitor: Visitor, data: Dataset, name: str) -> None:
    lesson = LESSONS[name]
    note_guess(visitor, name, lesson)
    st.subheader(tr(lesson.title), anchor=False)
    if name == "centring":  # first, so that the drawing and the answers are visible together
        compare_forms(visitor, data)
    if lesson.guess is not None and guess.is_offered():
        with st.container(horizontal=True, vertical_alignment="center", key="lesson_guess", wrap=False):
            text, number = lesson.guess
            asked = lesson.experiments[number]
            words = tr(
                "**Guess first.** {guess}, then press *{experiment}*.", guess=tr(text), experiment=tr(asked.label)
            )
            st.markdown(words)
            st.button(
                tr("Draw it"),
                key=f"guess_{name}".replace("-", "_"),
                icon=":material/draw:",
                on_click=_guess,
                args=(visitor, asked),
                help=tr("Clears the accuracy chart so you can draw your guess."),
            )
    # After the guess, as it tells how the experiments end.
    st.markdown(tr("**What to expect.** {text}", text=tr(lesson.expect)))
    experiments(visitor, name, lesson)
    st.markdown(tr("**What to look for.** {text}", text=tr(lesson.look_for)))
    st.markdown(tr("**A question.** {text}", text=tr(lesson.question)))
    answer_field(visitor, name)
    if shows_answers():
        with st.expander(tr("An answer"), key=f"answer_{name}"):
            st.markdown(tr(lesson.answer))


def _guess(visitor: Visitor, experiment: Experiment) -> None:
    """Ask the visitor to draw the curve of an experiment before it starts."""
    set_controls(experiment.settings)
    guess.ask(visitor, experiment.settings)
    reveal("train_card")


@redrawn("plan")
def _plan(visitor: Visitor) -> None:
    """Draw a plan for a class, and the button that saves it with its sheet."""
    name = st.segmented_control(
        tr("A plan of 45 minutes"), PLANS, default="Digits", format_func=tr, required=True, key="plan"
    )
    with st.container(horizontal=True):
        st.button(tr("Begin this plan"), key="plan_begin", type="primary", on_click=_begin, args=(visitor, name))
        make, file = partial(lesson_sheet, visitor, PLANS[name]), f"plan-{name.lower().replace(' ', '-')}.html"
        download_button(tr("Save the plan and its sheet"), make, file, key="plan_out", icon=":material/print:")
    st.html(plan_html(PLANS[name]))


def _begin(visitor: Visitor, plan: str) -> None:
    visitor.kept[BEGUN] = (plan, NOT_YET, 0.0)
    rerun_page()


LESSONS_PLACE = Section(mark("Lessons"), lessons_section, views=LESSON_VIEWS)
"""Beside the tabs, not one of them: the button opens and closes it."""
