"""A visitor's work is restored from disk, each part by itself, and a full disk is reported."""

import errno
from dataclasses import replace

import numpy as np
import pytest

from mlp import DEFAULT_MODEL, atomic
from mlp.images.picture import Picture
from mlp.images.signs.sign_set import SignSet
from mlp.jobs import checkpoints as checkpoints_module
from mlp.jobs.checkpoints import DAY_S, Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.origin import Origin
from mlp.jobs.sweep import Sweep
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model
from mlp.page.visitors import other_tabs, persistence, visitor_parts
from mlp.page.visitors.eviction import AT_REST_S, is_fully_saved
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.visitor_parts import CANVAS_STATE, MOMENTS, RUN, TEACHING
from mlp.training import teaching
from mlp.training.data.sources import Mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.teaching import Teaching
from tests.images.signs.sample_signs import letters
from tests.jobs.manual_engine import ManualEngine
from tests.jobs.sweeps import sweep_over
from tests.page.visitors.sample_work import (
    ALL_PARTS,
    DRAWING,
    SETTINGS,
    digit,
    file_of,
    parts_of,
    parts_on_disk,
    server,
    trained,
    with_everything,
)


def test_all_work_of_a_visitor_survives_the_server(tmp_path):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    before.save()
    again = server(tmp_path).get(visitor.id, "here")
    assert (again.drawing, again.network, again.notice) == (DRAWING, "uploaded", None)
    assert again.own.labels.tolist() == [7]
    assert [run.number for run in again.runs.runs] == [1, 2]
    assert again.job.snapshot().step == 3
    assert again.uploaded.network.values.tobytes() == visitor.uploaded.network.values.tobytes()
    assert again.uploaded.temperature == 0.5
    assert again.picture.ink.tobytes() == visitor.picture.ink.tobytes()
    assert again.picture.thumbnail.shape == (10, 8, 3)
    assert (again.teaching.number, [each.label for each in again.teaching.learned]) == (3, [1, 2])
    assert [each.label for each in again.teaching.kept_back] == [3]
    assert [trial.value for trial in again.sweep.trials()] == ["5", "6"]
    assert not again.sweep.playing


@pytest.mark.parametrize("origin", [None, Origin("the uploaded network", "uploaded")])
def test_saved_steps_survive_the_server_and_lead_to_any_step(tmp_path, origin):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.runs.begin(Mnist(), origin)
    begun = Run(SETTINGS, Run(replace(SETTINGS, seed=9)).network if origin else None)
    visitor.job = trained(3)
    visitor.job.rewind.start = begun
    states = np.random.default_rng(0).standard_normal((3, SETTINGS.n_parameters)).astype(np.float16)
    visitor.job.rewind.add([*zip((1, 2, 3), states, strict=True)], visitor.job.run_state())
    before.save()
    again = server(tmp_path).get(visitor.id, "here").job.rewind
    assert again.steps == [0, 1, 2, 3]
    np.testing.assert_array_equal(again.network(2).values, states[1].astype(np.float32))
    np.testing.assert_array_equal(again.nearest(2).network.values, begun.network.values)


def test_saved_steps_without_room_are_silently_dropped(tmp_path):
    visitors = server(tmp_path, max_mb=2.0)
    visitor = visitors.get(None, "here")
    visitor.runs.begin(Mnist(), None)
    visitor.job = trained(3)
    many = np.zeros((40, SETTINGS.n_parameters), np.float16)
    visitor.job.rewind.add([*zip(range(1, 41), many, strict=True)], visitor.job.run_state())
    visitors.save()
    assert visitor.notice is None
    assert MOMENTS not in visitor.saved
    assert f"1.{RUN}" in visitor.saved
    assert is_fully_saved(visitor, Checkpoints(tmp_path))


def another_run(visitor):
    visitor.job = trained(3, optimizer="adam", seed=30)


def another_picture(visitor):
    visitor.picture = Picture(np.full((30, 20), 8, np.uint8), np.full((10, 8, 3), 5, np.uint8))


def another_network(visitor):
    visitor.uploaded = Reader(Settings(hidden=(4,), seed=1).new_network(), temperature=0.25)


def another_sweep(visitor):
    visitor.sweep = sweep_over(SETTINGS, "seed", [7, 8])


