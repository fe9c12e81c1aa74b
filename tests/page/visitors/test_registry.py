"""Only their id identifies visitors, and their number is limited."""

import re

import pytest

from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.sweep import Sweep
from mlp.page.visitors.registry import AWAY_S, KEPT_S, Visitors
from mlp.page.visitors.visitor import MAX_DRAWING_CHARS
from mlp.training.data.sources import Mnist
from tests.jobs.desk import Desk
from tests.page.visitors.made import SETTINGS, StubJob


@pytest.fixture
def visitors(clock, open_sessions):
    return Visitors(open_sessions.__contains__)


def test_a_visitor_is_found_again_by_the_id_in_a_new_session(visitors):
    first = visitors.get(None, "tab 1")
    first.job = StubJob()
    assert visitors.get(first.id, "tab 2") is first


def test_ids_are_random_and_foreign_ids_are_refused(visitors):
    ids = {visitors.get(None, "tab").id for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[\w-]{32}", visitor_id) for visitor_id in ids)  # 192 bits
    for guess in ("x" * 32, "", "a", next(iter(ids))[:-1], next(iter(ids)).swapcase() + "x"):
        newcomer = visitors.get(guess, "tab")
        assert newcomer.id != guess
        assert newcomer.id not in ids


def test_run_pauses_and_resumes_with_its_visitor(visitors, clock, open_sessions):
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


def test_newcomers_displace_no_visitor_with_work(clock, open_sessions):
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


def test_saved_visitor_is_dropped_before_an_unsaved_one(tmp_path, clock, open_sessions):
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
    assert "as it was last saved" in again.notice


def test_unsavable_visitor_affects_no_other(tmp_path, caplog):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    broken, whole = before.get(None, "tab"), before.get(None, "tab")
    for visitor in (broken, whole):
        visitor.keep_drawing({"data": "data:"})
    broken.runs.runs.append(None)
    before.save()
    assert "a visitor could not be saved" in caplog.text
    assert Visitors(lambda session: True, Checkpoints(tmp_path)).get(whole.id, "tab").drawing == whole.drawing


def test_run_from_a_sweep_resumes_with_its_visitor(visitors, clock):
    visitor = visitors.get(None, "tab")
    visitor.sweep = Sweep(SETTINGS, "seed", [5, 6], Mnist(), Desk())
    visitor.sweep.play()
    visitor.job = visitor.sweep.jobs[1]
    clock.now += AWAY_S + 1
    visitors.check()
    assert not visitor.sweep.playing
    visitors.get(visitor.id, "tab")
    assert [job.playing for job in visitor.sweep.jobs] == [False, True]


def test_memory_is_limited_and_longest_absent_visitor_goes_first(clock, open_sessions):
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
