"""A round of *Break it*: digits that everybody reads and a network misreads, and what lessons mend and break."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from mlp.analysis.scores import percent
from mlp.analysis.training_way import USUAL_SHARE
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet, Example, as_pixels
from mlp.images.input_image import InputImage, with_article
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.snapshot import Snapshot
from mlp.language import in_order, mark, number, several, tr
from mlp.page import state
from mlp.page.draw.collect import thumbnail
from mlp.page.draw.networks import answering_as, passes_digit_check, pretrained
from mlp.page.draw.reading import Reading, readings_of
from mlp.page.draw.takers import Row
from mlp.page.live.desk import STROKE, Desk
from mlp.page.live.live_page import this_page
from mlp.page.script.link import on_board
from mlp.page.script.redraw import Where, redrawn
from mlp.page.session_var import SessionVar
from mlp.page.style.html import announced, html_table
from mlp.page.style.picking import GalleryPicture, Pick, choice, gallery, pick_from
from mlp.page.tabs.classroom.holder.held_wall import remove_button
from mlp.page.tabs.classroom.learner import Learner, by_itself, number_of, person
from mlp.page.tabs.classroom.learning import teach_with
from mlp.page.tabs.classroom.room import FULL, Classroom
from mlp.page.tabs.classroom.rooms import CLAIMS, GIVEN, PEOPLE, ROOMS, holds_room, told
from mlp.page.tabs.classroom.row import CSS, removed_words
from mlp.page.tabs.inside.evidence import evidence
from mlp.page.visitors.runs import RUN, all_runs
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData, is_of_round, room_of, split_data
from mlp.training.data.sources import chosen_mnist

NETWORK = "article"
"""The network of each round, the same for all: a second teaches it, and it has learned no image that measures that."""
SHOWN, MAX_CLAIMS = 24, 3  # the surest mistakes, and claims of one learner
_outcome = SessionVar[tuple[str, int]]("round_outcome", ("", -1))
"""What became of the last press on a digit, and the version of the desk then."""
_follows = SessionVar[bool]("round_follows", False)
"""Whether this page knows of the round."""
_asked = SessionVar[int]("round_asked", 0)
"""The number of the claim that the holder is to judge, see `number_of`."""
_opened = SessionVar[int]("round_opened", 0)
"""The number of the mistake whose pixels are shown; by default, those of the surest."""

TASK = mark("Draw a digit that everybody reads and the basic network does not, then press which one it is.")
TAUGHT = mark(
    "The lesson has every second mistake of each digit. The network then reads nearly all of these, and often "
    "about half of the others or more: the table has their share. It may misread drawings that it read before."
)
CONTROL = mark(
    "The control has none of them, only MNIST’s digits. What it mends and breaks, too, is not your class’s doing."
)


class Misreading(NamedTuple):
    """A drawing, its learner, and how the round's network misreads it."""

    example: Example
    by: Learner
    reading: Reading

    @property
    def number(self) -> int:
        """Its number in the room; no drawing, as the page keeps it when they are gone."""
        return number_of(self.by, self.example.image)

    def __str__(self) -> str:
        """Return it in words."""
        answer, share = with_article(str(self.reading.digit)), percent(self.reading.share)
        read_as = mark("{learner}’s {digit}, read as {answer}, {share} sure")
        return tr(read_as, learner=by_itself(self.by.name), digit=str(self.example.label), answer=answer, share=share)


def misreadings(room: Classroom, of: str = "mistakes") -> list[Misreading]:
    """Return the mistakes of a room, or its claims, the surest first."""
    each = [(example, by) for by in room.learners for example in getattr(by, of).examples]
    readings = readings_of(pretrained(NETWORK), [example for example, _ in each])
    return sorted(
        (Misreading(*drawn, reading) for drawn, reading in zip(each, readings, strict=True)),
        key=lambda mistake: mistake.reading.share,
        reverse=True,
    )


def round_row(visitor: Visitor) -> Row | None:
    """Take the drawing for the round of the visitor's room, if there is one."""
    room = ROOMS.of(visitor)
    if room is None or not room.breaks or room.learner(person(visitor.id)) is None or told(visitor):
        return None
    return Row(partial(_digits, visitor, room), [GIVEN, STROKE], "?")  # no digit to copy


def follow_round(visitor: Visitor) -> None:
    """Choose the round's network once the round begins; call it before the choice is drawn."""
    takes_part = round_row(visitor) is not None
    if takes_part and not _follows.get():
        state.network.set(NETWORK)
    _follows.set(takes_part)


