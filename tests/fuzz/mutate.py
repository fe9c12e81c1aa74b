"""Spoil a good file in the ways that files are spoiled, by accident or on purpose."""

import random

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**53, 2**63 - 1, 2**64 - 1)
WORDS = (
    b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"F64", b"BF16", b"I8", b"<script>", b"\x00", b"9" * 400,
    b"[" * 2000, b'"__metadata__"', b"\x80\x04", b"../../x", b"dense_1.weight", b"[0,18446744073709551615]",
)  # fmt: skip


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Give a spoiled copy: a few changes of random kinds at random places, near the beginning rather than the end."""
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        rng.choice((_flip, _number, _word, _cut, _drop, _double, _end))(spoiled, rng)
    return bytes(spoiled)


def _place(data: bytearray, rng: random.Random) -> int:
    """Formats have their structure at the beginning: half of all changes go into the first 400 bytes."""
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
