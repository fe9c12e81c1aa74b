"""Damage a good file, as accidents and attackers do."""

import json
import random
from typing import Any

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**53, 2**63 - 1, 2**64 - 1)
WORDS = (
    b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"F64", b"BF16", b"I8", b"<script>", b"\x00", b"9" * 400,
    b"[" * 2000, b'"__metadata__"', b"\x80\x04", b"../../x", b"dense_1.weight", b"[0,18446744073709551615]",
)  # fmt: skip
STRANGE: tuple[Any, ...] = (
    None, True, -1, 10**400, 1.5, float("nan"), "", "\ud800", "a\udfff", "\x00", "<script>",
    [], ["F32"], [[]], [None], {}, {"a": 1},
)  # fmt: skip
"""Values of every JSON type; one of the texts is half a character."""


def damaged_json(data: bytes, rng: random.Random) -> bytes:
    """Return a JSON text with one value or name replaced by a strange one."""
    return json.dumps(_replaced(json.loads(data), rng)).encode()


def damaged_header(data: bytes, rng: random.Random) -> bytes:
    """Return a safetensors file with one value or name of its header replaced by a strange one."""
    end = 8 + int.from_bytes(data[:8], "little")
    header = damaged_json(data[8:end], rng)
    return len(header).to_bytes(8, "little") + header + data[end:]


def _replaced(value: Any, rng: random.Random) -> Any:
    inner = json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value
    if not isinstance(inner, (dict, list)) or not inner or rng.random() < 0.15:
        return rng.choice(STRANGE)
    place = rng.choice(list(inner)) if isinstance(inner, dict) else rng.randrange(len(inner))
    if isinstance(inner, dict) and rng.random() < 0.15:
        inner[rng.choice(("", "\ud800", "<script>", "__metadata__"))] = inner.pop(place)
    else:
        inner[place] = _replaced(inner[place], rng)
    return json.dumps(inner) if isinstance(value, str) else inner


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return a damaged copy: a few random changes at random places, mostly near the beginning."""
    damaged = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        rng.choice((_flip, _number, _word, _cut, _drop, _double, _end))(damaged, rng)
    return bytes(damaged)


def _place(data: bytearray, rng: random.Random) -> int:
    """Return a random place: half of all changes hit the first 400 bytes, which hold the structure of most formats."""
    end = len(data) if rng.random() < 0.5 else min(len(data), 400)
    return rng.randrange(end) if end else 0


def _flip(data: bytearray, rng: random.Random) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _number(data: bytearray, rng: random.Random) -> None:
    size = rng.choice((1, 2, 4, 8))
    value = (rng.choice(NUMBERS) % 2 ** (8 * size)).to_bytes(size, rng.choice(("little", "big")))
    place = _place(data, rng)
    data[place : place + size] = value


def _word(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    data[place : place + rng.choice((0, 1, 4, 16))] = rng.choice(WORDS)


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[_place(data, rng) :]


def _drop(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    del data[place : place + rng.choice((1, 2, 8, 64))]


def _double(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    piece = data[place : place + rng.choice((1, 8, 64, 512))]
    data[place:place] = piece * rng.choice((1, 2, 50))


def _end(data: bytearray, rng: random.Random) -> None:
    data += rng.randbytes(rng.choice((1, 8, 100)))
