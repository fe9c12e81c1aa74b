"""Work that was unreadable for a while and what was made meanwhile are both kept."""

import errno
import os
from pathlib import Path

import pytest

from mlp.jobs import checkpoints as checkpoints_module
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.sweep import Sweep
from mlp.page.visitors import visitor_parts
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.visitor_parts import OWN, RUN
from tests.jobs.sweeps import sweep_over
from tests.page.visitors.sample_work import DRAWING, SETTINGS, digit, file_of, parts_on_disk, server, trained


def fails(*_, **__):
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("then", ["tab stays", "tab closed", "deleted elsewhere"])
def test_work_made_while_the_disk_was_unreadable_gets_its_own_code(tmp_path, monkeypatch, then):
    before = server(tmp_path)
    visitor_id = before.get(None, "here").id
    before.get(visitor_id, "here").own.put(digit(7))
    before.save()
    open_sessions = {"tab"}
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fails)
        meanwhile = visitors.get(visitor_id, "tab")
        meanwhile.own.put(digit(8))
        visitors.save()
    if then == "deleted elsewhere":
        Checkpoints(tmp_path).remove(visitor_id)
        visitors.save()
        assert visitors.moved("tab") == meanwhile.id
    else:
        if then == "tab closed":
            open_sessions.clear()
            visitors.check()
        else:
            visitors.save()
        again = visitors.get(visitor_id, "tab again")
        assert list(again.own.labels) == [7]
        assert f"a code of its own, {meanwhile.id}, which" in again.notice
        visitors.save()
        assert server(tmp_path).get(visitor_id, "here").apart == meanwhile.id
    assert meanwhile.id != visitor_id
    visitors.save()
    assert list(server(tmp_path).get(meanwhile.id, "here").own.labels) == [8]


@pytest.mark.parametrize("in_memory", [True, False])
def test_deleting_all_work_includes_what_was_made_apart(tmp_path, monkeypatch, in_memory):
    visitors = server(tmp_path)
    visitor_id = visitors.get(None, "here").id
    visitors.get(visitor_id, "here").own.put(digit(7))
    visitors.save()
    for label in (8, 9):
        visitors = server(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "read_bytes", fails)
            visitors.get(visitor_id, "here").own.put(digit(label))
            visitors.save()
        for _ in range(2):  # with a newer state here, and then that of both
            visitors.save()
    last = visitors.get(visitor_id, "here").apart
    first = visitors.get(last, "here").apart
    checkpoints = Checkpoints(tmp_path)
    everything = [visitor_id, last, first]
    assert [list(visitors.get(each, "here").own.labels) for each in everything] == [[7], [9], [8]]
    visitors = visitors if in_memory else server(tmp_path)
    visitors.remove(visitors.get(visitor_id, "here"))
    assert [dict(checkpoints.newest(each).files) for each in everything] == [{}, {}, {}]
    visitors.save()
    assert parts_on_disk(tmp_path) == []


def test_state_in_memory_stays_while_a_newer_one_cannot_be_read(tmp_path, monkeypatch):
    first, second = server(tmp_path), server(tmp_path)
    visitor = first.get(None, "here")
    visitor.own.put(digit(7))
    first.save()
    second.get(visitor.id, "here").own.put(digit(8))
    second.save()
    visitor.own.put(digit(9))
    with monkeypatch.context() as patch:
        patch.setattr("mlp.page.visitors.registry.restored", lambda *_: server(tmp_path / "empty").get(None, "here"))
        first.save()
    assert first.get(visitor.id, "here") is visitor
    first.save()
    assert sorted(first.get(visitor.id, "here").own.labels) == [7, 8]


def test_work_that_another_server_saves_meanwhile_is_not_taken_for_damaged(tmp_path, monkeypatch):
    first, second = server(tmp_path), server(tmp_path)
    visitor = first.get(None, "here")
    visitor.own.put(digit(7))
    first.save()
    read = Checkpoints.read

    def save_first(*args):
        if len(visitor.own) == 1:
            visitor.own.put(digit(8))
            first.save()
        return read(*args)

    monkeypatch.setattr(Checkpoints, "read", save_first)
    there = second.get(visitor.id, "here")
    assert there.notice is None
    assert sorted(there.own.labels) == [7, 8]


