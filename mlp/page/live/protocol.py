"""The live channel's protocol: the messages between browser and server over one WebSocket, and their limits.

A browser opens the address `PATH` below the page's own, and identifies itself in the first message::

    {"version": 1, "key": "…", "hidden": false}

The key is a secret of the session. It is never part of an address, as logs keep those. Then the browser sends::

    {"begun": true}                                             a stroke has begun
    {"ask": 7, "ink": "data:text/x-runs,a12034fp17…", "pen": true}   read this; the pen is still down
    {"got": 12}                                                 message 12 is drawn
    {"hidden": true}                                            the page is hidden: send nothing for now

The server sends::

    {"number": 12, "parts": {"html.bars": "…", "html.answer": "…"}, "answers": 7}

``parts`` holds the parts of the page that have changed since they were last sent. Each part is complete, so a message
can be skipped: a slow page gets only the newest state. ``answers`` names the question that a message answers.
A message with number 0 has no parts: it shows that the connection is alive, and needs no reply.

=============  =====================================================================================================
part           value
=============  =====================================================================================================
``html.NAME``  the content of the element marked ``data-live="NAME"``; with ``data-say``, screen readers announce it
               whenever it changes, as they do statuses of scripts, see `mlp.page.style.html`
``put``        a text that changes when a script has put something on the canvas or cleared it, empty before that; and
               whether the canvas then has ink
``plot.NAME``  the plot with this name, see `mlp.page.style.plots`
``draw``       a text that changes with the state that scripts draw, or null if one has drawn it
``outdated``   a list of the fragments that are outdated, which scripts draw, see `mlp.page.script.redraw`: each a key,
               a number that changes whenever it is drawn, and whether it is in the open tab
``scene``      the compact picture of the network, see `mlp.page.draw.scene`
=============  =====================================================================================================
"""

import json
from typing import Any, NamedTuple, TypeVar

VERSION = 1
PATH = "live"

MAX_CHARACTERS = 150_000
"""Longest message from a browser; an image of a canvas full of noise is shorter."""
MAX_PER_SECOND = 120
"""Limit for messages from one browser, which asks at most 30 times a second and confirms each answer."""
FIRST_WITHIN_S = 10.0
"""Longest wait for the first message."""
BEAT_S = 1.0
"""A visible page gets an empty message after this many seconds without one."""
READINGS_SHARE = 0.35
"""Share of one core for the readings of all visitors together."""
VISITORS_SHARE = 0.15
"""Share of one core for those of one visitor, in all pages: 34 a second by the pretrained network."""


class Refused(Exception):
    """Raised to close a connection with a code that tells the browser why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


MALFORMED, UNKNOWN_KEY, TOO_LATE, TAKEN_OVER, OTHER_VERSION, TOO_MANY = 4400, 4401, 4408, 4409, 4426, 4429


class Hello(NamedTuple):
    """The first message, with the session's key, and whether the page is hidden."""

    version: int
    key: str
    hidden: bool


class Begun(NamedTuple):
    """A stroke has begun; on a slow line, the only message before its end."""

    begun: bool


class Ask(NamedTuple):
    """A question with its number: the canvas, see `mlp.images.canvas_image`, and whether the pen is still down."""

    ask: int
    ink: str
    pen: bool


class Got(NamedTuple):
    """A confirmation: the browser has drawn the message with this number."""

    got: int


class Hidden(NamedTuple):
    """The page was hidden, or is visible again."""

    hidden: bool


Message = TypeVar("Message", Hello, Begun, Ask, Got, Hidden)


def parse_first(text: str) -> Hello:
    """Parse the first message from a browser; one that is malformed or of another version is `Refused`."""
    message = _object(text)
    if isinstance(message.get("version"), int) and message["version"] != VERSION:
        raise Refused(OTHER_VERSION, f"the version must be {VERSION}, got {message['version']}")
    if (first := _as(Hello, message)) is None:
        raise Refused(MALFORMED, "the first message must hold version, key and hidden")
    return first


def parse(text: str) -> Begun | Ask | Got | Hidden:
    """Parse a later message from a browser; a malformed one is `Refused`.

    >>> parse('{"got": 12}'), parse('{"hidden": true}')
    (Got(got=12), Hidden(hidden=True))
    """
    message = _object(text)
    parsed = _as(Begun, message) or _as(Ask, message) or _as(Got, message) or _as(Hidden, message)
    if parsed is None:
        raise Refused(MALFORMED, f"a message must be begun, a question, got or hidden, not {sorted(message)!r:.80}")
    return parsed


def encoded(number: int, parts: dict[str, Any], answers: int | None) -> str:
    """Return a message from the server as JSON; a number that is not finite raises ValueError.

    >>> encoded(3, {"html.answer": "7"}, None)
    '{"number":3,"parts":{"html.answer":"7"}}'
    """
    message: dict[str, Any] = {"number": number, "parts": parts}
    if answers is not None:
        message["answers"] = answers
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def _object(text: str) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise Refused(MALFORMED, f"a message must have at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(MALFORMED, f"a message must be JSON: {error}") from error
    if not isinstance(message, dict):
        raise Refused(MALFORMED, f"a message must be an object, got {type(message).__name__}")
    return message


def _as(kind: type[Message], message: dict[str, Any]) -> Message | None:
    """Return a message as one of this kind; None if it has other names or types."""
    kinds = kind.__annotations__
    fits = message.keys() == kinds.keys() and all(type(message[name]) is kinds[name] for name in kinds)
    return kind(**message) if fits else None
