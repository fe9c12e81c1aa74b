"""When memory runs low, only work that is on disk leaves it, that of absent visitors first."""

import numpy as np
import pytest

from mlp.images.mnist import sample
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.limits import run_bytes
from mlp.jobs.sweep import Sweep
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.nn.weights import dump_model
from mlp.page.visitors.eviction import AT_REST_S, KEPT_S
from mlp.page.visitors.registry import Visitors
from mlp.page.visitors.runs import check_earlier_runs, check_memory
from mlp.page.visitors.session import visitors
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import Mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.teaching import Teaching
from tests.jobs.manual_engine import ManualEngine
from tests.jobs.sweeps import sweep_over
from tests.page.sight import visitor_of
from tests.page.visitors.sample_work import SETTINGS, trained, with_everything, with_two_earlier_runs

MB = 1_000_000


class SizedJob(Job):
    """A job of a given size in memory."""

    def __init__(self, n_bytes):
        super().__init__(Run(SETTINGS), Mnist(), ManualEngine())
        self.size = n_bytes
        self.play()

    def n_bytes(self):
        return self.size


def arrive(visitors, open_sessions, tab, job=0, sweep=()):
    """Return a visitor with an open tab, a run and a sweep of these sizes, all saved if there is a disk."""
    open_sessions.add(tab)
    visitor = visitors.get(None, tab)
    visitor.job = SizedJob(job * MB) if job else None
    if sweep:
        visitor.sweep = Sweep([SizedJob(size * MB) for size in sweep], name="seed")
    visitors.save()
    return visitor


@pytest.mark.parametrize("strangers_first", [True, False])
def test_strangers_with_sweeps_take_nothing_from_a_class(tmp_path, clock, open_sessions, strangers_first):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=1000)
    kinds = ["stranger"] * 5 + ["pupil"] * 8
    found = {"stranger": [], "pupil": []}
    for number, kind in enumerate(kinds if strangers_first else reversed(kinds)):
        clock.now += 1
        sizes = {"job": 4} if kind == "pupil" else {"job": 5, "sweep": (100, 125)}
        found[kind].append(arrive(visitors, open_sessions, f"{kind} {number}", **sizes))
    visitors.check()
    assert [visitor.notice for visitor in found["pupil"]] == [None] * 8
    assert all(visitor.job.playing for visitor in found["pupil"] + found["stranger"])
    gave = [visitor for visitor in found["stranger"] if visitor.sweep is None]
    assert len(gave) == 1  # no more than necessary
    assert "paused your runs under “Several at once” and saved them" in gave[0].notice
    assert len(visitors) == 13


def test_without_a_disk_the_largest_absent_visitor_leaves_first(clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, max_mb=100)
    here = arrive(visitors, open_sessions, "here", job=80)
    small, large = (arrive(visitors, open_sessions, f"away {size}", job=size) for size in (10, 20))
    open_sessions.discard("away 10")
    open_sessions.discard("away 20")
    visitors.check()
    assert visitors.get(large.id, "away 20") is large  # who only reloaded the page
    clock.now += AT_REST_S + 1
    visitors.check()
    assert visitors.get(here.id, "here") is here
    assert visitors.get(small.id, "new") is small
    assert visitors.get(large.id, "new").id != large.id


@pytest.mark.parametrize("has_disk", [True, False])
def test_present_visitor_keeps_the_run_beyond_the_limit(tmp_path, clock, open_sessions, has_disk):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path) if has_disk else None, max_mb=100)
    visitor = arrive(visitors, open_sessions, "here", job=120)
    visitors.check()
    assert visitors.get(visitor.id, "here") is visitor
    assert visitor.job.playing
    assert not visitors.make_room(arrive(visitors, open_sessions, "another"), MB)


def test_run_from_a_sweep_survives_the_sweeps_removal(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=100)
    visitor = arrive(visitors, open_sessions, "here", sweep=(50, 60))
    visitor.job, other = visitor.sweep.jobs
    visitors.check()
    assert (visitor.job.playing, other.playing, visitor.sweep) == (True, False, None)


