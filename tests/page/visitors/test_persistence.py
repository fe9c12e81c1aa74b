"""When a visitor's work is written, how long it stays on disk, and what a full disk costs."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.earlier_runs import NumberedRun
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.page.visitors.persistence import RETRY_S, UNSAVABLE, UNSAVED, is_saved
from mlp.page.visitors.registry import AT_REST_S
from mlp.page.visitors.works import PLAYING_S
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from tests.jobs.sweeps import sweep_over
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.visitors.sample_work import (
    DRAWING,
    SETTINGS,
    names_on_disk,
    server,
    trained,
    with_digit,
    with_two_earlier_runs,
)


@pytest.fixture
def written(monkeypatch):
    """The names of the files that this thread writes, in order: another saves the visitors of other tests' pages."""
    names, write, here = [], Checkpoints.write, threading.get_ident()

    def noted(self, owner, name, data):
        if threading.get_ident() == here:
            names.append(name)
        write(self, owner, name, data)

    monkeypatch.setattr(Checkpoints, "write", noted)
    return names


@pytest.mark.parametrize("origin", [None, Origin("the uploaded network", "uploaded")])
def test_saved_steps_survive_the_server_and_lead_to_any_step(tmp_path, origin):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.runs.begin(chosen_mnist(), origin)
    begun = Run(SETTINGS, Run(replace(SETTINGS, seed=9)).network if origin else None)
    visitor.job = trained(3)
    visitor.job.rewind.start = begun
    states = np.random.default_rng(0).standard_normal((3, SETTINGS.n_parameters)).astype(np.float16)
    visitor.job.rewind.add([*zip((1, 2, 3), states, strict=True)])
    before.save()
    again = server(tmp_path).get(visitor.id, "here").job.rewind
    assert again.steps == [0, 1, 2, 3]
    np.testing.assert_array_equal(again.network(2).values, states[1].astype(np.float32))
    np.testing.assert_array_equal(again.start.network.values, begun.network.values)


TRIALS = ["1.trial.safetensors", "2.trial.safetensors"]


def add_moment(visitor, step):
    state = np.zeros(SETTINGS.n_parameters, np.float16)
    visitor.job.rewind.add([(step, state)])


def test_saved_steps_without_room_are_silently_dropped(tmp_path):
    visitors = server(tmp_path, max_mb=2.0)
    visitor = visitors.get(None, "here")
    visitor.runs.begin(chosen_mnist(), None)
    visitor.job = trained(3)
    many = np.zeros((40, SETTINGS.n_parameters), np.float16)
    visitor.job.rewind.add([*zip(range(1, 41), many, strict=True)])
    visitors.save()
    assert visitor.notice is None
    assert names_on_disk(tmp_path) == ["1.run.safetensors", "canvas.json"]
    assert is_saved(visitor)


def test_playing_runs_are_saved_every_seven_seconds_and_all_else_at_once(tmp_path, clock, written):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")

    def files_of_next_save(after_s=0.0, all_now=False):
        clock.now += after_s
        written.clear()
        visitors.save(all_now=all_now)
        return written

    visitor.runs.begin(chosen_mnist())
    visitor.job = trained(1)
    add_moment(visitor, 1)
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    assert files_of_next_save() == ["canvas.json", "1.run.safetensors", *TRIALS, "1.moments.safetensors"]
    for job in visitor.jobs():
        job.play()
        job.set_learning_rate(0.5)
    add_moment(visitor, 2)
    visitor.keep_drawing(DRAWING)
    assert files_of_next_save(PLAYING_S - 0.1) == ["canvas.json"]
    assert files_of_next_save(0.2) == ["1.run.safetensors", *TRIALS]
    visitor.job.set_learning_rate(0.25)
    assert files_of_next_save(all_now=True) == ["1.run.safetensors", "1.moments.safetensors"]
    visitor.sweep = sweep_over(SETTINGS, "seed", [7, 8])
    visitor.sweep.play()
    visitor.job.set_learning_rate(0.125)
    assert files_of_next_save() == TRIALS  # of other runs than before
    visitor.job.pause()
    assert files_of_next_save() == ["1.run.safetensors"]
    assert files_of_next_save(1000.0) == []


def test_each_day_with_an_open_tab_counts_as_a_visit(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.digits.change(with_digit(7))
    for day in range(1, 41):
        monkeypatch.setattr(Checkpoints, "today", lambda self, day=day: day)
        visitors.save()
        Checkpoints(tmp_path)  # removes work after 30 days without a visit
    assert len(server(tmp_path).get(visitor.id, "here").digits.now) == 1


def test_full_disk_is_reported_once_to_its_visitor(tmp_path, clock, caplog):
    with_room = server(tmp_path, max_mb=1.2)
    first, second = (with_room.get(None, tab) for tab in ("first", "second"))
    first.job = Job(Run(SETTINGS), chosen_mnist(), ManualEngine())
    with_room.save()
    second.runs.begin(chosen_mnist())
    second.job = trained(1, hidden=(64,))
    second.keep_drawing(DRAWING)
    with_room.save()
    assert first.notice is None
    assert "disk is full" in second.notice
    assert names_on_disk(tmp_path) == ["0.run.safetensors", *["canvas.json"] * 2]  # small files still fit
    second.notice = None  # the page has shown it
    for drawing in ({"data": "data:new"}, {"data": "data:newer"}):
        clock.now += RETRY_S
        second.keep_drawing(drawing)
        with_room.save()
    assert (second.notice, second.refusals) == (None, {UNSAVED})
    assert [record.message.partition(",")[0] for record in caplog.records] == [f"some work is not saved in {tmp_path}"]
    clock.now += AT_REST_S + 1
    with_room.check()
    assert len(with_room) == 1
    assert with_room.get(second.id, "again") is second
    assert with_room.get(first.id, "again").job is not None


def test_fault_that_keeps_work_from_being_saved_is_not_blamed_on_the_disk(tmp_path, clock, monkeypatch, caplog):
    def fail(run: object) -> bytes:
        raise TypeError("no record has such data")

    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    with_two_earlier_runs(visitor)
    visitor.keep_drawing(DRAWING)
    with monkeypatch.context() as patch:
        patch.setattr(NumberedRun, "dump", fail)
        visitors.save()
        assert visitor.notice == UNSAVABLE
        assert visitor.refusals == {UNSAVABLE}
        assert not is_saved(visitor)
        assert names_on_disk(tmp_path) == ["3.run.safetensors", "canvas.json"]
        clock.now += RETRY_S
        visitors.save()
        assert [record.exc_info[0] for record in caplog.records] == [TypeError]
    clock.now += RETRY_S
    visitors.save()
    assert visitor.refusals == set()
    assert is_saved(visitor)
