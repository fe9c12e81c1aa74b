"""Only their id identifies visitors, and their number is limited."""

import re

import pytest

from mlp import atomic
from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.eviction import AT_REST_S, KEPT_S
from mlp.page.visitors.registry import AWAY_S, NoRoomError, Visitors
from mlp.page.visitors.visitor import MAX_DRAWING_CHARS
from tests.jobs.sweeps import sweep_over
from tests.page.visitors.sample_work import SETTINGS, StubJob


@pytest.fixture
def visitors(clock, open_sessions):
    return Visitors(open_sessions.__contains__)


def test_visitor_is_found_again_by_the_id_in_a_new_session(visitors):
    first = visitors.get(None, "tab 1")
    first.job = StubJob()
    assert visitors.get(first.id, "tab 2") is first


def test_ids_are_random_and_foreign_ids_are_refused(visitors):
    ids = {visitors.get(None, "tab").id for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}", each) for each in ids)  # 80 bits
    for guess in ("xxxx-xxxx-xxxx-xxxx", "", "a", next(iter(ids))[:-1], next(iter(ids)).upper()):
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


def test_run_that_its_visitor_paused_stays_paused(visitors, clock):
    visitor = visitors.get(None, "tab")
    visitor.job = StubJob()
    visitor.job.pause()
    clock.now += 2 * AWAY_S
    visitors.check()
    assert not visitors.get(visitor.id, "tab").job.playing


def test_visitor_is_forgotten_after_a_stated_time_without_a_tab(visitors, clock, open_sessions):
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


def test_newcomer_is_refused_if_everybody_would_lose_work(tmp_path, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path, max_mb=0), max_visitors=2)
    for _ in range(2):
        visitors.get(None, "tab").keep_drawing({"data": "data:"})
    visitors.save()
    with pytest.raises(NoRoomError):
        visitors.get(None, "another")
    assert len(visitors) == 2


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
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
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
    clock.now += AT_REST_S
    visitors.check()
    assert [visitors.get(visitor.id, "new").id == visitor.id for visitor in crowd] == [True, False, False, True]
    assert [job.playing for job in jobs] == [True, False, False, True]


def test_oversized_drawing_is_not_kept(visitors):
    visitor = visitors.get(None, "tab")
    visitor.keep_drawing({"objects": ["x" * MAX_DRAWING_CHARS]})
    assert visitor.drawing is None
    visitor.keep_drawing({"objects": ["x"]})
    assert visitor.drawing == {"objects": ["x"]}
    assert visitor.n_bytes() == len('{"objects": ["x"]}')


def test_leaving_moves_all_tabs_and_keeps_the_work(visitors):
    first, other = visitors.get(None, "tab 1"), visitors.get(None, "elsewhere")
    visitors.get(first.id, "tab 2")
    first.keep_drawing({"objects": []})
    visitors.leave(first)
    assert [visitors.moved(tab) for tab in ("elsewhere", "a new tab")] == [None, None]
    newcomer = visitors.get(visitors.moved("tab 1"), "a new tab")
    assert newcomer.id == visitors.moved("tab 1") == visitors.moved("tab 2")
    assert not newcomer.has_work()
    assert visitors.knows(first.id)
    assert visitors.get(first.id, "a new tab") is first
    visitors.leave(other, first.id)
    assert visitors.moved("elsewhere") == first.id


def test_work_is_known_by_its_code_in_memory_and_on_disk(tmp_path):
    before = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = before.get(None, "tab")
    visitor.keep_drawing({"data": "data:"})
    assert before.knows(visitor.id)
    before.save()
    after = Visitors(lambda session: True, Checkpoints(tmp_path))
    assert after.knows(visitor.id)
    assert not after.knows("xxxx-xxxx-xxxx-xxxx")
    assert not after.knows("../" + visitor.id)


def test_removed_work_is_gone_from_memory_and_disk_and_never_saved_again(tmp_path):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor, other = visitors.get(None, "tab"), visitors.get(None, "elsewhere")
    visitor.job = job = StubJob()
    for each in (visitor, other):
        each.keep_drawing({"data": "data:"})
    visitor.job = None
    visitors.save()
    visitor.job = job
    visitors.remove(visitor)
    visitor.keep_drawing({"data": "data:2"})
    visitors.save()
    assert visitors.moved("tab") not in (None, visitor.id)
    assert not visitors.knows(visitor.id)
    assert not job.playing
    assert visitors.get(visitor.id, "later").drawing is None
    assert Visitors(lambda session: True, Checkpoints(tmp_path)).knows(other.id)
    assert len(list(tmp_path.glob("*/desk.json.*"))) == 1


def test_disk_that_refuses_to_remove_loses_nothing(tmp_path, monkeypatch):
    visitors = Visitors(lambda session: True, Checkpoints(tmp_path))
    visitor = visitors.get(None, "tab")
    visitor.keep_drawing({"data": "data:"})
    visitors.save()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_synced", refuse)
        with pytest.raises(OSError, match="read-only"):
            visitors.remove(visitor)
    assert visitors.moved("tab") is None
    assert visitors.get(visitor.id, "tab") is visitor
    assert Visitors(lambda session: True, Checkpoints(tmp_path)).knows(visitor.id)
