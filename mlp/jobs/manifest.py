"""The manifest of an owner's folder: its valid files at one revision."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import NamedTuple

FORMAT = 1
FLAT = "0.flat"
"""Suffix of part names from the previous version, which had no manifest and no digests."""

_FILE = re.compile(r"(?P<part>.+)\.(?P<revision>\d+)\.(?P<digest>[0-9a-f]{64}|flat)", re.ASCII)


class OtherFormatError(OSError):
    """A manifest is whole, but in the format of another version of this program."""


class Entry(NamedTuple):
    """A part on disk: its file, whose name ends in the SHA-256 of its content, and its length."""

    file: str
    n_bytes: int


class Kept(NamedTuple):
    """An owner's state on disk at one revision; ``day`` is that of the last visit, see `mlp.jobs.days`."""

    revision: int = 0
    day: int = 0
    parts: Mapping[str, Entry] = {}


def dump_manifest(kept: Kept) -> bytes:
    """Return a manifest as bytes, after their digest."""
    body = json.dumps({"format": FORMAT, **kept._asdict()}).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def parse_manifest(data: bytes) -> Kept | None:
    """Return the manifest that `dump_manifest` wrote; None if it is damaged.

    Raises
    ------
    OtherFormatError
        If another version wrote it.
    """
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    about = json.loads(body)
    if about["format"] != FORMAT:
        raise OtherFormatError(f"the format of a manifest must be {FORMAT}, got {about['format']!r:.60}")
    return Kept(about["revision"], about["day"], {name: Entry(*entry) for name, entry in about["parts"].items()})


def recovered(files: Mapping[str, int]) -> Kept:
    """Return the state that follows from the names and lengths of files, if there is no valid manifest.

    Of several versions of a part, the newest keeps its name; the others get names from `free_name`.
    """
    found = [match for file in files if (match := _FILE.fullmatch(file))]
    parts: dict[str, Entry] = {}
    for match in sorted(found, key=lambda match: int(match["revision"]), reverse=True):
        parts[free_name(match["part"], parts)] = Entry(match[0], files[match[0]])
    return Kept(max((int(match["revision"]) for match in found), default=0), 0, parts)


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return an unused name for a part: its own, or with a number appended.

    Examples
    --------
    >>> free_name("own.json", {"own.json", "own.json~1"})
    'own.json~2'
    """
    base = name.partition("~")[0]
    names = (f"{base}~{number}" if number else base for number in count())
    return next(each for each in names if each not in taken)
