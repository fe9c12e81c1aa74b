"""MNIST from the package, and four files like its own from other folders: found, split, or refused."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlp.images.mnist import PACKAGED, Split, load_mnist
from mlp.training.data.sources import Mnist, chosen_mnist
from tests.sample_digits import sample, write_idx, write_sample

TRAIN_IMAGES, TEST_LABELS = "train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with 60 training and 500 test images."""
    write_sample(tmp_path / "few", 60)
    return tmp_path / "few"


def test_package_holds_all_of_mnist(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MLP_DATA_DIR")
    dataset = load_mnist()
    assert dataset.name == "MNIST"
    assert dataset.train.images.shape == (50_000, 784)
    assert dataset.validation.images.shape == (10_000, 784)
    assert dataset.test.images.shape == (10_000, 784)
    np.testing.assert_array_equal(dataset.train.labels[:8], [5, 0, 4, 1, 9, 2, 1, 3])
    np.testing.assert_array_equal(dataset.test.labels[:8], [7, 2, 1, 0, 4, 1, 4, 9])
    for given in (True, False):
        assert load_mnist(download=given).name == "MNIST"
    assert chosen_mnist() == Mnist(None)


def test_validation_data_is_the_end_of_the_training_file(folder: Path):
    dataset, data = load_mnist(folder), sample()
    np.testing.assert_array_equal(dataset.train.images, data.train.images[:50])
    np.testing.assert_array_equal(dataset.train.labels, data.train.labels[:50])
    np.testing.assert_array_equal(dataset.validation.images, data.train.images[50:60])
    np.testing.assert_array_equal(dataset.validation.labels, data.train.labels[50:60])
    np.testing.assert_array_equal(dataset.test.images, data.test.images)


def test_other_images_have_the_name_of_their_folder(folder: Path, tmp_path: Path):
    assert load_mnist(folder).name == "few"
    for path in PACKAGED.glob("*.gz"):  # MNIST, packed by another program
        data = path.read_bytes() if "labels" in path.name else gzip.compress(gzip.decompress(path.read_bytes()), 1)
        (tmp_path / path.name).write_bytes(data)
    assert load_mnist(tmp_path).name == "MNIST"


def test_folder_named_by_the_environment_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLP_DATA_DIR", str(folder))
    assert load_mnist().name == "few"
    assert load_mnist(PACKAGED).name == "MNIST"
    assert chosen_mnist() == Mnist(str(folder))
    assert chosen_mnist().load().name == "few"
    assert Mnist(None).load().name == "MNIST"  # wherever new runs train


def test_images_stay_bytes_and_read_only(folder: Path):
    for split in (load_mnist(folder).train, sample().test):
        assert split.images.dtype == np.uint8
        for array in (split.images, split.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1


@pytest.mark.parametrize("damage", ["missing", "unreadable"])
def test_folder_without_all_four_files_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str):
    labels = folder / TEST_LABELS
    if damage == "missing":
        labels.unlink()
    else:
        monkeypatch.setattr("os.access", lambda path, mode: path != labels)
    with pytest.raises(FileNotFoundError, match=r"the data folder .*must have MNIST's four files, got '.*gz"):
        load_mnist(folder)
    monkeypatch.setenv("MLP_DATA_DIR", str(folder))
    with pytest.raises(FileNotFoundError, match=r"MLP_DATA_DIR.* must have MNIST's four"):
        load_mnist()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "no gzip": lambda path: path.write_bytes(b"no gzip at all"),
    "no bytes": lambda path: path.write_bytes(gzip.compress(bytes([0, 0, 13, 3]) + bytes(12), 1)),
    "half a header": lambda path: path.write_bytes(gzip.compress(bytes([0, 0, 8, 3]), 1)),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-12]),
    "longer": lambda path: path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"more", 1)),
    "larger images": lambda path: write_idx(path, np.zeros((60, 32, 32), np.uint8)),
    "fewer than labels": lambda path: write_idx(path, np.zeros((59, 28, 28), np.uint8)),
    "too few": lambda path: write_sample(path.parent, 5),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_file_is_named_and_leaves_no_copy(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    DAMAGE[damage](folder / TRAIN_IMAGES)
    with pytest.raises(ValueError, match=f"{TRAIN_IMAGES} and its labels must have the form of MNIST's files: "):
        load_mnist(folder)
    if damage in ("truncated", "longer"):
        assert list((folder / "cache").rglob("*.u8")) == []


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 784)), np.zeros(2, int), "images must be uint8 of shape"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(2, int), r"got uint8 of shape \(2, 28, 28\)"),
        (np.zeros((2, 784), np.uint8), np.zeros(3, int), r"labels must be integers of shape \(2,\)"),
        (np.zeros((2, 784), np.uint8), np.zeros(2), "got float64"),
        (np.zeros((2, 784), np.uint8), np.array([3, 10]), "labels must be 0 to 9, got 3 to 10"),
    ],
)
def test_split_refuses_invalid_arrays(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Split(images, labels)
