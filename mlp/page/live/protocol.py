"""The live channel's protocol: what browser and server tell each other over one WebSocket, and its limits.

A browser opens the address `PATH` below the page's own, and names itself in the first message::

    {"version": 1, "key": "…", "hidden": false}

The key is a secret of the session. It never stands in an address, which logs keep. From then on the browser says::

    {"ask": 7, "ink": "data:image/png;base64,…", "pen": true}   read this; the pen is still down
    {"got": 12}                                                 message 12 is drawn
    {"hidden": true}                                            nobody looks: wait until that changes

and the server::

    {"number": 12, "parts": {"readings": […], "html.answer": "…"}, "answers": 7}

``parts`` holds those parts of the page that are no longer as they were last sent. Each part is sent as a whole, so that
a message may be left out: a slow tab gets the newest state only. ``answers`` stands in the answer to a question.
A message of number 0 has no parts: it says that the connection is there, and needs no answer.

=============  =====================================================================================================
part           value
=============  =====================================================================================================
``readings``   a list, one for each digit of the drawing; each reading has ``names`` of classes, and ``shares``, 0 to 1,
               with ``texts``, or null for both; the bars show the one that is ``chosen``
``html.NAME``  what stands in the element that is marked ``data-live="NAME"``; with ``data-say`` it is announced to
               screen readers whenever it changes
``put``        changes when a script has put something on the canvas, or has emptied it; empty before that
``scene``      the compact picture of the network, see `mlp.page.draw.stage_network`
=============  =====================================================================================================
"""

import json
from dataclasses import dataclass
from typing import Any

VERSION = 1
PATH = "live"

MAX_CHARACTERS = 150_000
"""In a message of a browser: a canvas of noise, as a picture, has fewer."""
MAX_PER_SECOND = 120
"""Messages of one browser; it asks at most 30 times a second, and says as often that it got an answer."""
FIRST_WITHIN_S = 10.0
"""Until the first message."""
BEAT_S = 1.0
"""After so long without a message a visible tab gets an empty one."""
MAX_UNNAMED = 100
"""Connections whose first message is yet to come."""
READINGS_PER_SECOND = 30
"""For one visitor, in all of their tabs."""
READINGS_SHARE = 0.35
"""Of one core, for the readings of all visitors together."""


class Refused(Exception):
    """A connection ends, and the browser is told why by a code of its own."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


MALFORMED, UNKNOWN_KEY, TOO_LATE, TAKEN_OVER, OTHER_VERSION, TOO_MANY = 4400, 4401, 4408, 4409, 4426, 4429


@dataclass(frozen=True)
class Hello:
    """The first message: whose session this is, and whether the tab is out of sight."""

    key: str
    hidden: bool


@dataclass(frozen=True)
class Ask:
    """A question: what is on the canvas, as a PNG data URL, and whether the pen is still down."""

    number: int
    ink: str
    pen: bool


@dataclass(frozen=True)
class Got:
    """A message of the server is drawn."""

    number: int


@dataclass(frozen=True)
class Look:
    """The tab was hidden, or is seen again."""

    hidden: bool


def parse_first(text: str) -> Hello:
    """Read the first message of a browser.

    Raises
    ------
    Refused
        If it is none, or of another version.

    Examples
    --------
    >>> parse_first('{"version": 1, "key": "secret", "hidden": false}')
    Hello(key='secret', hidden=False)
    """
    said = _said(text)
    if isinstance(said.get("version"), int) and said["version"] != VERSION:
        raise Refused(OTHER_VERSION, f"the version must be {VERSION}, got {said['version']}")
    if said.keys() == {"version", "key", "hidden"} and _are(said, version=int, key=str, hidden=bool):
        return Hello(said["key"], said["hidden"])
    raise Refused(MALFORMED, "the first message must hold version, key and hidden")


def parse(text: str) -> Ask | Got | Look:
    """Read a later message of a browser.

    Raises
    ------
    Refused
        If it is none of those.

    Examples
    --------
    >>> parse('{"got": 12}'), parse('{"hidden": true}')
    (Got(number=12), Look(hidden=True))
    """
    said = _said(text)
    if said.keys() == {"ask", "ink", "pen"} and _are(said, ask=int, ink=str, pen=bool):
        return Ask(said["ask"], said["ink"], said["pen"])
    if said.keys() == {"got"} and _are(said, got=int):
        return Got(said["got"])
    if said.keys() == {"hidden"} and _are(said, hidden=bool):
        return Look(said["hidden"])
    raise Refused(MALFORMED, f"a message must be a question, got or hidden, not {sorted(said)!r:.80}")


def encoded(number: int, parts: dict[str, Any], answers: int | None) -> str:
    """Write a message of the server; a number that is not finite would be no JSON, and raises ValueError.

    Examples
    --------
    >>> encoded(3, {"html.answer": "7"}, None)
    '{"number":3,"parts":{"html.answer":"7"}}'
    """
    message: dict[str, Any] = {"number": number, "parts": parts}
    if answers is not None:
        message["answers"] = answers
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def _said(text: str) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise Refused(MALFORMED, f"a message must have at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(MALFORMED, f"a message must be JSON: {error}") from error
    if not isinstance(said, dict):
        raise Refused(MALFORMED, f"a message must be an object, got {type(said).__name__}")
    return said


def _are(said: dict[str, Any], **kinds: type) -> bool:
    return all(type(said[name]) is kind for name, kind in kinds.items())
