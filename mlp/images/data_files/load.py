"""``mlp.load_data``: a data set of one's own, from a file or a folder, with splits that are held out."""

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mlp.class_names import MAX_CHARACTERS, MAX_CLASSES, MIN_CLASSES, checked_names
from mlp.images.data_files.archive import files_of_folder, files_of_zip
from mlp.images.data_files.forms import Parts, check_number, parts_of
from mlp.images.mnist import PACKAGED, Dataset, Split, joined, load_mnist
from mlp.language import Later, mark
from mlp.learned import MAX_TEXT, MAX_TITLE, Learned
from mlp.seeds import rng_of

MAX_IMAGES = 150_000
"""Images of a data set: 118 MB."""
HELD, LEAST_EACH = 6, 3
"""One in six of each class is held out; each class needs one image for each split."""


def load_data(path: str | os.PathLike[str], classes: Sequence[str] | None = None) -> Dataset:
    """Return a data set of 28 × 28 gray images in 2 to 10 classes, from a file or a folder.

    Parameters
    ----------
    path : path
        One of: an ``.npz`` with ``images`` and ``labels``, and perhaps ``names``, ``test_images`` and ``test_labels``
        (or under the names of Keras or MedMNIST); a folder or a ZIP with MNIST's four files, packed or not, and perhaps
        ``names.txt``, a name in each line; a folder or a ZIP with a folder of pictures (PNG, JPEG, WebP) for each
        class, perhaps below folders ``train`` and ``test``; or one with an ``.npy`` for each class. Arrays are uint8,
        (n, 784), (n, 28, 28) or (n, 28, 28, 1). The first line of a file ``LICENSE`` is kept.
    classes : sequence of str, optional
        The names of the classes to keep, in their order; by default all. Without names, they are "class 0", ….

    Returns
    -------
    Dataset
        Its images are in an order that depends on nothing but a fixed seed. Without test images, one in six of each
        class is held out for the test, and without validation images, another one. It is MNIST itself if the files
        hold its bytes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file has another form, or too few or too many classes or images; the message has the value and the rule.
    """
    place = Path(os.path.expanduser(path)).absolute()
    files = files_of_folder(place) if place.is_dir() else files_of_zip(place)
    return _dataset(parts_of(files, MAX_IMAGES), title_of(place), classes, MAX_IMAGES)


def parse_data(data: bytes, title: str, most: int = MAX_IMAGES) -> Dataset:
    """Return the data set in the bytes of an ``.npz`` or a ZIP of at most ``most`` images; errors as `load_data`."""
    return _dataset(parts_of(files_of_zip(io.BytesIO(data)), most), title, None, most)


def title_of(path: Path) -> str:
    """Return the name of a file without its ending, or that of a folder.

    >>> title_of(Path("sets/fashion.npz")), title_of(Path("sets/fashion.v2"))
    ('fashion', 'fashion.v2')
    """
    return path.stem if path.suffix.lower() in (".npz", ".zip") else path.name


def _dataset(parts: Parts, title: str, classes: Sequence[str] | None, most: int) -> Dataset:
    check_number(sum(len(images) for images, _ in parts.images.values()), most)
    if classes is None and _are_mnist(parts):
        return load_mnist(PACKAGED)
    splits, names = _chosen(parts, classes)
    for part in ("test", "validation"):
        if part not in splits:
            splits["train"], splits[part] = _held_out(splits["train"])
    title = "".join(filter(str.isprintable, title))[:MAX_TITLE].strip() or "data"
    license = "".join(filter(str.isprintable, parts.license))[:MAX_TEXT]
    train, validation, test = (splits[part] for part in ("train", "validation", "test"))
    learned = Learned("set", names, title, digest_of([train, validation, test]), license)
    return Dataset(title, train, validation, test, learned, note=parts.note)


def _are_mnist(parts: Parts) -> bool:
    if [len(labels) for _, labels in parts.images.values()] != [60_000, 10_000]:
        return False
    mnist = load_mnist(PACKAGED)
    pairs = zip(parts.images.values(), (joined([mnist.train, mnist.validation]), mnist.test), strict=True)
    return all(
        np.array_equal(images, split.images) and np.array_equal(labels, split.labels)
        for (images, labels), split in pairs
    )


def _chosen(parts: Parts, classes: Sequence[str] | None) -> tuple[dict[str, Split], tuple[str, ...]]:
    """Return the images of the chosen classes by part, scattered, with labels from 0, and the names."""
    for images, labels in parts.images.values():
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            rule = mark("there must be one whole number as the label of each image, got {labels} for {n:,} images")
            got = f"{labels.dtype} of shape {labels.shape!s:.40}"
            raise ValueError(Later(rule, labels=got, n=len(images)))
    every = np.unique(np.concatenate([labels for _, labels in parts.images.values()]).astype(np.int64)).tolist()
    all_names = list(parts.names) or [f"class {label}" for label in every]
    numbers = range(len(all_names)) if parts.names else every
    if not set(every) <= set(numbers) or min(every, default=0) < 0:
        rule = mark("labels must be whole numbers from 0 on, each with a name if there are names, got {labels}")
        raise ValueError(Later(rule, labels=f"{every!s:.60}"))
    names, number_of = list(all_names if classes is None else classes), dict(zip(all_names, numbers, strict=True))
    if unknown := [name for name in names if name not in number_of]:
        rule = mark("classes must be among {names}, got {unknown}")
        raise ValueError(Later(rule, names=f"{', '.join(all_names):.200}", unknown=f"{', '.join(unknown):.60}"))
    if not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        rule = mark("a data set must have {least} to {most} classes, got {n}; leave out some, or choose by classes")
        raise ValueError(Later(rule, least=MIN_CLASSES, most=MAX_CLASSES, n=len(names)))
    checked = checked_names([name.strip()[:MAX_CHARACTERS] for name in names])
    splits = {}
    for part, (images, labels) in parts.images.items():
        order = rng_of("order of a data set").permutation(len(labels))  # the first are used where all are too many
        places = np.select([labels[order] == number_of[name] for name in names], range(len(names)), -1)
        splits[part] = Split(images[order[places >= 0]], places[places >= 0])
    counts = np.bincount(splits["train"].labels, minlength=len(names)) if "train" in splits else np.zeros(len(names))
    if counts.min() < LEAST_EACH:
        rule = mark("there must be at least {least} images of each class to learn from, got {n} of {name}")
        worst = int(counts.argmin())
        raise ValueError(Later(rule, least=LEAST_EACH, n=int(counts[worst]), name=f"{names[worst]!r:.40}"))
    return splits, checked


def _held_out(split: Split) -> tuple[Split, Split]:
    """Return the other images, and one in six of each class, at least one."""
    held = np.zeros(len(split), bool)
    for label in range(int(split.labels.max()) + 1):
        of_class = np.flatnonzero(split.labels == label)
        held[of_class[: max(1, len(of_class) // HELD)]] = True
    return Split(split.images[~held], split.labels[~held]), Split(split.images[held], split.labels[held])


def digest_of(splits: Sequence[Split]) -> str:
    """Return the SHA-256 of the pixels and labels of splits, with the number of images in each."""
    digest = hashlib.sha256(repr([len(split) for split in splits]).encode())
    for split in splits:
        digest.update(np.ascontiguousarray(split.images).data)
        digest.update(split.labels.astype(np.uint8).data)
    return digest.hexdigest()
