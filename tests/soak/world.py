"""Kill workers of the page, and measure its processes."""

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

from mlp.jobs.workers.worker_process import NICENESS


def workers(server_pid: int) -> list[int]:
    """Return the server's processes that train."""
    found = []
    for task in Path(f"/proc/{server_pid}/task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                if command.endswith(b"mlp.jobs.workers.worker\0%d\0" % NICENESS):
                    found.append(int(child))
    return sorted(found)


def kill_one(server_pid: int, rng: random.Random) -> bool:
    """Kill a worker, if there is one."""
    alive = workers(server_pid)
    if not alive:
        return False
    with suppress(ProcessLookupError):
        os.kill(rng.choice(alive), signal.SIGKILL)
    return True


def family(pid: int) -> list[int]:
    """Return a process and its living descendants."""
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                with suppress(OSError):
                    left += [int(child) for child in (task / "children").read_text().split()]
    return found


def fair_memory_mb(pid: int) -> float:
    """Return a process's memory, with its share of shared memory; 0 if it is gone."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return int(next((line for line in lines if line.startswith("Pss:")), "Pss: 0").split()[1]) / 1024
    return 0.0


def busy_s() -> float:
    """Return the seconds that the machine's cores have worked so far, for any program."""
    user, nice, system, _idle, _waiting, *others = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    return sum(map(int, (user, nice, system, *others))) / os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Return the seconds that a process has worked so far, with its ended children; 0 if it is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def threads(pid: int) -> int:
    """Return the number of threads of a process."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def memory_mb(pid: int) -> float:
    """Return the resident memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def folder_mb(folder: Path) -> float:
    """Return the size of the files in a folder and those below."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def open_files(pid: int) -> int:
    """Return the number of open files, pipes and sockets."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
