"""Checkpoints: written whole or not at all, limited in size, and never at the cost of a run."""

import os
import stat
import time

import pytest

from mlp.jobs import checkpoints as module
from mlp.jobs.checkpoints import KEPT_S, RUN, Checkpoints, chosen_checkpoints
from mlp.jobs.record import dump_record
from tests.jobs.test_record import record_after

RECORD = record_after(3)
SIZE = len(dump_record(RECORD))


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "deep" / "kept")


def files(checkpoints):
    return sorted(path.name for path in checkpoints.folder.iterdir())


def age(checkpoints, owner, days):
    """Set the age of an owner's run."""
    inode, past = checkpoints.stamp(owner, RUN).inode, time.time() - days * 24 * 3600
    (path,) = [path for path in checkpoints.folder.iterdir() if path.stat().st_ino == inode]
    os.utime(path, (past, past))


def test_last_record_of_each_owner_is_loaded(checkpoints):
    assert checkpoints.load("ann") is None
    assert checkpoints.save("ann", record_after(1))
    assert checkpoints.save("ann", RECORD)
    assert checkpoints.save("bob", record_after(2))
    assert checkpoints.load("ann").run.step == 3
    assert checkpoints.load("bob").run.step == 2
    checkpoints.forget("bob")
    checkpoints.forget("bob")
    assert checkpoints.load("bob") is None


def test_folder_is_private_and_hides_owner_ids(checkpoints):
    checkpoints.save("../ann", RECORD)
    assert stat.S_IMODE(checkpoints.folder.stat().st_mode) == 0o700
    (name,) = files(checkpoints)
    assert "ann" not in name
    assert name.endswith(".run.safetensors")


def test_full_folder_keeps_old_files_and_refuses_new_ones(tmp_path, caplog):
    checkpoints = Checkpoints(tmp_path, max_mb=2.5 * SIZE / 1e6)
    for days, owner in ((6, "ann"), (1, "bob")):
        assert checkpoints.save(owner, RECORD)
        age(checkpoints, owner, days)
    assert not any(checkpoints.save(owner, RECORD) for owner in ("cat", "dan"))
    assert checkpoints.full
    assert [checkpoints.load(owner) is not None for owner in ("ann", "bob", "cat")] == [True, True, False]
    assert len(caplog.records) == 1
    assert checkpoints.write("cat", "small", b"fits") is not None
    assert not checkpoints.save("cat", RECORD)
    assert len(caplog.records) == 1  # it is still as full as it was
    checkpoints.forget("ann")
    assert checkpoints.save("cat", RECORD)
    assert not checkpoints.full


def test_renewed_part_is_kept_another_week(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=2.5 * SIZE / 1e6)
    for owner in ("ann", "bob"):
        checkpoints.save(owner, RECORD)
    for owner in ("ann", "bob"):
        age(checkpoints, owner, 8)
    checkpoints.renew("ann", RUN)
    assert checkpoints.parts("ann") == [RUN]
    assert checkpoints.parts("bob") == []
    assert checkpoints.save("cat", RECORD)
    assert [checkpoints.load(owner) is not None for owner in ("ann", "bob", "cat")] == [True, False, True]


def test_foreign_files_are_neither_counted_nor_removed(tmp_path):
    (tmp_path / "thesis.txt").write_bytes(bytes(3 * SIZE))
    past = time.time() - 2 * KEPT_S
    os.utime(tmp_path / "thesis.txt", (past, past))
    assert Checkpoints(tmp_path, max_mb=1.5 * SIZE / 1e6).save("ann", RECORD)
    assert (tmp_path / "thesis.txt").exists()


def test_parts_of_an_owner_are_listed_read_and_moved_by_name(checkpoints):
    assert checkpoints.parts("ann") == []
    assert checkpoints.write("ann", "desk.json", b"{}") == checkpoints.stamp("ann", "desk.json")
    checkpoints.write("bob", "own.json", b"[]")
    assert checkpoints.parts("ann") == ["desk.json"]
    assert checkpoints.read("ann", "desk.json") == b"{}"
    assert checkpoints.read("ann", "own.json") is None
    checkpoints.move("ann", "desk.json", "shelf.json")
    checkpoints.move("ann", "desk.json", "lost.json")
    assert checkpoints.parts("ann") == ["shelf.json"]
    assert checkpoints.stamp("ann", "desk.json") is None


