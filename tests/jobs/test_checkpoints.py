"""Checkpoints: all parts of an owner at one revision or none of it, bounded, and removed by absence alone."""

import errno
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mlp import atomic
from mlp.jobs import checkpoints as module
from mlp.jobs.checkpoints import DAY_S, Checkpoints, OutdatedError, UnusableError, chosen_checkpoints

KB = 1000


class Today:
    """A clock that tests move."""

    def __init__(self):
        self.date = 20_000

    def time(self):
        return self.date * DAY_S + 7.0


@pytest.fixture
def clock(monkeypatch):
    clock = Today()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "deep" / "kept")


def put(checkpoints, owner, gone=(), **parts):
    """Save parts of an owner in addition to existing ones; return the new state and the errors."""
    dumps, kept = {name: lambda data=data: data for name, data in parts.items()}, checkpoints.newest(owner)
    stay = {file: kept.files[file] for name, file in kept.parts.items() if name not in gone}
    return checkpoints.save(owner, kept.revision, stay, dumps, one_each(kept))


def one_each(kept):
    """The file that a change of each part replaces."""
    return {name: {file} for name, file in kept.parts.items()}


def contents(checkpoints, owner):
    """Everything readable of an owner."""
    kept = checkpoints.newest(owner)
    return {name: checkpoints.read(owner, file) for name, file in kept.parts.items()}


def files(checkpoints):
    return sorted(path for path in checkpoints.folder.glob("*/*") if path.is_file())


def test_last_parts_of_each_owner_load(checkpoints):
    assert contents(checkpoints, "ann") == {}
    put(checkpoints, "ann", run=b"1", desk=b"2")
    put(checkpoints, "ann", run=b"3")
    put(checkpoints, "bob", run=b"4")
    assert contents(checkpoints, "ann") == {"run": b"3", "desk": b"2"}
    assert contents(Checkpoints(checkpoints.folder), "bob") == {"run": b"4"}
    assert checkpoints.newest("ann").revision == 2
    assert len(files(checkpoints)) == 5  # three parts, two manifests


def test_folder_is_private_and_names_nobody(checkpoints):
    put(checkpoints, "../ann", run=b"1")
    assert stat.S_IMODE(checkpoints.folder.stat().st_mode) == 0o700
    assert not any("ann" in str(path.relative_to(checkpoints.folder)) for path in files(checkpoints))


def test_removed_part_leaves_the_disk(checkpoints):
    put(checkpoints, "ann", run=b"1", desk=b"2")
    put(checkpoints, "ann", gone=["run"])
    assert contents(checkpoints, "ann") == {"desk": b"2"}
    put(checkpoints, "ann", gone=["desk"])
    assert contents(checkpoints, "ann") == {}
    assert {path.name.partition(".")[0] for path in files(checkpoints)} == {"manifest"}


def test_server_with_an_older_state_is_refused_and_changes_nothing(checkpoints):
    other = Checkpoints(checkpoints.folder)
    put(checkpoints, "ann", run=b"1")
    old = other.newest("ann")
    put(checkpoints, "ann", run=b"2")
    with pytest.raises(OutdatedError):
        other.save("ann", old.revision, old.files, {"run": lambda: b"old"}, one_each(old))
    assert contents(other, "ann") == {"run": b"2"}
    assert len(files(checkpoints)) == 2


def test_second_of_two_concurrent_saves_is_refused(checkpoints):
    other = Checkpoints(checkpoints.folder)
    found, _ = put(checkpoints, "ann", run=b"1")
    writes, waits = threading.Event(), threading.Event()

    def slowly():
        writes.set()
        assert waits.wait(10)
        return b"mine"

    def save_too():
        with pytest.raises(OutdatedError):
            other.save("ann", found.revision, found.files, {"run": lambda: b"theirs"}, one_each(found))

    def lock(file, operation):
        if threading.current_thread() is second:
            waits.set()  # the first one holds the lock until it has saved
        flock(file, operation)

    flock, second = atomic.fcntl.flock, threading.Thread(target=save_too)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as executor:
        patch.setattr(atomic.fcntl, "flock", lock)
        first = executor.submit(checkpoints.save, "ann", found.revision, found.files, {"run": slowly}, one_each(found))
        assert writes.wait(10)
        second.start()
        first.result()
        second.join()
    assert contents(checkpoints, "ann") == {"run": b"mine"}
    assert len(files(checkpoints)) == 2


