"""Plans of 45 minutes: what the class does, minute by minute, and the places that each stage opens."""

from dataclasses import dataclass
from typing import NamedTuple

from mlp.page.tabs.places import opening


class Stage(NamedTuple):
    """A part of a lesson: its minutes, what the class does, and the labels of places to open."""

    minutes: int
    does: str
    places: tuple[str, ...] = ("Room",)


@dataclass(frozen=True)
class Plan:
    """A lesson; its texts are trusted HTML, with what to press in ``em``. ``sheet`` names the lessons to print."""

    question: str
    stages: tuple[Stage, ...]
    ends: str
    sheet: tuple[str, ...]


BEGIN = Stage(6, "Everybody scans the code, and you let them in. Press <em>Ask before the lesson</em>.")
COMPARE = Stage(6, "<em>Ask after the lesson</em>, then <em>Show the answers</em>. Which idea has changed, and why?")
PLANS = {
    "Digits": Plan(
        "Who told it what a 3 looks like?",
        (
            BEGIN,
            Stage(7, "Everybody draws two of each digit. Do all sevens look alike?"),
            Stage(7, "Draw a digit, and <em>Train a new network</em>. When does it first read it?", ("Rewind",)),
            Stage(6, "Everybody guesses which digit is misread most. <em>Open the table</em>: what misled it?"),
            Stage(8, "Break it, <em>Start a round</em>: who draws a digit that we all can read, and it can’t? Why?"),
            Stage(
                5, "<em>Teach it these</em>, then <em>Teach it none</em>. What does each mend, and what does it break?"
            ),
            COMPARE,
        ),
        "Nobody told it what a 3 is. It found that in examples, and it reads those who write like them.",
        ("writers", "taught"),
    ),
    "Signs of our own": Plan(
        "How many drawings does it need to tell a ♥ from a ★?",
        (
            Stage(5, "Choose two to five signs. Name them, then <em>Open a room</em>.", ("Signs", "Room")),
            BEGIN,
            Stage(7, "Everybody draws two of each sign: one neatly, and one in a hurry."),
            Stage(8, "Everybody guesses which sign is misread most, and presses <em>Train on the class alone</em>."),
            Stage(6, "<em>Open the table</em>: whose signs does no network read? What is different about them?"),
            Stage(7, "Do more drawings help? Guess, then <em>Run all</em>.", ("How many examples does it need?",)),
            COMPARE,
        ),
        "It knows only the signs that we drew, and only the ways in which we drew them.",
        ("examples",),
    ),
}
FRAME = """<p><b>Ask first:</b> {question}</p><dl class="ink-plan">{rows}</dl><p><b>End with:</b> {ends}</p>
<p><b>The day before:</b> try it with a second device in the school’s network. <em>Board mode</em> shows one part large.
</p><p><b>If a device fails:</b> a page that was closed comes back with its work. On another device, type the code from
<em>Someone else’s turn</em>, or join again as somebody new. If the server stops, start it again: the room comes back.
Without a network, use the board alone: all but the room works there.</p>"""


def plan_html(plan: Plan) -> str:
    """Return a plan as HTML, for the page and to print."""
    rows, minute = "", 0
    for minutes, does, places in plan.stages:
        rows += f"<dt>{minute}–{minute + minutes} min</dt><dd>{does} {' '.join(map(opening, places))}</dd>"
        minute += minutes
    return FRAME.format(question=plan.question, rows=rows, ends=plan.ends)
