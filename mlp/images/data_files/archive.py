"""The files of a folder, or of a stranger's ZIP: read within limits, and never unpacked to disk."""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TypeVar

import numpy as np

from mlp.language import Later, mark

MAX_UNPACKED = 400_000_000
"""Bytes of all files together, counted while they are read, whatever a ZIP claims."""
PIECE = 16_000_000
"""Bytes that are read at once, and counted."""
MAX_HEADER = 10_000
"""Characters of an array's header: parsing a longer one takes long."""

_Parsed = TypeVar("_Parsed")


class Files:
    """The files of a data set by their sorted paths, which ``open`` opens; hidden ones are left out."""

    def __init__(self, paths: Iterable[str], open: Callable[[str], IO[bytes]]) -> None:
        self._open, self._left = open, MAX_UNPACKED
        self.paths = sorted(path for path in paths if not re.search(r"(^|/)(\.|__MACOSX)", path))

    def parsed(self, path: str, parse: Callable[[bytearray], _Parsed]) -> _Parsed:
        """Return what is parsed of a file's content, which is unpacked if the name ends in ``.gz``.

        Raises a ValueError with the path if the file is damaged, or too large, or ``parse`` raises one.
        """
        content = bytearray()
        try:
            with self._open(path) as file:
                stream = gzip.GzipFile(fileobj=file) if path.endswith(".gz") else file
                while piece := stream.read(PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        rule = mark("the files of a data set may hold at most {most:.0f} MB")
                        raise ValueError(Later(rule, most=MAX_UNPACKED / 1e6))
                    content += piece
            return parse(content)
        except (ValueError, zipfile.BadZipFile, RuntimeError, OSError, EOFError, zlib.error) as error:
            damaged = Later("it is damaged, encrypted, or packed otherwise than by deflate")
            reason = error.args[0] if isinstance(error, ValueError) else damaged
            raise ValueError(Later("{path}: {error}", path=f"{path!r:.60}", error=reason)) from error


def files_of_folder(folder: Path) -> Files:
    """Return the files in a folder, and in those in it."""
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return Files(there, lambda path: (folder / path).open("rb"))


def files_of_zip(file: str | os.PathLike[str] | IO[bytes]) -> Files:
    """Return the files in a ZIP or an ``.npz``; a FileNotFoundError if there is none at this path."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ValueError(Later("a data set must be a folder, an .npz or a ZIP, and this file is none")) from error

    def opened(path: str) -> IO[bytes]:
        if archive.getinfo(path).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError("other methods take long, or much memory")
        return archive.open(path)

    return Files((info.filename for info in archive.infolist() if not info.is_dir()), opened)


def parse_npy(data: bytearray) -> np.ndarray:
    """Return the array in an ``.npy`` file; a ValueError if it is none, or of Python objects, whose bytes run code."""
    stream, form = io.BytesIO(data[: 2 * MAX_HEADER]), np.lib.format
    try:
        header = form.read_array_header_1_0 if form.read_magic(stream) == (1, 0) else form.read_array_header_2_0
        shape, by_column, dtype = header(stream, max_header_size=MAX_HEADER)
        array: np.ndarray = np.frombuffer(data, dtype, offset=stream.tell())  # whatever size the header claims
        return array.reshape(shape, order="F" if by_column else "C")
    except (ValueError, TypeError, EOFError, RecursionError, MemoryError, OverflowError) as error:
        rule = mark("it must be a whole array of numpy, of numbers or text, and not of Python objects")
        raise ValueError(Later(rule)) from error
