"""MNIST with synthetic digits: made once, kept, and mapped by every process."""

import numpy as np
import pytest

from mlp.images.mnist import sample
from mlp.training.data.sources import Loaded, Mnist
from mlp.training.data.synthetic_data import (
    WithSynthetic,
    load_once,
    training_data,
    with_synthetic,
    write_in_background,
)
from mlp.training.run import Run
from mlp.training.settings import Settings


@pytest.fixture
def base(tmp_path, monkeypatch):
    """Return a source with a writable folder and the sample's images in it."""
    monkeypatch.setattr("mlp.training.data.sources.load_folder", lambda directory: sample())
    load_once.cache_clear()
    yield Mnist(str(tmp_path))
    load_once.cache_clear()


def test_run_gets_the_digits_that_its_settings_ask_for(base):
    wanted = training_data(base, Settings(synthetic=40, without_styles=("seven", "one")))
    assert wanted == WithSynthetic(base, 40, ("one", "seven"))
    assert training_data(base, Settings()) == base


def test_kept_digits_equal_written_ones_and_are_mapped(base, tmp_path):
    first = WithSynthetic(base, 40).load()
    assert first.name == "MNIST sample with 40 synthetic digits"
    np.testing.assert_array_equal(first.train.images, with_synthetic(sample(), 40).train.images)
    np.testing.assert_array_equal(first.train.labels, with_synthetic(sample(), 40).train.labels)
    file = next(file for file in tmp_path.iterdir() if file.suffix == ".u8")
    written = file.stat()
    load_once.cache_clear()  # as in a second process
    again = WithSynthetic(base, 40).load()
    np.testing.assert_array_equal(again.train.images, first.train.images)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert np.shares_memory(again.train.images, again.train.images.base)
    assert not again.train.images.flags.owndata
    assert file.stat().st_size == 785 * len(again.train)


def test_truncated_file_is_written_again(base, tmp_path):
    whole = WithSynthetic(base, 40).load().train.images.copy()
    file = next(file for file in tmp_path.iterdir() if file.suffix == ".u8")
    load_once.cache_clear()
    file.write_bytes(file.read_bytes()[:-1])
    np.testing.assert_array_equal(WithSynthetic(base, 40).load().train.images, whole)


def test_digits_stay_in_memory_without_a_folder_or_with_left_out_styles(base, tmp_path):
    for source in (
        WithSynthetic(Mnist(None), 20),
        WithSynthetic(Loaded(sample()), 20),
        WithSynthetic(base, 20, ("one",)),
    ):
        assert len(source.load().train) == 4020
    assert [file for file in tmp_path.iterdir() if file.suffix == ".u8"] == []


def test_digits_are_written_in_the_background(base, tmp_path):
    source = WithSynthetic(base, 60)
    write_in_background(source)
    assert len(source.load().train) == 4060  # waits for the process that is writing


def test_image_limit_applies_to_mnist():
    assert Run(Settings(synthetic=30, images=100)).images_used(4030) == 130
    assert Run(Settings(synthetic=30)).images_used(4030) == 4030


@pytest.mark.parametrize("wrong", [("eleven",), "one", 7])
def test_unknown_style_is_named(wrong):
    with pytest.raises(ValueError, match=r"without_styles must be names.*got"):
        Settings(without_styles=wrong)
