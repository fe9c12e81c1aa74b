"""Worker processes: one that dies, hangs or wants too much memory disturbs no other."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from mlp.jobs.workers.call import Ending, Hung, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker_process import NICENESS, WorkerProcess
from tests.jobs.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def workers():
    workers = Engine(width=2, limit_s=30)
    yield workers
    workers.close()


@pytest.fixture(scope="module")
def process():
    process = WorkerProcess()
    yield process
    process.shutdown()


def wait_for_file(path):
    wait_until(path.exists)


def test_a_worker_that_dies_costs_its_own_call_alone(workers, tmp_path):
    beside = workers.submit(None, wait_for_file, tmp_path / "go")
    doomed = workers.submit(None, os.kill, workers.submit(None, os.getpid).result(), signal.SIGKILL)
    queued = workers.submit(None, os.getpid)
    with pytest.raises(WorkerFailure):
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
    with pytest.raises(WorkerFailure):
        workers.submit(None, answer_at_length_and_die).result(20)
    assert workers.submit(None, os.getpid).result(60) > 0


def answer_after_all(workers):
    """A worker's number, however often it takes too long to start on a busy machine."""
    while True:
        with suppress(Hung):
            return workers.submit(None, os.getpid).result(60)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="processes have no niceness here")
def test_a_worker_lets_whoever_asked_go_first(workers):
    assert workers.submit(None, os.nice, 0).result(60) == min(19, os.nice(0) + NICENESS)


def test_a_worker_that_hangs_is_replaced_and_waiting_in_the_queue_does_not_count():
    workers = Engine(width=1, limit_s=2.0)
    try:
        pid = answer_after_all(workers)
        calls = [workers.submit(None, time.sleep, 0.45) for _ in range(5)]
        stuck = workers.submit(None, os.kill, pid, signal.SIGSTOP)
        assert [call.result(60) for call in calls] == [None] * 5
        with pytest.raises(Hung, match="2 s"):
            stuck.result(60)
        assert answer_after_all(workers) != pid
    finally:
        workers.close()


def test_a_call_that_wants_too_much_memory_fails_alone_with_a_memory_error(workers, monkeypatch):
    monkeypatch.setenv("MLP_WORKER_MB", "600")
    pid = workers.submit(None, os.getpid).result(60)
    with pytest.raises(MemoryError):
        workers.submit(None, np.ones, 200_000_000).result(60)  # 1.6 GB
    assert workers.submit(None, os.getpid).result(60) == pid


class Unreadable:
    """Can be pickled, and not read again."""

    def __reduce__(self):
        return int, ("no number",)


def unreadable():
    return Unreadable()


class Holder(Exception):
    """An error that holds what cannot be pickled."""

    def __str__(self):
        return "it holds a lock"


def raise_holder():
    error = Holder()
    error.lock = threading.Lock()
    raise error


@pytest.mark.parametrize(
    ("function", "args", "error", "said"),
    [
        (divmod, (1, 0), ZeroDivisionError, "by zero"),
        (raise_holder, (), RuntimeError, "Holder: it holds a lock"),
        (threading.Lock, (), TypeError, "pickle"),
        (len, (threading.Lock(),), TypeError, "pickle"),
        (unreadable, (), ValueError, "no number"),
        (len, (Unreadable(),), ValueError, "no number"),
        (sys.exit, (3,), SystemExit, "3"),
    ],
    ids=["raised", "raised with a lock", "answer is none", "argument is none", "answer", "argument", "exit"],
)
def test_what_cannot_be_done_pickled_or_read_fails_alone(process, function, args, error, said):
    pid = process.submit(os.getpid).result(60)
    with pytest.raises(error, match=said):
        process.submit(function, *args).result(60)
    assert process.submit(os.getpid).result(60) == pid


