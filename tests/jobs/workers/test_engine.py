"""The engine closes whatever is waiting, and takes no calls afterward."""

import os
import sys
import threading

import pytest

from mlp.jobs.job import Job
from mlp.jobs.workers.call import Ending
from mlp.jobs.workers.engine import Engine
from mlp.jobs.workers.worker_process import WorkerProcess
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from tests.jobs.test_job import SETTINGS, uninterrupted
from tests.jobs.waiting import wait_until
from tests.jobs.workers.fake_workers import InThread


def test_engine_closes_during_jobs_which_can_resume_elsewhere(caplog):
    engine = Engine(width=1)
    jobs = [Job(Run(SETTINGS), chosen_mnist(), engine, number, slice_s=0.002) for number in range(6)]
    for job in jobs:
        job.play()
    wait_until(lambda: jobs[0].snapshot().step > 0)
    engine.close()
    assert not any(job.snapshot().busy or job.snapshot().error or job.snapshot().finished for job in jobs)
    with pytest.raises(Ending, match="closed"):
        engine.submit(None, os.getpid)
    jobs[0].play()
    assert not jobs[0].snapshot().busy
    assert caplog.records == []

    other = Engine(width=1)
    resumed = Job.resumed(jobs[0].record(), other)
    resumed.play()
    wait_until(lambda: resumed.snapshot().finished)
    assert resumed.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()
    other.close()


def test_run_stopped_by_server_fault_resumes_to_same_weights(caplog):
    class Faulty(Engine):
        calls = 0

        def submit(self, *args, **keywords):
            self.calls += 1
            if self.calls == 2:
                raise OSError("no more processes")
            return super().submit(*args, **keywords)

    engine = Faulty(width=1)
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().error)
    held = job.snapshot()
    assert not held.playing
    assert held.can_continue
    job.play()
    assert job.snapshot().error is None
    wait_until(lambda: job.snapshot().finished)
    assert 0 < held.step < job.snapshot().step == 90
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()
    engine.close()


def test_run_survives_workers_that_die_while_starting(monkeypatch, caplog):
    monkeypatch.setattr("mlp.jobs.task.MAX_FAILURES", 2)
    failing_starts = iter(range(3))

    def new_worker():
        if next(failing_starts, None) is None:
            return WorkerProcess()
        return WorkerProcess([sys.executable, "-c", "raise SystemExit(1)"])

    engine = Engine(new_worker, width=1)
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().finished or job.snapshot().error)
    assert (job.snapshot().error, job.snapshot().worker_failures) == (None, 0)
    assert job.snapshot().network.values.tobytes() == uninterrupted().network.values.tobytes()
    assert len([record for record in caplog.records if "no worker can be started" in record.message]) == 1
    engine.close()


def test_call_may_use_threads_of_idle_slots(monkeypatch):
    monkeypatch.setattr("mlp.jobs.workers.engine.usable_cores", lambda: 4)
    engine, over = Engine(InThread, width=3), threading.Event()
    assert engine.spare_threads() == 3
    calls = [engine.submit(None, over.wait)]
    assert engine.spare_threads() == 2
    calls += [engine.submit(None, over.wait) for _ in range(4)]
    assert engine.spare_threads() == 1
    over.set()
    assert all(call.result(60) for call in calls)
    wait_until(lambda: engine.spare_threads() == 3)  # once the engine has noticed the end of the calls
    engine.close()
