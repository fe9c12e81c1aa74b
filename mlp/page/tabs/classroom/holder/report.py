"""The report of a room, to keep what came out of a lesson: counts and mistakes, with the name of no learner."""

import html
from datetime import date
from pathlib import Path

from mlp.analysis.class_table import Line, compared
from mlp.analysis.report import printed_page
from mlp.page.style.html import html_table, svg, svg_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.classroom.break_it import Misreading, misreadings
from mlp.page.tabs.classroom.guesses import guess_rows
from mlp.page.tabs.classroom.ideas import SOURCE, bars
from mlp.page.tabs.classroom.poll import LEAST
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.table import APART, score, table_of

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
TITLE = "A class’s lesson with Inkling"
NO_IDEAS = f"The answers were not shown; that needs {LEAST} or more before the lesson and after it."
NO_TABLE = "The table was not opened."


def room_report(room: Classroom) -> str:
    """Return what came out of a room's lesson as one HTML page to print, without requests.

    The animals are not in it, either: by these, a class knows who is meant.
    """
    today, counted = date.today(), misreadings(room)
    writers = sum(len(learner.drawings) > 0 for learner in room.learners)
    body = [
        f"<h1>{TITLE}</h1>",
        f'<p class="quiet">{today.day} {today:%B %Y}. Drawings: {room.n_drawings:,}, by {writers} writers.</p>',
        f"<h2>Five ideas</h2>{bars(room.poll, _bar) if room.poll.is_over else f'<p>{NO_IDEAS}</p>'}",
        f'<p class="quiet">{SOURCE}</p>',
        f"<h2>Guesses and networks</h2>{_networks(room) if room.shows_answer else f'<p>{NO_TABLE}</p>'}",
        f"<h2>Break it: {len(counted)} mistakes of the basic network</h2>",
        f'<div class="digits">{"".join(map(_figure, counted))}</div>',
    ]
    return printed_page(TITLE, _CSS, "\n".join(body))


def _bar(share: float, hatched: float) -> str:
    """Return a bar as an image, as a printed page takes no styles of single elements."""
    agree, unsure = (f"{100 * each:.1f}" for each in (share, hatched))
    shapes = f'<path fill="#e2dfd8" d="M0 0h100v6H0z"/><path fill="#c2410c" d="M0 0h{agree}v6H0z"/>'
    dashes = f'<path stroke="#c2410c" stroke-width="6" stroke-dasharray="1 1.5" d="M{agree} 3h{unsure}"/>'
    return f'<img alt="" src="{svg_url(svg(100, 6, shapes + dashes))}">'


def _networks(room: Classroom) -> str:
    comparison = compared(table_of(room).lines, room.way)
    rows = [_row(line) for line in comparison.lines]
    rows += [[*_row(line)[:2], f"{_row(line)[2]}. {APART}."] for line in comparison.apart]
    heads = ["Network", "Trained", "Read"]
    return guess_rows(room, comparison, None) + html_table("Networks", heads, rows)


def _row(line: Line) -> list[str]:
    """Return a network's cells: a learner's has no name here."""
    of = line.contender
    learned = f"{html.escape(of.way)}; {html.escape(of.learned)}"
    return ["A learner’s" if of.owner else html.escape(of.name), learned, score(line)]


def _figure(mistake: Misreading) -> str:
    example, (answer, share) = mistake.example, mistake.reading
    picture = f'<img alt="{example.label} read as {answer}" src="{image_url(example.image.reshape(28, 28))}">'
    return f"<figure>{picture}<figcaption>{example.label} → <b>{answer}</b><br>{share:.0%}</figcaption></figure>"
