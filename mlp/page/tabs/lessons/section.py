"""The lessons: experiments to start with one press, a glossary, and links for teachers."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from mlp.images.mnist import Dataset
from mlp.page import state
from mlp.page.session_var import ControlVar, SessionVar
from mlp.page.settings.controls import SETTING, set_controls
from mlp.page.settings.link import settings_query
from mlp.page.style.glossary import word_list
from mlp.page.style.html import ANSWERS, shows_answers
from mlp.page.style.link import HIDABLE, hidable, hidden, page_address
from mlp.page.style.redraw import part
from mlp.page.style.reveal import reveal
from mlp.page.style.theme import plain
from mlp.page.tabs.lessons.centering import compare_forms
from mlp.page.tabs.lessons.experiments import experiments
from mlp.page.tabs.lessons.lessons import LESSONS, Experiment
from mlp.page.tabs.lessons.sheet import answer_field, note_guess, sheet_section
from mlp.page.tabs.places import Section, Views
from mlp.page.train import guess
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist

_teach_lesson = SessionVar[str | None]("teach_lesson", None)
"""The lesson that a teacher's link opens; a control."""


lessons_open = state.SessionVar("lessons_open", False)
"""Whether the lessons are open."""
hidable("for-teachers", "For teachers, below the lessons")
_NARROW_STAGE = """<style>:root { --lesson-columns: 18.5rem minmax(0, 1fr);
  --lesson-stage: "canvas" auto "tools" auto "answer" auto "bars" auto "way" auto / minmax(0, 1fr); }</style>"""
"""Without the train card, the canvas and the answer are one column beside the lesson."""
_TO_BOARD = '<button type="button" class="ink-button ink-to-board">Board mode: one part at a time, large</button>'
LESSON_VIEWS = Views(
    "lesson", "Lesson", {name: lesson.title for name, lesson in LESSONS.items()}, ControlVar("lesson_choice", "")
)


def lessons_are_open() -> bool:
    """Whether the lessons are open, and not hidden."""
    return lessons_open.get() and not LESSONS_PLACE.is_hidden


def open_lessons() -> None:
    """Open the lessons; for callbacks."""
    lessons_open.set(True)
    if LESSON_VIEWS.open_one() != "centring":  # that lesson is about the canvas, not the curves beside it
        reveal("lessons_card")


def lessons_place(visitor: Visitor) -> None:
    """Draw the lessons if they are open, in a container that is always there."""
    with st.container(key="lessons_card"):
        if lessons_are_open():
            lessons_section(visitor, chosen_mnist().load())


def lessons_button() -> None:
    """Draw the button that opens and closes the lessons."""
    if not LESSONS_PLACE.is_hidden:
        is_open = lessons_are_open()
        st.button(
            LESSONS_PLACE.name,
            key="open_lessons",
            type="primary" if is_open else "secondary",
            on_click=partial(lessons_open.set, False) if is_open else open_lessons,
            help="Closes the lessons." if is_open else "Opens experiments with questions, beside the curves.",
        )


def lessons_section(visitor: Visitor, data: Dataset) -> None:
    """Draw the choice of a lesson, the lesson, and the section for teachers."""
    if "training" in hidden():
        st.html(_NARROW_STAGE)
    with st.container(key="lessons"):
        chosen = LESSON_VIEWS.open_one()
        if chosen is None:
            st.caption("All lessons are hidden here.")
            return
        with st.container(horizontal=True, wrap=False, key="lesson_head"):
            LESSON_VIEWS.draw_choice(
                "Lesson",
                control=st.pills,
                format_func=lambda name: f"{list(LESSONS).index(name) + 1:d} {plain(LESSONS[name].title)}",
            )
            st.button("Close", key="close_lessons", type="tertiary", on_click=lessons_open.set, args=(False,))
        _lesson(visitor, data, chosen)
        sheet_section(visitor)
    with st.container(key="for_teachers"), st.expander("For teachers"):
        if teaching := LESSONS[chosen].teaching:
            st.markdown(teaching)
        st.html(_TO_BOARD)
        _teach_lesson.start(chosen)
        _for_teachers()
    with st.container(key="words"), st.expander("Glossary"):
        st.html(word_list())