def _digits(visitor: Visitor, room: Classroom) -> None:
    """Draw the ten digits to choose from, and what became of the last choice."""
    mine = room.learner(person(visitor.id))
    n = 0 if mine is None else len(mine.mistakes)
    desk, (outcome, version) = this_page().desk, _outcome.get()
    removed = "" if mine is None else removed_words(room, mine)
    text = f"{removed} {tr(TASK)}".strip() if removed or version != desk.version else outcome
    counted = several("<b>{n}</b> of yours count.", "<b>{n}</b> of yours count.", n)
    st.html(announced("round_asks", f"{text} {counted}" if n else text))
    names = [choice(label, tr("It is {digit}", digit=with_article(name)), name) for label, name in enumerate(DIGITS)]

    def act(pick: Pick) -> None:
        room.removed.pop(person(visitor.id), None)
        _outcome.set((claim(room, person(visitor.id), desk, pick.number), desk.version))

    pick_from("round_row", "".join(names), CSS, range(len(names)), act)
    if mine is not None and len(mine.claims):
        newest = mine.claims.examples[-1]
        label, number = tr("Take my {digit} back", digit=str(newest.label)), number_of(mine, newest.image)
        st.button(label, key="round_back", on_click=_take_back, args=(visitor, room, number))


def _take_back(visitor: Visitor, room: Classroom, number: int) -> None:
    """Drop the visitor's claim of this number, unless it was judged meanwhile."""
    _outcome.pop()
    judge(room, number, counts=False)
    room.removed.pop(person(visitor.id), None)  # the teacher has not


def claim(room: Classroom, who: str, desk: Desk, label: int) -> str:
    """Enter a learner's drawing in the round if its network misreads this digit, and return what became of it."""
    name, drawing = with_article(str(label)), desk.drawing and desk.digit
    if drawing is None:
        return tr("Draw {name} first, then press it.", name=name)
    example = Example(label, as_pixels(drawing.image))
    [(answer, share)] = readings_of(pretrained(NETWORK), [example])
    if not passes_digit_check(drawing.image):
        return tr("It sees no digit here, and says so. Only a wrong answer is a mistake.")
    if answer == label:
        return tr("It reads {digit}, too. Change it so that only people read it.", digit=name)
    with room.lock:
        learner = room.learner(who)
        if learner is None or not room.breaks:
            return tr("The round is over.")
        if len(learner.claims) >= MAX_CLAIMS:
            return tr("{n} of your drawings wait to be judged. Wait for one of them.", n=MAX_CLAIMS)
        if room.n_free < 1:
            return tr(FULL)
        room.change(replace(learner, claims=learner.claims.with_example(label, example.image)))
    room.changed()
    sure = mark("It reads {answer}, {share} sure. It counts once your teacher reads {digit}.")
    return tr(sure, answer=with_article(str(answer)), share=percent(share), digit=name)


@redrawn("room_round", PEOPLE, lambda visitor, _room: [CLAIMS] * holds_room(visitor), where=Where.TAB)
def round_section(visitor: Visitor, room: Classroom) -> None:
    """Draw the round: for its holder a claim to judge, and for all the mistakes that count."""
    holds, counted = holds_room(visitor), misreadings(room)
    if room.names != DIGITS or room.learner(person(visitor.id)) is None or not (holds or room.breaks or counted):
        return
    title = tr("Break it")
    st.html(f"<h3>{title}<small>. {tr(TASK)}</small></h3>")
    if holds:
        _ask(room)
    leader = tr("Nothing counts yet.")
    if counted:
        leader = tr("The surest mistake: <b>{mistake}</b>.", mistake=str(counted[0]))
    st.html(announced("round_found", leader))
    if counted:
        pictures = [
            GalleryPicture(mistake.number, thumbnail(mistake.example), str(mistake), str(mistake))
            for mistake in counted[:SHOWN]
        ]
        gallery(pictures, _opened.set)
        opened = next((mistake for mistake in counted[:SHOWN] if mistake.number == _opened.get()), counted[0])
        name = tr("{learner}’s {sign}", learner=by_itself(opened.by.name), sign=str(opened.example.label))
        pixels = opened.example.image.reshape(28, 28)
        image = InputImage("test", name, pixels, np.multiply(pixels, 1 / 255, dtype=np.float32))
        with st.container(key="round_opened"):
            evidence(answering_as(visitor, NETWORK, None), image)
            if holds and not on_board():
                remove_button(room, opened.number, key="round_remove")


def _ask(room: Classroom) -> None:
    """Draw a claim for the holder to judge; it stays while others come, so that a press never meets another one."""
    claims = sorted(misreadings(room, "claims"), key=lambda claim: claim.number != _asked.get())
    for claim in claims[:1]:
        _asked.set(claim.number)
        name = with_article(str(claim.example.label))
        with st.container(horizontal=True, vertical_alignment="center", key="round_claim"):
            asks = mark("**Does everybody read {digit}?** {claim}. Waiting: {n}.")
            if on_board():  # a claim that does not count shames nobody
                asks = mark("**Does everybody read {digit}?** Waiting: {n}.")
            alt = tr("the drawing")
            st.html(f'<img src="{thumbnail(claim.example)}" alt="{alt}">', width="content")
            st.markdown(tr(asks, digit=name, claim=str(claim), n=len(claims)), width="content")
            yes, no = ((room, claim.number, counts) for counts in (True, False))
            label = tr("Yes, that’s {digit}", digit=name)
            st.button(label, key=f"round_yes_{claim.number}", type="primary", on_click=judge, args=yes)
            st.button(tr("No"), key=f"round_no_{claim.number}", on_click=judge, args=no)


