"""MNIST, which comes with the package, or four files like its own from another folder."""

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from mlp.class_names import checked_names
from mlp.images.idx import idx_offset, idx_shape, parse_idx
from mlp.language import Later
from mlp.learned import Learned
from mlp.user_cache import shared

PACKAGED = Path(__file__).with_name("mnist")
"""The folder with MNIST's four files and their license."""
OTHER_DIGITS = Learned("digits")
"""What is learned from digits that are not MNIST's."""
VALIDATION_SIZE = 10_000
MIN_IMAGES = 6  # so that a sixth is one
TEST_NOUN = (Later("test digit"), Later("test digits"))
VALIDATION_NOUN = (Later("validation digit"), Later("validation digits"))
TEST_IMAGES = (Later("test image"), Later("test images"))
VALIDATION_IMAGES = (Later("validation image"), Later("validation images"))
"""Names of one image, and of several."""


@dataclass(frozen=True, eq=False)
class Split:
    """Images with their labels, both read-only.

    The images are (n, 784) uint8, row by row, 0 paper to 255 ink; the labels, (n,) int, are their classes, 0 to 9.
    Raises a ValueError if the arrays do not have these shapes and types.
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        """Check the arrays and keep read-only views of them."""
        images, labels = np.asarray(self.images).view(), np.asarray(self.labels).view()
        if images.dtype != np.uint8 or images.ndim != 2 or images.shape[1] != 784:
            raise ValueError(f"images must be uint8 of shape (n, 784), got {images.dtype} of shape {images.shape}")
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            raise ValueError(
                f"labels must be integers of shape ({len(images)},), got {labels.dtype} of shape {labels.shape}"
            )
        if len(labels) and not 0 <= labels.min() <= labels.max() <= 9:
            raise ValueError(f"labels must be 0 to 9, got {labels.min()} to {labels.max()}")
        for name, array in (("images", images), ("labels", labels)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Number of images."""
        return len(self.labels)


def joined(splits: Sequence[Split]) -> Split:
    """Return the images of all these splits, in this order."""
    return Split(np.concatenate([split.images for split in splits]), np.concatenate([split.labels for split in splits]))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images for training, for choosing settings and for the final test; ``name`` says which data it is.

    ``learned`` is what a network learns from it, with the names of the classes, from label 0. ``unseen`` holds images
    like the training ones, for drawings alone. ``held_noun`` names one validation image, and several, if they are no
    others, and ``note`` says what was done to the images.

    Raises
    ------
    ValueError
        If there are not 2 to 10 valid names, or a label has none.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    learned: Learned = OTHER_DIGITS
    unseen: np.ndarray | None = None
    held_noun: tuple[str, str] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Check that each label has a name."""
        checked_names(self.names)
        for split in (self.train, self.validation, self.test):
            if len(split) and split.labels.max() >= len(self.names):
                raise ValueError(f"labels must be below the {len(self.names)} names, got {split.labels.max()}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the classes, from label 0."""
        return self.learned.names

    @property
    def splits_to_check(self) -> tuple[Literal["test", "validation"], ...]:
        """The splits that no run learns from; without test images if those are the validation images."""
        return ("validation",) if self.test is self.validation else ("test", "validation")

    def noun(self, split: str) -> tuple[str, str]:
        """Return the name of one image of a split to check, and of several."""
        if split == "test" and split in self.splits_to_check:
            return self.learned.of(TEST_NOUN, TEST_IMAGES)
        return self.held_noun or self.learned.of(VALIDATION_NOUN, VALIDATION_IMAGES)


def evenly_spaced(n: int, most: int) -> slice:
    """Return the places of at most ``most`` of ``n`` images, with an odd number of places from one to the next.

    Every other image of MNIST is by a group of writers who are harder to read, so an even number meets only one group.

    >>> len(range(10_000)[evenly_spaced(10_000, 1_500)]), len(range(6)[evenly_spaced(6, 1_500)])
    (1429, 6)
    """
    return slice(0, n, -(-n // most) | 1)


def named_folder() -> str | None:
    """Return the folder that MLP_DATA_DIR names in place of the package's; None if it names none."""
    return os.environ.get("MLP_DATA_DIR") or None


def load_mnist(directory: str | os.PathLike | None = None, *, download: bool = True) -> Dataset:
    """Return MNIST from the package, or images from another folder.

    Parameters
    ----------
    directory : path, optional
        A folder with four files of the same names and form as MNIST's; by default MLP_DATA_DIR, else the package's own.
    download : bool
        Has no effect, as nothing is downloaded; accepted for programs that were written before MNIST came along.

    Returns
    -------
    Dataset
        50,000 training images, the last 10,000 of the training file for validation, 10,000 test images. Smaller files
        lose a sixth to validation. It is named "MNIST", or like its folder if that holds other images.

    Raises
    ------
    FileNotFoundError
        If the named folder does not have all four files, or they cannot be read.
    ValueError
        If a file has another form, or too few images.
    """
    named = named_folder() if directory is None else directory
    folder = PACKAGED if named is None else Path(os.path.expanduser(named)).absolute()
    for part in ("train", "t10k"):
        for path in _files(folder, part):
            if not os.access(path, os.R_OK):
                raise FileNotFoundError(
                    f"the data folder (directory, --data or MLP_DATA_DIR) must have MNIST's four files, got "
                    f"{str(named)!r}, where {path.name} cannot be read"
                )
    train, test = (_split(folder, part) for part in ("train", "t10k"))
    end = len(train) - min(VALIDATION_SIZE, len(train) // 6)
    is_mnist = _checksum(folder) == _checksum(PACKAGED)
    return Dataset(
        "MNIST" if is_mnist else folder.name,
        train=Split(train.images[:end], train.labels[:end]),
        validation=Split(train.images[end:], train.labels[end:]),
        test=test,
        learned=Learned() if is_mnist else OTHER_DIGITS,
    )


def _files(folder: Path, part: str) -> tuple[Path, Path]:
    """Return the places of a part's images and labels."""
    return folder / f"{part}-images-idx3-ubyte.gz", folder / f"{part}-labels-idx1-ubyte.gz"


def _checksum(folder: Path) -> bytes:
    """Return checksum and length of the unpacked training images, which are the end of every ``.gz``."""
    with _files(folder, "train")[0].open("rb") as packed:
        packed.seek(-8, os.SEEK_END)
        return packed.read()


def _split(folder: Path, part: str) -> Split:
    """Return the images and labels of one part of a folder."""
    images, labels = _files(folder, part)
    try:
        split = Split(_pixels(images), parse_idx(gzip.decompress(labels.read_bytes())).astype(np.int64))
        if len(split) < MIN_IMAGES:
            raise ValueError(f"there must be at least {MIN_IMAGES} images, got {len(split)}")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ValueError(f"{images} and its labels must have the form of MNIST's files: {error}") from error
    return split


def _pixels(path: Path) -> np.ndarray:
    """Return the images of a packed file, (n, 784), in memory that the processes of a machine share."""
    packed = path.read_bytes()
    shape = idx_shape(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, idx_offset(3)))
    if shape[1:] != (28, 28):
        raise ValueError(f"images must have the shape (n, 28, 28), got {shape}")

    def unpacked() -> bytes:
        data = gzip.decompress(packed)
        parse_idx(data)  # checks the length
        return data

    name = f"{path.stem}.{hashlib.sha256(packed).hexdigest()}.u8"
    return parse_idx(shared(name, idx_offset(3) + math.prod(shape), unpacked).data).reshape(-1, 784)
