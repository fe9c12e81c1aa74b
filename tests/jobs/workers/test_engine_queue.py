"""The engine's queue: the order of turns, which are shared by owner, and the wait while no process can be started."""

import threading
import weakref
from concurrent.futures import CancelledError, Future

import pytest

from mlp.jobs.workers.call import Hung, WorkerFailure
from mlp.jobs.workers.engine import NO_WORKER, Engine
from mlp.jobs.workers.turns import LEAST_S, Turns
from tests.jobs.waiting import Clock, wait_until
from tests.jobs.workers.fake_workers import InThread, ManualWorker, ManualWorkers


def test_calls_keep_their_order_and_can_be_canceled_in_the_queue():
    workers, may_continue = Engine(InThread, width=1), threading.Event()
    first = workers.submit(None, may_continue.wait, 60)
    order = []
    calls = [workers.submit(None, threading.get_ident) for _ in range(4)]
    for number, call in enumerate(calls):
        call.add_done_callback(lambda _, number=number: order.append(number))
    assert calls[1].cancel()
    assert order == [1]
    may_continue.set()
    assert first.result(60) is True
    assert len({call.result(60) for call in (calls[0], *calls[2:])}) == 1
    with pytest.raises(CancelledError):
        calls[1].result()
    assert order == [1, 0, 2, 3]
    workers.close()


class Weights:
    """A large argument."""


@pytest.mark.usefixtures("without_a_collector")
def test_arguments_and_results_are_freed_with_their_last_reference():
    workers = Engine(InThread, width=1)
    given = Weights()
    gone = [weakref.ref(given)]
    future = workers.submit(None, lambda weights: Weights(), given)
    gone.append(weakref.ref(future.result(20)))
    del given, future
    workers.submit(None, int).result(20)  # the thread still refers to its previous call
    wait_until(lambda: not any(reference() for reference in gone), seconds=20)
    workers.close()


class Machine:
    """Starts workers, except while it is full."""

    def __init__(self, full):
        self.full = full
        self.tried = []

    def __call__(self):
        self.tried.append(None)
        if self.full:
            raise OSError("no more processes")
        return InThread()


@pytest.fixture
def full_machine():
    return Machine(full=True)


