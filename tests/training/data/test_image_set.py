"""Data sets as training data: one file for all processes, found by its digest, and deleted with its last owner."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from mlp.images.mnist import PACKAGED, load_mnist
from mlp.training.data.image_set import (
    FOLDER,
    STORED,
    UNUSED_S,
    ImageSet,
    delete_unused,
    offered,
    splits_of,
    store,
    stored_file,
)
from tests.sample_shapes import TITLE, shapes_data, shapes_file, shapes_set


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of offered sets, with one in it."""
    (tmp_path / f"{TITLE}.npz").write_bytes(shapes_file())
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv(STORED, str(tmp_path / ".stored"))
    offered.cache_clear()
    splits_of.cache_clear()
    yield tmp_path
    offered.cache_clear()
    splits_of.cache_clear()


def stored(folder: Path) -> list[str]:
    return [file.name for file in (folder / ".stored").iterdir()]


def test_offered_set_is_mapped_from_one_file_with_the_images_of_its_own(folder: Path):
    sets, broken = offered()
    assert (sets, broken) == ([shapes_set()], {})
    assert stored(folder) == [sets[0].digest]
    data, expected = sets[0].load(), shapes_data()
    for split in ("train", "validation", "test"):
        assert np.array_equal(getattr(data, split).images, getattr(expected, split).images)
        assert np.array_equal(getattr(data, split).labels, getattr(expected, split).labels)
    assert not data.train.images.flags.writeable
    assert data.learned == expected.learned


@pytest.mark.parametrize("content", [None, b"short", "changed"])
def test_file_that_is_gone_or_has_changed_is_missing(folder: Path, content: object):
    data = store(shapes_data())
    file = stored_file(data.digest)
    changed = bytearray(file.read_bytes())
    changed[99] ^= 1
    file.unlink()
    if content is not None:
        file.write_bytes(changed if content == "changed" else content)
    with pytest.raises(FileNotFoundError, match="not on this computer, or have changed"):
        data.load()


def test_computer_that_has_no_sets_lacks_the_images(folder: Path, monkeypatch: pytest.MonkeyPatch):
    data = store(shapes_data())
    monkeypatch.delenv(STORED)  # as on a worker of a cluster
    with pytest.raises(FileNotFoundError, match="not on this computer"):
        data.load()


def test_file_that_nobody_has_is_deleted_after_ten_minutes(folder: Path, monkeypatch: pytest.MonkeyPatch):
    data = store(shapes_data())
    monkeypatch.delenv(FOLDER)  # no longer offered
    (folder / ".stored" / ".killed.part").write_bytes(b"half")
    for age, used, kept in ((UNUSED_S - 60, (), 2), (UNUSED_S + 60, (data.digest,), 1), (UNUSED_S + 60, (), 0)):
        for name in stored(folder):
            os.utime(folder / ".stored" / name, (0, time.time() - age))
        delete_unused(used)
        assert len(stored(folder)) == kept


def test_offered_set_stays_and_one_stored_again_begins_anew(folder: Path, monkeypatch: pytest.MonkeyPatch):
    data = store(shapes_data())
    os.utime(stored_file(data.digest), (0, 0))
    delete_unused(())
    assert stored(folder) == [data.digest]
    monkeypatch.delenv(FOLDER)
    offered.cache_clear()
    store(shapes_data())
    delete_unused(())
    assert stored(folder) == [data.digest]


def test_mnist_is_no_set(folder: Path):
    with pytest.raises(ValueError, match="this is MNIST, which is always there"):
        store(load_mnist(PACKAGED))


def test_broken_set_is_named_and_stops_nothing(folder: Path, caplog: pytest.LogCaptureFixture):
    (folder / "Broken.zip").write_bytes(b"no ZIP")
    sets, broken = offered()
    assert len(sets) == 1
    assert list(broken) == ["Broken"]
    assert "Broken.zip cannot be offered: a data set must be" in caplog.text


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"sizes": (1, 2)}, "three splits"),
        ({"sizes": (1, 0, 2)}, "images of a split"),
        ({"digest": "../../x"}, "digest of 64"),
        ({"names": ("A",)}, "2 to 10 names"),
    ],
)
def test_invalid_facts_are_refused(values, rule):
    facts = {"title": "x", "names": ("A", "B"), "digest": "0" * 64, "sizes": (3, 1, 1)}
    with pytest.raises(ValueError, match=rule):
        ImageSet(**facts | values)
