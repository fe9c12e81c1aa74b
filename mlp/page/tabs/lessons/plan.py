"""Plans of 45 minutes: what the class does, step by step, what to ask, and what usually comes out."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from mlp.language import mark, tr

BEGUN = "plan"
"""Name of a visitor's plan among the values that are kept of them: its name, its step, and when that began."""
NOT_YET = -1
"""The step before the first one."""


class Task(NamedTuple):
    """What a class does in a step, the same in each plan; a room keeps its name.

    ``link`` opens it on the holder's page, as a link's query does; ``place`` is the key of the part that comes into
    view, and that the board shows. ``counts`` names what learners have to do, see `COUNTS` in
    `mlp.page.tabs.classroom.thread`, and ``button`` is the marked label of what leads a learner to it; ``trains`` says
    what they train on. ``asks`` is the phase of the poll of ideas.
    """

    name: str
    place: str
    link: str = "tab=Room"
    counts: str = ""
    button: str = ""
    trains: Literal["", "digits", "signs", "mistakes"] = ""
    needs_room: bool = True
    opens_door: bool = False  # when the holder goes forward to it
    draws: bool = False  # whether the row below the canvas asks for drawings first, and the button leads there
    collects: bool = False  # whether the room takes drawings from then on
    opens_table: bool = False  # which then is kept as it is, until the class draws or trains for it again
    asks: int | None = None


ANY = Task("", "room_wall", counts="drew", draws=True)
"""What a class does without a plan: whatever it wants."""
TASKS = {
    task.name: task
    for task in (
        ANY,
        Task("come", "room_code", counts="answered", opens_door=True, draws=True, asks=0),
        Task("name", "tab-your-drawings", link="drawings=signs", needs_room=False),
        Task("draw", "room_wall", counts="drew", button=mark("Draw for the class"), draws=True, collects=True, asks=0),
        Task(
            "train", "train_card", counts="trained", button=mark("Train a network"), trains="digits", needs_room=False
        ),
        Task("alone", "room_wall", counts="trained", button=mark("Train on the signs"), trains="signs"),
        Task("guess", "room_guesses", counts="guessed", button=mark("Guess what is misread")),
        Task("table", "room_results", button=mark("See who reads whom"), opens_table=True),
        Task("break", "room_break", counts="claimed", button=mark("Draw what it misreads"), draws=True),
        Task("teach", "room_mended", counts="taught", button=mark("Teach it these"), trains="mistakes"),
        Task("examples", "lessons_card", link="tab=Room&lesson=examples", needs_room=False),
        Task("compare", "room_ideas", counts="answered", button=mark("See what we think"), asks=1),
        Task("end", "room_end", button=mark("Save my sheet")),
    )
}
"""What a class can do, by name."""


class Stage(NamedTuple):
    """A step of a lesson; its texts are marked, and trusted HTML, with what to press in ``em``.

    ``usual`` is what comes out in most classes, and why.
    """

    minutes: int
    task: Task
    name: str
    does: str
    asks: str
    usual: str


@dataclass(frozen=True)
class Plan:
    """A lesson; its texts are marked. ``sheet`` names the lessons to print with it."""

    question: str
    stages: tuple[Stage, ...]
    sheet: tuple[str, ...]


