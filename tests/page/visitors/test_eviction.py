"""When memory runs low, saved work of absent visitors leaves it, then runs are refused; analyses have a budget."""

import platform
import subprocess
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.jobs.checkpoints import Checkpoints
from mlp.jobs.job import Job
from mlp.jobs.limits import run_bytes
from mlp.jobs.sweep import Sweep
from mlp.nn.network import MLP
from mlp.nn.weights import dump_model
from mlp.page.visitors import analysis_budget
from mlp.page.visitors.registry import KEPT_S, Visitors
from mlp.page.visitors.runs import check_memory
from mlp.page.visitors.visitor import Visitor
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.images.drawings.sample_drawings import letters
from tests.jobs.workers.manual_engine import ManualEngine
from tests.page.sight import visitor_of
from tests.page.visitors.sample_work import SETTINGS
from tests.sample_digits import sample

MB = 1_000_000
ROOT = Path(__file__).resolve().parents[3]
ALLOCATE_AND_FREE = """
from pathlib import Path
import numpy as np
from mlp.page.visitors.memory import return_large_blocks

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

return_large_blocks()
np.ones(1_000_000)  # the first that is allocated and freed
before = resident_mb()
small_and_large = [(np.ones(10_000), np.ones(250_000)) for _ in range(40)]
small = [pair[0] for pair in small_and_large]
del small_and_large
print(resident_mb() - before)
"""


class SizedJob(Job):
    """A job of a given size in memory."""

    def __init__(self, n_bytes, *, plays=True):
        super().__init__(Run(SETTINGS), chosen_mnist(), ManualEngine())
        self.size = n_bytes
        if plays:
            self.play()

    def n_bytes(self):
        return self.size


def arrive(visitors, open_sessions, tab, job=0, sweep=(), plays=True):
    """Return a visitor with an open tab, a run and a sweep of these sizes, all saved if there is a disk."""
    open_sessions.add(tab)
    visitor = visitors.get(None, tab)
    visitor.job = SizedJob(job * MB, plays=plays) if job else None
    if sweep:
        visitor.sweep = Sweep([SizedJob(size * MB) for size in sweep], name="seed")
    visitors.save()
    return visitor


def test_largest_absent_visitor_leaves_first_and_only_as_many_as_needed(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=100)
    here = arrive(visitors, open_sessions, "here", job=60)
    away = [arrive(visitors, open_sessions, f"away {size}", job=size, plays=False) for size in (5, 20, 10)]
    open_sessions.intersection_update({"here"})
    visitors.check()
    assert len(visitors) == 4  # they fit
    assert visitors.free_memory(20 * MB)
    assert [visitor.has_work() for visitor in away] == [True, False, True]
    assert not visitors.free_memory(60 * MB)
    assert [visitor.has_work() for visitor in (here, *away)] == [True, False, False, False]
    assert visitors.get(away[0].id, "again").job.snapshot().settings == SETTINGS


def test_work_that_is_being_saved_stays_in_memory(tmp_path, clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, Checkpoints(tmp_path), max_mb=100)
    away = arrive(visitors, open_sessions, "away", job=40, plays=False)
    open_sessions.clear()
    visitors.check()
    with ThreadPoolExecutor() as executor, away.disk_lock:
        assert not executor.submit(visitors.free_memory, 80 * MB).result()
        assert away.has_work()
    assert visitors.free_memory(80 * MB)


def test_without_a_disk_work_leaves_only_after_six_hours(clock, open_sessions):
    visitors = Visitors(open_sessions.__contains__, max_mb=100)
    away = arrive(visitors, open_sessions, "away", job=80)
    job = away.job
    clock.now += 2 * KEPT_S
    visitors.check()
    open_sessions.clear()
    clock.now += KEPT_S - 1
    visitors.check()
    assert not visitors.free_memory(30 * MB)
    assert away.has_work()
    clock.now += 2
    visitors.check()
    assert (away.has_work(), job.playing) == (False, False)
    assert visitors.free_memory(30 * MB)
    assert visitors.get(away.id, "away").id != away.id


