"""Visitors are found again by their id alone, and there are never too many of them."""

import re
import shutil
import weakref
from concurrent.futures import Future
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from mlp.images.mnist import sample
from mlp.images.own_digits import OwnDigit
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.record import Record, parse_record
from mlp.jobs.sweep import Sweep
from mlp.page.visitors.persistence import save
from mlp.page.visitors.registry import AT_REST_S, AWAY_S, KEPT_S, Visitors
from mlp.page.visitors.visitor import MAX_DRAWING_CHARS
from mlp.training.data.sources import Mnist
from mlp.training.history import History
from mlp.training.run import Run, steps
from mlp.training.settings import Settings

SETTINGS = Settings(hidden=(16,), images=320, epochs=3)


class StubEngine:
    """An engine that takes calls and never answers."""

    def submit(self, *args, **keywords):
        return Future()


class StubJob:
    """A job as far as the registry knows one."""

    def __init__(self, n_bytes=1000):
        self.playing = True
        self._n_bytes = n_bytes

    def play(self):
        self.playing = True

    def pause(self):
        self.playing = False

    def n_bytes(self):
        return self._n_bytes


@pytest.fixture
def visitors(clock, open_sessions):
    return Visitors(open_sessions.__contains__)


def test_a_visitor_is_found_again_by_the_id_in_a_new_session(visitors):
    first = visitors.get(None, "tab 1")
    first.job = StubJob()
    assert visitors.get(first.id, "tab 2") is first


