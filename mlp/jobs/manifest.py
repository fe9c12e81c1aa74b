"""The manifest of an owner's folder: its valid files at one revision."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

FORMAT = 2

_FILE = re.compile(r".+\.\d+\.[0-9a-f]{64}", re.ASCII)


class Kept(NamedTuple):
    """An owner's state on disk at one revision: the valid files, with their lengths.

    The name of a file is that of its part, the revision that wrote it, and the SHA-256 of its content. ``day`` is that
    of the last visit, see `mlp.jobs.checkpoints.Checkpoints.today`.
    """

    revision: int = 0
    day: int = 0
    files: Mapping[str, int] = {}

    @property
    def parts(self) -> dict[str, str]:
        """File of each part; an older file of the same part has a name of its own, such as ``own.json~17cc1ac6``."""
        found = dict[str, str]()
        for file in sorted(self.files, key=_revision, reverse=True):
            part, _, digest = file.rsplit(".", 2)
            found[f"{part}~{digest}" if part in found else part] = file
        return found


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
    with suppress(TypeError, ValueError, KeyError, AttributeError):  # such as files of another form
        if about["format"] == FORMAT and all(map(_FILE.fullmatch, about["files"])):
            return Kept(about["revision"], about["day"], {file: int(n) for file, n in about["files"].items()})
    raise OSError(f"the format of a manifest must be {FORMAT}, got {about['format']!r:.60}")


def recovered(files: Mapping[str, int]) -> Kept:
    """Return the state that follows from the names and lengths of files, if there is no valid manifest."""
    found = {file: n_bytes for file, n_bytes in files.items() if _FILE.fullmatch(file)}
    return Kept(max(map(_revision, found), default=0), 0, found)


def _revision(file: str) -> int:
    return int(file.rsplit(".", 2)[1])
