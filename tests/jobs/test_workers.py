"""Worker processes: one that dies, hangs or wants too much memory disturbs no other."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mlp.jobs.workers import NICENESS, NO_WORKER, Ending, Hung, Lost, Workers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def workers():
    workers = Workers(2, hung_s=30)
    yield workers
    workers.shutdown()


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def wait_for_file(path):
    deadline = time.monotonic() + 60
    while not os.path.exists(path):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def test_a_worker_that_dies_costs_its_own_call_alone(workers, tmp_path):
    beside = workers.submit(wait_for_file, tmp_path / "go")
    doomed = workers.submit(os.kill, workers.submit(os.getpid).result(), signal.SIGKILL)
    queued = workers.submit(os.getpid)
    with pytest.raises(Lost):
        doomed.result(60)
    assert queued.result(60) > 0
    assert not beside.done()
    (tmp_path / "go").touch()
    assert beside.result(60) is None


class DeadlyEnd:
    """Has who pickles it killed a moment later."""

    def __reduce__(self):
        threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return int, ()


def answer_at_length_and_die():
    return bytes(200_000_000), DeadlyEnd()


def test_a_worker_that_dies_while_it_sends_its_answer_is_noticed_at_once(workers):
    with pytest.raises(Lost):
        workers.submit(answer_at_length_and_die).result(20)
    assert workers.submit(os.getpid).result(60) > 0


def answer_after_all(workers):
    """A worker's number, however often it takes too long to start on a busy machine."""
    while True:
        with suppress(Hung):
            return workers.submit(os.getpid).result(60)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="processes have no niceness here")
def test_a_worker_lets_whoever_asked_go_first(workers):
    assert workers.submit(os.nice, 0).result(60) == min(19, os.nice(0) + NICENESS)


def test_a_worker_that_hangs_is_replaced_and_waiting_in_the_queue_does_not_count():
    workers = Workers(1, hung_s=2.0)
    try:
        pid = answer_after_all(workers)
        calls = [workers.submit(time.sleep, 0.45) for _ in range(5)]
        stuck = workers.submit(os.kill, pid, signal.SIGSTOP)
        assert [call.result(60) for call in calls] == [None] * 5
        with pytest.raises(Hung, match="2 s"):
            stuck.result(60)
        assert answer_after_all(workers) != pid
    finally:
        workers.shutdown()


def test_a_call_that_wants_too_much_memory_fails_alone_with_a_memory_error(workers, monkeypatch):
    monkeypatch.setenv("MLP_WORKER_MB", "600")
    pid = workers.submit(os.getpid).result(60)
    with pytest.raises(MemoryError):
        workers.submit(np.ones, 200_000_000).result(60)  # 1.6 GB
    assert workers.submit(os.getpid).result(60) == pid


def test_calls_are_worked_on_in_their_order_and_can_be_cancelled_while_they_wait(tmp_path):
    workers = Workers(1)
    try:
        first = workers.submit(wait_for_file, tmp_path / "go")
        order = []
        calls = [workers.submit(os.getpid) for _ in range(4)]
        for number, call in enumerate(calls):
            call.add_done_callback(lambda _, number=number: order.append(number))
        assert calls[1].cancel()
        assert order == [1]
        (tmp_path / "go").touch()
        assert first.result(60) is None
        assert len({call.result(60) for call in (calls[0], *calls[2:])}) == 1
        with pytest.raises(CancelledError):
            calls[1].result()
        assert order == [1, 0, 2, 3]
    finally:
        workers.shutdown()


def test_an_owner_may_ask_for_more_while_it_is_told_of_a_result_or_a_loss(workers):
    answers = []
    told = threading.Event()

    def ask_again(_):
        answers.append(workers.submit(os.getpid).result(60))
        told.set()

    pid = workers.submit(os.getpid).result(60)
    lost = workers.submit(os.kill, pid, signal.SIGKILL)
    lost.add_done_callback(ask_again)
    assert told.wait(60)
    assert answers != [pid]


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

    def new_executor():
        threads.append(threading.current_thread())
        return ThreadPoolExecutor(1)

    workers = Workers(2, new_executor=new_executor)
    assert workers.submit(len, "abc").result(20) == 3
    assert threads
    assert threading.current_thread() not in threads
    workers.shutdown()


@pytest.fixture
def full_machine():
    return Machine(full=True)


def test_calls_wait_with_growing_pauses_while_no_worker_can_be_started(full_machine, caplog):
    workers = Workers(1, new_executor=full_machine)
    calls = [workers.submit(len, "a" * n) for n in range(3)]
    wait_until(lambda: len(full_machine.tried) == 5)
    *_, before, last = full_machine.tried
    assert last - before > 0.4
    assert not any(call.done() for call in calls)
    assert workers.trouble == NO_WORKER
    assert len(caplog.records) == 1
    assert "OSError: no more processes" in caplog.text
    full_machine.full = False
    assert [call.result(20) for call in calls] == [0, 1, 2]
    assert workers.trouble is None
    workers.shutdown()


