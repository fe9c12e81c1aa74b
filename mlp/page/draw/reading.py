"""The answer of a network to what is on the desk: for each digit, its bars, and whether it shows a digit at all."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from mlp.analysis.scores import percent
from mlp.images.input_image import InputImage
from mlp.images.recorded import Example
from mlp.language import tr
from mlp.nn.reader import Reader
from mlp.page.draw.networks import Answerer, is_seen, pretrained
from mlp.page.live.desk import Desk, place_of
from mlp.page.script.redraw import Event
from mlp.page.visitors.visitor import Visitor
from mlp.training.settings import Settings

NETWORK = Event(lambda page: page.desk.answer and page.desk.answer.network, 2.0)
"""The network that answers: its steps if it is a run, and to which step it is rewound."""


class Reading(NamedTuple):
    """A network's answer: the digit, and its probability."""

    digit: int
    share: float

    def __str__(self) -> str:
        """Return the answer as text.

        >>> str(Reading(7, 0.914))
        '7 (91.4%)'
        """
        return f"{self.digit} ({percent(self.share)})"


class DigitAnswer(NamedTuple):
    """A drawing, or one of its digits, and the network's answer."""

    by: Answerer
    drawing: InputImage | None
    shares: np.ndarray | None
    """The probability of each class; None if nothing is drawn or learned, not finite if the weights are not."""
    is_seen: bool
    """Whether it shows a digit or one of the network's signs."""

    @property
    def reading(self) -> Reading | None:
        """The digit and its probability, or None if there is no answer."""
        if self.shares is None or self.by.diverged is not None or not np.isfinite(self.shares).all():
            return None
        return Reading(int(self.shares.argmax()), float(self.shares.max()))

    @property
    def text(self) -> str | None:
        """The name of the digit; None if there is no answer, or no digit is seen."""
        return self.by.reader.names[self.reading.digit] if self.reading and self.is_seen else None


class Answer(NamedTuple):
    """The answers for the digits of a drawing from left to right, and the place of the chosen one."""

    all: list[DigitAnswer]
    chosen: int
    unfinished: bool
    """Whether the pen is down, so that no digit is rejected."""
    collected: tuple[str, ...] = ()
    """The names of signs that the page collects."""

    @property
    def current(self) -> DigitAnswer:
        """The answer for the chosen digit."""
        return self.all[self.chosen]

    @property
    def network(self) -> tuple[str, int | None]:
        """The key of the network that answered, and its run's step."""
        return self.current.by.shelved.key, self.current.by.step


def desk_answer(desk: Desk, answerer: Answerer) -> Answer:
    """Return a network's answer to what is on the desk; that of a new network to signs which it has not learned."""
    pen = desk.pen
    if not set(answerer.reader.names) <= set(desk.collected or answerer.reader.names):
        new = replace(answerer, reader=unlearned(desk.collected), caption=tr("A new network"), diverged=None)
        return Answer([DigitAnswer(new, desk.digit, None, is_seen=False)], 0, pen, desk.collected)
    answers = answers_to(desk.digits, answerer, unfinished=pen) or [DigitAnswer(answerer, None, None, is_seen=True)]
    return Answer(answers, place_of(desk.chosen, len(answers)), pen, desk.collected)


@lru_cache(maxsize=8)
def unlearned(names: tuple[str, ...]) -> Reader:
    """Return a network that has not learned these signs yet, as a run of the article's settings begins."""
    return Reader(Settings(names=names).new_network(), names=names)


def answers_to(digits: Sequence[InputImage], answerer: Answerer, *, unfinished: bool = False) -> list[DigitAnswer]:
    """Return a network's answer for each of these images; an ``unfinished`` one is never rejected."""
    if not digits:
        return []
    with np.errstate(over="ignore", invalid="ignore"):  # those of a run that blew up are not finite
        shares = answerer.reader.predict_proba(np.array([digit.image for digit in digits]))
    return [
        DigitAnswer(answerer, digit, each, is_seen=unfinished or is_seen(answerer.reader, digit.image, each))
        for digit, each in zip(digits, shares, strict=True)
    ]


def readings_of(reader: Reader, drawings: Sequence[Example] | Sequence[InputImage]) -> list[Reading]:
    """Return how a network reads drawings, each once for all pages, as neither of the two changes."""
    known = _readings.setdefault(reader, WeakKeyDictionary())
    if new := [drawing for drawing in drawings if drawing not in known]:
        shares = reader.predict_proba(np.array([drawing.image for drawing in new]))
        read = [Reading(int(chances.argmax()), float(chances.max())) for chances in shares]
        known.update(zip(new, read, strict=True))
    return [known[drawing] for drawing in drawings]


_readings: "WeakKeyDictionary[Reader, WeakKeyDictionary[Example | InputImage, Reading]]" = WeakKeyDictionary()


def true_label(visitor: Visitor, drawing: InputImage, reader: Reader) -> int | None:
    """Return the right answer of ``reader`` for a drawing, or None if it is unknown.

    It is the one under which the visitor keeps the drawing, or else that of the pretrained network, which knows digits.
    """
    kept = visitor.digits.now if reader.reads_digits else visitor.signs.now
    if kept.names == reader.learned.reads and (place := kept.place_of(drawing.image)) is not None:
        return kept.examples[place].label
    return readings_of(pretrained("pretrained"), [drawing])[0].digit if reader.reads_digits else None