COME = Stage(
    5,
    TASKS["come"],
    mark("Come in"),
    mark(
        "The door is open for five minutes: everybody scans the code, and is in. <em>Let in</em> is for those who come "
        "later. Then everybody says what they think of five ideas."
    ),
    mark("What does it mean that a machine learns?"),
    mark("There is no right answer yet. You ask the same five again at the end."),
)
COMPARE = Stage(
    4,
    TASKS["compare"],
    mark("Ask after the lesson"),
    mark("Everybody answers the five ideas again. Then press <em>Show the answers</em>."),
    mark("Which idea has changed, and why?"),
    mark("The bars are no test: they start the talk. Each idea has a button to the place that answers it."),
)
END = Stage(
    2,
    TASKS["end"],
    mark("End"),
    mark(
        "Everybody presses <em>Save my sheet</em>, as sheets end with the room. Then you save a report under "
        "<em>Download or close the room</em>, and close it."
    ),
    mark("What do you tell somebody who was not here?"),
    "",
)
PLANS = {
    mark("Digits"): Plan(
        mark("Who told it what a 3 looks like?"),
        (
            COME,
            Stage(
                7,
                TASKS["draw"],
                mark("Draw"),
                mark("Everybody draws two of each digit."),
                mark("Do all sevens look alike?"),
                mark("No: some have a bar, some lean. A network that reads us all needs to see all of these."),
            ),
            Stage(
                7,
                TASKS["train"],
                mark("Train"),
                mark("Everybody leaves one digit on the canvas, and trains a network on it."),
                mark("When does it first read your digit? Who told it how?"),
                mark(
                    "Nobody told it: it compares its answers with examples. It reads nine of ten new digits before it "
                    "has seen each example once, as every single one changes its numbers."
                ),
            ),
            Stage(
                3,
                TASKS["guess"],
                mark("Guess"),
                mark("Everybody marks the digit that will be misread most."),
                mark("Why this one?"),
                mark("No guess is wrong yet. Ask which other digit it looks like."),
            ),
            Stage(
                5,
                TASKS["table"],
                mark("Open the table"),
                mark("Each row is a network, each column a writer. A press on a cell shows what was misread."),
                mark("What misled it?"),
                mark(
                    "The pretrained network reads more than <em>MNIST alone</em>: it has learned more ways of writing. "
                    "What a network misreads is often written in a way that it has never seen. Yours differ only by "
                    "chance: each began with random numbers of its own."
                ),
            ),
            Stage(
                7,
                TASKS["break"],
                mark("Break it"),
                mark("Who draws a digit that we all can read, and it can’t? You judge each one."),
                mark("Why does it fall for that?"),
                mark("A digit turned by 50° works: it has learned upright ones, and misreads more than half of those."),
            ),
            Stage(
                5,
                TASKS["teach"],
                mark("Teach it"),
                mark("Everybody presses <em>Teach it these</em>, then <em>Teach it none: the control</em>."),
                mark("What does each mend, and what does it break?"),
                mark(
                    "It reads nearly all that it was taught, and often about half of the others or more. It can "
                    "misread some that it read before. What the control mends, too, isn’t your doing."
                ),
            ),
            COMPARE,
            END._replace(
                usual=mark(
                    "Nobody told it what a 3 is. It found that in examples, and it reads those who write like them."
                )
            ),
        ),
        ("writers", "taught"),
    ),
    mark("Signs of our own"): Plan(
        mark("How many drawings does it need to tell a ♥ from a ★?"),
        (
            Stage(
                5,
                TASKS["name"],
                mark("Name your signs"),
                mark("Choose two to five signs. Type their names under <em>Signs</em>."),
                mark("How many drawings will it need?"),
                mark("Write the guesses down: you come back to them."),
            ),
            COME,
            Stage(
                7,
                TASKS["draw"],
                mark("Draw"),
                mark("Everybody draws two of each sign: one neatly, and one in a hurry."),
                mark("What makes your ★ a ★?"),
                mark("No rule fits all of them. The network gets none: it gets the drawings."),
            ),
            Stage(
                6,
                TASKS["alone"],
                mark("Train"),
                mark("Everybody trains a new network on the signs of all others."),
                mark("Will it read yours, which it has never seen?"),
                mark("It can, if somebody else draws the sign in your way."),
            ),
            Stage(
                4,
                TASKS["guess"],
                mark("Guess"),
                mark("Everybody marks the sign that will be misread most."),
                mark("Why this one?"),
                mark("No guess is wrong yet. Ask which other sign it looks like."),
            ),
            Stage(
                6,
                TASKS["table"],
                mark("Open the table"),
                mark("Each network has learned everybody’s signs but its owner’s, so it reads only these."),
                mark("Which signs were misread? What is different about them?"),
                mark("What is misread is often drawn in a way that nobody else has."),
            ),
            Stage(
                6,
                TASKS["examples"],
                mark("More drawings"),
                mark("Guess together: do more drawings help? Then press <em>Run all</em> on the board."),
                mark("Why do more drawings help, if each is bent a hundred times?"),
                mark("Bending can’t turn a plain 7 into one with a bar. Another drawing can."),
            ),
            COMPARE,
            END._replace(usual=mark("It knows only the signs that we drew, and only the ways in which we drew them.")),
        ),
        ("examples",),
    ),
}
BEFORE = mark(
    "<b>The day before:</b> try it with a second device in the school’s network. <em>Board mode</em> shows one part "
    "large. Only a second tab of yours, or your phone by the code from <em>Someone else’s turn</em>, has the answers, "
    "and whose a drawing is."
)
IF_IT_FAILS = mark(
    "<b>If a device fails:</b> a page that was closed comes back with its work. On another device, type the code from "
    "<em>Someone else’s turn</em>, or join again as somebody new. If the server stops, start it again: the room comes "
    "back. Without a network, use the board alone: all but the room works there."
)


def minutes_of(plan: Plan, number: int) -> str:
    """Return the minutes of a step in the lesson: "12–19 min"."""
    before = sum(stage.minutes for stage in plan.stages[:number])
    return tr("{start}–{end} min", start=before, end=before + plan.stages[number].minutes)


def to_say(stage: Stage, *, answers: bool = True) -> str:
    """Return what a class does in a step, what to ask, and with ``answers`` what usually comes out, as HTML."""
    ask = tr("<b>Ask:</b> {question}", question=tr(stage.asks))
    usual = tr("<b>What usually comes out:</b> {answer}", answer=tr(stage.usual))
    return f"{tr(stage.does)}<br>{ask}" + (f"<br>{usual}" if answers else "")


def plan_html(plan: Plan) -> str:
    """Return a plan as HTML, for the page and to print."""
    rows = "".join(
        f"<dt>{minutes_of(plan, number)}</dt><dd><b>{tr(stage.name)}.</b> {to_say(stage)}</dd>"
        for number, stage in enumerate(plan.stages)
    )
    first = tr("<b>Ask first:</b> {question}", question=tr(plan.question))
    return f'<p>{first}</p><dl class="ink-plan">{rows}</dl>\n<p>{tr(BEFORE)}</p><p>{tr(IF_IT_FAILS)}</p>'
