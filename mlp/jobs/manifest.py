"""The manifest of an owner's folder: its valid files at one revision."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import NamedTuple

FORMAT = 1
_FILE = re.compile(
    r"manifest\.(?P<manifest>\d+)|(?P<part>.+)\.(?P<of>\d+)\.\w{8}\.(?P<digest>[0-9a-f]{64}|flat)", re.ASCII
)


class OtherFormatError(ValueError):
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

    @property
    def n_bytes(self) -> int:
        """Length of all parts."""
        return sum(entry.n_bytes for entry in self.parts.values())


def dump_manifest(kept: Kept) -> bytes:
    """Return a manifest as bytes, after their digest."""
    body = json.dumps({"format": FORMAT, "day": kept.day, "parts": kept.parts}).encode()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def parse_manifest(revision: int, data: bytes) -> Kept | None:
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
    return Kept(revision, about["day"], {name: Entry(*entry) for name, entry in about["parts"].items()})


def newest_revision(files: Iterable[str]) -> int:
    """Return the number of the newest manifest among files; 0 if there is none."""
    return max((revision_of(file) for file in files if file.startswith("manifest.")), default=0)


def revision_of(file: str) -> int:
    """Return the revision that wrote a manifest or a part; 0 for other files."""
    found = _FILE.fullmatch(file)
    return int(found["manifest"] or found["of"]) if found else 0


def recovered_parts(files: Mapping[str, int], revision: int) -> dict[str, Entry]:
    """Return the parts among files, with their lengths, if the manifest of a revision is damaged or missing.

    Of several versions of a part, the newest keeps its name; the others get names from `free_name`.
    """
    parts: dict[str, Entry] = {}
    for file in sorted(files, key=revision_of, reverse=True):
        found = _FILE.fullmatch(file)
        if found and found["part"] and int(found["of"]) <= revision:
            parts[free_name(found["part"], parts)] = Entry(file, files[file])
    return parts


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
