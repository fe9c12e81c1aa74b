"""A failing environment of the page: an unreliable mirror, and killed workers."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mlp.images.mnist import local_folder
from mlp.jobs.workers.worker_process import NICENESS


@contextmanager
def bad_mirror(rng: random.Random, counts: Counter[str]) -> Iterator[str]:
    """Serve MNIST, if this machine has it, and fail every second request; yield the address."""
    folder = local_folder()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = folder / Path(self.path).name if folder else None
            counts["requests to the mirror"] += 1
            if path is None or not path.is_file() or rng.random() < 0.5:
                counts["of them failed"] += 1
                if rng.random() < 0.5:
                    self.send_error(503)
                else:
                    self.send_response(200)
                    self.send_header("Content-Length", "1000000")
                    self.end_headers()
                    self.wfile.write(bytes(1000))  # and then stop
            else:
                data = path.read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