def test_run_counts_with_its_final_memory():
    for settings in (SETTINGS, Settings(optimizer="adam", batch_size=8, epochs=200)):
        job = Job(Run(settings), chosen_mnist(), ManualEngine())
        n_images = len(sample().train)
        n_steps = settings.epochs * job.snapshot().steps_per_epoch
        first_network = job.snapshot().network.values.nbytes
        at_its_end = job.n_bytes() + first_network
        assert at_its_end >= 8 * n_steps + 2 * first_network
        assert at_its_end <= run_bytes(settings, n_images) <= 2 * at_its_end


@pytest.fixture
def neighbor(open_page):
    """Another visitor of the page's server, whose run fills its memory."""
    neighbor = visitor_of(open_page())
    neighbor.job = SizedJob(10**12)
    yield neighbor
    neighbor.job = None


def test_oversized_run_is_refused_before_it_starts(open_page, neighbor):
    page = open_page(tab="Runs", epochs="1", images="100")
    page.button(key="train").click().run()
    assert "This run cannot start: it needs 9 MB of memory" in page.error[0].value
    page.button(key="sweep_start").click().run()
    assert "This sweep cannot start: it needs 2 MB of memory" in page.error[0].value
    assert not page.exception
    assert visitor_of(page).job is None


def test_upload_counts_before_it_is_accepted(open_page, neighbor):
    page = open_page(tab="Runs")
    data = dump_model(MLP([784, 400, 10], rng=np.random.default_rng(0)))
    for is_full, answers in ((True, "pretrained"), (False, "uploaded-1"), (True, "uploaded-1")):
        neighbor.job.size = 10**12 if is_full else 0
        page.file_uploader(key="weights_in").set_value(("mine.safetensors", data, "")).run()
        refused = any("it needs 1 MB of memory" in error.value for error in page.error)
        assert (refused, page.session_state["network"]) == (is_full, answers)


def test_tab_of_a_forgotten_visitor_starts_no_run():
    visitors = Visitors(lambda session: True)
    visitor = visitors.get(None, "here")
    visitors.remove(visitor)
    with pytest.raises(ValueError, match="press the button again"):
        check_memory(visitor, [SETTINGS], chosen_mnist())


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries do not keep freed memory like this")
def test_large_arrays_return_to_the_system():
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATE_AND_FREE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 20  # of 80 MB that were allocated and freed


@pytest.fixture
def budget_clock(clock, monkeypatch):
    monkeypatch.setattr(analysis_budget, "time", clock)
    monkeypatch.setattr("mlp.page.session_var.st.session_state", {})
    return clock


def counted_analysis(clock, cost_s=1.0):
    """Return an analysis that returns its number and takes ``cost_s``."""
    times = []

    def analyze():
        times.append(None)
        clock.now += cost_s
        return len(times)

    return analyze


def test_analyses_of_a_playing_run_keep_to_their_share(budget_clock):
    analyze = counted_analysis(budget_clock)
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 1
    budget_clock.now += 1 / analysis_budget.SHARE - 0.1
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 1
    budget_clock.now += 0.2
    assert analysis_budget.within_budget("it", (object(),), analyze, plays=True) == 2


@pytest.mark.usefixtures("without_a_collector")
def test_analyzed_objects_are_not_kept(budget_clock):
    class Network:
        """Megabytes of weights."""

    analyze = counted_analysis(budget_clock)
    network, job = Network(), Network()
    assert [analysis_budget.within_budget("it", (network, job), analyze, plays=False) for _ in range(2)] == [1, 1]
    gone = weakref.ref(network), weakref.ref(job)
    del network, job
    assert [one() for one in gone] == [None, None]
    assert analysis_budget.within_budget("it", (Network(), None), analyze, plays=True) == 2


def test_drawings_that_undo_brings_back_count_once_beside_those_of_now():
    visitor, sets = Visitor("ann"), [letters(3, seed) for seed in range(3)]
    for signs in (*sets, sets[2].with_drawing(1, [[[50, 50], [200, 210]]])):
        visitor.signs.change(signs)
    drawn = sum(each.n_bytes for drawings in (*sets[:2], visitor.signs.now) for each in drawings.examples)
    names = sum(map(len, visitor.signs.now.names))
    assert visitor.n_bytes() == drawn + names
    visitor.signs.change(DrawingSet())
    assert visitor.n_bytes() == drawn
    while visitor.signs.before:
        visitor.signs.undo()
    assert visitor.n_bytes() == 0
