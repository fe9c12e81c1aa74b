"""Somebody in a room: the name of an animal, and copies of what they gave."""

import hashlib
import zlib
from dataclasses import dataclass

import numpy as np

from mlp.images.drawings.drawing_set import NO_DIGITS, DrawingSet
from mlp.language import mark, tr

ANIMALS = (
    mark("ant"), mark("bat"), mark("bear"), mark("bee"), mark("bison"), mark("camel"), mark("cat"), mark("cow"),
    mark("crab"), mark("crane"), mark("crow"), mark("deer"), mark("dog"), mark("dove"), mark("duck"), mark("eagle"),
    mark("eel"), mark("elk"), mark("fox"), mark("frog"), mark("goat"), mark("goose"), mark("hare"), mark("hawk"),
    mark("hen"), mark("horse"), mark("koala"), mark("lion"), mark("llama"), mark("mole"), mark("moose"), mark("mouse"),
    mark("newt"), mark("otter"), mark("owl"), mark("panda"), mark("pig"), mark("puma"), mark("quail"), mark("rabbit"),
    mark("robin"), mark("seal"), mark("sheep"), mark("snail"), mark("swan"), mark("tiger"), mark("toad"), mark("whale"),
    mark("wolf"), mark("zebra"),
)  # fmt: skip
"""The names of learners, so that a room keeps no others; each page shows them in its language."""
NUMBERED = {"number": mark("number {number}"), "file": mark("file {number}")}
"""The names of those for whom no animal was left, and of writers of files."""
DRAWN = ("drawings", "claims", "mistakes")
"""The sets of drawings of a learner."""


def person(visitor_id: str) -> str:
    """Return what a room knows a visitor by: a digest, as their id would bring their work to anybody.

    >>> person("k7dw-m3xq-9tfa-2b8h")
    '5edc06c72af515fe'
    """
    return hashlib.sha256(visitor_id.encode()).hexdigest()[:16]


def by_itself(name: str) -> str:
    """Return a name as it stands by itself, in the language of this place.

    >>> by_itself("otter"), by_itself("number 51")
    ('otter', 'number 51')
    """
    kind, _, number = name.rpartition(" ")
    return tr(NUMBERED[kind], number=number) if kind in NUMBERED else tr(name) if name in ANIMALS else name


def called(name: str, *, first: bool = False) -> str:
    """Return a name in a sentence, or as its first words.

    >>> called("otter"), called("otter", first=True), called("number 51", first=True)
    ('the otter', 'The otter', 'Number 51')
    """
    if name not in ANIMALS:
        return by_itself(name).capitalize() if first else by_itself(name)
    animal = tr(name)
    return tr("The {animal}", animal=animal) if first else tr("the {animal}", animal=animal)


def n_lost(learner: "Learner") -> int:
    """Return the number of drawings that a room deletes with a learner."""
    return sum(len(getattr(learner, each)) for each in DRAWN)


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