def _lesson(visitor: Visitor, data: Dataset, name: str) -> None:
    lesson = LESSONS[name]
    note_guess(visitor, name, lesson)
    st.subheader(lesson.title, anchor=False)
    if name == "centring":  # first, so that the drawing and the answers are visible together
        compare_forms(visitor, data)
    if lesson.guess is not None and guess.is_offered():
        with st.container(horizontal=True, vertical_alignment="center", key="lesson_guess", wrap=False):
            text, number = lesson.guess
            asked = lesson.experiments[number]
            st.markdown(f"**Guess first.** {text}, then press *{asked.label}*.")
            st.button(
                "Draw it",
                key=f"guess_{name}".replace("-", "_"),
                icon=":material/draw:",
                on_click=_guess,
                args=(visitor, asked),
                help="Clears the accuracy chart so you can draw your guess.",
            )
    st.markdown(f"**What to expect.** {lesson.expect}")  # after the guess, as it tells how the experiments end
    experiments(visitor, name, lesson)
    st.markdown(f"**What to look for.** {lesson.look_for}")
    st.markdown(f"**A question.** {lesson.question}")
    answer_field(visitor, name)
    if shows_answers():
        with st.expander("An answer", key=f"answer_{name}"):
            st.markdown(lesson.answer)


def _guess(visitor: Visitor, experiment: Experiment) -> None:
    """Ask the visitor to draw the curve of an experiment before it starts."""
    set_controls(experiment.settings)
    guess.ask(visitor, experiment.settings)
    reveal("train_card")


@part("teachers_link", SETTING)
def _for_teachers() -> None:
    known = {name: part.label for name, part in sorted(HIDABLE.items(), key=lambda one: one[1].label)}
    st.markdown(
        "A link can open a lesson, hold any settings, and hide what your class doesn’t need yet. Set the controls, "
        "choose here, and copy the link. Hidden isn’t locked: anyone who edits the link sees everything."
    )
    lesson = st.selectbox(
        "Open with",
        ["", *LESSONS],
        key=_teach_lesson.key,
        format_func=lambda name: LESSONS[name].title if name else "no lesson",
    )
    names = st.multiselect(
        "Hide",
        list(known),
        key="teach_hide",
        format_func=lambda name: f"{known[name]} ({name})",
        placeholder="Nothing is hidden",
        filter_mode="contains",
        select_all=False,
    )
    if lesson and not {f"lesson-{lesson}", LESSONS_PLACE.key}.isdisjoint(names):
        st.error(f"This link would hide the lesson that it opens, {LESSONS[lesson].title}. Remove one of the two.")
    else:
        st.code(teachers_link(lesson, names), language=None, wrap_lines=True)
        if ANSWERS in names:
            st.caption("For you, the same page with the answers:")
            without = [name for name in names if name != ANSWERS]
            st.code(teachers_link(lesson, without), language=None, wrap_lines=True)
    st.caption("Names to hide, separated by commas in `hide=`: " + ", ".join(f"`{name}`" for name in known))


def teachers_link(lesson: str, names: list[str]) -> str:
    """Return this page's address with its settings, an open lesson and hidden names."""
    query = settings_query()
    if lesson:
        query["lesson"] = [lesson]
    if names:
        query["hide"] = [",".join(names)]
    address = page_address()
    if address.count("/") == 2:  # https://host
        address += "/"
    return f"{address}?{urlencode(query, doseq=True, safe=',')}" if query else address


LESSONS_PLACE = Section("Lessons", lessons_section, views=LESSON_VIEWS)
"""Beside the tabs, not one of them: the button opens and closes it."""