def test_failed_worker_starts_are_retried_with_growing_pauses(full_machine, caplog, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    monkeypatch.setattr("mlp.jobs.workers.engine.FIRST_PAUSE_S", 0.02)
    workers = Engine(full_machine, width=1)
    calls = [workers.submit(None, len, "a" * n) for n in range(3)]
    for n_tried, pause_s in enumerate((0.02, 0.04, 0.08), start=1):
        wait_until(lambda n_tried=n_tried: len(full_machine.tried) == n_tried)
        clock.wait_for_looks()  # the pause has begun
        clock.now += 0.9 * pause_s
        clock.wait_for_looks()
        assert len(full_machine.tried) == n_tried
        clock.now += 0.2 * pause_s
    assert not any(call.done() for call in calls)
    assert workers.trouble == NO_WORKER
    assert len(caplog.records) == 1
    assert "OSError: no more processes" in caplog.text
    full_machine.full = False
    clock.now += 1
    assert [call.result(20) for call in calls] == [0, 1, 2]
    assert workers.trouble is None
    workers.close()


def test_idle_worker_takes_a_call_at_once_when_no_other_can_be_started(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mlp.jobs.workers.engine.WATCH_S", 60.0)  # the watch would find a forgotten call
    may_end, may_fail, starts = threading.Event(), threading.Event(), []

    def new_worker():
        starts.append(None)
        if len(starts) > 1:
            may_fail.wait(60)
            raise OSError("no more processes")
        return InThread()

    workers = Engine(new_worker, width=2)
    first, second = workers.submit(0, may_end.wait, 60), workers.submit(1, int)
    wait_until(lambda: len(starts) == 2)
    may_end.set()
    first.result(20)
    wait_until(lambda: workers.load()[0] == 1)
    may_fail.set()
    assert second.result(5) == 0
    assert workers.trouble is None
    workers.close()


def play(workers, owner, order):
    """Submit a call, and another after each that is answered; note the owner of each in ``order``."""
    workers.submit(owner, str, owner).add_done_callback(lambda _: order.append(owner) or play(workers, owner, order))


@pytest.mark.parametrize("width", [1, 2, 3])
def test_owner_of_eight_runs_gets_no_more_turns_than_owner_of_one(width):
    manual, order = ManualWorkers(), []
    workers = Engine(manual.one, width=width)
    for owner in ("Ada",) * 8 + ("Ben", "Cleo", "Dan"):
        play(workers, owner, order)
    wait_until(lambda: len(manual.calls) == width)
    for _ in range(400):
        manual.answer()
        wait_until(lambda: len(manual.calls) == width)  # the work takes longer than to settle it
    # Ada came first and had all workers at the start, and the last round of turns may have just begun.
    turns = [order.count(owner) for owner in ("Ada", "Ben", "Cleo", "Dan")]
    assert max(turns) - min(turns) <= width + 1
    workers.close()


@pytest.mark.parametrize(
    ("used_s", "turns"),
    [({"Ada": 1.0, "Ben": 0.25, "Cleo": 0.25}, [10, 40, 40]), ({"Ada": 1.0, "Ben": 0.25}, [18, 72])],
    ids=["three", "two"],
)
def test_turns_count_working_time_not_elapsed_time(used_s, turns):
    manual, order = ManualWorkers(), []
    workers = Engine(manual.one, width=1)
    for owner in used_s:
        play(workers, owner, order)
    for _ in range(90):
        wait_until(lambda: manual.calls)
        manual.worked_s = used_s[manual.calls[0][2][0]]
        manual.answer()
    wait_until(lambda: len(order) == 90)
    assert [order.count(owner) for owner in used_s] == turns
    workers.close()


def test_work_in_the_server_counts_like_turns(monkeypatch):
    clock, manual, order = Clock(), ManualWorkers(), []
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    workers = Engine(manual.one, width=1)
    for owner in ("Ada", "Ben"):
        play(workers, owner, order)
    with workers.charged("Ada"):
        clock.now += 10 * LEAST_S
    for n_turns in range(20):
        wait_until(lambda n_turns=n_turns: manual.calls and len(order) == n_turns)
        manual.answer()
    wait_until(lambda: len(order) == 20)
    assert order.count("Ada") == 5  # of 20, ten turns behind
    workers.close()


def test_next_call_of_a_run_follows_at_once_while_other_workers_are_idle(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mlp.jobs.workers.engine.WATCH_S", 60.0)  # the watch would find a forgotten call
    workers = Engine(InThread, width=2)
    may_end = [threading.Event() for _ in range(2)]
    first, second = (workers.submit(owner, event.wait, 60) for owner, event in enumerate(may_end))
    wait_until(lambda: first.running() and second.running())
    following = [Future() for _ in may_end]
    for owner, (call, seen) in enumerate(zip((first, second), following, strict=True)):
        call.add_done_callback(lambda _, owner=owner, seen=seen: seen.set_result(workers.submit(owner, int)))
    for event, seen in zip(may_end, following, strict=True):
        event.set()
        assert seen.result(20).result(5) == 0
        wait_until(lambda: workers.load()[0] == len([event for event in may_end if not event.is_set()]))
    workers.close()


def test_hang_limit_counts_neither_the_wait_for_a_turn_nor_earlier_calls(monkeypatch):
    clock, manual = Clock(), ManualWorkers()
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    workers = Engine(manual.one, width=1, limit_s=0.2)
    workers.submit(None, str)
    call = workers.submit(None, str)
    wait_until(lambda: manual.calls)
    clock.now += 0.15
    manual.answer()
    wait_until(lambda: manual.calls)
    clock.now += 0.15
    clock.wait_for_looks()
    assert not call.done()
    clock.now += 0.1
    with pytest.raises(Hung, match=r"0\.2 s"):
        call.result(60)
    workers.close()


def test_worker_without_a_core_does_not_count_as_hung(monkeypatch):
    clock, manual = Clock(), ManualWorkers()
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    workers = Engine(manual.one, width=1, limit_s=0.2)
    call = workers.submit(None, str)
    wait_until(lambda: manual.calls)
    manual.starved_s = 60.0
    clock.now += 60
    clock.wait_for_looks()
    assert not call.done()
    clock.now += 0.3
    with pytest.raises(Hung):
        call.result(60)
    workers.close()


class EndsWhenLookedAt(ManualWorker):
    """Its process ends while the engine looks whether it had a core."""

    def __init__(self, workers: ManualWorkers) -> None:
        super().__init__(workers)
        self.closed = threading.Event()

    @property
    def starved_s(self) -> float:
        self.kill()
        assert self.closed.wait(60)
        return 0.0

    def close(self) -> None:
        self.closed.set()


def test_hung_call_is_ended_after_a_worker_that_ended_while_it_was_looked_at(monkeypatch):
    clock, manual = Clock(), ManualWorkers()
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    kinds = iter([EndsWhenLookedAt, ManualWorker])
    workers = Engine(lambda: next(kinds)(manual), width=1, limit_s=0.2)
    for error in (WorkerFailure, Hung):
        call = workers.submit(None, str)
        wait_until(lambda: manual.calls)
        manual.calls.clear()
        clock.now += 0.3
        with pytest.raises(error):
            call.result(60)
    workers.close()


def taken(turns: Turns[str], n_turns: int, **seconds: float) -> dict[str, int]:
    """Return how many of ``n_turns`` turns each owner gets if all always want more."""
    count = dict.fromkeys(seconds, 0)
    for _ in range(n_turns):
        owner, item = turns.take()
        count[owner] += 1
        turns.ended(owner, seconds[owner])
        turns.put(owner, item)
    return count


def test_late_owner_is_owed_no_earlier_time():
    turns: Turns[str] = Turns()
    turns.put("Ada", "a slice")
    taken(turns, 100, Ada=0.25)
    turns.put("Ben", "a slice")
    assert taken(turns, 20, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 10}


def test_turn_put_back_is_not_counted():
    turns: Turns[str] = Turns()
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    for _ in range(3):
        owner, item = turns.take()
        assert owner == "Ada"
        turns.put_back(owner, item)
    assert taken(turns, 4, Ada=0.25, Ben=0.25) == {"Ada": 2, "Ben": 2}


def test_owner_without_turns_is_charged_nothing():
    turns: Turns[str] = Turns()
    turns.charge("Ben", 100.0)
    for owner in ("Ada", "Ben"):
        turns.put(owner, "a slice")
    assert taken(turns, 20, Ada=0.25, Ben=0.25) == {"Ada": 10, "Ben": 10}
