"""The user's cache folder, and files in it that processes share."""

import mmap
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlp import user_cache
from mlp.user_cache import shared

DATA = bytes(range(256)) * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shared files, still missing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "inkling" / "shared"


def is_mapped(array: np.ndarray) -> bool:
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def refuse() -> bytes:
    raise AssertionError("made again")


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "/home/ada/.cache/inkling"),
        ("linux", {"XDG_CACHE_HOME": "/srv/cache"}, "/srv/cache/inkling"),
        ("linux", {"XDG_CACHE_HOME": "cache"}, "/home/ada/.cache/inkling"),
        ("darwin", {}, "/home/ada/Library/Caches/inkling"),
        ("win32", {"LOCALAPPDATA": "/Users/ada/Local"}, "/Users/ada/Local/inkling/inkling/Cache"),
    ],
)
def test_cache_folder_is_where_the_system_has_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict, expected: str
):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/ada", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert user_cache.user_cache() == Path(expected)


def test_bytes_are_made_once_and_mapped_by_all(folder: Path):
    first = shared("bytes.u8", len(DATA), lambda: DATA)
    assert is_mapped(first)
    assert first.tobytes() == DATA
    assert is_mapped(shared("bytes.u8", len(DATA), refuse))
    code = "from mlp.user_cache import shared; print(shared('bytes.u8', 1024, None).sum())"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) == sum(DATA)
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:-100] + b"?" + data[-99:]])
def test_damaged_file_is_written_again(folder: Path, damage: Callable[[bytes], bytes]):
    shared("bytes.u8", len(DATA), lambda: DATA)
    path = folder / "bytes.u8"
    path.write_bytes(damage(path.read_bytes()))
    assert shared("bytes.u8", len(DATA), lambda: DATA).tobytes() == DATA
    assert is_mapped(shared("bytes.u8", len(DATA), refuse))


@pytest.mark.parametrize("reason", ["no folder", "full", "no home"])
def test_process_has_its_own_copy_where_nothing_can_be_written(folder: Path, monkeypatch, caplog, reason: str):
    def fail(*_: object) -> None:
        raise RuntimeError("no home") if reason == "no home" else OSError(28, "No space left on device")

    if reason == "no folder":
        folder.parent.write_text("a file in its place")
    else:
        monkeypatch.setattr(user_cache, "write_whole" if reason == "full" else "user_cache", fail)
    found = shared("bytes.u8", len(DATA), lambda: DATA)
    assert found.tobytes() == DATA
    assert not is_mapped(found)
    assert "bytes.u8 is not shared by processes" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="folders have other rights there")
def test_folder_that_others_can_write_is_not_used(folder: Path, caplog: pytest.LogCaptureFixture):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert not is_mapped(shared("bytes.u8", len(DATA), lambda: DATA))
    assert "nobody else may write into it" in caplog.text
    folder.rmdir()
    assert is_mapped(shared("bytes.u8", len(DATA), lambda: DATA))
    assert folder.stat().st_mode & 0o777 == 0o700


def test_file_that_was_emptied_as_it_is_mapped_is_written_again(folder: Path, monkeypatch: pytest.MonkeyPatch):
    shared("bytes.u8", len(DATA), lambda: DATA)
    memmap = np.memmap

    def emptied(path: Path, *args: object, **kwargs: object) -> np.ndarray:
        path.write_bytes(b"")
        monkeypatch.setattr(np, "memmap", memmap)
        return memmap(path, *args, **kwargs)

    monkeypatch.setattr(np, "memmap", emptied)
    assert is_mapped(shared("bytes.u8", len(DATA), lambda: DATA))


def test_files_not_used_for_longest_leave_beyond_the_limit(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(user_cache, "MAX_BYTES", 3 * (len(DATA) + user_cache.DIGEST_BYTES))
    for number, name in enumerate(("first", "second", ".cut-short.part")):
        shared(name, len(DATA), lambda: DATA)
        os.utime(folder / name, (number, number))
    shared("first", len(DATA), refuse)  # used again
    shared("newest", len(DATA), lambda: DATA)
    assert {path.name for path in folder.iterdir()} == {".lock", "first", ".cut-short.part", "newest"}
    monkeypatch.setattr(user_cache, "MAX_BYTES", 0)
    shared("newer still", len(DATA), lambda: DATA)
    assert {path.name for path in folder.iterdir()} == {".lock", "newer still"}
