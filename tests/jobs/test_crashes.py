"""A server killed between any two operations on files leaves each file whole."""

import builtins
import os
import threading
from contextlib import suppress

import pytest

from mlp import atomic
from mlp.jobs.checkpoints import Checkpoints

OPERATIONS = ("replace", "unlink", "rename", "mkdir", "fsync", "open", "close")
BEFORE = {"2.run": b"two", "canvas": b"run 2", "own": b"7"}
AFTER = {"2.run": b"two, later", "3.run": b"three", "canvas": b"run 3"}


class Killed(BaseException):
    """The server was killed: none of its further operations is carried out."""


class Disk:
    """Counts this thread's operations on files, and is killed before one of them; writes take two halves."""

    def __init__(self, killed_at=None):
        self.n_done = 0
        self._killed_at = killed_at
        self._thread = threading.get_ident()

    def step(self):
        if threading.get_ident() != self._thread:  # such as the one that saves the visitors of another test's page
            return
        if self._killed_at is not None and self.n_done >= self._killed_at:
            raise Killed
        self.n_done += 1

    def install(self, patch):
        for name in OPERATIONS:
            patch.setattr(os, name, self._counted(getattr(os, name)))
        patch.setattr(atomic, "open", self._open, raising=False)

    def _counted(self, operation):
        def counted(*args, **keywords):
            self.step()
            return operation(*args, **keywords)

        return counted

    def _open(self, path, mode):
        self.step()
        out = builtins.open(path, mode)  # noqa: SIM115
        write = out.write

        def by_halves(data):
            write(data[: len(data) // 2])
            out.flush()
            self.step()
            return write(data[len(data) // 2 :])

        out.write = by_halves
        return out


def contents(folder):
    checkpoints = Checkpoints(folder)
    return {name: checkpoints.load("ann", name) for name in checkpoints.names("ann")}


def write(folder, files):
    checkpoints = Checkpoints(folder)
    for name, data in files.items():
        checkpoints.write("ann", name, data)
    for name in set(checkpoints.names("ann")) - files.keys():
        checkpoints.delete("ann", name)
    checkpoints.note_visit("ann")


def n_operations(folder):
    disk = Disk()
    write(folder, BEFORE)
    with pytest.MonkeyPatch.context() as patch:
        disk.install(patch)
        write(folder, AFTER)
    return disk.n_done


def test_crash_between_any_two_operations_leaves_whole_files_in_their_order(tmp_path):
    n = n_operations(tmp_path / "counted")
    assert n > 20
    seen = []
    for killed_at in range(n + 1):
        folder = tmp_path / str(killed_at)
        write(folder, BEFORE)
        with pytest.MonkeyPatch.context() as patch:
            Disk(killed_at).install(patch)
            with suppress(Killed):
                write(folder, AFTER)
        found = contents(folder)
        if found not in seen:
            seen.append(found)
        (place,) = [path for path in folder.iterdir() if path.is_dir()]
        assert {path.name for path in place.iterdir()} <= {*BEFORE, *AFTER, "visit"}  # leftovers are gone
    later = {**BEFORE, "2.run": AFTER["2.run"]}
    assert seen == [BEFORE, later, {**later, "3.run": b"three"}, {**later, **AFTER}, AFTER]


def test_cleaning_waits_for_a_file_that_is_written(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path)
    cleaning, replace = threading.Thread(target=checkpoints.clean_up), os.replace

    def clean_meanwhile(source, target):
        cleaning.start()
        cleaning.join(0.2)  # far longer than it takes if it does not wait
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", clean_meanwhile)
        checkpoints.write("ann", "run", b"2")
    cleaning.join()
    assert contents(tmp_path) == {"run": b"2"}
