"""The choice of a run's speed, and the strip of its readings of the drawing."""

import html
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import streamlit as st

from mlp.analysis.scores import percent
from mlp.images.input_image import with_article
from mlp.jobs.rewind import thinned_steps
from mlp.language import mark, tr
from mlp.learned import Learned
from mlp.page import state
from mlp.page.live.desk import Desk
from mlp.page.script.link import hidable, linked
from mlp.page.visitors.runs import shows_run, speed_named
from mlp.page.visitors.shelf import Shelved
from mlp.page.visitors.visitor import StepReading, Visitor

NAMES = (mark("Slow"), mark("Normal"), mark("Full"))
"""As `SPEEDS`, on the page."""
MAX_READINGS = 24
MAX_HISTORIES = 4  # drawings whose readings are kept, one for each open page; the oldest goes first

hidable("speed", "Slow, Normal, Full")


def speed_choice(visitor: Visitor) -> None:
    """Draw the choice of speed, which the slow start of a first run does not move.

    If it did, a late message from the browser could report the old position as if the visitor had chosen it.
    """
    asked = linked(state.speed.key)
    state.speed_chosen.start(asked is not None)
    st.segmented_control(
        tr("Speed"),
        NAMES,
        format_func=tr,
        default=asked if asked in NAMES else state.speed.default,
        key=state.speed.key,
        required=True,
        label_visibility="collapsed",
        on_change=_choose,
        args=(visitor, visitor.runs.current),
    )


def _choose(visitor: Visitor, number: int) -> None:
    state.speed_chosen.set(True)
    if visitor.job is not None and shows_run(visitor, number):
        visitor.job.set_speed(speed_named(state.speed.get()))


def note_reading(visitor: Visitor, drawing: bytes, step: int, digit: int, share: float) -> None:
    """Record what the visitor's run read at a step, for every page that shows this drawing."""
    place = visitor.runs.current, drawing
    with visitor.lock:
        known = visitor.reading_history.pop(place, [])
        others = [reading for reading in known if reading[0] != step]
        visitor.reading_history[place] = thinned_readings(sorted([*others, (step, digit, share)]))
        for oldest in list(visitor.reading_history)[:-MAX_HISTORIES]:
            del visitor.reading_history[oldest]


def readings(visitor: Visitor, desk: Desk) -> list[StepReading]:
    """Return the current run's readings of what a page's desk has."""
    return [] if desk.read_of is None else visitor.reading_history.get((visitor.runs.current, desk.read_of), [])


def thinned_readings(readings: list[StepReading]) -> list[StepReading]:
    """Return at most `MAX_READINGS` readings, about evenly spaced by the ratio of their steps.

    >>> len(thinned_readings([(step, 4, 0.5) for step in range(40)])), thinned_readings([(0, 5, 0.2)])
    (24, [(0, 5, 0.2)])
    """
    kept = thinned_steps([step + 1 for step, _, _ in readings], MAX_READINGS)  # a first reading may be at step 0
    return [reading for reading in readings if reading[0] + 1 in kept]


def whose(desk: Desk, learned: Learned, *, begins: bool = False) -> str:
    """Return what a desk has for a network: "your drawing", or "this digit" of the data that it ``learned``.

    If it ``begins`` a sentence, it does so with a capital letter.
    """
    if not desk.given:
        return tr("Your drawing") if begins else tr("your drawing")
    if begins:
        return tr(learned.of(mark("This digit"), mark("This sign"), mark("This image")))
    return tr(learned.of(mark("this digit"), mark("this sign"), mark("this image")))


def strip(visitor: Visitor, desk: Desk, answers: Shelved) -> str:
    """Return a run's readings of the drawing on a desk, step by step, as HTML; surer ones have a stronger color.

    The first one with the right answer is marked; with the last answer, if the right one is unknown. An earlier run
    that ``answers`` has no readings any more, and a network without a run has none.
    """
    if answers.is_earlier:
        text = tr("Only the newest run has what it read while it learned.")
        return f'<div class="ink-strip"><small>{text}</small></div>'
    if answers.job is None:
        return ""
    learned = answers.job.snapshot().learned
    names = learned.names
    shown = [reading for reading in readings(visitor, desk) if reading[1] < len(names)]
    if len(shown) < 2:
        return ""
    meant = shown[-1][1] if desk.meant is None else desk.meant
    first = next((step for step, digit, _ in shown if digit == meant), None)
    cells = "".join(
        f'<span role="listitem" class="{"first" * (streak[0][0] == first)}" '
        f'style="--n:{len(streak)};--sure:{streak[-1][2]:.0%}" '
        f'title="{_read_at(streak[0], html.escape(names[digit]), first)}">{html.escape(names[digit])}</span>'
        for digit, streak in _streaks(shown, names)
    )
    label = tr("What it read, step by step")
    if first is not None:
        digit = html.escape(with_article(names[meant]))
        label += "; " + tr("{digit} for the first time at step {step:,}", digit=digit, step=first)
    title = tr("{drawing}, as it learned", drawing=whose(desk, learned))
    return f'<div class="ink-strip"><small>{title}</small><div role="list" aria-label="{label}">{cells}</div></div>'


def _read_at(reading: StepReading, name: str, first: int | None) -> str:
    """Return what was read at a step, and whether it was the first time."""
    step, _, share = reading
    text = tr("step {step:,}: {name}, {share} sure", step=step, name=name, share=percent(share))
    return tr("{reading}, for the first time", reading=text) if step == first else text


def _streaks(shown: list[StepReading], names: Sequence[str]) -> list[tuple[int, list[StepReading]]]:
    """Return the readings with their answer one by one; equal ones in a row together if a name has several letters."""
    if all(len(name) == 1 for name in names):
        return [(reading[1], [reading]) for reading in shown]
    return [(digit, list(streak)) for digit, streak in groupby(shown, key=itemgetter(1))]
