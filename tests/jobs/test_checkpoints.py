"""Checkpoints: each file of an owner whole or not at all, bounded, and removed by absence alone."""

import errno
import os
import stat
from pathlib import Path

import pytest

from mlp import atomic
from mlp.jobs import checkpoints as module
from mlp.jobs.checkpoints import DAY_S, UNREADABLE, VISIT, Checkpoints, DamagedError, TakenError, chosen_checkpoints
from mlp.user_cache import user_cache

KB = 1000
HERE = "http://localhost:8501/"
HEAD = 80  # bytes before the content of a file


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


def put(checkpoints, owner, **files):
    """Save files of an owner who is here today."""
    for name, data in files.items():
        checkpoints.write(owner, name, data)
    checkpoints.note_visit(owner)


def contents(checkpoints, owner):
    return {name: checkpoints.load(owner, name) for name in checkpoints.names(owner)}


def files(checkpoints):
    return sorted(path.name for path in checkpoints.folder.glob("*/*"))


def test_last_files_of_each_owner_load(checkpoints):
    assert contents(checkpoints, "ann") == {}
    put(checkpoints, "ann", run=b"1", canvas=b"2")
    put(checkpoints, "ann", run=b"3\n4")
    put(checkpoints, "bob", run=b"4")
    assert contents(checkpoints, "ann") == {"run": b"3\n4", "canvas": b"2"}
    assert contents(Checkpoints(checkpoints.folder), "bob") == {"run": b"4"}
    assert files(checkpoints) == ["canvas", "run", "run", VISIT, VISIT]


def test_folder_is_private_and_names_nobody(checkpoints):
    put(checkpoints, "../ann", run=b"1")
    assert stat.S_IMODE(checkpoints.folder.stat().st_mode) == 0o700
    assert not any("ann" in str(path.relative_to(checkpoints.folder)) for path in checkpoints.folder.rglob("*"))


def test_full_folder_keeps_old_files_and_refuses_new_ones(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=0.0255)
    for number in range(10):
        put(checkpoints, f"pupil {number}", run=bytes(2500 - HEAD))
    checkpoints = Checkpoints(tmp_path, max_mb=0.0255)
    with pytest.raises(OSError, match=r"100% of 0\.0255 MB") as refused:
        put(checkpoints, "cat", small=b"fits", run=bytes(2300))
    assert refused.value.errno == errno.ENOSPC
    assert contents(checkpoints, "cat") == {"small": b"fits"}
    assert all(len(contents(checkpoints, f"pupil {number}")) == 1 for number in range(10))
    checkpoints.delete("pupil 3", "run")
    put(checkpoints, "cat", run=bytes(2300))
    assert len(contents(checkpoints, "cat")["run"]) == 2300


def test_owner_gets_at_most_a_tenth_of_the_room_for_readable_and_other_files(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=0.1)
    put(checkpoints, "ann", first=bytes(6 * KB))
    for _ in range(2):
        with pytest.raises(OSError, match=r"10% of 0\.1 MB") as refused:
            put(checkpoints, "ann", second=bytes(6 * KB))
        assert refused.value.errno == errno.EDQUOT
        if "first" in checkpoints.names("ann"):
            checkpoints.set_aside("ann", "first")
    put(checkpoints, "ann", third=bytes(3 * KB))
    put(checkpoints, "ann", third=bytes(3 * KB))  # in place of the last one
    assert contents(checkpoints, "ann").keys() == {"third"}


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
        put(checkpoints, owner, run=b"1", odd=b"2")
        checkpoints.set_aside(owner, "odd")
    for day in range(31):
        clock.date += 1
        if day == 15:
            put(checkpoints, "ann")
        Checkpoints(checkpoints.folder)
        assert checkpoints.knows("bob") == (day < 30)
    assert files(checkpoints) == ["run", UNREADABLE, VISIT]


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


def test_work_without_a_readable_day_ages_from_now_on(checkpoints, clock):
    put(checkpoints, "ann", run=b"1")
    (path,) = checkpoints.folder.glob(f"*/{VISIT}")
    path.write_bytes(b"noise")
    for day in range(32):
        checkpoints.clean_up()
        assert checkpoints.knows("ann") == (day < 31)
        clock.date += 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: whole[:-1],
        lambda whole: whole[:500] + b"\1" + whole[501:],
        lambda whole: whole.replace(b"work-1", b"work-0"),
    ],
)
def test_damaged_file_and_one_of_another_format_are_detected(checkpoints, spoil):
    put(checkpoints, "ann", run=bytes(KB), canvas=b"2")
    (path,) = checkpoints.folder.glob("*/run")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DamagedError, match="must begin with inkling-work-1"):
        checkpoints.load("ann", "run")
    assert checkpoints.load("ann", "canvas") == b"2"