@pytest.mark.parametrize("change", [another_run, another_picture, another_network, another_sweep])
def test_new_part_with_a_reused_id_is_written(tmp_path, monkeypatch, change):
    for module in (visitor_parts, persistence):
        monkeypatch.setattr(module, "id", lambda thing: 1, raising=False)  # as if they reused freed memory
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    with_everything(visitor)
    visitors.save()
    before = parts_on_disk(tmp_path), visitor.kept.parts
    change(visitor)
    visitors.save()
    assert (parts_on_disk(tmp_path), visitor.kept.parts) != before


def test_tab_follows_a_sweep_with_a_reused_id(monkeypatch):
    monkeypatch.setattr(other_tabs, "id", lambda thing: 1, raising=False)
    visitor = Visitor("someone")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    shown = other_tabs.tab_state(visitor)
    another_sweep(visitor)
    assert other_tabs.tab_state(visitor) != shown


def test_taught_pretrained_network_is_saved_by_name_only(tmp_path, monkeypatch):
    shipped, other = load_model(DEFAULT_MODEL), Settings(hidden=(4,)).new_network()
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.teaching = Teaching(3, shipped, [digit(1)], [], shipped_as=DEFAULT_MODEL.name)
    before.save()
    assert file_of(tmp_path, TEACHING).stat().st_size < 10_000
    again = server(tmp_path).get(visitor.id, "here").teaching
    assert again.network.network.values.tobytes() == shipped.network.values.tobytes()
    assert (again.number, again.n_bytes) == (3, digit(1).image.nbytes)
    monkeypatch.setattr(teaching, "shipped_network", lambda name: other)  # those of another version
    assert server(tmp_path).get(visitor.id, "here").teaching is None


def test_drawing_and_own_digits_survive_the_server_without_a_run(tmp_path):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.keep_drawing(DRAWING)
    visitor.own.put(digit(7))
    before.save()
    again = server(tmp_path).get(visitor.id, "here")
    assert again.id == visitor.id
    assert (again.drawing, again.own.labels.tolist(), again.job) == (DRAWING, [7], None)
    again.keep_drawing(None)
    again.own.clear()
    last = server(tmp_path)
    last.get(again.id, "here").keep_drawing(None)
    last.get(again.id, "here").own.clear()
    last.save()
    assert parts_on_disk(tmp_path) == []  # removed work leaves the disk, too


def test_best_run_of_a_sweep_stays_one_object_after_restoring(tmp_path):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    visitor.runs.begin(Mnist())
    visitor.job = visitor.sweep.jobs[1]
    before.save()
    again = server(tmp_path).get(visitor.id, "here")
    assert again.sweep.jobs[1] is again.job
    assert again.sweep.jobs[0].snapshot().settings.seed == 5


def test_playing_sweep_is_saved_regularly_and_at_the_end(tmp_path):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    visitor.sweep.play()
    visitors.save()
    visitor.sweep.jobs[0].set_learning_rate(0.5)
    first = file_of(tmp_path, f"sweep-0.{RUN}")
    visitors.save()
    assert file_of(tmp_path, f"sweep-0.{RUN}") == first
    visitors.save(all_now=True)
    assert file_of(tmp_path, f"sweep-0.{RUN}") != first


@pytest.mark.parametrize(("share", "restored"), [(0.1, ["7", "8"]), (1e-7, [])], ids=["room", "none"])
def test_sweep_begun_after_another_is_never_mixed_with_it(tmp_path, monkeypatch, share, restored):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    for seeds in ([5, 6], [7, 8]):
        visitor.sweep = sweep_over(SETTINGS, "seed", seeds)
        visitor.sweep.play()  # so that its runs are written less often
        visitors.save()
        monkeypatch.setattr(checkpoints_module, "OWNER_SHARE", share)
    again = server(tmp_path).get(visitor.id, "here").sweep
    assert [trial.value for trial in (again.trials() if again else [])] == restored