def test_full_folder_keeps_old_parts_and_refuses_new_ones(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=0.0255)
    for number in range(10):
        put(checkpoints, f"pupil {number}", run=bytes(2500))
    _, refused = put(checkpoints, "cat", run=bytes(2400), small=b"fits")
    assert {name: error.errno for name, error in refused.items()} == {"run": errno.ENOSPC}
    assert contents(checkpoints, "cat") == {"small": b"fits"}
    assert all(len(contents(checkpoints, f"pupil {number}")) == 1 for number in range(10))
    put(checkpoints, "pupil 3", gone=["run"])
    put(checkpoints, "cat", run=bytes(2400))
    assert len(contents(checkpoints, "cat")["run"]) == 2400


def test_owner_gets_at_most_a_tenth_of_the_room(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=0.1)
    _, refused = put(checkpoints, "ann", first=bytes(6 * KB), second=bytes(6 * KB), third=bytes(3 * KB))
    assert {name: error.errno for name, error in refused.items()} == {"second": errno.EDQUOT}
    assert contents(checkpoints, "ann").keys() == {"first", "third"}
    assert put(checkpoints, "ann", gone=["first"], second=bytes(6 * KB))[1] == {}


def test_files_of_others_in_the_folder_are_neither_counted_nor_removed(tmp_path, clock):
    (tmp_path / "thesis.txt").write_bytes(bytes(90 * KB))
    put(Checkpoints(tmp_path, max_mb=0.1), "ann", run=bytes(9 * KB))
    for _ in range(50):
        clock.date += 1
        Checkpoints(tmp_path, max_mb=0.1)
    assert contents(Checkpoints(tmp_path), "ann") == {}
    assert (tmp_path / "thesis.txt").exists()


def test_absent_owner_is_removed_after_the_promised_days(checkpoints, clock):
    for owner in ("ann", "bob"):
        put(checkpoints, owner, run=b"1")
    for day in range(31):
        clock.date += 1
        if day == 15:
            put(checkpoints, "ann")
        Checkpoints(checkpoints.folder)
        assert (contents(checkpoints, "bob") == {}) == (day == 30)
    assert contents(checkpoints, "ann") == {"run": b"1"}
    assert {path.name.partition(".")[0] for path in files(checkpoints)} == {"run", "manifest"}


def test_days_without_a_server_do_not_count(checkpoints, clock):
    put(checkpoints, "ann", run=b"1")
    clock.date += 8
    put(checkpoints, "bob", run=b"2")
    checkpoints.clean_up()
    clock.date -= 8
    checkpoints.clean_up()
    assert checkpoints.today() == 2
    clock.date += 300  # of holidays
    assert contents(Checkpoints(checkpoints.folder), "ann") == {"run": b"1"}
    assert Checkpoints(checkpoints.folder).today() == 3


def test_missing_table_of_days_keeps_everything_longer(checkpoints, clock):
    for _ in range(40):
        clock.date += 1
        put(checkpoints, "ann", run=b"1")
    (checkpoints.folder / "days").write_bytes(b"[1, {")
    again = Checkpoints(checkpoints.folder)
    assert again.today() == 1
    assert contents(again, "ann") == {"run": b"1"}


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "gone"])
def test_damaged_part_is_detected_and_the_others_load(checkpoints, damage):
    kept, _ = put(checkpoints, "ann", run=bytes(KB), desk=b"2")
    (path,) = checkpoints.folder.glob("*/run.*")
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": bytes(900), "empty": b"", "noise": bytes(500) + b"x" + bytes(499)}[damage])
    with pytest.raises(UnusableError):
        checkpoints.read("ann", kept.parts["run"])
    assert checkpoints.read("ann", kept.parts["desk"]) == b"2"
    intact = ("run", "desk") if damage == "noise" else ("desk",)
    assert checkpoints.intact("ann", kept) == {kept.parts[name] for name in intact}