def test_joined_digits_stay_aside_until_they_are_written(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.own.put(digit(7))
    before.save()
    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(visitor_parts, "parse_own_digits", lambda data: 1 / 0)
        during.get(visitor.id, "here").own.put(digit(8))
    during.save()
    after = server(tmp_path)
    assert sorted(after.get(visitor.id, "here").own.labels) == [7, 8]
    write = checkpoints_module.write_synced

    def refuse(path, data):
        if path.name.startswith(OWN):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints_module, "write_synced", refuse)
        for only_small in (True, False, True):
            after.save(only_small=only_small)
    assert sorted(server(tmp_path).get(visitor.id, "here").own.labels) == [7, 8]
    after.save()
    after.save()
    assert [name for name in parts_on_disk(tmp_path) if name.startswith(OWN)] == [OWN]


def test_older_drawing_and_answer_stay_until_there_is_room_for_them(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.keep_drawing(DRAWING)
    visitor.answer("momentum", "It rolls on.")
    before.save()
    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Visitor, "keep_drawing", fails)
        again = during.get(visitor.id, "here")
    again.keep_drawing({"data": "data:new"})
    again.answer("momentum", "?")
    during.save()
    after = server(tmp_path)
    for clear in (lambda it: it.keep_drawing(None), lambda it: it.answer("momentum", "")):
        again = after.get(visitor.id, "here")
        assert "your drawing (you have drawn or written something else since)" in again.notice
        clear(again)
        after.save()
        after = server(tmp_path)
    again = after.get(visitor.id, "here")
    assert (again.drawing, again.answers, again.notice) == (DRAWING, {"momentum": "It rolls on."}, None)
    after.save()
    assert parts_on_disk(tmp_path) == [visitor_parts.CANVAS_STATE]


def test_runs_of_an_unreadable_sweep_stay_after_a_smaller_one(tmp_path, monkeypatch):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6, 7, 9])
    before.save()
    trials = {name: entry for name, entry in visitor.kept.parts.items() if name.endswith(RUN)}
    during = server(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(visitor_parts, "Sweep", fails)
        again = during.get(visitor.id, "here")
    assert again.sweep is None
    again.sweep = sweep_over(SETTINGS, "seed", [8, 10])
    during.save()
    last = server(tmp_path)
    assert [trial.value for trial in last.get(visitor.id, "here").sweep.trials()] == ["8", "10"]
    last.save()
    assert set(trials.values()) <= set(last.get(visitor.id, "here").kept.parts.values())


def test_new_result_of_a_lesson_replaces_none_after_an_unreadable_one(tmp_path):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.sweep = Sweep([trained(3, seed=seed) for seed in (5, 6, 7)], labels=["a", "b", "c"])
    visitor.keep_lesson_runs()
    visitor.sweep = None
    before.save()
    file_of(tmp_path, f"lesson-1.{RUN}").write_bytes(b"damaged")
    after = server(tmp_path)
    again = after.get(visitor.id, "here")
    again.sweep = Sweep([trained(3, seed=8)], labels=["d"])
    again.keep_lesson_runs()
    again.sweep = None
    after.save()
    seeds = [run.snapshot.settings.seed for run in server(tmp_path).get(visitor.id, "here").lesson_runs.values()]
    assert sorted(seeds) == [5, 7, 8]


@pytest.mark.parametrize(
    "make",
    [
        lambda visitor: visitor.guesses.update(rates=(0.5,) * visitor_parts.POINTS),
        lambda visitor: visitor.titles.update({1: "my best"}),
        lambda visitor: setattr(visitor, "nickname", "Ann"),
        lambda visitor: visitor.unknown_values.update(bookmarks=["lab"]),
    ],
    ids=["guess", "title", "nickname", "newer version"],
)
def test_small_values_are_kept_without_a_drawing(tmp_path, make):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.keep_drawing({"data": "data:"})
    make(visitor)
    before.save()
    visitor.keep_drawing(None)
    before.save()
    again = server(tmp_path).get(visitor.id, "here")
    names = ("guesses", "titles", "nickname", "unknown_values")
    assert [getattr(again, name) for name in names] == [getattr(visitor, name) for name in names]
