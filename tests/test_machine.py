"""The usable cores and memory of a machine or container."""

import _thread
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlp import machine
from mlp.machine import idle_cores, usable_cores, usable_memory_mb, waited_for_core_s, worker_count, worker_limit_mb
from tests.jobs.waiting import wait_until


def _python_thread(run, args) -> None:
    threading.Thread(target=run, args=args).start()


@pytest.mark.parametrize("name", machine.MEMORY_LIMITS)
def test_memory_is_the_smaller_of_container_and_machine(tmp_path: Path, name: str):
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    for text, memory in (("450000000\n", 450.0), ("max\n", whole), (f"{2**63 - 4096}\n", whole)):
        file.write_text(text)
        assert usable_memory_mb(tmp_path) == memory
    file.unlink()
    assert usable_memory_mb(tmp_path) == whole


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({}, 8),
    ],
)
def test_cores_follow_the_container_quota_rounded_up(tmp_path: Path, monkeypatch, files, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    for name, text in files.items():
        file = tmp_path / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert usable_cores(tmp_path) == cores


def test_cores_that_other_threads_need_are_not_idle(monkeypatch):
    monkeypatch.setattr(machine, "usable_cores", lambda: 4)
    for running, spinning, idle in ((1, 0, 4), (3, 0, 2), (3, 1, 3), (9, 1, 1)):
        monkeypatch.setattr(machine, "n_running", lambda running=running: running)
        monkeypatch.setattr(machine, "n_spinning", lambda spinning=spinning: spinning)
        assert idle_cores() == idle


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells the state of a thread")
@pytest.mark.parametrize(("start", "spinning"), [(_thread.start_new_thread, 1), (_python_thread, 0)])
def test_running_threads_that_python_did_not_start_are_those_of_a_blas(start, spinning):
    ending, ended = threading.Event(), threading.Event()

    def run() -> None:
        while not ending.is_set():
            hashlib.pbkdf2_hmac("sha256", b"", b"", 20_000)  # without Python's lock, as a BLAS
        ended.set()

    while machine.n_spinning():  # after the products of an earlier test
        pass
    start(run, ())
    try:
        seen = {machine.n_spinning() for _ in range(300)}
    finally:
        ending.set()
        ended.wait()
    assert max(seen) == spinning


@pytest.mark.parametrize(
    ("cores", "memory", "workers"), [(2, 2700, 2), (8, 700, 2), (8, 450, 1), (2, 200, 1), (4, None, 4), (1, 64_000, 1)]
)
def test_cores_and_memory_limit_the_worker_count(monkeypatch, cores, memory, workers):
    monkeypatch.delenv("MLP_WORKERS", raising=False)
    monkeypatch.setattr(machine, "usable_cores", lambda: cores)
    monkeypatch.setattr(machine, "usable_memory_mb", lambda: memory)
    assert worker_count() == workers
    monkeypatch.setenv("MLP_WORKERS", "3")
    assert worker_count() == 3


@pytest.mark.parametrize(("memory", "limit"), [(64_000, 2000), (1000, 700), (450, 500), (None, 2000)])
def test_worker_memory_limit_leaves_room_for_the_server(monkeypatch, memory, limit):
    monkeypatch.setattr(machine, "usable_memory_mb", lambda: memory)
    assert worker_limit_mb(2000) == limit


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not report it")
def test_wait_for_a_core_is_that_of_processes_that_share_one():
    core = str(min(os.sched_getaffinity(0)))
    spin = "import os, sys\nos.sched_setaffinity(0, [int(sys.argv[1])])\nwhile True: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin, core]) for _ in range(2)]
    try:
        for process in spinning:
            wait_until(lambda pid=process.pid: waited_for_core_s(pid) > 0.2)
    finally:
        for process in spinning:
            process.kill()
            process.wait()
    assert waited_for_core_s(spinning[0].pid) == 0
