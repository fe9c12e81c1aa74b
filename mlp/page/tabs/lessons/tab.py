"""Tab "Lessons": experiments that start at a press, and links for teachers."""

import html
from collections.abc import Iterable
from urllib.parse import urlencode

import streamlit as st

from mlp.jobs.earlier_runs import NumberedRun
from mlp.page import state
from mlp.page.draw.canvas import follow_strokes
from mlp.page.settings import hiding
from mlp.page.settings.panel import set_controls
from mlp.page.style.fragments import fragment
from mlp.page.style.into_sight import bring_into_sight
from mlp.page.style.tables import html_table
from mlp.page.tabs.lessons.centring import compare_forms
from mlp.page.tabs.lessons.lessons import LESSONS, Experiment, Lesson
from mlp.page.train.data_state import DataState, data_state
from mlp.page.train.guess import ask_from_afar
from mlp.page.visitors.redraw_interval import every
from mlp.page.visitors.refusals import show_refusal
from mlp.page.visitors.runs import all_runs, begin
from mlp.page.visitors.visitor import Visitor
from mlp.training.run import Run

REFRESH_S = 0.8
MOST_SHOWN = 4
LINK_S = 2.0  # the controls, which the link holds, lie outside its fragment


def linked_lesson() -> str | None:
    """Give the lesson that the URL names, if there is such a one."""
    name = st.query_params.get("lesson")
    return name if name in LESSONS else None


def opens_with_lesson() -> bool:
    """Whether the link that this session began with named a lesson."""
    return state.began_with_lesson.start(linked_lesson() is not None)


def lessons_section(visitor: Visitor, data: DataState, tabs: Iterable[str]) -> None:
    """Draw the choice of a lesson, the lesson, and the part for teachers."""
    with st.container(key="lessons"):
        names = list(LESSONS)
        chosen = state.lesson.start(linked_lesson() or names[0])
        state.lesson_choice.set(chosen)
        if state.lesson_in_url.get() and linked_lesson() != chosen:
            st.query_params["lesson"] = chosen  # or again: a rerun under way may bring the old one
        st.segmented_control(
            "Lesson",
            names,
            key=state.lesson_choice.key,
            format_func=lambda name: f"{names.index(name) + 1} {LESSONS[name].title}",
            required=True,
            on_change=_choose,
            label_visibility="collapsed",
        )
        _lesson(visitor, data, chosen)
    with st.container(key="for_teachers"), st.expander("For teachers"):
        state.teach_lesson.start(chosen)
        fragment(_for_teachers, run_every=LINK_S, key="teachers_link")(tabs)
    if opens_with_lesson():
        bring_into_sight("lessons")


def _choose() -> None:
    state.lesson.set(state.lesson_choice.get())
    state.lesson_in_url.set(True)


def _lesson(visitor: Visitor, data: DataState, name: str) -> None:
    lesson = LESSONS[name]
    st.subheader(lesson.title, anchor=False)
    st.markdown(f"**What to expect.** {lesson.expect}")
    if lesson.guess is not None and "lab-guess" not in hiding.hidden():
        with st.container(horizontal=True, vertical_alignment="center"):
            said, number = lesson.guess
            asked = lesson.experiments[number]
            st.markdown(f"**Guess first.** {said}, then press *{asked.said}*.")
            st.button(
                "Draw it",
                key=f"guess_{name}".replace("-", "_"),
                icon=":material/draw:",
                on_click=_guess,
                args=(visitor, asked),
                help="Empties the axes of the accuracy above, to be drawn into.",
            )
    with st.container(horizontal=True):
        for number, experiment in enumerate(lesson.experiments):
            st.button(
                experiment.said,
                key=f"try_{name}_{number}".replace("-", "_"),
                icon=":material/play_arrow:",
                on_click=_try,
                args=(visitor, lesson, experiment),
                help="Sets the controls at the side, and trains a new network with them.",
            )
    show_refusal("lesson")
    playing = visitor.job is not None and visitor.job.playing
    if len(lesson.experiments) > 1:
        fragment(_results, run_every=every(REFRESH_S) if playing else None, key="lesson_results")(visitor, lesson)
    st.markdown(f"**What to look for.** {lesson.look_for}")
    if name == "centring":
        fragment(compare_forms, run_every=every(REFRESH_S) if playing else None, key="lesson_forms")(visitor, data)
        follow_strokes("lesson_forms")
    st.markdown(f"**A question.** {lesson.question}")
    with st.expander("An answer", key=f"answer_{name}"):
        st.markdown(lesson.answer)