def test_files_set_aside_stay_beside_each_other_and_are_counted_at_the_start(checkpoints, caplog):
    for data in (b"1", b"2"):
        put(checkpoints, "ann", run=data)
        checkpoints.set_aside("ann", "run")
    assert checkpoints.names("ann") == []
    assert checkpoints.knows("ann")
    Checkpoints(checkpoints.folder)
    assert "2 files of visitors cannot be read" in caplog.text
    assert sorted(path.name for path in checkpoints.folder.glob(f"*/{UNREADABLE}/*")) == ["1.run", "2.run"]
    checkpoints.remove("ann")
    assert files(checkpoints) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_unwritable_disk_leaves_the_last_file(checkpoints, monkeypatch, number):
    put(checkpoints, "ann", run=b"1")

    def refuse(path, data):
        raise OSError(number, os.strerror(number), str(path))

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_synced", refuse)
        with pytest.raises(OSError, match=os.strerror(number)):
            checkpoints.write("ann", "run", b"2")
        checkpoints.delete("ann", "another")  # deleting needs no room
    assert contents(checkpoints, "ann") == {"run": b"1"}
    assert files(checkpoints) == ["run", VISIT]


def test_unreadable_folder_is_not_taken_for_a_missing_one(checkpoints, monkeypatch, clock):
    put(checkpoints, "ann", run=b"1")
    clock.date += 1
    listdir, read_bytes = os.listdir, Path.read_bytes

    def fails(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "listdir", fails)
        patch.setattr(Path, "read_bytes", fails)
        for act in (checkpoints.knows, checkpoints.names, lambda owner: checkpoints.load(owner, "run")):
            with pytest.raises(OSError, match="Input/output error"):
                act("ann")
        checkpoints.clean_up()
        patch.setattr(os, "listdir", listdir)
        for _ in range(40):
            clock.date += 1
            checkpoints.clean_up()  # the day of the visit cannot be read
        patch.setattr(Path, "read_bytes", read_bytes)
    assert contents(checkpoints, "ann") == {"run": b"1"}


def test_environment_names_the_folder_its_bound_and_the_days_or_none(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert chosen_checkpoints(HERE).folder == user_cache() / "checkpoints"
    assert chosen_checkpoints(HERE).kept_days == 30
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path))
    monkeypatch.setenv("MLP_CHECKPOINT_MB", "0.001")
    monkeypatch.setenv("MLP_KEPT_DAYS", "90")
    checkpoints = chosen_checkpoints(HERE)
    assert (checkpoints.folder, checkpoints.kept_days) == (tmp_path, 90)
    with pytest.raises(OSError, match=r"10% of 0\.001 MB"):
        put(checkpoints, "ann", run=bytes(101 - HEAD))
    monkeypatch.setenv("MLP_KEPT_DAYS", "a week")
    with pytest.raises(ValueError, match="MLP_KEPT_DAYS must be a whole number from 1 to 400, got 'a week'"):
        chosen_checkpoints(HERE)
    for wrong in ("many", "-1", "nan"):
        monkeypatch.setenv("MLP_CHECKPOINT_MB", wrong)
        with pytest.raises(ValueError, match=f"MLP_CHECKPOINT_MB must be at least 0 and finite, got '{wrong}'"):
            chosen_checkpoints(HERE)
    monkeypatch.setenv("MLP_CHECKPOINTS", "off")
    assert chosen_checkpoints(HERE) is None


class Waiting:
    """Time that passes while somebody sleeps."""

    now = 0.0

    def __init__(self, then=lambda: None):
        self.then = then

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.then()


@pytest.mark.parametrize("is_default", [True, False])
def test_second_server_waits_ten_seconds_and_keeps_work_in_memory_or_ends(monkeypatch, tmp_path, caplog, is_default):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("MLP_CHECKPOINTS", "" if is_default else str(tmp_path / "kept"))
    monkeypatch.setattr(atomic, "time", waiting := Waiting())
    first = chosen_checkpoints(HERE)
    said = f"the page at {HERE} keeps its visitors' work in {first.folder}"
    if is_default:
        assert chosen_checkpoints("http://localhost:8502/") is None
        assert said in caplog.text
    else:
        with pytest.raises(TakenError, match=said):
            chosen_checkpoints("http://localhost:8502/")
    assert 10 <= waiting.now < 10.1


def test_server_that_starts_while_the_last_one_ends_gets_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path))
    first = [chosen_checkpoints(HERE)]
    put(first[0], "ann", run=b"1")
    monkeypatch.setattr(atomic, "time", Waiting(first.clear))
    second = chosen_checkpoints("http://localhost:8502/")
    assert contents(second, "ann") == {"run": b"1"}
    assert (tmp_path / ".lock").read_bytes() == b"http://localhost:8502/"


def test_disk_without_locks_and_a_folder_that_cannot_be_made_stop_no_server(monkeypatch, tmp_path, caplog):
    def no_locks(file, operation):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path / "kept"))
    with monkeypatch.context() as patch:
        patch.setattr(atomic.fcntl, "flock", no_locks)
        first, second = chosen_checkpoints(HERE), chosen_checkpoints(HERE)
    assert first.folder == second.folder
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path / "file" / "kept"))
    assert chosen_checkpoints(HERE) is not None
    assert "visitors' work cannot be saved in" in caplog.text
