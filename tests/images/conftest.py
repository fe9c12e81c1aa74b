"""A small MNIST with its own digests, a separate data folder, and a mirror that can misbehave."""

import gzip
import hashlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from mlp.images import mnist
from mlp.images.files import cache


def idx_file(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def small_mnist() -> dict[str, bytes]:
    """Return four packed files like MNIST's: 60 training images, the last 20 for validation, and 30 test images."""
    rng = np.random.default_rng(11)
    contents = {}
    for part, n in (("train", 60), ("t10k", 30)):
        contents[f"{part}-images-idx3-ubyte.gz"] = idx_file(rng.integers(0, 256, (n, 28, 28), np.uint8))
        contents[f"{part}-labels-idx1-ubyte.gz"] = idx_file(rng.integers(0, 10, n, np.uint8))
    return {name: gzip.compress(data, mtime=0) for name, data in contents.items()}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch, tmp_path):
    """Keep tests away from the user's cache, mirrors on the network, and proxies."""
    monkeypatch.delenv("MLP_DATA_DIR", raising=False)
    monkeypatch.setenv("MLP_DATA_MIRRORS", f"http://127.0.0.1:{free_port()}/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / "cache" / project)


@pytest.fixture
def packed(monkeypatch) -> dict[str, bytes]:
    """The small MNIST by file name, with the table of digests set to it."""
    files = small_mnist()
    table = tuple(
        cache.MnistFile(name, len(data), sha256(data), sha256(gzip.decompress(data))) for name, data in files.items()
    )
    monkeypatch.setattr(cache, "FILES", table)
    monkeypatch.setattr(mnist, "VALIDATION_SIZE", 20)
    return files


@pytest.fixture
def folder(tmp_path, packed):
    """A data folder with the small MNIST, packed."""
    path = tmp_path / "data"
    path.mkdir()
    for name, data in packed.items():
        (path / name).write_bytes(data)
    return path


@pytest.fixture
def read_only(folder):
    """The same folder, without write bits."""
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


class Mirror(ThreadingHTTPServer):
    """A mirror on this machine. ``behavior`` says how it answers; ``requests`` counts the requests for each file."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes], behavior: str) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = files
        self.behavior = behavior
        self.requests: Counter[str] = Counter()
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/mnist"

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address) -> None:
        """Do not report disconnected clients, as many of these tests disconnect."""


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        self.server.requests[name] += 1
        data = self.server.files[name]
        behavior = self.server.behavior
        if behavior == "hanging":
            self.server.closing.wait(5)
        elif behavior == "404":
            self.send_error(404)
        elif behavior == "wrong bytes":
            self.answer(bytes(len(data)))
        elif behavior == "truncated":
            self.answer(data[:-10])
        elif behavior == "too long":
            self.answer(data + b"more")
        elif behavior == "a page":
            self.answer(b"<html>Log in to this network</html>")
        elif behavior == "gone half way":
            self.answer(data[: len(data) // 2], length=len(data))
            self.connection.shutdown(socket.SHUT_RDWR)
        elif behavior == "stops half way":
            self.answer(data[: len(data) // 2], length=len(data))
            self.server.closing.wait(5)
        elif behavior == "drips":
            self.answer(b"", length=len(data))
            for byte in data[:100]:
                if self.server.closing.wait(0.05):
                    break
                self.wfile.write(bytes([byte]))
        elif behavior == "slow":
            time.sleep(0.1)
            self.answer(data)
        elif behavior == "whole, marked as an encoding":
            self.answer(data, encoding="gzip")
        else:
            self.answer(data)

    def answer(self, data: bytes, *, length: int | None = None, encoding: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def mirrors(packed, monkeypatch) -> Iterator:
    """Start mirrors that behave as named and point MLP_DATA_MIRRORS at them, in that order."""
    running: list[Mirror] = []

    def start(*behaviors: str) -> list[Mirror]:
        started = [Mirror(packed, behavior) for behavior in behaviors]
        running.extend(started)
        monkeypatch.setenv("MLP_DATA_MIRRORS", ",".join(mirror.address for mirror in started))
        return started

    yield start
    for mirror in running:
        mirror.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