def test_ids_are_long_and_random_and_one_that_was_not_given_is_never_taken_up(visitors):
    ids = {visitors.get(None, "tab").id for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[\w-]{32}", visitor_id) for visitor_id in ids)  # 192 bits
    for guess in ("x" * 32, "", "a", next(iter(ids))[:-1], next(iter(ids)).swapcase() + "x"):
        newcomer = visitors.get(guess, "tab")
        assert newcomer.id != guess
        assert newcomer.id not in ids


def test_a_run_is_paused_when_its_visitor_has_left_and_goes_on_when_they_come_back(visitors, clock, open_sessions):
    visitor = visitors.get(None, "tab")
    visitor.job = StubJob()
    open_sessions.add("tab")
    clock.now += 10 * AWAY_S
    visitors.check()
    assert visitor.job.playing
    open_sessions.clear()
    clock.now += AWAY_S / 2
    visitors.check()
    assert visitor.job.playing
    clock.now += AWAY_S
    visitors.check()
    assert not visitor.job.playing
    assert visitors.get(visitor.id, "tab").job.playing


def test_a_run_that_its_visitor_paused_stays_paused(visitors, clock):
    visitor = visitors.get(None, "tab")
    visitor.job = StubJob()
    visitor.job.pause()
    clock.now += 2 * AWAY_S
    visitors.check()
    assert not visitors.get(visitor.id, "tab").job.playing


def test_a_visitor_is_forgotten_after_a_stated_time_without_a_tab(visitors, clock, open_sessions):
    visitor = visitors.get(None, "tab")
    visitor.job = job = StubJob()
    open_sessions.add("tab")
    clock.now += 2 * KEPT_S
    visitors.check()
    assert visitors.get(visitor.id, "tab") is visitor
    open_sessions.clear()
    clock.now += KEPT_S + 1
    visitors.check()
    assert len(visitors) == 0
    assert not job.playing
    assert visitors.get(visitor.id, "tab").id != visitor.id


def test_a_crowd_of_newcomers_displaces_nobody_who_has_work(clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, max_visitors=10)
    worker = visitors.get(None, "tab")
    worker.job = StubJob()
    drawer = visitors.get(None, "tab")
    drawer.keep_drawing({"objects": []})
    for _ in range(1000):
        clock.now += 1
        visitors.get(None, "crowd")
    assert len(visitors) == 10
    assert visitors.get(worker.id, "tab") is worker
    assert visitors.get(drawer.id, "tab") is drawer


def test_one_of_too_many_visitors_who_is_on_disk_goes_before_one_who_is_not(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_visitors=2)
    unsaved, saved = visitors.get(None, "first"), visitors.get(None, "second")
    saved.keep_drawing({"data": "data:"})
    visitors.check()
    visitors.save()
    clock.now += 1
    unsaved.keep_drawing({"data": "data:"})
    saved.last_seen = clock.now
    visitors.get(None, "third")
    assert visitors.get(unsaved.id, "again") is unsaved
    again = visitors.get(saved.id, "again")
    assert (again.id, again.drawing) == (saved.id, saved.drawing)
    assert "as the disk last had it" in again.notice


def test_a_visitor_who_cannot_be_saved_costs_no_other_one(tmp_path, caplog):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    broken, whole = before.get(None, "tab"), before.get(None, "tab")
    for visitor in (broken, whole):
        visitor.keep_drawing({"data": "data:"})
    broken.network = {"not": object()}
    before.save()
    assert "a visitor could not be saved" in caplog.text
    assert Visitors(lambda session: True, Checkpoints(tmp_path)).get(whole.id, "tab").drawing == whole.drawing


def test_a_run_out_of_a_sweep_goes_on_when_its_visitor_comes_back_and_the_sweep_waits(visitors, clock):
    visitor = visitors.get(None, "tab")
    visitor.sweep = Sweep(SETTINGS, "seed", [5, 6], Mnist(), StubEngine())
    visitor.sweep.play()
    visitor.job = visitor.sweep.jobs[1]
    clock.now += AWAY_S + 1
    visitors.check()
    assert not visitor.sweep.playing
    visitors.get(visitor.id, "tab")
    assert [job.playing for job in visitor.sweep.jobs] == [False, True]


def test_memory_is_bounded_and_who_left_longest_ago_goes_first(clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, max_mb=2.5)
    crowd = []
    for number in range(4):
        clock.now += 1
        crowd.append(visitors.get(None, f"tab {number}"))
        crowd[-1].job = StubJob(n_bytes=1_000_000)
    jobs = [visitor.job for visitor in crowd]
    open_sessions.add("tab 0")
    visitors.check()
    assert [visitors.get(visitor.id, "new").id == visitor.id for visitor in crowd] == [True, False, False, True]
    assert [job.playing for job in jobs] == [True, False, False, True]


def test_a_drawing_too_large_for_any_hand_is_not_kept(visitors):
    visitor = visitors.get(None, "tab")
    visitor.keep_drawing({"objects": ["x" * MAX_DRAWING_CHARS]})
    assert visitor.drawing is None
    visitor.keep_drawing({"objects": ["x"]})
    assert visitor.drawing == {"objects": ["x"]}
    assert visitor.n_bytes() == len('{"objects": ["x"]}')


def test_a_run_and_its_drawing_outlive_the_server_under_the_same_id_and_go_on(tmp_path):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = before.get(None, "tab")
    visitor.job = Job(Run(SETTINGS), Mnist(), StubEngine())
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
    assert after.get("x" * 32, "tab").job is None


def trained(n_steps, **changes):
    """A job that has taken some steps here and now."""
    run, data = Run(replace(SETTINGS, **changes)), sample()
    taken = list(islice(steps(run, data.train.images, data.train.labels), n_steps))
    history = History(run.steps_per_epoch(len(data.train)))
    history.add_steps(
        np.array([step.loss for step in taken], np.float32), np.array([step.accuracy for step in taken], np.float32)
    )
    return Job.resumed(Record(run, Mnist(), history, 1.0, None), StubEngine())


def with_two_earlier_runs(visitor):
    for number in (1, 2, 3):
        visitor.runs.begin(Mnist(), "an upload" if number == 2 else None)
        visitor.job = trained(number, optimizer="adam", seed=number)
        if number < 3:
            visitor.runs.add(visitor.job.snapshot())
    visitor.runs.show([2])


def test_earlier_runs_outlive_the_server_too(tmp_path):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = before.get(None, "tab")
    with_two_earlier_runs(visitor)
    before.save()
    again = Visitors(lambda session: True, Checkpoints(tmp_path)).get(visitor.id, "new tab")
    assert [(run.number, run.origin, run.snapshot.step) for run in again.runs.runs] == [
        (1, None, 1),
        (2, "an upload", 2),
    ]
    for run, kept in zip(again.runs.runs, visitor.runs.runs, strict=True):
        assert run.snapshot.settings == kept.snapshot.settings
        assert run.snapshot.network.values.tobytes() == kept.snapshot.network.values.tobytes()
        assert run.snapshot.history.losses.tobytes() == kept.snapshot.history.losses.tobytes()
    assert (again.runs.number, again.runs.shown) == (3, (2,))
    np.testing.assert_array_equal(again.job.first_network.values, replace(SETTINGS, seed=3).new_network().values)


def test_an_earlier_run_is_written_once_and_removed_with_its_owners_wish(tmp_path):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = visitors.get(None, "tab")
    with_two_earlier_runs(visitor)
    visitors.save()
    times = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(times) == 3
    visitor.runs.delete(1)
    visitors.save()
    left = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(left) == 2
    assert len(left.items() - times.items()) == 1  # the run that is on


def newest(folder):
    """The name of the file that was written last."""
    return max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns).name


