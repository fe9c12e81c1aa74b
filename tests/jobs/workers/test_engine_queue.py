"""The queue before the workers: whose turn it is, and what happens while no process can be started."""

import threading
import time
import weakref
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor

import pytest

from mlp.jobs.workers.call import Hung
from mlp.jobs.workers.engine import NO_WORKER, Engine
from tests.jobs.waiting import wait_until


def test_calls_are_worked_on_in_their_order_and_can_be_cancelled_while_they_wait():
    workers, go_on = Engine(lambda: ThreadPoolExecutor(1), width=1), threading.Event()
    first = workers.submit(None, go_on.wait, 60)
    order = []
    calls = [workers.submit(None, threading.get_ident) for _ in range(4)]
    for number, call in enumerate(calls):
        call.add_done_callback(lambda _, number=number: order.append(number))
    assert calls[1].cancel()
    assert order == [1]
    go_on.set()
    assert first.result(60) is True
    assert len({call.result(60) for call in (calls[0], *calls[2:])}) == 1
    with pytest.raises(CancelledError):
        calls[1].result()
    assert order == [1, 0, 2, 3]
    workers.close()


class Weights:
    """Something large that travels."""


@pytest.mark.usefixtures("without_a_collector")
def test_what_travelled_is_let_go_as_soon_as_nobody_holds_it():
    workers = Engine(lambda: ThreadPoolExecutor(1), width=1)
    given = Weights()
    gone = [weakref.ref(given)]
    future = workers.submit(None, lambda weights: Weights(), given)
    gone.append(weakref.ref(future.result(20)))
    del given, future
    workers.submit(None, int).result(20)  # the thread holds what it did last
    wait_until(lambda: not any(reference() for reference in gone), seconds=20)
    workers.close()


class Machine:
    """Makes executors, each of one thread, except while it is full."""

    def __init__(self, full):
        self.full = full
        self.tried = []

    def __call__(self):
        self.tried.append(time.monotonic())
        if self.full:
            raise OSError("no more processes")
        return ThreadPoolExecutor(1)


def test_no_process_is_started_in_the_thread_of_who_asks():
    threads = []

    def new_worker():
        threads.append(threading.current_thread())
        return ThreadPoolExecutor(1)

    workers = Engine(new_worker, width=2)
    assert workers.submit(None, len, "abc").result(20) == 3
    assert threads
    assert threading.current_thread() not in threads
    workers.close()


@pytest.fixture
def full_machine():
    return Machine(full=True)


def test_calls_wait_with_growing_pauses_while_no_worker_can_be_started(full_machine, caplog, monkeypatch):
    monkeypatch.setattr("mlp.jobs.workers.engine.FIRST_PAUSE_S", 0.02)
    workers = Engine(full_machine, width=1)
    calls = [workers.submit(None, len, "a" * n) for n in range(3)]
    wait_until(lambda: len(full_machine.tried) == 5)
    *_, before, last = full_machine.tried
    assert last - before > 0.08
    assert not any(call.done() for call in calls)
    assert workers.trouble == NO_WORKER
    assert len(caplog.records) == 1
    assert "OSError: no more processes" in caplog.text
    full_machine.full = False
    assert [call.result(20) for call in calls] == [0, 1, 2]
    assert workers.trouble is None
    workers.close()


def test_a_call_that_waits_for_a_worker_to_start_can_be_cancelled_and_shutting_down_cancels_it(full_machine):
    workers = Engine(full_machine, width=2)
    unwanted, wanted = workers.submit(None, len, "a"), workers.submit(None, len, "ab")
    wait_until(lambda: len(full_machine.tried) >= 3)
    assert unwanted.cancel()
    assert wanted.cancelled() is False
    workers.close()
    assert wanted.cancelled()


def test_other_workers_go_on_with_the_calls_of_one_that_cannot_be_started():
    machine = Machine(full=False)
    workers = Engine(machine, width=2)
    go_on = threading.Event()
    first = workers.submit(None, go_on.wait, 60)
    wait_until(lambda: machine.tried)
    machine.full = True
    others = [workers.submit(None, len, "a" * n) for n in range(3)]
    wait_until(lambda: len(machine.tried) >= 3)
    assert workers.trouble is None
    go_on.set()
    assert [call.result(20) for call in (first, *others)] == [True, 0, 1, 2]
    workers.close()


class Desk(Executor):
    """Answers each call when the test says so."""

    def __init__(self):
        self.asked = []

    def submit(self, function, *args):
        future = Future()
        future.set_running_or_notify_cancel()
        self.asked.append((future, function, args))
        return future

    def answer(self):
        future, function, args = self.asked.pop(0)
        future.set_result(function(*args))

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.asked.clear()


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_visitor_with_eight_runs_has_as_many_turns_as_one_with_a_single_run(width):
    desk, turns = Desk(), dict.fromkeys(("Ada", "Ben", "Cleo", "Dan"), 0)
    workers = Engine(lambda: desk, width=width)

    def play(owner):
        turns[owner] += 1
        workers.submit(owner, str).add_done_callback(lambda _: play(owner))

    for owner in ("Ada",) * 8 + ("Ben", "Cleo", "Dan"):
        play(owner)
    wait_until(lambda: len(desk.asked) == width)
    turns = dict.fromkeys(turns, 0)
    for _ in range(400):
        desk.answer()
    # Ada came first, and had all workers to begin with; and the last round of turns may have just begun.
    assert max(turns.values()) - min(turns.values()) <= width + 1
    workers.close()


def test_turns_go_by_the_time_that_was_worked_and_not_by_the_time_that_went_by():
    desk, order = Desk(), []
    workers = Engine(lambda: desk, width=1)

    def play(owner):
        workers.submit(owner, str, owner).add_done_callback(lambda _: order.append(owner) or play(owner))

    for owner in ("Ada", "Ben", "Cleo"):
        play(owner)
    wait_until(lambda: desk.asked)
    for _ in range(90):
        desk.worked_s = 1.0 if desk.asked[0][2] == ("Ada",) else 0.25
        desk.answer()
    assert [order.count(owner) for owner in ("Ada", "Ben", "Cleo")] == [10, 40, 40]
    workers.close()


def test_idle_worker_slots_go_to_owners_with_more_runs():
    desk = Desk()
    workers = Engine(lambda: desk, width=3)
    for owner in ("Ada", "Ada", "Ada", "Ben"):
        workers.submit(owner, str)
    wait_until(lambda: len(desk.asked) == 3)
    workers.close()


def test_runs_of_one_visitor_take_turns_too():
    desk, order = Desk(), []
    workers = Engine(lambda: desk, width=1)

    def play(run):
        workers.submit("Ada", str).add_done_callback(lambda _: order.append(run) or play(run))

    for run in range(3):
        play(run)
    wait_until(lambda: desk.asked)
    for _ in range(6):
        desk.answer()
    assert order == [0, 1, 2, 0, 1, 2]
    workers.close()


def test_the_time_of_a_worker_that_hangs_counts_from_its_own_call():
    """The last call of the slot began long before."""
    desk = Desk()
    workers = Engine(lambda: desk, width=1, limit_s=0.2)
    first = workers.submit(None, str)
    wait_until(lambda: desk.asked)
    desk.answer()
    assert first.result(60) == ""  # the slot may still be about to take notice
    time.sleep(0.3)
    began = time.monotonic()
    with pytest.raises(Hung, match=r"0\.2 s"):
        workers.submit(None, str).result(60)
    assert time.monotonic() - began >= 0.2
    workers.close()
