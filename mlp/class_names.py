"""Names of a network's classes: digits, a visitor's own signs, or things of a data set."""

import unicodedata
from collections.abc import Sequence

from mlp.language import ENGLISH, Later, listed, mark, speaks, tr

DIGITS = tuple("0123456789")
MIN_CLASSES, MAX_CLASSES = 2, 10
MAX_CHARACTERS = 12
MAX_REPEATED = 30
"""Characters of names, or of a link's values, that a sentence or a title repeats."""

BREAKS = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories that names must not hold: control characters, surrogates, line and paragraph separators."""
TURNS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
"""Marks that change the direction of the text around them."""
FILLERS = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFFD))
BLANK = {chr(code) for code in (*FILLERS, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000))}
"""Characters that nobody sees, besides those of category Cf: Default_Ignorable_Code_Point, U+2800, U+FFFC."""


def checked_name(name: object, most: int = MAX_CHARACTERS) -> str:
    """Return a name without spaces around it, in Unicode's composed form.

    Raises a ValueError if it isn't text of 1 to ``most`` characters, one of them `visible`, or if one breaks a line or
    its direction.

    >>> checked_name("  smile ")
    'smile'
    """
    if not isinstance(name, str):
        raise ValueError(Later("a name must be text, got {name}", name=f"{name!r:.40}"))
    if any(unicodedata.category(character) in BREAKS or character in TURNS for character in name):
        raise ValueError(Later("a name must hold no control characters, got {name}", name=f"{name!a:.60}"))
    composed = " ".join(unicodedata.normalize("NFC", name).split())
    if not visible(composed) or len(composed) > most:
        rule = mark("a name must have 1 to {most} characters, not only unseen ones, got {name}")
        raise ValueError(Later(rule, most=most, name=f"{composed!r:.40}"))
    return composed


def visible(name: str) -> str:
    """Return what one sees of a name: names must differ in it, although a joiner is part of an emoji such as 👩‍🚀.

    >>> visible("A\u200b"), visible("\u3164 \u2800")
    ('A', '')
    """
    seen = (character for character in name if character not in BLANK and unicodedata.category(character) != "Cf")
    return " ".join("".join(seen).split())


def checked_names(names: Sequence[object]) -> tuple[str, ...]:
    """Return the names of 2 to 10 classes, each checked by `checked_name`.

    Raises a ValueError if there are too few or too many, or two are the same.

    >>> checked_names(["A", "B", "C"])
    ('A', 'B', 'C')
    """
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise ValueError(f"names must be a list, got {names!r:.40}")
    if not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        rule = mark("there must be {least} to {most} names, got {n}")
        raise ValueError(Later(rule, least=MIN_CLASSES, most=MAX_CLASSES, n=len(names)))
    checked = tuple(map(checked_name, names))
    seen = list(map(visible, checked))
    for place, name in enumerate(checked):
        if seen[place] in seen[:place]:
            raise ValueError(Later("names must differ, got {name} twice", name=repr(name)))
    return checked


def in_words(names: Sequence[str]) -> str:
    """Return the names as a phrase.

    >>> in_words(["A", "B", "C"])
    'A, B and C'
    """
    if speaks() != ENGLISH:
        return listed(names)
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def either(names: Sequence[str]) -> str:
    """Return the names as a phrase of one of them.

    >>> either(["A", "B", "C"])
    'A, B or C'
    """
    if speaks() != ENGLISH:
        return listed(names, "or")
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def shortened(texts: Sequence[str]) -> str:
    """Return names, or values of a link, as one text, cut after some characters.

    >>> shortened(["A", "B", "C"])
    'A, B, C'
    """
    text = ", ".join(texts)
    return (text if len(text) <= MAX_REPEATED else text[:MAX_REPEATED] + "…") or tr("nothing")


def listing(names: Sequence[str]) -> str:
    """Return the names as a phrase that is translated where it is shown.

    >>> listing(["A", "B", "C"])
    'A, B and C'
    """
    if len(names) == 1:
        return names[0]
    return Later("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])
