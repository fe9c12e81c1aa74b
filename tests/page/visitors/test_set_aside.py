"""A part of any kind that cannot be read stays on disk, and returns as soon as it can be read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlp.page.visitors.visitor_parts import (
    CANVAS_STATE,
    LESSON_RUN,
    MOMENTS,
    OWN,
    PICTURE,
    RUN,
    SIGNS,
    SWEEP,
    TEACHING,
    UPLOADED,
    name_for_visitors,
)
from tests.images.signs.sample_signs import letters
from tests.jobs.sweeps import sweep_over
from tests.page.visitors.sample_work import SETTINGS, digit, parts_on_disk, server, with_everything

PARTS = {
    CANVAS_STATE: lambda visitor: visitor.drawing,
    OWN: lambda visitor: 7 in visitor.own.labels,
    SIGNS: lambda visitor: visitor.signs.names,
    f"1.{RUN}": lambda visitor: [run for run in visitor.runs.runs if run.number == 1],
    f"2.{RUN}": lambda visitor: [run for run in visitor.runs.runs if run.number == 2],
    f"3.{RUN}": lambda visitor: visitor.job,
    PICTURE: lambda visitor: visitor.picture,
    UPLOADED: lambda visitor: visitor.uploaded,
    TEACHING: lambda visitor: visitor.teaching,
    SWEEP: lambda visitor: visitor.sweep,
    f"sweep-0.{RUN}": lambda visitor: visitor.sweep,
    f"sweep-1.{RUN}": lambda visitor: visitor.sweep,
    MOMENTS: lambda visitor: visitor.job and visitor.job.rewind.steps != [0],
    LESSON_RUN.replace("-", "-0."): lambda visitor: visitor.lesson_runs,
}


def saved_visitor(folder):
    """A visitor who has one part of each kind on disk."""
    visitors = server(folder)
    visitor = visitors.get(None, "here")
    with_everything(visitor)
    visitor.change_signs(letters(2))
    visitor.lesson_runs[replace(SETTINGS, seed=50)] = replace(visitor.runs.runs[0], number=0)
    states = np.zeros((1, SETTINGS.n_parameters), np.float16)
    visitor.job.rewind.add([(1, states[0])], visitor.job.run_state())
    visitors.save()
    assert visitor.kept.parts.keys() == PARTS.keys()
    return visitor


def unreadable(patch, file):
    """Make a file unreadable, as if memory had run out."""
    read = Path.read_bytes

    def fails(path):
        if path.name == file:
            raise MemoryError
        return read(path)

    patch.setattr(Path, "read_bytes", fails)


@pytest.mark.parametrize("part", PARTS)
def test_unreadable_part_of_any_kind_is_read_again_when_it_can_be(tmp_path, monkeypatch, part):
    visitor = saved_visitor(tmp_path)
    for _ in range(2):
        visitors = server(tmp_path)
        with monkeypatch.context() as patch:
            unreadable(patch, visitor.kept.parts[part])
            again = visitors.get(visitor.id, "here")
        assert not PARTS[part](again)
        again.own.put(digit(3))  # something new to save
        visitors.save()
        assert visitor.kept.parts[part] in again.kept.files
    last = server(tmp_path).get(visitor.id, "here")
    assert all(has(last) for has in PARTS.values())
    assert last.notice is None


@pytest.mark.parametrize(("part", "attribute"), [(PICTURE, "picture"), (UPLOADED, "uploaded"), (TEACHING, "teaching")])
def test_older_part_returns_when_the_newer_one_has_gone(tmp_path, monkeypatch, part, attribute):
    visitor = saved_visitor(tmp_path)
    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        unreadable(patch, visitor.kept.parts[part])
        again = visitors.get(visitor.id, "here")
    for newer in (getattr(visitor, attribute), None):
        setattr(again, attribute, newer)
        visitors.save()
        assert visitor.kept.parts[part] in again.kept.files
        assert parts_on_disk(tmp_path).count(part) == (1 if newer is None else 2)
    assert getattr(server(tmp_path).get(visitor.id, "here"), attribute) is not None


NEWER = {
    PICTURE: lambda visitor, again: setattr(again, "picture", visitor.picture),
    UPLOADED: lambda visitor, again: setattr(again, "uploaded", visitor.uploaded),
    TEACHING: lambda visitor, again: setattr(again, "teaching", visitor.teaching),
    SWEEP: lambda visitor, again: setattr(again, "sweep", sweep_over(SETTINGS, "seed", [7, 8])),
}


@pytest.mark.parametrize("part", NEWER)
def test_part_set_aside_is_still_named_beside_a_newer_one(tmp_path, monkeypatch, part):
    visitor = saved_visitor(tmp_path)
    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        unreadable(patch, visitor.kept.parts[part])
        again = visitors.get(visitor.id, "here")
    NEWER[part](visitor, again)
    visitors.save()
    last = server(tmp_path).get(visitor.id, "here")
    assert PARTS[part](last)
    assert f"part of your work: {name_for_visitors(part)} (you have something newer). It will" in last.notice


def test_run_of_an_older_sweep_stays_where_the_newer_one_has_the_current_run(tmp_path, monkeypatch):
    visitor = saved_visitor(tmp_path)
    visitors = server(tmp_path)
    with monkeypatch.context() as patch:
        unreadable(patch, visitor.kept.parts[SWEEP])
        again = visitors.get(visitor.id, "here")
    again.sweep = sweep_over(SETTINGS, "seed", [7, 8])
    again.runs.begin(again.sweep.jobs[1].data, None)
    again.job = again.sweep.jobs[1]
    visitors.save()
    visitors = server(tmp_path)
    last = visitors.get(visitor.id, "here")
    last.own.put(digit(3))  # something new to save
    visitors.save()
    assert visitor.kept.parts[f"sweep-1.{RUN}"] in last.kept.files
