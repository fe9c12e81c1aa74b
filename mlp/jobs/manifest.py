"""The manifest of an owner's folder: its valid files at one revision."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

FORMAT = 1

_FILE = re.compile(r"(?P<part>.+)\.(?P<revision>\d+)\.(?P<digest>[0-9a-f]{64})", re.ASCII)


class Entry(NamedTuple):
    """A part on disk: its file, whose name ends in the SHA-256 of its content, and its length."""

    file: str
    n_bytes: int


class Kept(NamedTuple):
    """An owner's state on disk at one revision.

    ``day`` is that of the last visit, see `mlp.jobs.checkpoints.Checkpoints.today`.
    """

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
    OSError
        If another version of this program wrote it.
    """
    digest, _, body = data.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return None
    about = json.loads(body)
    with suppress(TypeError, KeyError, AttributeError):  # such as entries of another form
        if about["format"] == FORMAT:
            return Kept(
                about["revision"], about["day"], {name: Entry(*entry) for name, entry in about["parts"].items()}
            )
    raise OSError(f"the format of a manifest must be {FORMAT}, got {about['format']!r:.60}")


def recovered(files: Mapping[str, int]) -> Kept:
    """Return the state that follows from the names and lengths of files, if there is no valid manifest.

    If there are several versions of a part, the newest keeps its name; the others get names from `aside_name`.
    """
    parts: dict[str, Entry] = {}
    found = [(int(match["revision"]), match["part"], match[0]) for file in files if (match := _FILE.fullmatch(file))]
    for _, part, file in sorted(found, reverse=True):
        parts[aside_name(file) if part in parts else part] = Entry(file, files[file])
    return Kept(max(found)[0] if found else 0, 0, parts)


def aside_name(file: str) -> str:
    """Return the new name of a part that a newer one replaces: its own, and the digest of its content.

    Examples
    --------
    >>> aside_name("own.json.12.17cc1ac6")
    'own.json~17cc1ac6'
    """
    part, _, digest = file.rsplit(".", 2)
    return f"{part}~{digest}"
