"""The cores and the memory that this process may use: in a container, its share instead of the host's."""

import ctypes
import math
import os
import threading
from contextlib import suppress
from pathlib import Path

SERVER_MB = 300  # of the page with a visitor; tests/benchmarks/page.py prints it with its worker
PROCESS_MB = 150  # of a worker that trains the article's network on MNIST
MIN_LIMIT_MB = 500  # minimum limit for a worker: libraries reserve much that they never use
MEMORY_LIMITS = ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")  # cgroups 2 and 1


def usable_cores(root: Path = Path("/")) -> int:
    """Return the number of cores that this process may use, by its affinity and its container's quota, rounded up."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have none
        cores = os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota(root))))


def _quota(root: Path) -> float:
    """Return the cores' time that a container may take; infinity if it is not limited."""
    version_2, version_1 = root / "sys/fs/cgroup/cpu.max", root / "sys/fs/cgroup/cpu"
    try:
        if version_2.exists():
            quota, period = map(float, version_2.read_text().split())  # "max 100000" is not a number
        else:
            quota, period = (float((version_1 / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
        return quota / period if quota > 0 and period > 0 else math.inf
    except (OSError, ValueError):
        return math.inf


def wait_for_running_threads() -> None:
    """Set the policy by which this thread, and those that it starts, wait some milliseconds for a busy core, on Linux.

    A page server wakes up a thousand times a second. If it took the core from training each time, it would also empty
    its caches; see ``SCHED_BATCH`` in sched(7).
    """
    _set_policy("SCHED_BATCH")


def take_busy_cores() -> None:
    """Set the policy by which this thread, and those that it starts, take a busy core at once, on Linux.

    It is for threads that a stroke needs several times, for a moment each.
    """
    _set_policy("SCHED_OTHER")


def _set_policy(name: str) -> None:
    with suppress(AttributeError, OSError):  # other systems have no policies, and a container may forbid to set one
        os.sched_setscheduler(0, getattr(os, name), os.sched_param(0))


def n_running() -> int:
    """Return the number of running or waiting threads on the whole machine; 1 if the system does not report it."""
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        return 1


def n_spinning() -> int:
    """Return the number of this process's threads that Python did not start and that run: those of a BLAS.

    They wait actively for a tenth of a second after their last product, and then need no core.
    """
    ours = {str(thread.native_id) for thread in threading.enumerate()}
    n = 0
    with suppress(OSError):  # other systems, or a thread has just ended
        for task in Path("/proc/self/task").iterdir():
            if task.name not in ours:
                n += (task / "stat").read_bytes().rpartition(b") ")[2].startswith(b"R")
    return n


def waited_for_core_s(pid: int) -> float:
    """Return the seconds for which a process could have run and had no core: its thread that waited longest, on Linux.

    It is 0 if the process has ended, or the system does not report it.
    """
    waited_ns = [0]
    with suppress(OSError, ValueError, IndexError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            waited_ns.append(int((task / "schedstat").read_text(encoding="ascii").split()[1]))
    return max(waited_ns) / 1e9


def idle_cores() -> int:
    """Return the number of usable cores that no other running thread of the machine needs; at least 1."""
    return max(1, usable_cores() - (n_running() - n_spinning()) + 1)


def usable_memory_mb(root: Path = Path("/")) -> float | None:
    """Return the memory of the machine or the container, whichever is less, in MB; None if unknown."""
    sizes = []
    for name in MEMORY_LIMITS:
        try:
            sizes.append(int((root / name).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min(sizes) / 1e6 if sizes else None


def worker_count() -> int:
    """Return the number of workers: MLP_WORKERS, else one per core as far as memory allows, at least 1.

    Raises a ValueError if MLP_WORKERS is not a whole number.
    """
    chosen = int(os.environ.get("MLP_WORKERS") or 0)
    if chosen:
        return chosen
    memory = usable_memory_mb()
    fits = usable_cores() if memory is None else int((memory - SERVER_MB) // PROCESS_MB)
    return max(1, min(usable_cores(), fits))


def worker_limit_mb(max_mb: float) -> float:
    """Return the memory limit of one worker in MB: ``max_mb``, or less if the machine has less.

    A worker that needs more then fails alone, with a MemoryError in its run, before the system ends a whole container.
    """
    memory = usable_memory_mb()
    if memory is None:
        return max_mb
    return min(max_mb, max(MIN_LIMIT_MB, memory - SERVER_MB))


def return_free_memory() -> None:
    """Return freed memory to the system, which glibc would otherwise keep."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