def test_visitors_work_is_removed_thirty_days_after_the_last_visit(tmp_path, monkeypatch):
    class Clock:
        date = 20_000

        def time(self):
            return self.date * DAY_S

    clock = Clock()
    monkeypatch.setattr(checkpoints_module, "time", clock)
    before = server(tmp_path)
    visitor = before.get(None, "here")
    with_everything(visitor)
    before.save()

    def pass_days(n):
        for _ in range(n):
            clock.date += 1
            Checkpoints(tmp_path)

    pass_days(29)
    visitors = server(tmp_path)
    assert parts_of(visitors.get(visitor.id, "here")) == ALL_PARTS
    visitors.save()
    pass_days(29)
    visitors.save()
    pass_days(30)
    assert parts_of(server(tmp_path).get(visitor.id, "here")) == ALL_PARTS
    pass_days(1)
    assert server(tmp_path).get(visitor.id, "here").id != visitor.id


def test_full_disk_is_reported_once_to_its_visitor(tmp_path, clock, caplog):
    with_room = server(tmp_path, max_mb=1.2)
    first, second = (with_room.get(None, tab) for tab in ("first", "second"))
    first.job = Job(Run(SETTINGS), Mnist(), ManualEngine())
    with_room.save()
    second.runs.begin(Mnist())
    second.job = trained(1, hidden=(64,))
    second.keep_drawing(DRAWING)
    with_room.save()
    assert first.notice is None
    assert "disk is full" in second.notice
    assert sorted(second.kept.parts) == [CANVAS_STATE]  # small parts still fit
    second.notice = None  # the page has shown it
    with_room.save()
    second.keep_drawing({"data": "data:new"})
    with_room.save(only_small=True)
    with_room.save()
    assert second.notice is None
    assert [record.message.partition(",")[0] for record in caplog.records] == [f"some work is not saved in {tmp_path}"]
    clock.now += AT_REST_S + 1
    with_room.check()
    assert len(with_room) == 1
    assert with_room.get(second.id, "again") is second
    assert with_room.get(first.id, "again").job is not None


def test_visitor_learns_of_a_stopped_server_that_holds_the_lock(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(checkpoints_module, "LOCK_WAIT_S", 0.0)
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.keep_drawing(DRAWING)
    with open(tmp_path / ".lock", "wb") as lock:
        atomic.fcntl.flock(lock, atomic.fcntl.LOCK_EX)
        visitors.save()
    assert "can’t write to its disk" in visitor.notice
    assert "another server holds the lock" in caplog.text
    visitors.save()
    assert server(tmp_path).get(visitor.id, "here").drawing == DRAWING


def test_visitors_disk_space_is_limited_separately(tmp_path):
    visitors = server(tmp_path, max_mb=4)
    stranger, pupil = (visitors.get(None, "here") for _ in range(2))
    stranger.sweep = Sweep([trained(1, seed=seed) for seed in range(20)], name="seed")
    visitors.save()
    assert "disk is full" in stranger.notice
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*.safetensors.*")) <= 400_000
    pupil.runs.begin(Mnist())
    pupil.job = trained(1, hidden=(64,))  # 0.2 MB
    visitors.save()
    assert pupil.notice is None
    assert server(tmp_path).get(pupil.id, "here").job is not None


@pytest.mark.parametrize("signs", [letters(2), SignSet(("あ",))], ids=["whole", "begun"])
def test_signs_outlive_the_server(tmp_path, signs):
    before = server(tmp_path)
    visitor = before.get(None, "here")
    visitor.change_signs(signs)
    before.save()
    again = server(tmp_path).get(visitor.id, "here")
    assert again.signs.names == signs.names
    assert np.array_equal(again.signs.images, signs.images)


def test_refused_part_leaves_the_saved_one_on_a_disk_that_fails(tmp_path, monkeypatch):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    with_everything(visitor)
    visitors.save()
    before, write = visitor.kept.parts, checkpoints_module.write_synced

    def refuse(path, data):
        if "manifest" not in path.name:
            raise OSError(errno.ENOSPC, "no room")
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "intact", lambda self, owner, kept: set())  # the disk cannot be read for a moment
        patch.setattr(checkpoints_module, "write_synced", refuse)
        visitors.save()
    assert "disk is full" in visitor.notice
    assert visitor.kept.parts == before
    visitors.save()
    assert parts_of(server(tmp_path).get(visitor.id, "here")) == ALL_PARTS
