"""The report of a room, to keep what came out of a lesson: counts and mistakes, with the name of no learner."""

import html
from datetime import date
from pathlib import Path

from mlp.analysis.classroom.class_table import Line, compared
from mlp.analysis.report import printed_page
from mlp.language import Later, dated, in_order, mark, number, several, tr
from mlp.page.style.html import html_table, svg, svg_url
from mlp.page.style.theme import image_url
from mlp.page.tabs.classroom.break_it import Misreading, misreadings
from mlp.page.tabs.classroom.guesses import guess_rows
from mlp.page.tabs.classroom.ideas import SOURCE, bars
from mlp.page.tabs.classroom.poll import LEAST
from mlp.page.tabs.classroom.room import Classroom
from mlp.page.tabs.classroom.table import APART, score, table_of

_CSS = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
TITLE = mark("A class’s lesson with Inkling")
NO_IDEAS = Later("The answers were not shown; that needs {least} or more before the lesson and after it.", least=LEAST)
NO_TABLE = mark("The table was not opened.")


def room_report(room: Classroom) -> str:
    """Return what came out of a room's lesson as one HTML page to print, without requests.

    The animals are not in it, either: by these, a class knows who is meant.
    """
    counted, writers = misreadings(room), sum(len(learner.drawings) > 0 for learner in room.learners)
    written = mark("{date}. Drawings: {drawings:,}, by {writers} writers.")
    about = tr(written, date=dated(date.today()), drawings=room.n_drawings, writers=writers)
    ideas, guesses = tr("Five ideas"), tr("Guesses and networks")
    mistakes = several(
        "Break it: {n} mistakes of the basic network", "Break it: {n} mistakes of the basic network", len(counted)
    )
    body = [
        f"<h1>{tr(TITLE)}</h1>",
        f'<p class="quiet">{about}</p>',
        f"<h2>{ideas}</h2>{bars(room.poll, _bar) if room.poll.is_over else f'<p>{tr(NO_IDEAS)}</p>'}",
        f'<p class="quiet">{tr(SOURCE)}</p>',
        f"<h2>{guesses}</h2>{_networks(room) if room.shows_answer else f'<p>{tr(NO_TABLE)}</p>'}",
        f"<h2>{mistakes}</h2>",
        f'<div class="digits">{"".join(map(_figure, counted))}</div>',
    ]
    return printed_page(tr(TITLE), _CSS, "\n".join(body))


def _bar(share: float, hatched: float) -> str:
    """Return a bar as an image, as a printed page takes no styles of single elements."""
    agree, unsure = (f"{100 * each:.1f}" for each in (share, hatched))
    shapes = f'<path fill="#e2dfd8" d="M0 0h100v6H0z"/><path fill="#c2410c" d="M0 0h{agree}v6H0z"/>'
    dashes = f'<path stroke="#c2410c" stroke-width="6" stroke-dasharray="1 1.5" d="M{agree} 3h{unsure}"/>'
    return f'<img alt="" src="{svg_url(svg(100, 6, shapes + dashes))}">'


def _networks(room: Classroom) -> str:
    comparison = compared(table_of(room).lines, room.way)
    rows = [_row(line) for line in comparison.lines]
    rows += [[*_row(line)[:2], f"{_row(line)[2]}. {tr(APART)}."] for line in comparison.apart]
    heads = [tr("Network"), tr("Trained"), tr("Read")]
    return guess_rows(room, comparison, None) + html_table(tr("Networks"), heads, rows)


def _row(line: Line) -> list[str]:
    """Return a network's cells: a learner's has no name here."""
    of = line.contender
    learned = f"{html.escape(tr(of.way))}; {html.escape(tr(of.learned))}"
    return [tr("A learner’s") if of.owner else html.escape(tr(of.name)), learned, score(line)]


def _figure(mistake: Misreading) -> str:
    example, (answer, share) = mistake.example, mistake.reading
    alt = tr("{digit} read as {answer}", digit=str(example.label), answer=str(answer))
    picture = f'<img alt="{alt}" src="{image_url(example.image.reshape(28, 28))}">'
    text = f"{in_order([example.label, f'<b>{answer}</b>'])}<br>{number(share, '.0%')}"
    return f"<figure>{picture}<figcaption>{text}</figcaption></figure>"
