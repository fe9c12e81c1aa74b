"""Subscribers are called after each change of a job, and may query the job then."""

import threading

from mlp.jobs.job import Job
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from tests.jobs.manual_engine import ManualEngine
from tests.jobs.test_job import SETTINGS


def test_job_change_makes_one_call_and_one_revision():
    engine = ManualEngine()
    job = Job(Run(SETTINGS), chosen_mnist(), engine, slice_s=0)
    states = []
    unsubscribe = job.subscribe(lambda: states.append((job.snapshot().playing, job.snapshot().busy)))
    assert job.revision == 0
    job.play()
    engine.answer()
    job.pause()
    assert states == [(True, True), (True, True), (False, True)]  # the last one is the measurement at the pause
    engine.answer()
    assert states.pop() == (False, False)
    assert job.revision == 4
    job.snapshot()
    job.set_learning_rate(SETTINGS.learning_rate)
    assert (job.revision, len(states)) == (4, 3)
    job.set_learning_rate(0.5)
    job.set_speed("slow")
    assert (job.revision, len(states)) == (6, 5)
    unsubscribe()
    job.play()
    assert (job.revision, len(states)) == (7, 5)


def test_subscriber_is_called_without_the_job_lock():
    job = Job(Run(SETTINGS), chosen_mnist(), ManualEngine())
    done = threading.Event()

    def look_from_another_thread():
        other = threading.Thread(target=lambda: job.snapshot() and done.set())
        other.start()
        other.join(20)

    job.subscribe(look_from_another_thread)
    job.play()
    assert done.is_set()


def test_failing_subscriber_affects_neither_job_nor_other_subscribers(caplog):
    job, called = Job(Run(SETTINGS), chosen_mnist(), ManualEngine()), []
    job.subscribe(lambda: 1 / 0)
    job.subscribe(lambda: called.append(job.revision))
    job.play()
    assert called == [1]
    assert job.snapshot().playing
    assert "ZeroDivisionError" in caplog.text