def test_what_is_on_disk_is_not_held_in_memory_for_who_is_away(tmp_path, clock, open_sessions):
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
    (tmp_path / newest(tmp_path)).unlink()
    visitors.check()
    assert len(visitors) == 2  # somebody has removed a file
    visitors.save()
    visitors.check()
    assert len(visitors) == 1
    assert visitors.get(here.id, "here") is here
    again = visitors.get(away.id, "again")
    assert again is not away
    assert (again.id, again.drawing, len(again.runs.runs)) == (away.id, away.drawing, 2)
    assert visitors.get(away.id, "another tab") is again


@pytest.mark.usefixtures("without_a_collector")
def test_what_a_forgotten_visitor_had_is_gone_though_a_closed_tab_holds_on_to_them(tmp_path, clock, open_sessions):
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


def test_what_has_not_changed_is_not_written_again_unless_the_disk_lost_it(tmp_path):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path / "kept"))
    visitor = visitors.get(None, "tab")
    visitors.save()
    assert not (tmp_path / "kept").exists()
    visitor.job = Job(Run(SETTINGS), Mnist(), StubEngine())
    visitors.save()
    (path,) = (tmp_path / "kept").iterdir()
    first = path.stat()
    visitor.keep_drawing({"data": "data:"})
    visitors.save()
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert path.stat() == first
    whole = path.read_bytes()
    path.write_bytes(b"cut")
    visitors.save()
    assert len(path.read_bytes()) == len(whole)
    shutil.rmtree(tmp_path / "kept")
    visitors.save()
    assert parse_record(path.read_bytes()).run.settings == SETTINGS


def test_a_visitor_whose_images_are_gone_is_told_and_stays_who_they_are(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    visitor_id = "v" * 32
    record = Job(Run(SETTINGS), Mnist(), StubEngine()).record()
    checkpoints.save(visitor_id, replace(record, data=Mnist("/nowhere")))
    visitor = Visitors(lambda session: True, checkpoints).get(visitor_id, "tab")
    assert visitor.id == visitor_id
    assert visitor.job is None
    assert "images" in visitor.notice


@pytest.mark.parametrize(
    "extra", [{"own": "{"}, {"own": 7}, {"drawing": [1], "network": {}, "number": "one", "origin": 3}, {"number": -1}]
)
def test_what_stands_beside_a_run_on_disk_is_taken_only_if_it_is_what_it_should_be(tmp_path, extra):
    checkpoints = Checkpoints(tmp_path)
    record = Job(Run(SETTINGS), Mnist(), StubEngine()).record(**extra)
    checkpoints.save("v" * 32, record)
    visitor = Visitors(lambda session: True, checkpoints).get("v" * 32, "tab")
    assert visitor.job is not None
    assert (len(visitor.own), visitor.drawing, visitor.network, visitor.runs.number) == (0, None, None, 1)
