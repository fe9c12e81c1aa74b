"""The choice of how fast a run plays, and the strip of what it made of the drawing on the way."""

import html
import math

import streamlit as st

from mlp.jobs.pacing import SPEEDS
from mlp.page import state
from mlp.page.settings.link import linked
from mlp.page.visitors.other_tabs import shows_run
from mlp.page.visitors.runs import speed_named
from mlp.page.visitors.visitor import StepReading, Visitor

NAMES = tuple(speed.capitalize() for speed in SPEEDS)
MOST_READINGS = 24
MOST_HISTORIES = 4
"""Of drawings that a visitor's tabs show at once; the oldest gives way."""


def speed_choice(visitor: Visitor) -> None:
    """Draw the choice; a first run, which starts slowly by itself, leaves it alone.

    Were it moved, a message that is on its way could tell its old position, as if the visitor had chosen that.
    """
    asked = linked(state.speed.key)
    state.speed_chosen.start(asked is not None)
    st.segmented_control(
        "Speed",
        NAMES,
        default=asked if asked in NAMES else state.speed.default,
        key=state.speed.key,
        required=True,
        label_visibility="collapsed",
        on_change=_choose,
        args=(visitor, visitor.runs.number),
    )


def _choose(visitor: Visitor, number: int) -> None:
    state.speed_chosen.set(True)
    if visitor.job is not None and shows_run(visitor, number):
        visitor.job.set_speed(speed_named(state.speed.get()))


def note_reading(visitor: Visitor, drawing: bytes, step: int, digit: int, share: float) -> None:
    """Remember what the visitor's run read at a step; all their tabs tell it that show this drawing, or none."""
    place = visitor.runs.number, drawing
    with visitor.lock:
        known = visitor.reading_history.pop(place, [])
        others = [reading for reading in known if reading[0] != step]
        visitor.reading_history[place] = thinned_readings(sorted([*others, (step, digit, share)]))
        for oldest in list(visitor.reading_history)[:-MOST_HISTORIES]:
            del visitor.reading_history[oldest]


def readings(visitor: Visitor, drawing: bytes | None) -> list[StepReading]:
    """Give what the run that is on read of a tab's drawing; of the last one in any tab, where nothing is drawn."""
    run = visitor.runs.number
    if drawing is None:
        with visitor.lock:
            drawing = next((read for number, read in reversed(visitor.reading_history) if number == run), None)
    return [] if drawing is None else visitor.reading_history.get((run, drawing), [])


def thinned_readings(readings: list[StepReading]) -> list[StepReading]:
    """Leave out the reading that is closest between its neighbors, by the ratio of steps, while there are too many.

    Examples
    --------
    >>> len(thinned_readings([(step, 4, 0.5) for step in range(40)])), thinned_readings([(0, 5, 0.2)])
    (24, [(0, 5, 0.2)])
    """
    while len(readings) > MOST_READINGS:
        gaps = [
            math.log(after[0] + 1) - math.log(before[0] + 1)
            for before, after in zip(readings[:-2], readings[2:], strict=True)
        ]
        place = gaps.index(min(gaps)) + 1
        readings = readings[:place] + readings[place + 1 :]
    return readings


def strip(visitor: Visitor, drawing: bytes | None) -> str:
    """Give what the run read of a drawing, step after step, as HTML; the surer, the stronger its color."""
    shown = readings(visitor, drawing)
    if len(shown) < 2:
        return ""
    names = [html.escape(name) for name in visitor.job.snapshot().settings.names] if visitor.job else []
    cells = "".join(
        f'<span role="listitem" style="--sure:{share:.0%}" title="step {step:,}: {names[digit]}, {share:.0%} sure">'
        f"{names[digit]}</span>"
        for step, digit, share in shown
        if digit < len(names)
    )
    return (
        '<div class="ink-strip"><small>your drawing, as it learned</small>'
        f'<div role="list" aria-label="What it read, step after step">{cells}</div></div>'
    )