@pytest.mark.parametrize("max_mb", [0.0001, 0])
def test_work_that_the_disk_refused_stays_in_memory(tmp_path, clock, open_sessions, max_mb):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path, max_mb=max_mb), max_mb=100)
    away = arrive(visitors, open_sessions, "away", job=40, sweep=(40, 40))
    here = arrive(visitors, open_sessions, "here", sweep=(40, 40))
    open_sessions.discard("away")
    visitors.check()
    assert here.sweep.playing
    clock.now += 100 * KEPT_S
    visitors.check()
    assert visitors.get(away.id, "again") is away
    assert (away.job.playing, away.sweep is None, here.sweep is None) == (True, False, False)


def test_saved_runs_and_sweep_leave_memory_and_return(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0001)
    open_sessions.add("here")
    visitor = visitors.get(None, "here")
    with_two_earlier_runs(visitor)
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6])
    visitors.save()
    visitors.make_room(visitors.get(None, "another"), 0)
    assert (visitor.runs.runs, visitor.sweep) == ([], None)
    assert "saved your earlier runs to disk" in visitor.notice
    assert "paused your runs under “Several at once” and saved them" in visitor.notice
    assert visitors.get(visitor.id, "here") is visitor
    visitor.notice = None
    visitors.save()

    again = Visitors(open_sessions.__contains__, Checkpoints(tmp_path)).get(visitor.id, "here")
    assert [run.number for run in again.runs.runs] == [1, 2]
    assert [trial.value for trial in again.sweep.trials()] == ["5", "6"]
    assert again.job.snapshot().step == 3


def test_runs_that_left_memory_count_as_earlier_runs(tmp_path, monkeypatch, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0001)
    open_sessions.add("here")
    visitor = visitors.get(None, "here")
    with_two_earlier_runs(visitor)
    visitors.save()
    visitors.make_room(visitors.get(None, "another"), 0)
    assert visitor.runs.runs == []
    check_earlier_runs(visitor)
    monkeypatch.setenv("MLP_MAX_RUNS", "2")
    with pytest.raises(ValueError, match="at most 2 earlier runs of yours; delete one under Runs, after you close"):
        check_earlier_runs(visitor)


def test_runs_of_a_lesson_stay_for_the_next_one(tmp_path, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0001)
    open_sessions.add("here")
    visitor = visitors.get(None, "here")
    visitor.sweep = Sweep([trained(3, seed=5), trained(3, seed=6)], labels=["a", "b"])
    visitors.save()
    visitors.make_room(visitors.get(None, "another"), 0)
    visitor.keep_lesson_runs()
    visitor.sweep = Sweep([trained(3, seed=7)], labels=["c"])
    visitors.save()
    again = Visitors(open_sessions.__contains__, Checkpoints(tmp_path)).get(visitor.id, "here")
    assert [run.snapshot.settings.seed for run in again.lesson_runs.values()] == [5, 6]


def test_new_sweep_replaces_an_evicted_one(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0001)
    open_sessions.add("here")
    visitor = visitors.get(None, "here")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6, 7])
    visitors.save()
    visitors.make_room(visitors.get(None, "another"), 0)
    visitor.sweep = sweep_over(SETTINGS, "seed", [8, 9])
    visitors.save()
    again = Visitors(open_sessions.__contains__, Checkpoints(tmp_path)).get(visitor.id, "here")
    assert [trial.value for trial in again.sweep.trials()] == ["8", "9"]
    assert sum(name.startswith("sweep") for name in again.kept.parts) == 3


def test_absent_saved_visitor_leaves_memory_and_returns_whole(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=0.0001)
    open_sessions.add("here")
    visitor = visitors.get(None, "here")
    with_two_earlier_runs(visitor)
    visitors.save()
    open_sessions.clear()
    clock.now += AT_REST_S / 2
    visitors.check()
    assert len(visitors) == 0
    again = visitors.get(visitor.id, "here")
    assert [run.number for run in again.runs.runs] == [1, 2]
    assert again.notice is None  # nothing was lost


def test_larger_visitors_make_room_and_the_largest_is_refused(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=500)
    stranger = arrive(visitors, open_sessions, "stranger", sweep=(115, 115))
    second = arrive(visitors, open_sessions, "second", sweep=(110, 110))
    pupil = arrive(visitors, open_sessions, "pupil", job=4)
    assert not visitors.make_room(arrive(visitors, open_sessions, "third"), 230 * MB)
    assert stranger.sweep is not None
    assert visitors.make_room(pupil, 50 * MB)
    assert stranger.sweep is None
    assert second.sweep is not None
    assert pupil.notice is None


