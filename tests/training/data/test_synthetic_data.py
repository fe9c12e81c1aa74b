"""Synthetic digits beside others: put together once, kept, and mapped by every process; others for measurements."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import mlp
from mlp.training.data.sources import Loaded, Mnist
from mlp.training.data.synthetic_data import (
    WithSynthetic,
    load_once,
    training_data,
    with_synthetic,
)
from mlp.training.data.synthetic_validation import synthetic_score
from mlp.training.settings import Settings
from mlp.user_cache import DIGEST_BYTES
from tests.sample_digits import sample


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mnist]:
    """The package's MNIST, of which only the sample is loaded, and an empty cache folder."""
    monkeypatch.setattr(Mnist, "load", lambda _: sample())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load_once.cache_clear()
    yield Mnist()
    load_once.cache_clear()


def kept(folder: Path) -> list[Path]:
    return list(folder.rglob("*.u8"))


def test_run_gets_the_digits_that_its_settings_ask_for(base: Mnist):
    wanted = training_data(base, Settings(synthetic=40, without_styles=("seven", "one")))
    assert wanted == WithSynthetic(base, 40, ("one", "seven"))
    assert training_data(base, Settings()) == base


def test_kept_digits_equal_unpacked_ones_and_are_mapped(base: Mnist, tmp_path: Path):
    first = WithSynthetic(base, 40).load()
    assert first.name == "MNIST sample with 40 synthetic digits"
    np.testing.assert_array_equal(first.train.images, with_synthetic(sample(), 40).train.images)
    np.testing.assert_array_equal(first.train.labels, with_synthetic(sample(), 40).train.labels)
    (file,) = kept(tmp_path)
    load_once.cache_clear()  # as in a second process
    again = WithSynthetic(base, 40).load()
    np.testing.assert_array_equal(again.train.images, first.train.images)
    assert kept(tmp_path) == [file]
    assert not again.train.images.flags.owndata
    assert file.stat().st_size == 785 * len(again.train) + DIGEST_BYTES


def test_digits_stay_in_memory_for_other_images_or_with_left_out_styles(base: Mnist, tmp_path: Path):
    for source in (
        WithSynthetic(Mnist(str(tmp_path)), 20),
        WithSynthetic(Loaded(sample()), 20),
        WithSynthetic(base, 20, ("one",)),
    ):
        assert len(source.load().train) == 4020
    assert kept(tmp_path) == []


def test_pretrained_network_reads_more_than_the_articles():
    pretrained, plain = (
        synthetic_score(mlp.load_model(mlp.DEFAULT_MODEL.with_name(f"{name}.safetensors")))
        for name in ("inkling", "article")
    )
    assert pretrained.known > 0.97
    assert pretrained.unseen > 0.97
    assert plain.all < pretrained.all - 0.02
    assert pretrained.all == (pretrained.known + pretrained.unseen) / 2
