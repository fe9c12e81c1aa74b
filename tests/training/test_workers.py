"""Worker processes: one that dies, hangs or wants too much memory disturbs no other."""

import os
import signal
import threading
import time
from concurrent.futures import CancelledError
from contextlib import suppress

import numpy as np
import pytest

from mlp.training.workers import NICENESS, Hung, Lost, Workers


@pytest.fixture
def workers():
    workers = Workers(2, hung_s=30)
    yield workers
    workers.shutdown()


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


def test_an_executor_that_cannot_be_made_is_told_to_who_asked():
    def broken():
        raise OSError("no more processes")

    with pytest.raises(OSError, match="no more processes"):
        Workers(1, new_executor=broken).submit(os.getpid).result(60)