def test_absent_visitors_make_room_before_those_who_are_here(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=1000)
    gone = arrive(visitors, open_sessions, "gone")
    gone.uploaded = Reader(MLP([784, 20_000, 10], rng=np.random.default_rng(0)))  # 64 MB
    visitors.save()
    open_sessions.clear()
    visitors.check()
    stranger = arrive(visitors, open_sessions, "stranger", sweep=(450, 450))
    asking = arrive(visitors, open_sessions, "pupil", job=4)
    assert visitors.make_room(asking, 60 * MB)
    assert stranger.sweep is not None
    assert gone.uploaded is None
    assert len(visitors) == 2
    assert visitors.make_room(asking, 100 * MB)
    assert stranger.sweep is None


def test_all_work_of_a_visitor_is_counted():
    visitor = Visitor("someone")
    assert not any(visitor.sizes().values())
    with_everything(visitor)
    visitor.change_signs(visitor.signs.with_name("A"))
    visitor.answer("learning-rate", "It jumps over the valley.")
    visitor.lesson_runs[SETTINGS] = visitor.runs.runs[0]
    visitor.nickname, visitor.unknown_values = "Ann", {"bookmarks": []}
    assert [name for name, n_bytes in visitor.sizes().items() if not n_bytes] == []


def test_shared_taught_network_counts_for_no_visitor():
    network = SETTINGS.new_network()
    visitor = Visitor("someone")
    visitor.job = Job(Run(SETTINGS, network), Mnist(), ManualEngine(), start_network=network)
    visitor.teaching = Teaching(1, network, [], [], shipped_as="inkling.safetensors")
    assert visitor.job.first_network is network
    assert network.values.nbytes <= visitor.n_bytes() < 1.5 * network.values.nbytes


def test_run_counts_with_its_final_memory():
    for settings in (SETTINGS, Settings(optimizer="adam", batch_size=8, epochs=200)):
        job = Job(Run(settings), Mnist(), ManualEngine())
        n_images = len(sample().train)
        n_steps = settings.epochs * job.snapshot().steps_per_epoch
        first_network = job.snapshot().network.values.nbytes
        at_its_end = job.n_bytes() + first_network - job.snapshot().history.n_bytes + 8 * n_steps
        assert at_its_end <= run_bytes(settings, n_images) <= 2 * at_its_end


@pytest.fixture
def neighbor():
    """Another visitor of the page's server, whose run fills its memory."""
    neighbor = visitors().get(None, "neighbor")
    neighbor.job = SizedJob(10**12)
    yield neighbor
    neighbor.job = None


def test_oversized_run_is_refused_before_it_starts(open_page, neighbor):
    page = open_page(tab="Runs", epochs="1", images="100")
    page.button(key="train").click().run()
    assert "This run cannot start: it needs 12 MB of memory" in page.error[0].value
    page.button(key="sweep_start").click().run()
    assert "This sweep cannot start: it needs 2 MB of memory" in page.error[0].value
    assert not page.exception
    assert visitor_of(page).job is None


def test_upload_counts_before_it_is_accepted(open_page, neighbor):
    page = open_page(tab="Runs")
    data = dump_model(MLP([784, 400, 10], rng=np.random.default_rng(0)))
    for is_full, answers in ((True, "shipped"), (False, "uploaded"), (True, "uploaded")):
        neighbor.job.size = 10**12 if is_full else 0
        page.file_uploader(key="weights_in").set_value(("mine.safetensors", data, "")).run()
        refused = any("it needs 1 MB of memory" in error.value for error in page.error)
        assert (refused, page.session_state["network"]) == (is_full, answers)


def test_tab_of_a_forgotten_visitor_starts_no_run():
    visitors = Visitors(lambda session: True)
    visitor = visitors.get(None, "here")
    visitors.remove(visitor)
    with pytest.raises(ValueError, match="press the button again"):
        check_memory(visitor, [SETTINGS], Mnist())