def test_noise_is_never_accepted_anywhere_and_costs_one_part_at_most(checkpoints):
    rng = np.random.default_rng(7)
    whole = {"run": rng.bytes(20 * KB), "own": rng.bytes(KB), "desk": rng.bytes(600)}
    put(checkpoints, "ann", **whole)
    for _ in range(200):
        path = files(checkpoints)[rng.integers(len(files(checkpoints)))]
        before = path.read_bytes()
        place = rng.integers(max(1, len(before) - 512))
        path.write_bytes(before[:place] + rng.bytes(min(512, len(before) - place)) + before[place + 512 :])
        kept, read = checkpoints.newest("ann"), {}
        assert kept.parts.keys() == whole.keys()  # those named by a damaged manifest are found by their names
        for name, file in kept.parts.items():
            try:
                read[name] = checkpoints.read("ann", file)
            except UnusableError:
                assert path.name.startswith(name)
        assert all(read[name] == whole[name] for name in read)
        assert len(read) == (3 if path.name.startswith("manifest") else 2)
        path.write_bytes(before)


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"noise"), os.unlink], ids=["noise", "gone"])
def test_folder_without_manifest_is_adopted_and_ages(checkpoints, clock, damage):
    put(checkpoints, "ann", run=b"1", desk=b"2")
    (path,) = checkpoints.folder.glob("*/manifest")
    damage(path)
    again = Checkpoints(checkpoints.folder)
    assert contents(again, "ann") == {"run": b"1", "desk": b"2"}
    put(again, "ann", run=b"3")
    assert contents(again, "ann") == {"run": b"3", "desk": b"2"}
    for _ in range(32):
        clock.date += 1
        again.clean_up()
    assert files(again) == []


