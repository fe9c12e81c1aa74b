"""A server killed between any two operations on files, a failing disk or a second thread leaves a whole state."""

import builtins
import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from mlp import atomic
from mlp.jobs.checkpoints import Checkpoints

OPERATIONS = ("replace", "unlink", "rename", "fsync", "open", "close")
BEFORE = {"1.run": b"one", "2.run": b"two", "desk": b"run 2", "own": b"7"}
AFTER = {"1.run": b"one", "2.run": b"two, later", "3.run": b"three", "desk": b"run 3"}


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


def contents(folder, owner="ann"):
    checkpoints = Checkpoints(folder)
    kept = checkpoints.newest(owner)
    return {name: checkpoints.read(owner, file) for name, file in kept.parts.items()}


def prepared(folder):
    """Checkpoints with the state before, and what is needed to save the one after."""
    checkpoints = Checkpoints(folder)
    before, _ = checkpoints.save("ann", 0, {}, {name: lambda data=data: data for name, data in BEFORE.items()})
    stay = {file: before.files[file] for name, file in before.parts.items() if name in AFTER}
    changed = {name: lambda data=data: data for name, data in AFTER.items() if BEFORE.get(name) != data}
    return checkpoints, before.revision, stay, changed, {name: {file} for name, file in before.parts.items()}


def n_operations(folder):
    disk = Disk()
    with pytest.MonkeyPatch.context() as patch:
        checkpoints, *state = prepared(folder)
        disk.install(patch)
        checkpoints.save("ann", *state)
    return disk.n_done


def test_crash_between_any_two_operations_leaves_one_whole_state(tmp_path):
    n = n_operations(tmp_path / "counted")
    assert n > 20
    seen = []
    for killed_at in range(n + 1):
        folder = tmp_path / str(killed_at)
        checkpoints, *state = prepared(folder)
        with pytest.MonkeyPatch.context() as patch:
            Disk(killed_at).install(patch)
            with suppress(Killed):
                checkpoints.save("ann", *state)
        seen.append(contents(folder))
        assert seen[-1] in (BEFORE, AFTER), killed_at
        again = Checkpoints(folder)  # later saves also remove the files left by the crash
        for data in (b"a", b"b"):
            found = again.newest("ann")
            replaced = {"desk": {found.parts["desk"]}}
            again.save("ann", found.revision, found.files, {"desk": lambda data=data: data}, replaced)
        (place,) = [path for path in folder.iterdir() if path.is_dir()]
        assert len(list(place.iterdir())) == len(again.newest("ann").parts) + 1
    assert seen[0] == BEFORE
    assert seen[-1] == AFTER
    assert seen == sorted(seen, key=lambda state: state == AFTER)  # once it is saved, it stays saved


def test_first_save_is_there_whole_or_not_at_all(tmp_path):
    data = {name: lambda data=data: data for name, data in BEFORE.items()}
    for killed_at in range(60):
        checkpoints = Checkpoints(tmp_path / str(killed_at))
        with pytest.MonkeyPatch.context() as patch:
            Disk(killed_at).install(patch)
            with suppress(Killed):
                checkpoints.save("ann", 0, {}, data)
        assert contents(tmp_path / str(killed_at)) in ({}, BEFORE)
    assert contents(tmp_path / "59") == BEFORE


def test_unreadable_folder_is_not_taken_for_a_missing_one(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save("ann", 0, {}, {"run": lambda: b"1"})
    monkeypatch.setattr(Checkpoints, "today", lambda self: 1000)
    kept, _ = checkpoints.save("ann", 1, checkpoints.newest("ann").files, {})
    (place,) = [path for path in tmp_path.iterdir() if path.is_dir()]

    def failing(operation):
        def fails(path, *args, **keywords):
            if str(path).startswith(str(place)):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return operation(path, *args, **keywords)

        return fails

    with monkeypatch.context() as patch:
        for owner, name in ((os, "stat"), (Path, "read_bytes"), (Path, "iterdir")):
            patch.setattr(owner, name, failing(getattr(owner, name)))
        patch.setattr(Path, "exists", os.path.exists)  # as in Python 3.14, which takes every error for a missing file
        patch.setattr(Path, "is_dir", os.path.isdir)
        with pytest.raises(OSError, match="Input/output error"):
            checkpoints.newest("ann")
        with pytest.raises(OSError, match="Input/output error"):
            checkpoints.read("ann", kept.parts["run"])
        checkpoints.clean_up()
    assert contents(tmp_path) == {"run": b"1"}


def test_cleaning_waits_for_a_save_even_on_a_disk_without_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "fcntl", None)
    checkpoints = Checkpoints(tmp_path)
    cleaning = threading.Thread(target=checkpoints.clean_up)

    def clean_meanwhile():
        cleaning.start()
        cleaning.join(0.2)  # far longer than it takes if it does not wait
        return b"2"

    checkpoints.save("ann", 0, {}, {"desk": lambda: b"1", "run": clean_meanwhile})
    cleaning.join()
    assert contents(tmp_path) == {"desk": b"1", "run": b"2"}


class Clock:
    """Time that passes while somebody sleeps."""

    now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def test_lock_of_a_stopped_server_is_awaited_for_two_seconds_and_once(tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(atomic, "time", clock)
    _, *state = prepared(tmp_path)
    again = Checkpoints(tmp_path)
    with open(tmp_path / ".lock", "wb") as lock:
        atomic.fcntl.flock(lock, atomic.fcntl.LOCK_EX)
        for _ in range(2):
            with pytest.raises(TimeoutError, match="another server holds the lock"):
                again.save("ann", *state)
            assert 2.0 <= clock.now < 2.1
    assert contents(tmp_path) == BEFORE
    again.save("ann", *state)
    assert contents(tmp_path) == AFTER
