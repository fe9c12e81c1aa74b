"""Saved work survives the server, is written once, and leaves memory for absent visitors."""

import shutil
import weakref
from dataclasses import replace

import numpy as np
import pytest

from mlp.images.own_digits import OwnDigit
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.page.visitors.eviction import AT_REST_S
from mlp.page.visitors.persistence import save
from mlp.page.visitors.registry import Visitors
from mlp.training.data.sources import Mnist
from mlp.training.run import Run
from tests.jobs.manual_engine import ManualEngine
from tests.page.visitors.sample_work import SETTINGS, with_two_earlier_runs


def test_run_and_drawing_survive_the_server(tmp_path):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = before.get(None, "tab")
    visitor.job = Job(Run(SETTINGS), Mnist(), ManualEngine())
    visitor.job.play()
    visitor.keep_drawing({"raw": {"objects": []}, "data": "data:"})
    visitor.network = "run"
    visitor.own.put(OwnDigit(7, np.full(784, 9, np.uint8)))
    visitor.runs.begin(Mnist())
    before.save()

    after = Visitors(lambda session: True, Checkpoints(tmp_path))
    again = after.get(visitor.id, "new tab")
    assert again.id == visitor.id
    assert (again.drawing, again.network, again.runs.number) == (visitor.drawing, "run", 1)
    assert again.own.labels.tolist() == [7]
    assert again.job.playing
    assert again.job.snapshot().network.values.tobytes() == visitor.job.snapshot().network.values.tobytes()
    assert after.get("xxxx-xxxx-xxxx-xxxx", "tab").job is None


def test_earlier_runs_survive_the_server(tmp_path):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = before.get(None, "tab")
    with_two_earlier_runs(visitor)
    before.save()
    again = Visitors(lambda session: True, Checkpoints(tmp_path)).get(visitor.id, "new tab")
    assert [(run.number, run.origin, run.snapshot.step) for run in again.runs.runs] == [
        (1, None, 1),
        (2, Origin("an upload", "uploaded"), 2),
    ]
    for run, kept in zip(again.runs.runs, visitor.runs.runs, strict=True):
        assert run.snapshot.settings == kept.snapshot.settings
        assert run.snapshot.network.values.tobytes() == kept.snapshot.network.values.tobytes()
        assert run.snapshot.history.losses.tobytes() == kept.snapshot.history.losses.tobytes()
    assert (again.runs.number, again.runs.shown) == (3, (2,))
    np.testing.assert_array_equal(again.job.first_network.values, replace(SETTINGS, seed=3).new_network().values)


def test_earlier_run_is_written_once_and_removed_on_request(tmp_path):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = visitors.get(None, "tab")
    with_two_earlier_runs(visitor)
    visitors.save()
    before = visitor.kept.parts
    assert sorted(before) == ["1.run.safetensors", "2.run.safetensors", "3.run.safetensors", "desk.json"]
    visitor.runs.show([])
    visitors.save()
    assert dict(visitor.kept.parts.items() - before.items()).keys() == {"desk.json"}
    visitor.runs.delete(1)
    visitors.save()
    assert before.keys() - visitor.kept.parts.keys() == {"1.run.safetensors"}
    assert not list(tmp_path.glob("*/1.run*"))


def test_saved_work_of_absent_visitors_leaves_memory(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path))
    away, here = (visitors.get(None, tab) for tab in ("away", "here"))
    open_sessions.add("here")
    for visitor in (away, here):
        with_two_earlier_runs(visitor)
        visitor.keep_drawing({"data": "data:"})
    clock.now += AT_REST_S + 1
    visitors.check()
    assert len(visitors) == 2  # nothing has been written
    visitors.save()
    away.runs.show([])
    visitors.check()
    assert len(visitors) == 2  # something has changed since
    visitors.save()
    for path in tmp_path.glob("*/2.run*"):
        path.unlink()
    visitors.check()
    assert len(visitors) == 2  # a file was removed
    visitors.save()
    visitors.check()
    assert len(visitors) == 1
    assert visitors.get(here.id, "here") is here
    again = visitors.get(away.id, "again")
    assert again is not away
    assert (again.id, again.drawing, len(again.runs.runs)) == (away.id, away.drawing, 2)
    assert visitors.get(away.id, "another tab") is again


@pytest.mark.usefixtures("without_a_collector")
def test_forgotten_visitor_is_freed_despite_a_closed_tab(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path))
    visitor = visitors.get(None, "closed tab")
    with_two_earlier_runs(visitor)
    visitors.save()
    networks = [weakref.ref(run.snapshot.network) for run in visitor.runs.runs]
    assert all(network() is not None for network in networks)
    clock.now += AT_REST_S + 1
    visitors.check()
    assert [network() for network in networks] == [None, None]
    save(visitor, Checkpoints(tmp_path), all_now=True)
    assert len(visitors.get(visitor.id, "new tab").runs.runs) == 2


def test_unchanged_parts_are_rewritten_only_if_lost(tmp_path):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path / "kept"))
    visitor = visitors.get(None, "tab")
    visitors.save()
    assert not (tmp_path / "kept").exists()
    visitor.job = Job(Run(SETTINGS), Mnist(), ManualEngine())
    visitors.save()
    first = visitor.kept
    visitors.save()
    assert visitor.kept == first
    visitor.keep_drawing({"data": "data:"})
    visitors.save()
    assert dict(visitor.kept.parts.items() - first.parts.items()).keys() == {"desk.json"}
    (path,) = (tmp_path / "kept").glob("*/0.run*")
    path.write_bytes(b"cut")
    visitors.save()
    assert Checkpoints(tmp_path / "kept").intact(visitor.id, visitor.kept) == set(visitor.kept.files)
    shutil.rmtree(tmp_path / "kept")
    visitors.save()
    again = Visitors(lambda session: True, Checkpoints(tmp_path / "kept")).get(visitor.id, "tab")
    assert again.job.snapshot().settings == SETTINGS
    assert again.drawing == {"data": "data:"}
