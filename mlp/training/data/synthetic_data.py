"""MNIST with synthetic digits: made once, kept in the data folder, and mapped by all processes."""

import logging
import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlp.atomic import write_whole
from mlp.images.files.cache import can_write
from mlp.images.files.lock import one_at_a_time
from mlp.images.handwriting.writing import synthetic_digits
from mlp.images.mnist import Dataset, Split
from mlp.seeds import rng_of
from mlp.training.data.sources import Data, Mnist
from mlp.training.settings import N_INPUTS, Settings

log = logging.getLogger(__name__)

EDITION = 1
"""Version of the digits, raised when the same seed gives other ones, so that older files are not used."""

LOCK_WAIT_S = 60.0
_writing = threading.Lock()


class WithSynthetic(NamedTuple):
    """Synthetic digits before the training images of ``base``; ``without`` names excluded styles."""

    base: Data
    n_synthetic: int
    without: tuple[str, ...] = ()

    def load(self) -> Dataset:
        """Return the images; the first call on a server makes the digits, which takes a second or two."""
        with _writing:  # other threads that need them wait here
            return load_once(self)


def training_data(base: Data, settings: Settings) -> Data:
    """Return the training data of a run with these settings: the base, with the synthetic digits that they ask for.

    Examples
    --------
    >>> training_data(Mnist(None), Settings(synthetic=30_000))
    WithSynthetic(base=Mnist(directory=None), n_synthetic=30000, without=())
    """
    return WithSynthetic(base, settings.synthetic, settings.without_styles) if settings.synthetic else base


def with_synthetic(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> Dataset:
    """Return a data set with synthetic digits before its training images, in memory."""
    images, labels = synthetic_digits(n_synthetic, rng_of("synthetic digits"), without=without)
    train = Split(
        np.concatenate([images, dataset.train.images]), np.concatenate([labels.astype(np.int64), dataset.train.labels])
    )
    return replace(dataset, name=_name(dataset, n_synthetic, without), train=train)


def write_in_background(data: Data) -> None:
    """Start making the digits of a source in a thread, unless that is done; returns at once."""
    if isinstance(data, WithSynthetic) and data not in _begun:
        _begun.add(data)
        threading.Thread(target=_write, args=(data,), name="writing", daemon=True).start()


_begun: set[WithSynthetic] = set()


def _write(data: WithSynthetic) -> None:
    try:
        data.load()
    except Exception as error:  # the run that needs the digits will report it
        log.warning("synthetic digits were not saved: %s", error)
        _begun.discard(data)


@lru_cache(maxsize=2)
def load_once(data: WithSynthetic) -> Dataset:
    """Return the images: mapped from the file in the base's folder, which is written if missing, or in memory."""
    dataset = data.base.load()
    folder = Path(data.base.directory) if isinstance(data.base, Mnist) and data.base.directory else None
    if folder is None or data.without or not folder.is_dir():
        return with_synthetic(dataset, data.n_synthetic, data.without)
    n_images = data.n_synthetic + len(dataset.train)
    path = folder / f"mnist-with-{data.n_synthetic}-written-{EDITION}.u8"
    if not _is_whole(path, n_images) and can_write(folder):
        with one_at_a_time(folder / ".inkling-writing.lock", LOCK_WAIT_S):
            if not _is_whole(path, n_images):
                _keep(path, with_synthetic(dataset, data.n_synthetic).train)
    if not _is_whole(path, n_images):
        return with_synthetic(dataset, data.n_synthetic)
    return replace(dataset, name=_name(dataset, data.n_synthetic), train=_mapped(path, n_images))


def _is_whole(path: Path, n_images: int) -> bool:
    try:
        return path.stat().st_size == n_images * (N_INPUTS + 1)
    except OSError:
        return False


def _keep(path: Path, split: Split) -> None:
    """Write images, then labels, one byte each."""
    try:
        write_whole(path, split.images.tobytes() + split.labels.astype(np.uint8).tobytes())
    except OSError as error:
        log.warning("%s is not kept, so every process makes its own: %s", path, error)


def _mapped(path: Path, n_images: int) -> Split:
    """Return the images, mapped and shared by all processes; a plain array, as np.memmap slows down every index."""
    content = np.memmap(path, np.uint8, mode="r").view(np.ndarray)
    images, labels = content[: n_images * N_INPUTS], content[n_images * N_INPUTS :]
    return Split(images.reshape(n_images, N_INPUTS), labels.astype(np.int64))


def _name(dataset: Dataset, n_synthetic: int, without: tuple[str, ...] = ()) -> str:
    left_out = f" without {len(without)} styles" if without else ""
    return f"{dataset.name} with {n_synthetic:,} synthetic digits{left_out}"