def test_it_tells_what_a_call_has_worked_not_what_it_has_waited(process):
    process.submit(time.sleep, 0.3).result(60)
    assert process.worked_s < 0.2
    process.submit(sum, range(20_000_000)).result(60)
    assert process.worked_s > 0.05
    waiting = process.submit(time.sleep, 0.1)
    assert process.worked_s == 0.0  # what the last call worked is not told of one that may be cancelled
    waiting.result(60)


def test_what_it_takes_to_carry_a_call_over_and_back_counts_too(process):
    process.submit(len, b"").result(60)
    process.submit(len, bytes(100_000_000)).result(60)
    there = process.worked_s
    process.submit(bytes, 100_000_000).result(60)
    assert there > 0.01
    assert process.worked_s > 0.01


def test_an_error_tells_where_in_the_worker_it_was_raised(process):
    with pytest.raises(AttributeError) as raised:
        process.submit(wait_for_file, 3).result(60)
    assert "in wait_for_file" in raised.value.__notes__[0]


def test_what_a_call_prints_does_not_come_among_the_answers(process):
    assert process.submit(os.system, "echo printed").result(60) == 0
    assert process.submit(print, "printed", flush=True).result(60) is None
    assert process.submit(len, "abc").result(60) == 3


def test_a_process_that_died_while_it_had_nothing_to_do_is_replaced_and_no_call_fails():
    workers = Engine(width=1)
    pid = workers.submit(None, os.getpid).result(60)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert workers.submit(None, os.getpid).result(60) != pid
    workers.close()


def test_a_process_that_has_had_nothing_to_do_for_long_ends_and_takes_no_calls():
    process = WorkerProcess(idle_s=0.05)
    pid = process.submit(os.getpid).result(60)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    with pytest.raises(WorkerFailure, match="has ended"):
        process.submit(os.getpid)


def test_an_owner_may_ask_for_more_while_it_is_told_of_a_result_or_a_loss(workers):
    answers = []
    told = threading.Event()

    def ask_again(_):
        answers.append(workers.submit(None, os.getpid).result(60))
        told.set()

    pid = workers.submit(None, os.getpid).result(60)
    lost = workers.submit(None, os.kill, pid, signal.SIGKILL)
    lost.add_done_callback(ask_again)
    assert told.wait(60)
    assert answers != [pid]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open descriptors cannot be counted here")
def test_a_worker_for_which_no_descriptors_are_left_starts_when_there_are_some():
    resource = pytest.importorskip("resource")
    tried = []

    def new_worker():
        tried.append(len(os.listdir("/proc/self/fd")))
        return WorkerProcess()

    before, workers = resource.getrlimit(resource.RLIMIT_NOFILE), Engine(new_worker, width=1)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 5, before[1]))
    try:
        call = workers.submit(None, os.getpid)
        again = workers.submit(None, os.getpid)
        wait_until(lambda: len(tried) == 4)
        assert len(set(tried)) == 1  # what was opened before it failed is closed
        assert not call.done()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert call.result(60) == again.result(60)
    workers.close()


def test_closing_takes_seconds_whatever_the_workers_do():
    workers = Engine(width=2, limit_s=60)
    pids = [workers.submit(None, os.getpid).result(60)]
    stuck = workers.submit(None, os.kill, pids[0], signal.SIGSTOP)
    heard = workers.submit(None, len, bytes(50_000_000))
    waiting = [workers.submit(None, time.sleep, 60) for _ in range(4)]
    heard.result(60)
    began = time.monotonic()
    workers.close()
    assert time.monotonic() - began < 10
    assert all(call.cancelled() or isinstance(call.exception(0), Ending) for call in (stuck, *waiting))
    with pytest.raises(Ending, match="closed"):
        workers.submit(None, os.getpid)


SERVER = """
import os, signal, time
from mlp.jobs.workers.engine import Engine
from tests.jobs.workers.test_worker_process import answer_at_length

workers = Engine(width=3)
answers = [workers.submit(None, answer_at_length), workers.submit(None, time.sleep, 600)]
workers.submit(None, os.getpid).result()
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
        time.sleep(0.3)
    finally:
        server.kill()
    server.communicate(timeout=15)
