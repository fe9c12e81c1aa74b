"""Download MNIST's files from its mirrors by pooch, each checked against its digest.

Every wait is bounded: a start without a network loses a few seconds at most.
"""

import logging
import os
import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests
import urllib3

from mlp.images.files.cache import MnistFile, Progress

log = logging.getLogger(__name__)

DEFAULT_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

OPEN_S = 3.0  # until a mirror answers at all: name lookup, every one of its addresses, TLS, headers
READ_S = 4.0  # without a single byte
PATIENCE_S = 8.0  # after which a mirror has to have kept up with SLOWEST_BYTES_PER_S
SLOWEST_BYTES_PER_S = 8_000
CHUNK_BYTES = 1 << 16


class DownloadError(OSError):
    """No mirror had the file, or none could be reached; the message says why for each."""


def mirror_addresses() -> tuple[str, ...]:
    """The base addresses to fetch from, in order: those in MLP_DATA_MIRRORS (comma-separated), else the two of MNIST.

    Raises
    ------
    ValueError
        If one of them is no http or https address.
    """
    named = [address.strip() for address in os.environ.get("MLP_DATA_MIRRORS", "").split(",")]
    for address in filter(None, named):
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
            raise ValueError(f"MLP_DATA_MIRRORS must hold http:// or https:// addresses, got {address!r}")
    return tuple(address.rstrip("/") + "/" for address in named if address) or DEFAULT_MIRRORS


class Mirrors:
    """The mirrors in the order in which they are asked; one that stops answering is not asked again.

    Parameters
    ----------
    addresses : tuple of str
        Base addresses, each ending in a slash.
    """

    def __init__(self, addresses: tuple[str, ...]) -> None:
        """Begin with every mirror taken to be there."""
        self._addresses = list(addresses)
        self._gone: dict[str, str] = {}

    def fetch(self, file: MnistFile, progress: Progress | None = None) -> bytes:
        """The bytes of ``file``, verified.

        Parameters
        ----------
        progress : callable, optional
            Called with the file's name, the bytes that have come and the bytes there are. What it raises ends the
            download.

        Raises
        ------
        DownloadError
            If no mirror gave the file.
        """
        failed: dict[str, str] = {}
        for address in list(self._addresses):
            try:
                data = _retrieve(address + file.name, file, progress)
            except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
                failed[address] = self._gone[address] = _in_short(error)
                self._addresses.remove(address)
            except (requests.RequestException, ValueError) as error:
                failed[address] = _in_short(error)
            except OSError as error:
                raise DownloadError(f"{file.name} cannot be put down while it comes in: {error}") from error
            else:
                for mirror, why in failed.items():
                    log.warning("%s is not from %s: %s", file.name, mirror, why)
                return data
        reasons = "; ".join(f"{mirror}: {why}" for mirror, why in (self._gone | failed).items())
        raise DownloadError(f"no mirror gave {file.name}: {reasons}")


def _in_short(error: BaseException) -> str:
    """The cause of an error in one line, without the layers that requests and urllib3 wrap around it."""
    while isinstance(inner := getattr(error, "reason", None) or (error.args or (None,))[0], BaseException):
        error = inner
    return " ".join(str(error).split()) or type(error).__name__


def _retrieve(url: str, file: MnistFile, progress: Progress | None) -> bytes:
    """One file from one mirror, through pooch, which checks the digest."""
    pooch.get_logger().setLevel(logging.WARNING)  # it writes to stderr by itself

    def download(url: str, output_file: str, pooch: object) -> None:
        _stream(url, Path(output_file), file, progress)

    with tempfile.TemporaryDirectory(prefix="inkling-") as folder:
        path = pooch.retrieve(url, f"sha256:{file.packed_sha256}", file.name, folder, downloader=download)
        return Path(path).read_bytes()


def _stream(url: str, path: Path, file: MnistFile, progress: Progress | None) -> None:
    """Write what ``url`` gives to ``path``; give up on a mirror that is slow, stops, or sends more than there is.

    pooch's own downloader waits for ever on a mirror that drips, and unpacks a .gz that is sent as an encoding.
    """
    started = time.monotonic()
    done = 0
    with _open(url) as response, path.open("wb") as out:
        response.raise_for_status()
        # read1 returns what has come; read would wait for a whole chunk, however slowly it drips in.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
            done += len(chunk)
            if done > file.size:
                raise ValueError(f"it sends more than the {file.size} bytes of {file.name}")
            out.write(chunk)
            if progress is not None:
                progress(file.name, done, file.size)
            elapsed = time.monotonic() - started
            if elapsed > PATIENCE_S and done < elapsed * SLOWEST_BYTES_PER_S:
                raise requests.Timeout(f"only {done} bytes in {elapsed:.0f} s")
    if done < file.size:
        raise ValueError(f"it sends only {done} of {file.size} bytes")


def _open(url: str) -> requests.Response:
    """Ask for ``url`` and wait OPEN_S at most.

    The timeout of requests holds for each address of a name by itself and not at all for looking the name up; S3
    has eight addresses. So the asking happens in a thread, which is left to itself when it takes too long.
    """
    answer: Future[requests.Response] = Future()

    def ask() -> None:
        try:
            headers = {"Accept-Encoding": "identity"}
            response = requests.get(url, stream=True, timeout=(OPEN_S, READ_S), headers=headers)
        except BaseException as error:
            if answer.set_running_or_notify_cancel():
                answer.set_exception(error)
            return
        if answer.set_running_or_notify_cancel():
            answer.set_result(response)
        else:
            response.close()

    threading.Thread(target=ask, name="mnist-mirror", daemon=True).start()
    try:
        return answer.result(OPEN_S)
    except TimeoutError:
        if answer.cancel():
            raise requests.ConnectTimeout(f"no answer within {OPEN_S:g} s") from None
        return answer.result()
