"""A learner's part in a class's lesson, for their sheet: drawings, guess, mistakes, lessons, and nothing of others."""

import html

from mlp.analysis.classroom.class_table import compared
from mlp.analysis.scores import percent
from mlp.analysis.training_way import way_of
from mlp.class_names import DIGITS
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.earlier_runs import NumberedRun
from mlp.language import in_order, mark, tr
from mlp.nn.reader import Reader
from mlp.page.draw.networks import pretrained
from mlp.page.style.html import html_table
from mlp.page.style.paper import article, digits, heading
from mlp.page.tabs.classroom.after.changed import QUESTION, changed_words
from mlp.page.tabs.classroom.break_it import NETWORK, lessons_of
from mlp.page.tabs.classroom.guesses import guess_answer
from mlp.page.tabs.classroom.learner import Learner, called, person
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.classroom.table import run_of_table, table_of
from mlp.page.tabs.lessons.sheet import sheet_button
from mlp.page.visitors.runs import all_runs
from mlp.page.visitors.session import visitors
from mlp.page.visitors.shelf import SHIPPED
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.drawing_data import DrawingData
from mlp.training.teaching import effect

MISREAD = mark("Misread most: {sign}.")


def room_sheet(visitor: Visitor) -> None:
    """Draw the button that saves the sheet, at the place of the lesson."""
    sheet_button(visitor, class_part, "room_sheet")


def class_part(visitor: Visitor) -> str:
    """Return a visitor's part in their room's lesson as HTML; empty without a room. Of others, it has only numbers."""
    room = ROOMS.of(visitor)
    mine = None if room is None else room.learner(person(visitor.id))
    if room is None or mine is None:
        return ""
    lessons = [run for run in all_runs(visitor) if isinstance(run.data, DrawingData) and run.data.room == room.code]
    own = run_of_table(visitor, room)
    parts = {
        tr("Your drawings"): _readings(mine.drawings, own),
        tr("Your guess"): _guess(room, mine),
        tr("Your mistakes in Break it"): _readings(mine.mistakes, lessons_of(visitor, room)[0] or own),
        tr("What you taught"): _lessons(lessons) + _taught_others(room, mine),
        tr(QUESTION): changed_words(visitor, room, mine),
    }
    shown = (heading(title, 3) + part for title, part in parts.items() if part)
    return article(tr("Your class: you were {animal}", animal=called(mine.name)), *shown)


def _readings(drawings: DrawingSet, own: NumberedRun | None) -> str:
    """Return drawings with the answers to them: of *Basic* if they are digits, then of an own run."""
    readers: dict[str, Reader] = {tr(SHIPPED[NETWORK].title): pretrained(NETWORK)} if drawings.names == DIGITS else {}
    if own is not None:
        readers[html.escape(tr(own.title))] = own.snapshot.reader
    if not len(drawings):
        return ""
    answers = [reader.predict(drawings.images) for reader in readers.values()]
    names, shown = [html.escape(name) for name in drawings.names], []
    for place, (image, label) in enumerate(zip(drawings.images, drawings.labels, strict=True)):
        read = [int(each[place]) for each in answers]
        text = in_order(names[each] if each == label else f"<b>{names[each]}</b>" for each in read)
        shown.append((image, names[label], tr("{name}: {value}", name=names[label], value=text)))
    counts = [
        tr("{n} of {all} by {network}", n=int((each == drawings.labels).sum()), all=len(drawings), network=reader)
        for each, reader in zip(answers, readers, strict=True)
    ]
    text = ""
    if len(counts) == 2:
        first, second = counts
        both = mark("Read right: {first}, then {second}. Below each: what it is, and how it was read.")
        text = tr(both, first=first, second=second)
    elif counts:
        text = tr("Read right: {count}. Below each: what it is, and how it was read.", count=counts[0])
    return (f"<p>{text}</p>" if text else "") + digits(shown)


def _guess(room: Classroom, mine: Learner) -> str:
    if room.shows_answer:
        return f"<p>{guess_answer(room, compared(table_of(room).lines, room.way), mine.guess)}</p>"
    return "" if mine.guess is None else f"<p>{tr(MISREAD, sign=html.escape(room.names[mine.guess]))}</p>"


def _lessons(lessons: list[NumberedRun]) -> str:
    """Return what the visitor's lessons with the room's drawings changed, each before and after it."""
    rows = []
    for run in lessons:
        snapshot, data = run.snapshot, run.data
        trained = tr(way_of(snapshot, data, run.origin))
        way = html.escape(tr("Run {number}: {way}", number=run.number, way=trained))
        if run.origin is None or not isinstance(data, DrawingData):
            score = "…" if snapshot.history.newest is None else percent(snapshot.history.newest.accuracy)
            rows.append([way, tr("Validation"), "–", score])
            continue
        for row in effect(data, run.origin.read_before, snapshot.reader, snapshot.history):
            name, now = tr("{name} ({n:,})", name=tr(row.name), n=row.n), row.now
            rows.append([way, name, percent(row.before), "…" if now is None else percent(now)])
            way = ""
    heads = [tr("Network"), tr("Read right"), tr("Before"), tr("After")]
    return html_table(tr("What you taught"), heads, rows, numbers=True) if rows else ""


def _taught_others(room: Classroom, mine: Learner) -> str:
    """Return in how many networks of others a learner's drawings are, as they are now."""
    own = {example.image.tobytes() for example in (*mine.drawings.examples, *mine.mistakes.examples)}
    learners = {learner.who for learner in room.learners} - {mine.who}
    others = [visitor for visitor in visitors().present() if person(visitor.id) in learners]
    n = sum(any(_has_learned(run.data, own) for run in all_runs(visitor)) for visitor in others)
    taught = tr("Networks of others that have learned your drawings, too: {n}.", n=n)
    return f"<p>{taught}</p>" if n else ""


def _has_learned(data: object, images: set[bytes]) -> bool:
    if not isinstance(data, DrawingData) or data.is_control:
        return False
    return not images.isdisjoint(image.tobytes() for image in data.learned.images)
