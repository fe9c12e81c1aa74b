"""A worker process that dies, hangs or exceeds its memory disturbs no other."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mlp.jobs.workers.call import Ending, Hung, WorkerFailure
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker import send
from mlp.jobs.workers.worker_process import NICENESS, WorkerProcess
from tests.jobs.waiting import Clock, wait_until

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
    process.close()


def wait_for_file(path):
    wait_until(path.exists)


def test_dead_worker_costs_only_its_own_call(workers, tmp_path):
    beside = workers.submit(None, wait_for_file, tmp_path / "go")
    doomed = workers.submit(None, os.kill, workers.submit(None, os.getpid).result(), signal.SIGKILL)
    queued = workers.submit(None, os.getpid)
    with pytest.raises(WorkerFailure):
        doomed.result(60)
    assert queued.result(60) > 0
    assert not beside.done()
    (tmp_path / "go").touch()
    assert beside.result(60) is None


def die_during_send():
    """Make this worker send half of its answer and die."""

    def send_half(pipe, message):
        whole = io.BytesIO()
        send(whole, message)
        pipe.write(whole.getvalue()[: len(message) // 2])
        pipe.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    sys.modules["__main__"].send = send_half
    return bytes(1_000_000)


def test_worker_death_during_send_is_detected_at_once(workers):
    with pytest.raises(WorkerFailure):
        workers.submit(None, die_during_send).result(20)
    assert workers.submit(None, os.getpid).result(60) > 0


@pytest.mark.skipif(not hasattr(os, "nice"), reason="processes have no niceness here")
def test_worker_has_lower_priority_than_its_parent(workers):
    assert workers.submit(None, os.nice, 0).result(60) == min(19, os.nice(0) + NICENESS)


def test_hung_worker_is_replaced(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("mlp.jobs.workers.engine.time", clock)
    workers = Engine(width=1, limit_s=0.5)
    pids = {workers.submit(None, os.getpid).result(60)}
    stuck = workers.submit(None, os.kill, min(pids), signal.SIGSTOP)
    clock.wait_for_looks()
    assert not stuck.done()
    clock.now += 1
    with pytest.raises(Hung, match=r"0\.5 s"):
        stuck.result(60)
    assert workers.submit(None, os.getpid).result(60) not in pids
    workers.close()


def test_call_beyond_memory_limit_fails_alone(workers, monkeypatch):
    monkeypatch.setenv("MLP_WORKER_MB", "600")
    pid = workers.submit(None, os.getpid).result(60)
    with pytest.raises(MemoryError):
        workers.submit(None, np.ones, 200_000_000).result(60)  # 1.6 GB
    assert workers.submit(None, os.getpid).result(60) == pid


class Unreadable:
    """Can be pickled, but not unpickled."""

    def __reduce__(self):
        return int, ("no number",)


def unreadable():
    return Unreadable()


class Holder(Exception):
    """An error that holds something unpicklable."""

    def __str__(self):
        return "it holds a lock"


def raise_holder():
    error = Holder()
    error.lock = threading.Lock()
    raise error


@pytest.mark.parametrize(
    ("function", "args", "error", "message"),
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
def test_invalid_or_unpicklable_call_fails_alone(process, function, args, error, message):
    pid = process.carry_out(os.getpid)
    with pytest.raises(error, match=message):
        process.carry_out(function, *args)
    assert process.carry_out(os.getpid) == pid


def test_worked_time_counts_neither_waits_nor_lost_calls():
    process = WorkerProcess()
    process.carry_out(time.sleep, 0.5)
    assert 0 < process.worked_s < 0.5
    with pytest.raises(WorkerFailure, match="killed by signal 9"):
        process.carry_out(kill_itself)
    assert process.worked_s == 0.0
    process.close()


def kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def test_printed_output_does_not_mix_with_answers(process):
    assert process.carry_out(os.system, "echo printed") == 0
    assert process.carry_out(print, "printed", flush=True) is None
    assert process.carry_out(len, "abc") == 3


def test_process_that_died_idle_is_replaced_without_failure():
    workers = Engine(width=1)
    pid = workers.submit(None, os.getpid).result(60)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert workers.submit(None, os.getpid).result(60) != pid
    workers.close()


def test_idle_process_ends_and_another_takes_the_next_call():
    workers = Engine(width=1, idle_s=0.05)
    pid = workers.submit(None, os.getpid).result(60)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert workers.submit(None, os.getpid).result(60) != pid
    workers.close()


def test_closing_ends_busy_workers():
    workers = Engine(width=2, limit_s=60)
    pids = [workers.submit(None, os.getpid).result(60)]
    stuck = workers.submit(None, os.kill, pids[0], signal.SIGSTOP)
    answered = workers.submit(None, len, bytes(50_000_000))
    waiting = [workers.submit(None, time.sleep, 60) for _ in range(4)]
    answered.result(60)
    workers.close()
    assert all(call.cancelled() or isinstance(call.exception(0), Ending) for call in (stuck, *waiting))
    with pytest.raises(Ending, match="closed"):
        workers.submit(None, os.getpid)


SERVER = """
import os, signal, sys, time
from pathlib import Path
from mlp.jobs.workers.engine import Engine
from tests.jobs.workers.test_worker_process import send_large_answer, wait_for_file

folder, workers = Path(sys.argv[1]), Engine(width=3)
answers = [workers.submit(None, send_large_answer, folder), workers.submit(None, time.sleep, 600)]
workers.submit(None, os.getpid).result()
wait_for_file(folder / "called")
os.kill(os.getpid(), signal.SIGSTOP)
"""


def send_large_answer(folder):
    """Return 300 MB once there is a file *go*, and leave a file *sending* when they are sent."""
    (folder / "called").touch()
    wait_for_file(folder / "go")
    worker = sys.modules["__main__"]
    send = worker.send

    def announced(pipe, message):
        (folder / "sending").touch()
        send(pipe, message)

    worker.send = announced
    return bytes(300_000_000)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="the state of a process cannot be read here")
def test_workers_end_soon_after_a_killed_server(tmp_path):
    """One worker sends an answer that is never read, one works, one is idle; they hold the server's stderr open."""
    server = subprocess.Popen([sys.executable, "-c", SERVER, tmp_path], cwd=ROOT, stderr=subprocess.PIPE)
    state = Path(f"/proc/{server.pid}/stat")
    try:
        wait_until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")  # stopped, so it reads nothing
        (tmp_path / "go").touch()
        wait_for_file(tmp_path / "sending")
    finally:
        server.kill()
    server.communicate(timeout=15)