def test_a_call_that_waits_for_a_worker_to_start_can_be_cancelled_and_shutting_down_cancels_it(full_machine):
    workers = Workers(2, new_executor=full_machine)
    unwanted, wanted = workers.submit(len, "a"), workers.submit(len, "ab")
    wait_until(lambda: len(full_machine.tried) >= 3)
    assert unwanted.cancel()
    assert wanted.cancelled() is False
    workers.shutdown()
    assert wanted.cancelled()


def test_other_workers_go_on_with_the_calls_of_one_that_cannot_be_started():
    machine = Machine(full=False)
    workers = Workers(2, new_executor=machine)
    go_on = threading.Event()
    first = workers.submit(go_on.wait, 60)
    wait_until(lambda: machine.tried)
    machine.full = True
    others = [workers.submit(len, "a" * n) for n in range(3)]
    wait_until(lambda: len(machine.tried) >= 3)
    assert workers.trouble is None
    go_on.set()
    assert [call.result(20) for call in (first, *others)] == [True, 0, 1, 2]
    workers.shutdown()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open descriptors cannot be counted here")
def test_a_worker_for_which_no_descriptors_are_left_starts_when_there_are_some():
    resource = pytest.importorskip("resource")
    before, workers = resource.getrlimit(resource.RLIMIT_NOFILE), Workers(1)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 5, before[1]))
    try:
        call = workers.submit(os.getpid)
        wait_until(lambda: workers.trouble)
        opened = len(os.listdir("/proc/self/fd"))
        again = workers.submit(os.getpid)
        time.sleep(0.5)
        assert len(os.listdir("/proc/self/fd")) == opened  # what loky opened before it failed is closed
        assert not call.done()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert call.result(60) == again.result(60)
    workers.shutdown()


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
    workers = Workers(width, new_executor=lambda: desk)

    def play(owner):
        turns[owner] += 1
        workers.submit_for(owner, str).add_done_callback(lambda _: play(owner))

    for owner in ("Ada",) * 8 + ("Ben", "Cleo", "Dan"):
        play(owner)
    wait_until(lambda: len(desk.asked) == width)
    turns = dict.fromkeys(turns, 0)
    for _ in range(400):
        desk.answer()
    assert max(turns.values()) - min(turns.values()) <= width  # Ada came first, and had all workers to begin with
    workers.shutdown()


def test_lanes_that_nobody_else_wants_go_to_who_has_more_runs():
    desk = Desk()
    workers = Workers(3, new_executor=lambda: desk)
    for owner in ("Ada", "Ada", "Ada", "Ben"):
        workers.submit_for(owner, str)
    wait_until(lambda: len(desk.asked) == 3)
    workers.shutdown()


def test_runs_of_one_visitor_take_turns_too():
    desk, order = Desk(), []
    workers = Workers(1, new_executor=lambda: desk)

    def play(run):
        workers.submit_for("Ada", str).add_done_callback(lambda _: order.append(run) or play(run))

    for run in range(3):
        play(run)
    wait_until(lambda: desk.asked)
    for _ in range(6):
        desk.answer()
    assert order == [0, 1, 2, 0, 1, 2]
    workers.shutdown()


def test_a_worker_is_not_taken_for_hung_when_its_call_begins_as_the_watch_looks():
    """The lane's last call began long ago, and time stands still until the watch has looked."""
    desk = Desk()
    workers = Workers(1, hung_s=0.5, new_executor=lambda: desk)
    first = workers.submit(str)
    wait_until(lambda: desk.asked)
    desk.answer()
    assert first.result(0) == ""
    time.sleep(1.0)
    looked = threading.Event()
    (lane,) = workers._lanes

    class Looking(type(lane)):
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "call" and value is not None:
                looked.wait(0.3)  # longer than the watch needs for two looks

    lane.__class__ = Looking
    second = workers.submit(str)
    assert not second.done()
    workers.shutdown()


def test_shutting_down_takes_seconds_whatever_the_workers_do():
    workers = Workers(2, hung_s=60)
    pids = [workers.submit(os.getpid).result(60)]
    stuck = workers.submit(os.kill, pids[0], signal.SIGSTOP)
    heard = workers.submit(len, bytes(50_000_000))
    waiting = [workers.submit(time.sleep, 60) for _ in range(4)]
    heard.result(60)
    began = time.monotonic()
    workers.shutdown()
    assert time.monotonic() - began < 10
    assert all(call.cancelled() or isinstance(call.exception(0), Ending) for call in (stuck, *waiting))
    with pytest.raises(Ending, match="shut down"):
        workers.submit(os.getpid)


SERVER = """
import os, signal, time
from mlp.jobs.workers import Workers
from tests.jobs.test_workers import answer_at_length

workers = Workers(3)
answers = [workers.submit(answer_at_length), workers.submit(time.sleep, 600)]
workers.submit(os.getpid).result()
print("ready", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""


def answer_at_length():
    return bytes(300_000_000)


@pytest.mark.skipif(os.name == "nt", reason="a process has the same parent for ever here")
def test_workers_end_soon_after_a_server_that_was_killed_whatever_they_do():
    """One sends an answer that nobody reads, one works, one has nothing to do; they hold the server's stderr open."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout.readline() == "ready\n"
        time.sleep(1.0)
    finally:
        server.kill()
    server.communicate(timeout=15)
