"""A job on a real engine: what is promised about slices, pauses and lost workers."""

import os
import signal
import time
from concurrent.futures import Future

import numpy as np
import pytest

from mlp.images.mnist import sample
from mlp.training.engine import Engine, local_processes
from mlp.training.job import Job
from mlp.training.run import Run, steps
from mlp.training.settings import Settings
from mlp.training.slices import Mnist, advance

SETTINGS = Settings(hidden=(16,), epochs=3, images=960, seed=7)


@pytest.fixture(scope="module")
def engine():
    engine = Engine(lambda: local_processes(1))
    yield engine
    engine.close()


def undisturbed(settings=SETTINGS):
    run = Run(settings)
    data = sample()
    for _ in steps(run, data.train.images, data.train.labels):
        pass
    return run


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def test_a_job_ends_with_the_weights_of_an_undisturbed_run(engine):
    job = Job(Run(SETTINGS), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    snapshot = job.snapshot()
    assert snapshot.step == snapshot.steps == 90
    assert len(snapshot.history) == 90
    assert [evaluation.step for evaluation in snapshot.history.evaluations] == [0, 30, 60, 90]
    assert snapshot.network.values.tobytes() == undisturbed().network.values.tobytes()


def test_pausing_and_stepping_by_hand_change_nothing_in_the_result(engine):
    job = Job(Run(SETTINGS), Mnist(), engine, slice_s=0.002)
    job.step()
    wait_until(lambda: not job.snapshot().busy)
    assert job.snapshot().step == 1
    job.play()
    wait_until(lambda: job.snapshot().step > 10)
    job.pause()
    wait_until(lambda: not job.snapshot().busy)
    held = job.snapshot().step
    time.sleep(0.05)
    assert job.snapshot().step == held
    job.step()
    wait_until(lambda: job.snapshot().step == held + 1)
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().network.values.tobytes() == undisturbed().network.values.tobytes()


def test_a_step_asked_for_while_it_plays_is_taken_after_the_slice_that_is_out():
    """An engine that does nothing by itself: each slice is answered when the test says so."""

    class Desk:
        def __init__(self):
            self.asked = []

        def submit(self, function, *args, **keywords):
            future = Future()
            future.set_running_or_notify_cancel()
            self.asked.append((future, function, args, keywords))
            return future

        def answer(self, **bounds):
            future, function, args, keywords = self.asked.pop(0)
            future.set_result(function(*args, **{**keywords, **bounds}))

    desk = Desk()
    job = Job(Run(SETTINGS), Mnist(), desk, slice_s=60)
    job.play()
    job.step()
    desk.answer(max_steps=5)
    assert len(desk.asked) == 1
    desk.answer()
    assert (job.snapshot().step, job.snapshot().playing, job.snapshot().busy) == (6, False, False)
    job.step()
    job.step()
    desk.answer()
    desk.answer()
    assert (job.snapshot().step, desk.asked) == (8, [])


def test_a_killed_worker_costs_nothing_but_time(engine):
    pid = engine.submit(os.getpid).result()
    job = Job(Run(SETTINGS), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().step > 0)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: job.snapshot().finished)
    assert engine.submit(os.getpid).result() != pid
    assert job.snapshot().network.values.tobytes() == undisturbed().network.values.tobytes()


def test_a_run_that_diverges_keeps_the_last_weights_with_a_finite_loss(engine):
    settings = Settings(hidden=(16,), epochs=3, images=960, learning_rate=30, weight_decay=0.1)
    job = Job(Run(settings), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().diverged)
    wait_until(lambda: not job.snapshot().busy)
    snapshot = job.snapshot()
    assert not snapshot.playing
    assert snapshot.step == snapshot.diverged - 2 == 14
    assert np.isfinite(snapshot.network.values).all()
    one_by_one = Run(settings)
    while True:
        done = advance(one_by_one, Mnist(), seconds=10, max_steps=1)
        one_by_one = done.run
        if done.diverged:
            break
    assert one_by_one.step == snapshot.step
    assert one_by_one.network.values.tobytes() == snapshot.network.values.tobytes()