def test_manifest_of_another_version_is_left_alone(checkpoints, clock, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("mlp.jobs.manifest.FORMAT", 3)
        put(checkpoints, "ann", run=b"1")
    before = files(checkpoints)
    with pytest.raises(OSError, match="format of a manifest must be 2, got 3"):
        checkpoints.newest("ann")
    for _ in range(40):
        clock.date += 1
        checkpoints.clean_up()
    assert files(checkpoints) == before


def test_files_of_the_previous_version_are_loaded(tmp_path):
    owner = Checkpoints(tmp_path / "x")
    put(owner, "ann")
    (folder,) = [path for path in (tmp_path / "x").iterdir() if path.is_dir()]
    kept = tmp_path / "kept"
    kept.mkdir()
    for part, data in (("run.safetensors", b"1"), ("own.json", b"2")):
        (kept / f"{folder.name}.{part}").write_bytes(data)
    checkpoints = Checkpoints(kept)
    assert contents(checkpoints, "ann") == {"run.safetensors": b"1", "own.json": b"2"}
    put(checkpoints, "ann", gone=["run.safetensors"], run=b"3")
    assert contents(Checkpoints(kept), "ann") == {"run": b"3", "own.json": b"2"}


def refuse_writing(patch, number, at):
    """Make the write number ``at`` of this thread fail; the page of other tests may save at the same time."""
    write, thread = atomic.write_synced, threading.current_thread()
    calls = []

    def refuse(path, data):
        if threading.current_thread() is thread:
            calls.append(path)
            if len(calls) == at:
                raise OSError(number, os.strerror(number), str(path))
        write(path, data)

    patch.setattr(module, "write_synced", refuse)  # of parts
    patch.setattr(atomic, "write_synced", refuse)  # of a manifest


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_unwritable_disk_costs_only_new_parts(checkpoints, monkeypatch, number, at):
    put(checkpoints, "ann", run=b"1", desk=b"2")
    with monkeypatch.context() as patch:
        refuse_writing(patch, number, at)
        if at < 3:
            _, refused = put(checkpoints, "ann", run=b"3", desk=b"4")
            assert [error.errno for error in refused.values()] == [number]
        else:
            with pytest.raises(OSError, match=os.strerror(number)):
                put(checkpoints, "ann", run=b"3", desk=b"4")
    assert contents(checkpoints, "ann") == {"run": b"1" if at != 2 else b"3", "desk": b"2" if at != 1 else b"4"}
    assert len(files(checkpoints)) == 3
    assert put(checkpoints, "ann", run=b"5")[1] == {}


def test_published_save_stays_so_if_the_folder_cannot_be_cleaned(checkpoints, monkeypatch):
    put(checkpoints, "ann", run=b"1")

    def fails(place):
        raise OSError(errno.EMFILE, "no descriptors")

    with monkeypatch.context() as patch:
        patch.setattr(module.Path, "iterdir", fails)
        kept, refused = put(checkpoints, "ann", run=b"2")
    assert refused == {}
    assert checkpoints.newest("ann") == kept


def test_deleting_works_on_a_full_disk(checkpoints, monkeypatch):
    put(checkpoints, "ann", run=b"1", desk=b"2")
    refuse_writing(monkeypatch, errno.ENOSPC, 1)
    put(checkpoints, "ann", gone=["run"])
    assert contents(checkpoints, "ann") == {"desk": b"2"}


def test_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    checkpoints = Checkpoints(tmp_path / "file" / "kept")
    with pytest.raises(OSError, match="Not a directory"):
        checkpoints.save("ann", 0, {}, {"run": lambda: b"1"})


def test_disk_without_locks_serves_one_server(checkpoints, monkeypatch):
    def no_locks(file, operation):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(atomic.fcntl, "flock", no_locks)
    put(checkpoints, "ann", run=b"1")
    put(checkpoints, "ann", run=b"2")
    assert contents(checkpoints, "ann") == {"run": b"2"}
    assert len(files(checkpoints)) == 2


def test_removed_work_does_not_return_from_another_server(checkpoints):
    other = Checkpoints(checkpoints.folder)
    kept, _ = put(checkpoints, "ann", run=b"1")
    put(checkpoints, "bob", run=b"2")
    checkpoints.remove("ann")
    checkpoints.remove("nobody")
    assert [path.name.partition(".")[0] for path in files(checkpoints)].count("run") == 1
    assert contents(checkpoints, "bob") == {"run": b"2"}
    with pytest.raises(OutdatedError):
        other.save("ann", kept.revision, kept.files, {"run": lambda: b"1"}, one_each(kept))
    assert contents(checkpoints, "ann") == {}


def test_work_that_stays_on_disk_does_not_count_as_removed(checkpoints, monkeypatch):
    put(checkpoints, "ann", run=b"1")

    def refuse(path):
        raise OSError(errno.EACCES if os.path.lexists(path) else errno.ENOENT, "not allowed")

    monkeypatch.setattr(module.os, "unlink", refuse)
    with pytest.raises(OSError, match="could not be removed: 1"):
        checkpoints.remove("ann")


def test_new_part_is_kept_next_to_an_unreadable_one_of_its_name(checkpoints):
    kept, _ = put(checkpoints, "ann", own=b"unread")
    checkpoints.save("ann", kept.revision, kept.files, {"own": lambda: b"new"})
    put(checkpoints, "ann", own=b"newer")
    (path,) = checkpoints.folder.glob("*/manifest")
    for _ in range(2):
        assert sorted(contents(checkpoints, "ann").values()) == [b"newer", b"unread"]
        assert contents(checkpoints, "ann")["own"] == b"newer"
        path.write_bytes(b"noise")


def test_environment_names_the_folder_its_bound_and_the_days_or_none(monkeypatch, tmp_path):
    assert chosen_checkpoints().folder.name == "checkpoints"
    assert chosen_checkpoints().kept_days == 30
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path))
    monkeypatch.setenv("MLP_CHECKPOINT_MB", "0.001")
    monkeypatch.setenv("MLP_KEPT_DAYS", "90")
    checkpoints = chosen_checkpoints()
    assert (checkpoints.folder, checkpoints.kept_days) == (tmp_path, 90)
    put(checkpoints, "ann", run=bytes(101))
    assert contents(checkpoints, "ann") == {}
    monkeypatch.setenv("MLP_KEPT_DAYS", "a week")
    with pytest.raises(ValueError, match="MLP_KEPT_DAYS must be a whole number from 1 to 400, got 'a week'"):
        chosen_checkpoints()
    for wrong in ("many", "-1", "nan"):
        monkeypatch.setenv("MLP_CHECKPOINT_MB", wrong)
        with pytest.raises(ValueError, match=f"MLP_CHECKPOINT_MB must be at least 0 and finite, got '{wrong}'"):
            chosen_checkpoints()
    monkeypatch.setenv("MLP_CHECKPOINTS", "off")
    assert chosen_checkpoints() is None