def test_record_of_another_version_is_kept(checkpoints, caplog):
    data = dump_record(RECORD).replace(b"inkling-run-1", b"inkling-run-9")
    checkpoints.write("ann", RUN, data)
    assert checkpoints.load("ann") is None
    assert "inkling-run-9" in caplog.text
    assert checkpoints.read("ann", RUN) == data


def test_replaced_file_makes_room_for_its_replacement(tmp_path):
    checkpoints = Checkpoints(tmp_path, max_mb=2.5 * SIZE / 1e6)
    for owner in ("ann", "bob", "ann", "ann"):
        assert checkpoints.save(owner, RECORD)
    assert len(files(checkpoints)) == 2


def test_record_beyond_the_limit_is_refused_and_others_stay(tmp_path, caplog):
    Checkpoints(tmp_path).save("ann", RECORD)
    small = Checkpoints(tmp_path, max_mb=SIZE / 2e6)
    assert not small.save("bob", RECORD)
    assert "does not fit" in caplog.text
    assert small.load("ann") is not None


def test_part_older_than_a_week_is_removed(checkpoints):
    checkpoints.save("ann", RECORD)
    age(checkpoints, "ann", 7.1)
    assert checkpoints.load("ann") is None
    checkpoints.save("bob", RECORD)
    assert len(files(checkpoints)) == 1


def test_unfinished_file_is_never_read_and_expires(checkpoints):
    checkpoints.save("ann", RECORD)
    part = checkpoints.folder / f".{files(checkpoints)[0]}.0123.part"
    part.write_bytes(dump_record(RECORD)[:100])
    assert checkpoints.load("ann").run.step == 3
    past = time.time() - KEPT_S - 1
    os.utime(part, (past, past))
    checkpoints.save("ann", RECORD)
    assert not part.exists()


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_full_disk_costs_the_checkpoint_and_is_logged_once(checkpoints, monkeypatch, caplog, trouble):
    checkpoints.save("ann", record_after(1))

    def refuse(path, data):
        raise type(trouble)(trouble.errno, trouble.strerror, f"{path}.{time.monotonic_ns()}.part")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_whole", refuse)
        assert not any(checkpoints.save(owner, RECORD) for owner in ("ann", "ann", "bob"))
    assert len(caplog.records) == 1
    assert trouble.strerror in caplog.text
    assert checkpoints.load("ann").run.step == 1
    assert checkpoints.save("ann", RECORD)
    assert checkpoints.load("ann").run.step == 3


def test_uncreatable_folder_costs_the_checkpoint(tmp_path, caplog):
    (tmp_path / "file").touch()
    checkpoints = Checkpoints(tmp_path / "file" / "kept")
    assert not checkpoints.save("ann", RECORD)
    assert checkpoints.load("ann") is None
    assert str(tmp_path / "file" / "kept") in caplog.text


def test_unreadable_file_is_logged_and_removed(checkpoints, caplog):
    checkpoints.save("ann", RECORD)
    (checkpoints.folder / files(checkpoints)[0]).write_bytes(b"cut")
    assert checkpoints.load("ann") is None
    assert "not a whole record" in caplog.text
    assert files(checkpoints) == []


def test_environment_sets_folder_and_limit_or_none(monkeypatch, tmp_path):
    assert chosen_checkpoints().folder.name == "checkpoints"
    monkeypatch.setenv("MLP_CHECKPOINTS", str(tmp_path))
    monkeypatch.setenv("MLP_CHECKPOINT_MB", "0.001")
    assert chosen_checkpoints().folder == tmp_path
    assert not chosen_checkpoints().save("ann", RECORD)
    monkeypatch.setenv("MLP_CHECKPOINTS", "off")
    assert chosen_checkpoints() is None
