"""Codes that cannot be guessed, and that a person can write down: of a visitor's work, or of a class's room."""

import re
import secrets

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # no i, l, o or u, which are misread
ID = re.compile(rf"[{LETTERS}]{{4}}(?:-[{LETTERS}]{{4}}){{3}}", re.ASCII)


def new_code(length: int) -> str:
    """Return a random code with 5 bits in each letter."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def new_id() -> str:
    """Return a random id of 80 bits, such as ``k7dw-m3xq-9tfa-2b8h``."""
    return "-".join(new_code(4) for _ in range(4))


def typed_code(text: str) -> str:
    """Return the code that a person typed, in lower case and in one piece; nothing if other letters are in it.

    >>> typed_code(" K7DW m3x-OIL "), typed_code("k7dw!")
    ('k7dwm3x011', '')
    """
    code = re.sub(r"[\s-]", "", text).lower().translate(str.maketrans("oil", "011"))
    return code if {*code} <= {*LETTERS} else ""


def id_from_text(text: str) -> str | None:
    """Return the id that a person typed; None if it is none."""
    typed = "-".join(re.findall(".{1,4}", typed_code(text)))
    return typed if ID.fullmatch(typed) else None
