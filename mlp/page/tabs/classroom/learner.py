"""Somebody in a room: the name of an animal, and copies of what they gave."""

import hashlib
import zlib
from dataclasses import dataclass

import numpy as np

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet

ANIMALS = (
    "ant", "bat", "bear", "bee", "bison", "camel", "cat", "cow", "crab", "crane", "crow", "deer", "dog", "dove",
    "duck", "eagle", "eel", "elk", "fox", "frog", "goat", "goose", "hare", "hawk", "hen", "horse", "koala", "lion",
    "llama", "mole", "moose", "mouse", "newt", "otter", "owl", "panda", "pig", "puma", "quail", "rabbit", "robin",
    "seal", "sheep", "snail", "swan", "tiger", "toad", "whale", "wolf", "zebra",
)  # fmt: skip
"""The names of learners, so that a room keeps no others."""
DRAWN = ("drawings", "claims", "mistakes")
"""The sets of drawings of a learner."""


def person(visitor_id: str) -> str:
    """Return what a room knows a visitor by: a digest, as their id would bring their work to anybody.

    >>> person("k7dw-m3xq-9tfa-2b8h")
    '5edc06c72af515fe'
    """
    return hashlib.sha256(visitor_id.encode()).hexdigest()[:16]


def called(name: str) -> str:
    """Return a name in a sentence.

    >>> called("otter"), called("number 51")
    ('the otter', 'number 51')
    """
    return f"the {name}" if name in ANIMALS else name


def lost(learner: "Learner") -> str:
    """Return what a room deletes with a learner, to end a sentence; empty if they gave nothing."""
    n = sum(len(getattr(learner, each)) for each in DRAWN)
    return f", and delete {n} drawing{'s' * (n > 1)}" if n else ""


def number_of(learner: "Learner", image: np.ndarray) -> int:
    """Return a number for a drawing of a learner, which stays the same while others come and go."""
    return learner.number << 32 | zlib.crc32(image.tobytes())  # JavaScript's numbers are exact to 2**53


@dataclass(frozen=True, eq=False)
class Learner:
    """Somebody in a room: the name there, the copies of what they gave, and their guess.

    ``number`` is that of their file, and of nobody else in the room, ever. ``who`` is the digest of a visitor's id, see
    `person`; for the drawings of a file, a text that is none. ``n_given`` is the room's at their last drawing.
    ``claims`` are digits that the network of a round misreads, until the holder reads them; then they are ``mistakes``.
    Of somebody who has left, it has who, name and number only, and when they left, in seconds since 1970.
    """

    number: int
    who: str
    name: str
    drawings: DrawingSet
    guess: int | None = None
    n_given: int = 0
    claims: DrawingSet = NO_DIGITS
    mistakes: DrawingSet = NO_DIGITS
    left_at: float = 0.0
