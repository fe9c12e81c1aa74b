"""Slices on a Dask cluster: a real scheduler and two real worker processes, one of which is killed on the way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from distributed.comm import CommClosedError

from mlp.training import cluster
from mlp.training.engine import Engine
from mlp.training.job import Job
from mlp.training.run import Run
from mlp.training.slices import Mnist
from mlp.training.workers import Lost
from tests.training.test_job import SETTINGS, undisturbed, wait_until

ROOT = Path(__file__).resolve().parents[2]


class School:
    """A scheduler and its workers, each a process of its own, as on several machines."""

    def __init__(self, folder: Path, cwd: Path = ROOT) -> None:
        self._folder = folder
        self._cwd = cwd
        self._processes: list[subprocess.Popen] = []
        self._start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file")
        wait_until(lambda: self._file.exists() and self._file.read_text().rstrip().endswith("}"))
        self.address = json.loads(self._file.read_text())["address"]
        for name in ("one", "two"):
            self._start(name, "dask_worker", "--nthreads", "1", "--no-nanny", "--name", name, "--scheduler-file")

    @property
    def _file(self) -> Path:
        return self._folder / "scheduler.json"

    def _start(self, name: str, program: str, *options: str) -> None:
        with open(self._folder / f"{name}.log", "w") as log:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.{program}", *options, self._file, "--no-dashboard"],
                    cwd=self._cwd,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                )
            )

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    school = School(tmp_path_factory.mktemp("school"))
    yield school
    school.close()


@pytest.fixture
def engine(school, monkeypatch):
    monkeypatch.setenv("MLP_SCHEDULER", school.address)
    engine = Engine()
    yield engine
    engine.close()


def test_a_killed_machine_costs_nothing_but_time(engine):
    pids = set()
    wait_until(lambda: pids.add(engine.submit(os.getpid).result()) or len(pids) == 2)  # both have joined
    job = Job(Run(SETTINGS), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().step > 0)
    os.kill(pids.pop(), signal.SIGKILL)
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().step == 90
    assert job.snapshot().network.values.tobytes() == undisturbed().network.values.tobytes()
    assert engine.submit(os.getpid).result() in pids


def test_a_paused_job_on_a_cluster_stays_where_it_is_and_goes_on(engine):
    job = Job(Run(SETTINGS), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().step > 0)
    job.pause()
    wait_until(lambda: not job.snapshot().busy)
    held = job.snapshot().step
    time.sleep(0.05)
    assert job.snapshot().step == held
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().network.values.tobytes() == undisturbed().network.values.tobytes()


def test_a_scheduler_that_goes_away_ends_the_run_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    school = School(tmp_path)
    monkeypatch.setenv("MLP_SCHEDULER", school.address)
    engine = Engine()
    job = Job(Run(replace(SETTINGS, epochs=10_000)), Mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().step > 0)
    school.close()
    wait_until(lambda: job.snapshot().error)
    assert school.address in job.snapshot().error
    assert job.snapshot().step == len(job.snapshot().history)
    engine.close()


def test_a_connection_that_breaks_while_a_result_comes_is_a_lost_slice():
    class Breaks:
        def result(self):
            raise CommClosedError("connection reset")

    future = Future()
    cluster._deliver(Breaks(), future)
    with pytest.raises(Lost, match="CommClosedError"):
        future.result(0)


def test_a_scheduler_without_inkling_is_told_how_to_start(tmp_path, monkeypatch):
    school = School(tmp_path, cwd=tmp_path)
    monkeypatch.setenv("MLP_SCHEDULER", school.address)
    with pytest.raises(RuntimeError, match=f"{school.address} cannot import mlp.*PYTHONPATH=."):
        Engine().submit(os.getpid)
    school.close()


def test_an_error_in_a_slice_is_told_as_what_it_is(engine):
    with pytest.raises(ValueError, match="invalid literal"):
        engine.submit(int, "seven").result()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "seven", ""])
def test_a_scheduler_that_does_not_answer_is_named_within_seconds(monkeypatch, address):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MLP_SCHEDULER", address.format(port=closed.getsockname()[1]))
        engine = Engine()
        job = Job(Run(SETTINGS), Mnist(), engine)
        job.play()
        if address:
            assert "MLP_SCHEDULER" in job.snapshot().error
            assert "no Dask scheduler answers" in job.snapshot().error
        else:  # set to nothing is not set
            assert job.snapshot().error is None
            job.pause()
        engine.close()


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setenv("MLP_SCHEDULER", "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "mlp.training.cluster", raising=False)
    with pytest.raises(RuntimeError, match='pip install "distributed'):
        Engine().submit(os.getpid)
