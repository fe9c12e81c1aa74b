"""Download MNIST in the background, for a page that must not wait for it."""

import logging
import os
import threading
from dataclasses import dataclass

from mlp.images.files import cache
from mlp.images.mnist import Dataset, fetch_mnist, is_local

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FetchState:
    """How far a download has come, at one moment.

    Parameters
    ----------
    file : str
        The file that is coming in; empty before the first.
    done, total : int
        Bytes that have come, of all files, and bytes there are.
    dataset : Dataset or None
        The whole of MNIST, once it is there.
    failed : str or None
        Why it will not come; None while it may, or when it came.
    """

    file: str
    done: int
    total: int
    dataset: Dataset | None
    failed: str | None

    @property
    def running(self) -> bool:
        """Whether it has neither arrived nor failed."""
        return self.dataset is None and self.failed is None


class Fetch:
    """One download in a thread of its own, begun when this is made.

    Parameters
    ----------
    directory : path, optional
        As in `load_mnist`.
    """

    def __init__(self, directory: str | os.PathLike | None = None) -> None:
        """Begin the download."""
        self._directory = directory
        self._done = {file.name: 0 for file in cache.FILES}
        self._total = sum(file.size for file in cache.FILES)
        self._file = ""
        self._dataset: Dataset | None = None
        self._failed: str | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="mnist-fetch", daemon=True)
        self._thread.start()

    def state(self) -> FetchState:
        """How far it is; returns at once."""
        with self._lock:
            done = self._total if self._dataset else sum(self._done.values())
            return FetchState(self._file, done, self._total, self._dataset, self._failed)

    def wait(self, timeout_s: float | None = None) -> FetchState:
        """How far it is once it has ended, or after ``timeout_s`` seconds."""
        self._thread.join(timeout_s)
        return self.state()

    def _run(self) -> None:
        try:
            dataset = self._fetch()
        except Exception as error:  # of any kind: else it would be lost in the thread
            log.warning("MNIST was not fetched: %s", error)
            with self._lock:
                self._failed = str(error)
        else:
            with self._lock:
                self._dataset = dataset

    def _fetch(self) -> Dataset:
        """Fetch MNIST into files: trainings run in processes of their own, which do not share this one's memory."""
        folder = cache.data_folder(self._directory, may_create=True)
        cache.create(folder)
        if not cache.can_write(folder) and not is_local(folder):
            raise PermissionError(f"data folder {folder} cannot be written")
        dataset = fetch_mnist(folder, progress=self._progress)
        if not is_local(folder):
            raise OSError(f"what was fetched could not be kept in {folder}")
        return dataset

    def _progress(self, file: str, done: int, total: int) -> None:
        with self._lock:
            self._file = file
            self._done[file] = done


_fetches: dict[str, Fetch] = {}
_fetches_lock = threading.Lock()


def shared_fetch(directory: str | os.PathLike | None = None, *, retry: bool = False) -> Fetch:
    """The one download into this folder by this process, begun with the first call; all visitors watch the same one.

    Parameters
    ----------
    retry : bool
        Whether to begin again if the last one failed, or what it brought is gone.
    """
    key = str(directory if directory is not None else os.environ.get("MLP_DATA_DIR", ""))
    with _fetches_lock:
        fetch = _fetches.get(key)
        if fetch is None or (retry and not fetch.state().running and not is_local(directory)):
            fetch = _fetches[key] = Fetch(directory)
        return fetch
