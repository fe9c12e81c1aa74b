"""The manifest of an owner's folder: its valid files at one revision."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

FORMAT = 1

_FILE = re.compile(r"(?P<part>.+)\.(?P<revision>\d+)\.(?P<length>\d+)\.(?P<digest>[0-9a-f]{64})", re.ASCII)


class OtherFormatError(OSError):
    """A manifest is whole, but in the format of another version of this program."""


class Kept(NamedTuple):
    """An owner's state on disk at one revision: the file of each part.

    ``day`` is that of the last visit, see `mlp.jobs.checkpoints.Checkpoints.today`.
    """

    revision: int = 0
    day: int = 0
    parts: Mapping[str, str] = {}


def file_name(part: str, revision: int, data: bytes) -> str:
    """Return the name of the file for a part: it ends in the length of its content and in the SHA-256.

    Examples
    --------
    >>> file_name("own.json", 12, b"digits")[:22]
    'own.json.12.6.17cc1ac6'
    """
    return f"{part}.{revision}.{len(data)}.{hashlib.sha256(data).hexdigest()}"


def length_of(file: str) -> int:
    """Return the length of a file, from its name."""
    return int(file.rsplit(".", 2)[1])


def aside_name(file: str) -> str:
    """Return the new name of a part that a newer one replaces: its own, and the digest of its content.

    Examples
    --------
    >>> aside_name("own.json.12.6.17cc1ac6")
    'own.json~17cc1ac6'
    """
    part, _, _, digest = file.rsplit(".", 3)
    return f"{part}~{digest}"


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
    if (found := about.pop("format")) != FORMAT:
        raise OtherFormatError(f"the format of a manifest must be {FORMAT}, got {found!r:.60}")
    return Kept(**about)


def recovered(files: Iterable[str]) -> Kept:
    """Return the state that follows from the names of files, if there is no valid manifest.

    If there are several versions of a part, the newest keeps its name; the others get names from `aside_name`.
    """
    parts: dict[str, str] = {}
    found = [(int(match["revision"]), match["part"], file) for file in files if (match := _FILE.fullmatch(file))]
    for _, part, file in sorted(found, reverse=True):
        parts[aside_name(file) if part in parts else part] = file
    return Kept(max(found)[0] if found else 0, 0, parts)
