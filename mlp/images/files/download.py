"""Download MNIST's files from its mirrors with pooch, each verified by its digest.

Every wait is limited: without a network, a start loses a few seconds at most.
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

OPEN_S = 3.0  # until a mirror answers: name lookup, each of its addresses, TLS, headers
READ_S = 4.0  # without a single byte
PATIENCE_S = 8.0  # after which a mirror must have kept up with SLOWEST_BYTES_PER_S
SLOWEST_BYTES_PER_S = 8_000
CHUNK_BYTES = 1 << 16


class DownloadError(OSError):
    """No mirror had the file, or none could be reached; the message gives the reason for each."""


def mirror_addresses() -> tuple[str, ...]:
    """Return the base addresses in order: those in MLP_DATA_MIRRORS (comma-separated), else MNIST's own two.

    Raises
    ------
    ValueError
        If one of them is not an http or https address.
    """
    named = [address.strip() for address in os.environ.get("MLP_DATA_MIRRORS", "").split(",")]
    for address in filter(None, named):
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
            raise ValueError(f"MLP_DATA_MIRRORS must hold http:// or https:// addresses, got {address!r}")
    return tuple(address.rstrip("/") + "/" for address in named if address) or DEFAULT_MIRRORS


class Mirrors:
    """The mirrors in order; one that stops answering is not asked again.

    Parameters
    ----------
    addresses : tuple of str
        Base addresses, each ending in a slash.
    """

    def __init__(self, addresses: tuple[str, ...]) -> None:
        """Start with every mirror assumed to be available."""
        self._addresses = list(addresses)
        self._gone: dict[str, str] = {}

    def fetch(self, file: MnistFile, progress: Progress | None = None) -> bytes:
        """Return the bytes of ``file``, verified.

        Parameters
        ----------
        progress : callable, optional
            Called with the file's name, the bytes so far and the bytes in all. An exception from it ends the download.

        Raises
        ------
        DownloadError
            If no mirror had the file.
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
                raise DownloadError(f"{file.name} cannot be stored during its download: {error}") from error
            else:
                for mirror, why in failed.items():
                    log.warning("%s could not be downloaded from %s: %s", file.name, mirror, why)
                return data
        reasons = "; ".join(f"{mirror}: {why}" for mirror, why in (self._gone | failed).items())
        raise DownloadError(f"no mirror had {file.name}: {reasons}")


def _in_short(error: BaseException) -> str:
    """Return the cause of an error in one line, without the layers of requests and urllib3."""
    while isinstance(inner := getattr(error, "reason", None) or (error.args or (None,))[0], BaseException):
        error = inner
    return " ".join(str(error).split()) or type(error).__name__


def _retrieve(url: str, file: MnistFile, progress: Progress | None) -> bytes:
    """Return one file from one mirror, with pooch, which checks the digest."""
    pooch.get_logger().setLevel(logging.WARNING)  # pooch would write to stderr

    def download(url: str, output_file: str, pooch: object) -> None:
        _stream(url, Path(output_file), file, progress)

    with tempfile.TemporaryDirectory(prefix="inkling-") as folder:
        path = pooch.retrieve(url, f"sha256:{file.packed_sha256}", file.name, folder, downloader=download)
        return Path(path).read_bytes()


def _stream(url: str, path: Path, file: MnistFile, progress: Progress | None) -> None:
    """Write the content of ``url`` to ``path``; give up if it is slow, stops, or is too long.

    pooch's own downloader waits forever for a slow mirror, and unpacks a .gz that is sent as an encoding.
    """
    started = time.monotonic()
    done = 0
    with _open(url) as response, path.open("wb") as out:
        response.raise_for_status()
        # read1 returns available bytes; read would wait for a whole chunk, however slow.
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
    """Return the response of ``url`` within OPEN_S.

    The timeout of requests applies to each address of a name and not to the name lookup; S3 has eight addresses. So the
    request runs in a thread, which is abandoned when it takes too long.
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
