"""The wall: all drawings of a room by name, which each page shows as they come."""

import html
from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from mlp.language import several, speaks, tr
from mlp.page.live.live_page import LivePage, Parts, this_page
from mlp.page.style.html import live
from mlp.page.style.theme import image_url
from mlp.page.tabs.classroom.learner import by_itself, person
from mlp.page.tabs.classroom.room import Classroom

IN_A_ROW = 24
"""Drawings beside each other in the picture of a name."""


def wall(room: Classroom) -> None:
    """Draw a row of drawings for each name; from then on the live channel updates them."""
    this_page().register("room", partial(wall_parts, room))
    parts = all_parts(room)
    st.html(f'<p class="ink-status" data-live="room_wall">{parts["html.room_wall"]}</p>')
    rows = "".join(
        f'<div class="ink-sign"><b>{html.escape(name)}</b>{live(f"room_{label}", parts[f"html.room_{label}"])}</div>'
        for label, name in enumerate(room.names)
    )
    st.html(f'<div class="ink-wall">{rows}</div>')


def wall_parts(room: Classroom, page: LivePage) -> Parts:
    """Return the parts of the wall for the live channel; none for a learner who was let go."""
    return {} if room.learner(person(page.owner)) is None else all_parts(room)


def all_parts(room: Classroom) -> Parts:
    """Return the parts of the wall, made once for all pages of a language until somebody gives a drawing or leaves."""
    made, n_given = room.walls.get(speaks()), room.n_given
    if made is None or made[0] != n_given:
        parts = {f"html.room_{label}": row(room, label) for label in range(len(room.names))}
        made = room.walls[speaks()] = (n_given, parts | {"html.room_wall": summary(room)})
    return dict(made[1])


def summary(room: Classroom) -> str:
    """Return how many drawings there are, and how many of each writer.

    >>> summary(Classroom("room k7p3x"))
    '0 drawings.'
    """
    givers = [learner for learner in room.learners if len(learner.drawings)]
    given = ", ".join(f"{html.escape(by_itself(learner.name))} {len(learner.drawings)}" for learner in givers)
    if not given:
        return several("{n} drawing.", "{n} drawings.", room.n_drawings)
    return several("{n} drawing: {writers}", "{n} drawings: {writers}", room.n_drawings, writers=given)


def row(room: Classroom, label: int) -> str:
    """Return the drawings of one name as one picture, and their number, as HTML; the newest come last."""
    writers = [learner.drawings for learner in room.learners if label in learner.drawings.labels]
    images = [each.image for drawings in writers for each in drawings.examples if each.label == label]
    if not images:
        none = tr("none yet")
        return f"<span>{none}</span>"
    url = mosaic(images)
    text = several("{images} by {n} writer", "{images} by {n} writers", len(writers), images=len(images))
    return f'<img src="{url}" alt="{text}" style="--n: {min(len(images), IN_A_ROW)}"><span>{text}</span>'


def mosaic(images: Sequence[np.ndarray]) -> str:
    """Return one picture of drawings, (784,) uint8 each, as a data URL: at most 24 beside each other.

    All pages get it with each drawing, so it has 16 shades, which make it a third smaller.
    """
    wide = min(len(images), IN_A_ROW)
    high = -(-len(images) // wide)
    tiles = np.zeros((high * wide, 28, 28), np.uint8)
    tiles[: len(images)] = np.reshape(images, (-1, 28, 28)) // 16 * 17
    return image_url(tiles.reshape(high, wide, 28, 28).swapaxes(1, 2).reshape(high * 28, wide * 28))