def judge(room: Classroom, number: int, counts: bool) -> None:
    """Count a claim as a mistake, or drop it, if it is still there."""
    with room.lock:
        for claim, by, *_ in (each for each in misreadings(room, "claims") if each.number == number):
            claims = by.claims.without_examples([by.claims.examples.index(claim)])
            if not counts:
                room.removed[by.who] = claim.label
            room.n_given += 1
            mistakes = by.mistakes.with_all(DrawingSet(DIGITS, (claim,) if counts else ()))
            room.change(replace(by, claims=claims, mistakes=mistakes, n_given=room.n_given))
    room.changed()


def teach_round(visitor: Visitor, room: Classroom, share: float) -> None:
    """Teach the round's network its mistakes, or with a share of 0 none of them, as a control; for callbacks."""
    mistakes = [] if room.learner(person(visitor.id)) is None else [mistake.example for mistake in misreadings(room)]
    state.network.set(NETWORK)
    teach_with(visitor, lambda _: lesson_of(mistakes, room.code, share))


def lesson_of(mistakes: list[Example], room: str, share: float = USUAL_SHARE) -> DrawingData:
    """Return every second mistake of each digit among MNIST's digits; the others stay new to the network.

    The control is a share of 0: the same lesson with MNIST's digits alone.
    """
    drawings = DrawingSet(DIGITS, tuple(mistakes))
    learned = drawings.without_examples(np.flatnonzero(drawings.ranks % 2))
    return split_data(learned, np.zeros(len(learned), bool), base=chosen_mnist(), share=share, room=room, mistakes=True)


@redrawn("room_mended", PEOPLE, RUN, where=Where.TAB)
def mended(visitor: Visitor, room: Classroom) -> None:
    """Draw the buttons of the lessons, and what the visitor's last one has mended and broken, beside its control."""
    if room.learner(person(visitor.id)) is None:
        return
    if not any(len(learner.mistakes) for learner in room.learners):
        if room.task.trains == "mistakes":
            st.html(announced("round_none", tr("Nothing counts yet.")))
        return
    with st.container(horizontal=True, key="round_lessons"):
        these, none = ((visitor, room, share) for share in (USUAL_SHARE, 0.0))
        is_next = holds_room(visitor)  # for learners, the filled one is what is next below the canvas
        st.button(
            tr("Teach it these"),
            key="round_teach",
            type="primary" if is_next else "secondary",
            on_click=teach_round,
            args=these,
        )
        st.button(tr("Teach it none: the control"), key="round_control", on_click=teach_round, args=none)
    both = lessons_of(visitor, room)
    drawings = [each for learner in room.learners for each in (*learner.mistakes.examples, *learner.drawings.examples)]
    texts = [tr(text) for lesson, text in zip(both, (TAUGHT, CONTROL), strict=True) if lesson is not None]
    data = [lesson.data for lesson in both if lesson is not None and is_of_round(lesson.data)]
    if data:
        table = effects(data[0], drawings, [None if lesson is None else lesson.snapshot for lesson in both])
        st.html(f'{table}<p class="ink-status">{" ".join(texts)}</p>')


def lessons_of(visitor: Visitor, room: Classroom) -> tuple[NumberedRun | None, NumberedRun | None]:
    """Return a visitor's newest lesson with the mistakes of the room's round, and its newest control."""

    def newest(control: bool) -> NumberedRun | None:
        of_round = (run for run in all_runs(visitor) if room_of(run.data) == room.code)
        return next((run for run in of_round if is_of_round(run.data) and run.data.is_control == control), None)

    return newest(False), newest(True)


def effects(data: DrawingData, drawings: list[Example], lessons: list[Snapshot | None]) -> str:
    """Return as an HTML table how many drawings each lesson mended and broke; ``data`` says which are to be learned."""
    each = DrawingSet(DIGITS, tuple({example.image.tobytes(): example for example in drawings}.values()))
    learned_images = {image.tobytes() for image in data.learned.images}
    learned = np.array([example.image.tobytes() in learned_images for example in each.examples])
    read_before = pretrained(NETWORK).predict(each.images) == each.labels
    kinds = {
        tr("Mended: mistakes to learn"): (learned, True),
        tr("Mended: others that it misread"): (~learned & ~read_before, True),
        tr("Broken: those that it read"): (~learned & read_before, False),
    }
    rows = [[name, f"{of.sum()}"] for name, (of, _) in kinds.items()]
    rows.append([tr("MNIST, validation images"), number(len(data.load().validation), ",")])
    for lesson in lessons:
        cells = ["–"] * len(rows)
        if lesson is not None:
            reads = lesson.reader.predict(each.images) == each.labels
            cells = [f"<b>{(of & (reads == wanted)).sum()}</b>" for of, wanted in kinds.values()]
            first, *later = [percent(evaluation.accuracy) for evaluation in lesson.history.evaluations] or ["…"]
            cells.append(in_order([first, f"<b>{later[-1] if later else '…'}</b>"]))
        rows = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
    heads = ["", tr("Digits"), tr("Taught these"), tr("Taught none: the control")]
    return html_table(tr("Mended and broken"), heads, rows)
