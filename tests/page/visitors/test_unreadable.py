"""Unreadable parts stay on disk with a notice, and the rest loads; of two servers, the newer state counts."""

import errno
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from mlp.images.own_digits import MAX_OWN, OwnDigit
from mlp.images.signs.sign_set import SignSet
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.record import dump_record
from mlp.page.visitors import visitor_parts
from mlp.page.visitors.eviction import AT_REST_S
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.visitor_parts import CANVAS_STATE, OWN, RUN, SWEEP, name_for_visitors
from mlp.training.data.sources import Mnist
from mlp.training.settings import Settings
from tests.images.signs.sample_signs import letters
from tests.page.visitors.sample_work import (
    ALL_PARTS,
    DRAWING,
    digit,
    file_of,
    parts_of,
    parts_on_disk,
    server,
    trained,
    with_everything,
)


def damage(path):
    path.write_bytes(b"\x08\0\0\0\0\0\0\0{spoilt}")


NAMES = {
    CANVAS_STATE: "your drawing",
    OWN: "your own digits",
    f"3.{RUN}": "run 3",
    f"sweep-0.{RUN}": "“Several at once”",
}


@pytest.mark.parametrize("damage", [damage, Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("part", [*ALL_PARTS, f"sweep-0.{RUN}"])
def test_damaged_part_is_reported_and_set_aside_and_the_rest_loads(tmp_path, part, damage, caplog):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    before.save()
    damage(file_of(tmp_path, part))
    visitors = server(tmp_path)
    again = visitors.get(visitor.id, "here")
    assert [name for name in ALL_PARTS if name not in parts_of(again)] == [SWEEP if part.startswith("sweep") else part]
    assert again.runs.number == 3
    assert "damaged" in again.notice
    assert NAMES.get(part, "") in again.notice
    assert part in caplog.text or part.startswith("sweep-")
    with_something_new(again)
    visitors.save()
    last = server(tmp_path).get(visitor.id, "here")
    assert parts_of(last)[:2] == [CANVAS_STATE, OWN]  # the new parts are kept, too
    assert visitor.kept.parts[part] in last.kept.parts.values()


def with_something_new(visitor):
    """A drawing, an own digit and a run that are not on disk."""
    visitor.keep_drawing({"data": "data:new"})
    visitor.own.put(digit(7))
    visitor.own.put(digit(8))
    if visitor.job is not None:
        visitor.runs.add(visitor.job.snapshot())
    visitor.runs.begin(Mnist())
    visitor.job = trained(2, seed=30)


@pytest.mark.parametrize("trouble", [MemoryError(), OSError(errno.EIO, "Input/output error")])
@pytest.mark.parametrize("part", ALL_PARTS)
def test_unreadable_part_is_reported_and_read_again(tmp_path, monkeypatch, part, trouble):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    before.save()
    read = Path.read_bytes

    def fails(path):
        if path.name.startswith(part):
            raise trouble
        return read(path)

    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fails)
        again = visitors.get(visitor.id, "here")
    assert [name for name in ALL_PARTS if name not in parts_of(again)] == [part]
    assert f"couldn’t read part of your work: {name_for_visitors(part)}. It will try again" in again.notice
    visitors.save()
    assert parts_of(server(tmp_path).get(visitor.id, "here")) == ALL_PARTS


def test_restored_own_digits_join_newer_ones(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.own.put(digit(7))
    before.save()
    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(visitor_parts, "parse_own_digits", lambda data: 1 / 0)
        again = visitors.get(visitor.id, "here")
    again.own.put(digit(8))
    visitors.save()
    last = server(tmp_path)
    assert sorted(last.get(visitor.id, "here").own.labels) == [7, 8]
    last.save()
    assert parts_on_disk(tmp_path) == [CANVAS_STATE, OWN]


def test_own_digits_that_do_not_fit_stay_aside_and_are_named(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    for each in (digit(7), digit(8)):
        visitor.own.put(each)
    before.save()
    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(visitor_parts, "parse_own_digits", lambda data: 1 / 0)
        again = during.get(visitor.id, "here")
    rng = np.random.default_rng(1)
    others = [OwnDigit(3, rng.integers(1, 255, 784).astype(np.uint8)) for _ in range(MAX_OWN - 1)]
    for each in others:
        assert again.own.put(each)
    during.save()
    for _ in range(2):
        after = server(tmp_path)
        last = after.get(visitor.id, "here")
        assert set(last.own.labels) == {3}
        assert "your own digits (with the others there would be more than 500)" in last.notice
        last.network = None if last.network else "run"  # something new to save
        after.save()
    last.own.remove(others[0].image)
    after.save()
    whole = server(tmp_path).get(visitor.id, "here")
    assert sorted(set(whole.own.labels)) == [3, 7, 8]
    assert len(whole.own) == MAX_OWN
    assert whole.notice is None


def test_own_signs_that_were_unreadable_do_not_replace_newer_ones(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.change_signs(letters(2))
    before.save()
    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(visitor_parts, "parse_signs", lambda data, min_signs: 1 / 0)
        again = during.get(visitor.id, "here")
    again.change_signs(SignSet(("あ",)))
    during.save()
    after = server(tmp_path)
    last = after.get(visitor.id, "here")
    assert last.signs.names == ("あ",)
    assert "your own signs (you have begun others since)" in last.notice
    last.change_signs(SignSet())
    after.save()
    assert server(tmp_path).get(visitor.id, "here").signs.names == letters(2).names


def test_older_version_leaves_runs_of_a_newer_one_alone(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    newer = Settings.as_dict
    with monkeypatch.context() as patch:
        patch.setattr(Settings, "as_dict", lambda settings: {**newer(settings), "curiosity": 1})
        before.save()
    kept = {name: file for name, file in visitor.kept.parts.items() if name.endswith(RUN)}
    older = server(tmp_path)
    again = older.get(visitor.id, "here")
    assert (again.job, again.runs.runs, again.sweep) == (None, [], None)
    assert "run 1, run 2" in again.notice
    with_something_new(again)
    older.save()
    assert again.runs.number == 4
    assert kept.items() <= again.kept.parts.items()
    from_dict = Settings.from_dict.__func__

    def without(kind, values):
        return from_dict(kind, {name: value for name, value in values.items() if name != "curiosity"})

    monkeypatch.setattr(Settings, "from_dict", classmethod(without))
    last = server(tmp_path).get(visitor.id, "here")
    assert [run.number for run in last.runs.runs] == [1, 2, 3]
    assert last.sweep is not None


def test_older_version_keeps_small_values_of_a_newer_one(tmp_path):
    checkpoints, name = Checkpoints(tmp_path), "vvvv-vvvv-vvvv-vvvv"
    newer = json.dumps({"drawing": DRAWING, "bookmarks": ["lab"]}).encode()
    checkpoints.save(name, 0, {}, {CANVAS_STATE: lambda: newer})
    older = server(tmp_path)
    visitor = older.get(name, "here")
    assert (visitor.drawing, visitor.notice) == (DRAWING, None)
    visitor.keep_drawing({"data": "data:new"})
    older.save()
    state = json.loads(checkpoints.read(name, visitor.kept.parts[CANVAS_STATE]))
    assert (state["drawing"], state["bookmarks"]) == ({"data": "data:new"}, ["lab"])


def test_unreadable_visitor_keeps_the_id(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    with monkeypatch.context() as patch:
        patch.setattr("mlp.jobs.manifest.FORMAT", 3)
        before.save()
    older = server(tmp_path)
    again = older.get(visitor.id, "here")
    assert (again.id, parts_of(again)) == (visitor.id, [])
    assert "all of it" in again.notice
    again.keep_drawing({"data": "data:new"})
    older.save()
    monkeypatch.setattr("mlp.jobs.manifest.FORMAT", 3)
    assert parts_of(server(tmp_path).get(visitor.id, "here")) == ALL_PARTS


def test_unreadable_disk_frees_no_memory_and_delays_nobody(tmp_path, monkeypatch, clock):
    visitors = Visitors(lambda session: False, Checkpoints(tmp_path))
    visitor = visitors.get(None, "closed")
    with_everything(visitor)
    visitors.save()
    clock.now += AT_REST_S + 1

    def fails(path):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fails)
        visitors.check()
        assert len(visitors) == 1
        visitors.save()
    assert "can’t write to its disk" in visitor.notice
    visitor.notice = None
    visitors.save()
    visitors.check()
    assert len(visitors) == 0


def test_newer_state_of_two_servers_replaces_the_older(tmp_path):
    first = server(tmp_path)
    visitor = first.get(None, "here")
    with_everything(visitor)
    first.save()
    second = server(tmp_path)
    there_now = second.get(visitor.id, "here")
    with_something_new(there_now)
    second.save()
    visitor.keep_drawing({"data": "data:old"})
    first.save()
    again = first.get(visitor.id, "here")
    assert again is not visitor
    assert again.drawing == {"data": "data:new"}
    assert [run.number for run in again.runs.runs] == [1, 2, 3]
    assert "somewhere else" in again.notice
    first.save()
    second.save()
    assert second.get(visitor.id, "here") is not there_now or not there_now.forgotten


def test_returning_visitor_finds_work_from_another_server(tmp_path):
    open_there = set()
    first, second = Visitors(open_there.__contains__, Checkpoints(tmp_path)), server(tmp_path)
    visitor = first.get(None, "tab")
    visitor.own.put(digit(7))
    first.save()
    first.check()  # the tab is closed
    elsewhere = second.get(visitor.id, "here")
    elsewhere.own.put(digit(8))
    second.save()
    assert sorted(first.get(visitor.id, "tab again").own.labels) == [7, 8]


def test_run_without_images_stays_on_disk_and_the_rest_returns(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    before.save()

    def gone(self):
        raise FileNotFoundError("no images")

    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Mnist, "load", gone)
        again = during.get(visitor.id, "here")
    assert [name for name in ALL_PARTS if name not in parts_of(again)] == [SWEEP, f"1.{RUN}", f"2.{RUN}", f"3.{RUN}"]
    assert "run 3 (its training images are missing)" in again.notice
    during.save()
    assert parts_of(server(tmp_path).get(visitor.id, "here")) == ALL_PARTS  # its images are available again
    again.runs.begin(Mnist())
    again.job = trained(2, seed=9)
    during.save()
    last = server(tmp_path).get(visitor.id, "here")
    assert last.job.snapshot().settings.seed == 9
    assert [run.number for run in last.runs.runs] == [1, 2, 3]


def test_files_of_the_previous_version_are_restored_as_parts(tmp_path):
    elsewhere, kept, old_id = server(tmp_path / "elsewhere"), tmp_path / "kept", "Ab-_" * 8
    visitor = elsewhere.get(None, "here")
    with_everything(visitor)
    elsewhere.save()
    kept.mkdir()
    for name, file in visitor.kept.parts.items():
        (path,) = (tmp_path / "elsewhere").glob(f"*/{file}")
        old = RUN if name == f"3.{RUN}" else name
        data = path.read_bytes()
        if name == f"3.{RUN}":
            data = dump_record(visitor.job.record(number=3, origin=None, kept=[1, 2], shown=[2]))
        if name == CANVAS_STATE:
            data = json.dumps({"drawing": DRAWING, "network": "uploaded"}).encode()
        (kept / f"{hashlib.sha256(old_id.encode()).hexdigest()}.{old}").write_bytes(data)
    for _ in range(2):
        visitors = server(kept)
        again = visitors.get(old_id, "here")
        assert parts_of(again) == ALL_PARTS
        assert (again.runs.number, again.runs.shown, again.job.snapshot().step, again.notice) == (3, (2,), 3, None)
        visitors.save()
    assert parts_on_disk(kept) == parts_on_disk(tmp_path / "elsewhere")


@pytest.mark.parametrize("desk", [b"[]", b"{", json.dumps({"drawing": 7, "network": [], "shown": ["x"]}).encode()])
def test_invalid_canvas_state_restores_nothing_and_stays(tmp_path, desk):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save("vvvv-vvvv-vvvv-vvvv", 0, {}, {CANVAS_STATE: lambda: desk})
    visitor = server(tmp_path).get("vvvv-vvvv-vvvv-vvvv", "here")
    assert (visitor.id, visitor.drawing, visitor.network) == ("vvvv-vvvv-vvvv-vvvv", None, None)
    assert "your drawing" in visitor.notice
    assert parts_on_disk(tmp_path) == [CANVAS_STATE]
