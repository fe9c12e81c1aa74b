"""Start the page as its users do, ``streamlit run app.py``, and end it."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from urllib.request import urlopen

APP = Path(__file__).resolve().parents[2] / "app.py"
START_S = 60
END_S = 10


@dataclass(frozen=True)
class Server:
    """A running page: its address, its process and its output file."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def log_tail(self, lines: int = 60) -> str:
        """Return the last lines that the server has printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    log: Path,
    env: dict[str, str] | None = None,
    port: int | None = None,
    program: Sequence[str] | None = None,
    folder: Path = APP.parent,
    base: str = "",
) -> Iterator[Server]:
    """Run the page until the block ends.

    Parameters
    ----------
    log : Path
        File for the server's output; an unread pipe would fill and stop the server.
    env : dict of str, optional
        Variables for the server in addition to those of this process, and to a folder of its own for saved work.
    port : int, optional
        The port to listen on; by default a free one.
    program : sequence of str, optional
        A program that opens the page instead of Streamlit, such as an installed ``inkling``.
    folder : Path
        The folder in which it is started.
    base : str
        The path below which it is served.

    Raises
    ------
    RuntimeError
        If it ends or does not answer within a minute; the message has the end of its log.
    """
    port = port or free_port()
    if program is None:
        command = [sys.executable, "-m", "streamlit", "run", str(folder / APP.name), "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    else:
        command = [*program, "--port", str(port), "--address", "127.0.0.1", "--no-browser"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "MLP_CHECKPOINTS": str(log.with_suffix(".kept")), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its own process group, so that its workers can be ended with it
        )
    server = Server(f"http://127.0.0.1:{port}/{base}".rstrip("/"), process, log)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        end(process)


@contextmanager
def serve_fresh() -> Iterator[Server]:
    """Run the page with an empty store until the block ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "server.log", {"MLP_CHECKPOINTS": folder}) as server,
    ):
        yield server


def wait_until_healthy(server: Server) -> None:
    """Return once the server's health check succeeds."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the page ended with status {server.process.returncode}:\n{server.log_tail()}")
        with suppress(OSError), urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the page did not answer within {START_S} s:\n{server.log_tail()}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End the server with its child processes, by force if it takes long."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(END_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)