def _guess(visitor: Visitor, experiment: Experiment) -> None:
    """Let the visitor draw the curve of an experiment before it starts."""
    set_controls(experiment.settings)
    ask_from_afar(visitor)


def _try(visitor: Visitor, lesson: Lesson, experiment: Experiment) -> None:
    """Start an experiment, with the lesson's other ones under its curves."""
    set_controls(experiment.settings)
    begin(visitor, Run(experiment.settings), data_state().source, place="lesson")
    others = [_run_of(visitor, other) for other in lesson.experiments if other != experiment]
    visitor.runs.show([run.number for run in others if run is not None][-MOST_SHOWN:])


def _run_of(visitor: Visitor, experiment: Experiment) -> NumberedRun | None:
    """Find the visitor's newest run of an experiment."""
    return next((run for run in all_runs(visitor) if run.snapshot.settings == experiment.settings), None)


def _results(visitor: Visitor, lesson: Lesson) -> None:
    heads = ["Experiment", "Numbers to learn", "Epochs done", "Right on own images", "Right on new images"]
    rows = [_row(experiment, _run_of(visitor, experiment)) for experiment in lesson.experiments]
    st.html(html_table("Results of the experiments", heads, rows, numbers=True))


def _row(experiment: Experiment, run: NumberedRun | None) -> list[str]:
    cells = [html.escape(experiment.said), f"{experiment.settings.n_parameters:,}"]
    if run is None or not len(run.snapshot.history):
        cells += [f"0 of {experiment.settings.epochs}", "–", "–"]
    else:
        history = run.snapshot.history
        own = float(history.accuracies[-max(history.steps_per_epoch, 1) :].mean())
        new = history.evaluations[-1].accuracy if history.evaluations else None
        cells += [run.snapshot.epochs_done, f"{own * 100:.1f} %", "–" if new is None else f"<b>{new * 100:.1f} %</b>"]
    return cells


def _for_teachers(tabs: Iterable[str]) -> None:
    known = hiding.hidable(tabs)
    st.markdown(
        "A link can open a lesson, hold any settings, and hide what your class does not need yet. Set the controls as "
        "they should be, choose here, and copy the link. Hidden is not locked: whoever edits the link sees everything."
    )
    lesson = st.selectbox(
        "Open with",
        ["", *LESSONS],
        key=state.teach_lesson.key,
        format_func=lambda name: LESSONS[name].title if name else "no lesson",
    )
    names = st.multiselect(
        "Hide",
        list(known),
        key="teach_hide",
        format_func=lambda name: f"{known[name]} ({name})",
        placeholder="Nothing is hidden",
    )
    st.code(teachers_link(lesson, names), language=None, wrap_lines=True)
    st.caption("Names that can be hidden, separated by commas in `hide=`: " + ", ".join(f"`{name}`" for name in known))


def teachers_link(lesson: str, names: list[str]) -> str:
    """Give the address of this page with its settings, opened at a lesson and with some names hidden."""
    query = {name: value for name, value in st.query_params.to_dict().items() if name not in ("lesson", "hide", "tab")}
    if lesson:
        query["lesson"] = lesson
    if names:
        query["hide"] = ",".join(names)
    address = (st.context.url or "").split("?")[0].split("#")[0]
    if address.count("/") == 2:  # https://host
        address += "/"
    return f"{address}?{urlencode(query, safe=',')}" if query else address
