"""A small set of drawings as text for a link: names, and strokes as bytes."""

import base64
import binascii

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.images.stroke_link import PackedStrokes, packed_stroke

MAX_CHARACTERS = 4_096
APART_PX = (4.0, 7.0, 11.0, 16.0)
"""Distances between points that are kept: the smallest that fits is used."""


def signs_to_text(signs: DrawingSet) -> str | None:
    """Return a set as URL-safe text; None if it does not fit into a link, or has photos.

    Each sign is the length of its name in bytes, the name, and the number of drawings; each drawing is the number of
    strokes; each stroke is the number of points, then x and y of each.
    """
    for apart in APART_PX:
        packed = bytearray()
        for label, name in enumerate(signs.names):
            drawings = [example.strokes for example in signs.examples if example.label == label]
            if not all(drawings):  # a photo
                return None
            packed += bytes([len(name.encode())]) + name.encode() + bytes([len(drawings)])
            for strokes in drawings:
                packed.append(min(len(strokes), 255))
                for stroke in strokes[:255]:
                    packed += packed_stroke(stroke, apart)
        text = base64.urlsafe_b64encode(bytes(packed)).decode("ascii").rstrip("=")
        if len(text) <= MAX_CHARACTERS:
            return text
    return None


def signs_from_text(text: str) -> DrawingSet:
    """Return the set in a text of `signs_to_text`.

    Raises
    ------
    ValueError
        If the text is too long, has another form, or breaks a rule of sets.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"signs in a link may have at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        signs = _unpacked(PackedStrokes(packed))
    except (binascii.Error, UnicodeError, EOFError) as error:
        raise ValueError(f"signs in a link must have the form that this page writes, got {text[:30]!r}") from error
    if not signs.names:
        raise ValueError("a link must hold at least one sign")
    return signs


def _unpacked(data: PackedStrokes) -> DrawingSet:
    signs = DrawingSet()
    while not data.at_end:
        signs = signs.with_name(data.take(data.count()).decode("utf-8"))
        for _ in range(data.count()):
            signs = signs.with_drawing(len(signs.names) - 1, [data.stroke() for _ in range(data.count())])
    return signs
