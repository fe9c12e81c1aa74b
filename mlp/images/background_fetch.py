"""Download MNIST in the background, so that the page does not wait for it."""

import logging
import os
import threading
from dataclasses import dataclass

from mlp.images.files import cache
from mlp.images.mnist import Dataset, fetch_mnist, is_local

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FetchState:
    """The state of a download at one point.

    Parameters
    ----------
    done, total : int
        Bytes downloaded, and bytes in all files.
    dataset : Dataset or None
        All of MNIST, once it has arrived.
    failed : str or None
        Why the download failed; None if it has not.
    """

    done: int
    total: int
    dataset: Dataset | None
    failed: str | None

    @property
    def running(self) -> bool:
        """Whether the download is still running."""
        return self.dataset is None and self.failed is None


class Fetch:
    """A download in a separate thread, started by the constructor.

    Parameters
    ----------
    directory : path, optional
        As in `load_mnist`.
    """

    def __init__(self, directory: str | os.PathLike | None = None) -> None:
        """Start the download."""
        self._directory = directory
        self._done = {file.name: 0 for file in cache.FILES}
        self._total = sum(file.size for file in cache.FILES)
        self._dataset: Dataset | None = None
        self._failed: str | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="mnist-fetch", daemon=True)
        self._thread.start()

    def state(self) -> FetchState:
        """Return the current state, without waiting."""
        with self._lock:
            done = self._total if self._dataset else sum(self._done.values())
            return FetchState(done, self._total, self._dataset, self._failed)

    def wait(self, timeout_s: float | None = None) -> FetchState:
        """Return the state after the download has ended, or after ``timeout_s`` seconds."""
        self._thread.join(timeout_s)
        return self.state()

    def _run(self) -> None:
        try:
            dataset = self._fetch()
        except Exception as error:  # of any kind: otherwise it would be lost with the thread
            log.warning("MNIST was not fetched: %s", error)
            with self._lock:
                self._failed = str(error)
        else:
            with self._lock:
                self._dataset = dataset

    def _fetch(self) -> Dataset:
        """Download MNIST into files, as worker processes do not share this process's memory."""
        folder = cache.data_folder(self._directory, may_create=True)
        cache.create(folder)
        if not cache.can_write(folder) and not is_local(folder):
            raise PermissionError(f"data folder {folder} cannot be written")
        dataset = fetch_mnist(folder, progress=self._progress)
        if not is_local(folder):
            raise OSError(f"the downloaded files could not be kept in {folder}")
        return dataset

    def _progress(self, file: str, done: int, total: int) -> None:
        with self._lock:
            self._done[file] = done


_fetches: dict[str, Fetch] = {}
_fetches_lock = threading.Lock()


def shared_fetch(directory: str | os.PathLike | None = None, *, retry: bool = False) -> Fetch:
    """Return this process's one download into the folder, started by the first call; all visitors share it.

    Parameters
    ----------
    retry : bool
        Whether to start again if the last one failed, or its files are gone.
    """
    key = str(directory if directory is not None else os.environ.get("MLP_DATA_DIR", ""))
    with _fetches_lock:
        fetch = _fetches.get(key)
        if fetch is None or (retry and not fetch.state().running and not is_local(directory)):
            fetch = _fetches[key] = Fetch(directory)
        return fetch
