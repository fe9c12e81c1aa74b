"""Slices on a Dask cluster: a real scheduler and two real workers, killed, stopped and restarted."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from mlp.jobs.job import Job
from mlp.jobs.workers.call import Hung, NotStarted
from mlp.jobs.workers.cluster import WAITS, Cluster
from mlp.jobs.workers.engine import Engine
from mlp.training.data.image_set import STORED, store
from mlp.training.data.saved_sources import fitted
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run, steps
from tests.jobs.test_job import SETTINGS, uninterrupted
from tests.jobs.waiting import wait_until
from tests.sample_digits import sample
from tests.sample_shapes import shapes_data

ROOT = Path(__file__).resolve().parents[3]
SHORT, LONG = (replace(SETTINGS, epochs=epochs) for epochs in (30, 10_000))
ANSWER_S, HUNG_S = 1.2, 3.0
STARTED_S = 15.0  # limit for a new worker on a busy machine to import everything for its first slice


class DaskProcesses:
    """A scheduler and workers in separate processes, as on several machines."""

    def __init__(self, folder: Path, cwd: Path = ROOT, workers: Sequence[str] = ("one", "two")) -> None:
        self._folder = folder
        self._cwd = cwd
        self._processes: dict[str, subprocess.Popen] = {}
        self.start_scheduler("0")
        for name in workers:
            self.start_worker(name)

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    def start_scheduler(self, port: str) -> None:
        file = self._folder / "scheduler.json"
        self._start("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", port, "--scheduler-file", file)
        wait_until(lambda: file.exists() and file.read_text().rstrip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def start_worker(self, name: str, python_path: Path | str = "") -> None:
        options = ("--nthreads", "1", "--no-nanny", "--name", name, "--preload", "mlp.jobs.slices")
        self._start(name, "dask_worker", self.address, *options, python_path=python_path)

    def start_documented_worker(self, name: str) -> None:
        """Start one worker with the documented command, whose loop restarts it after its end."""
        (command,) = re.findall(r"^    (while .*? done) ", (ROOT / ".github/SCALING.md").read_text(), re.MULTILINE)
        command = command.replace("tcp://that-machine:8786", self.address).replace("--nworkers -1", "--nworkers 1")
        with open(self._folder / f"{name}.log", "a") as log:
            self._processes[name] = subprocess.Popen(
                ["/bin/bash", "-c", command],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
                start_new_session=True,
            )

    def _start(self, name: str, program: str, *options: str | Path, python_path: Path | str = "") -> None:
        with open(self._folder / f"{name}.log", "a") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *options, "--no-dashboard"],
                cwd=self._cwd,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(python_path)},
            )

    def kill(self, name: str) -> None:
        process = self._processes.pop(name)
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()

    def send(self, name: str, signal_: signal.Signals) -> None:
        self._processes[name].send_signal(signal_)

    def close(self) -> None:
        for name in reversed(list(self._processes)):
            self.kill(name)


@pytest.fixture(scope="module")
def dask_cluster(tmp_path_factory):
    """A cluster that each test leaves intact."""
    dask_cluster = DaskProcesses(tmp_path_factory.mktemp("cluster"))
    yield dask_cluster
    dask_cluster.close()


@pytest.fixture
def engine(dask_cluster):
    """An engine with the short time limits of these tests."""
    engine = Engine(cluster=Cluster(dask_cluster.address, answer_s=ANSWER_S, hung_s=HUNG_S))
    yield engine
    engine.close()


def patient(dask_cluster):
    """Return an engine that gives each call the time in which a new worker starts."""
    return Engine(cluster=Cluster(dask_cluster.address, answer_s=ANSWER_S, hung_s=STARTED_S))


def playing(engine, settings=LONG):
    job = Job(Run(settings), chosen_mnist(), engine, slice_s=0.002)
    job.play()
    wait_until(lambda: job.snapshot().step)
    return job


def wait_for_progress(job):
    step = job.snapshot().step
    wait_until(lambda: job.snapshot().step > step)


def check_weights(job):
    """Pause the job, and compare its weights with those of as many uninterrupted steps."""
    job.pause()
    now = job.snapshot()
    assert (now.finished, now.error) == (False, None)
    run, train = Run(LONG), sample().train
    for _ in islice(steps(run, train.images, train.labels), now.step):
        pass
    assert now.network.values.tobytes() == run.network.values.tobytes()


def test_killed_machine_only_delays_a_run(dask_cluster, engine):
    job = playing(engine)
    wait_until(lambda: engine.load() == (1, 2))  # both workers have joined
    dask_cluster.kill("one")
    wait_for_progress(job)
    wait_until(lambda: engine.load() == (1, 1))
    dask_cluster.start_worker("one")
    check_weights(job)


def test_stopped_machine_delays_its_run_up_to_the_limit(dask_cluster, engine):
    job = playing(engine)
    dask_cluster.send("one", signal.SIGSTOP)
    wait_until(lambda: engine.load() == (1, 1))
    wait_for_progress(job)  # if it has the slice, that is sent again
    dask_cluster.send("one", signal.SIGCONT)  # a late answer arrives, and no call waits for it
    wait_until(lambda: engine.load() == (1, 2))
    check_weights(job)


def test_run_waits_for_stopped_machines_and_resumes(dask_cluster, tmp_path):
    engine = Engine(cluster=Cluster(dask_cluster.address, answer_s=ANSWER_S, hung_s=600))
    job = playing(engine)
    with_a_machine = engine.submit(None, wait_for_file, tmp_path / "end")
    wait_until((tmp_path / "end.begun").exists)
    for name in ("one", "two"):
        dask_cluster.send(name, signal.SIGSTOP)
    wait_until(lambda: job.snapshot().waits == WAITS)
    with pytest.raises(NotStarted):  # the machine hung, not the call, which may be sent again
        with_a_machine.result(60)
    for name in ("one", "two"):
        dask_cluster.send(name, signal.SIGCONT)
    (tmp_path / "end").touch()
    wait_for_progress(job)
    check_weights(job)
    engine.close()


def test_run_waits_for_a_lost_scheduler_and_resumes(dask_cluster, caplog):
    engine = patient(dask_cluster)
    job = playing(engine, SHORT)
    dask_cluster.send("scheduler", signal.SIGSTOP)
    wait_until(lambda: job.snapshot().waits == WAITS)
    dask_cluster.send("scheduler", signal.SIGCONT)
    wait_for_progress(job)

    for name in ("scheduler", "one", "two"):
        dask_cluster.kill(name)
    wait_until(lambda: job.snapshot().waits)
    step = job.snapshot().step
    job.pause()
    wait_until(lambda: not job.snapshot().busy)
    job.step()
    assert job.snapshot().busy

    dask_cluster.start_scheduler(dask_cluster.port)
    for name in ("one", "two"):
        dask_cluster.start_worker(name)
    wait_until(lambda: not job.snapshot().busy)
    assert job.snapshot().step == step + 1
    job.play()
    wait_until(lambda: job.snapshot().finished)
    assert job.snapshot().error is None
    assert job.snapshot().network.values.tobytes() == uninterrupted(SHORT).network.values.tobytes()
    engine.close()
    assert "runs wait for the scheduler at" in caplog.text


def test_documented_workers_survive_scheduler_restart_and_hung_call(tmp_path):
    with closing(DaskProcesses(tmp_path, workers=())) as dask_cluster, closing(patient(dask_cluster)) as engine:
        dask_cluster.start_documented_worker("loop")
        job = playing(engine)
        before = engine.submit(None, os.getpid).result(60)
        dask_cluster.kill("scheduler")
        wait_until(lambda: job.snapshot().waits == WAITS)
        dask_cluster.start_scheduler(dask_cluster.port)
        wait_for_progress(job)
        check_weights(job)
        after = engine.submit(None, os.getpid).result(60)
        assert after != before
        with pytest.raises(Hung):
            engine.submit(None, time.sleep, 600).result(60)
        assert engine.submit(None, os.getpid).result(60) != after


def wait_for_file(path):
    Path(f"{path}.begun").touch()
    wait_until(Path(path).exists, seconds=600)


def test_silent_scheduler_makes_runs_wait_but_not_closing(caplog):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
        engine = Engine(cluster=Cluster(address, answer_s=0.5))
        job = Job(Run(SETTINGS), chosen_mnist(), engine)
        job.play()
        assert job.snapshot().waits == WAITS
        wait_until(lambda: address in caplog.text)
        assert job.snapshot().error is None
        engine.close()
        assert not job.snapshot().busy


def test_scheduler_without_inkling_is_logged_with_instructions(tmp_path, caplog):
    with (
        closing(DaskProcesses(tmp_path, cwd=tmp_path, workers=())) as dask_cluster,
        closing(patient(dask_cluster)) as engine,
    ):
        engine.submit(None, os.getpid)
        wait_until(lambda: f"{dask_cluster.address}: RuntimeError: it cannot import mlp" in caplog.text)
        assert "PYTHONPATH=." in caplog.text


def test_worker_of_another_version_is_logged_and_gets_no_slices(tmp_path, caplog):
    about = tmp_path / "numpy-1.0.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n")
    with closing(DaskProcesses(tmp_path, workers=())) as dask_cluster, closing(patient(dask_cluster)) as engine:
        dask_cluster.start_worker("other", tmp_path)
        call = engine.submit(None, abs, -1)
        wait_until(lambda: f"gets no slices: it has numpy 1.0 instead of {np.__version__}" in caplog.text)
        assert engine.trouble == WAITS
        dask_cluster.start_worker("same")
        assert call.result(60) == 1
        assert engine.load() == (0, 1)


def test_data_set_is_trained_where_its_file_is_seen_and_else_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(STORED, str(tmp_path / "sets"))
    data = store(shapes_data())
    settings = fitted(SHORT, data)
    with (
        closing(DaskProcesses(tmp_path, workers=["sees it"])) as dask_cluster,
        closing(patient(dask_cluster)) as engine,
    ):
        there = Job(Run(settings), data, engine)
        there.play()
        wait_until(lambda: there.snapshot().finished)
        here = Run(settings)
        for _ in steps(here, data.load().train.images, data.load().train.labels):
            pass
        assert there.snapshot().network.values.tobytes() == here.network.values.tobytes()

        dask_cluster.kill("sees it")
        monkeypatch.delenv(STORED)
        dask_cluster.start_worker("does not")
        elsewhere = Job(Run(settings), data, engine)
        elsewhere.play()
        wait_until(lambda: elsewhere.snapshot().error)
        assert elsewhere.snapshot().error.startswith("The computer that trains this run lacks its images")


@pytest.mark.parametrize("address", ["seven", "tcp://", "tcp://host", "host:port"])
def test_invalid_address_is_named_with_the_rule(monkeypatch, address):
    monkeypatch.setenv("MLP_SCHEDULER", address)
    job = Job(Run(SETTINGS), chosen_mnist(), Engine())
    job.play()
    assert "must be the address of a Dask scheduler" in job.snapshot().error
    assert address in job.snapshot().error


def test_missing_package_is_named_with_its_install_command(monkeypatch):
    monkeypatch.setenv("MLP_SCHEDULER", "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RuntimeError, match='pip install "distributed'):
        Engine().submit(None, os.getpid)
