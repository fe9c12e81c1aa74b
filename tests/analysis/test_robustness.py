"""Distorted images: always the same, and harder to read if stronger."""

import numpy as np
import pytest

from mlp import DEFAULT_MODEL
from mlp.analysis.robustness import CORRUPTIONS, robustness
from mlp.nn.weights import load_model
from tests.sample_digits import sample


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_deterministic_and_stronger_if_strong(name):
    images = sample().test.images[:50].reshape(-1, 28, 28)
    kept = images.copy()
    mild, strong = (CORRUPTIONS[name](images, np.random.default_rng(1), strong) for strong in (False, True))
    assert mild.dtype == strong.dtype == np.uint8
    assert mild.shape == strong.shape == images.shape
    np.testing.assert_array_equal(images, kept)
    np.testing.assert_array_equal(mild, CORRUPTIONS[name](images, np.random.default_rng(1), False))
    away = [np.abs(distorted.astype(float) - images).mean(axis=(1, 2)) for distorted in (mild, strong)]
    assert (away[0] > 0).all()
    assert (away[1] > away[0]).mean() > 0.9


def test_articles_network_reads_less_of_more_distorted_images():
    network, test = load_model(DEFAULT_MODEL.with_name("article.safetensors")), sample().test
    found = list(robustness(network, test.images, test.labels))
    assert [one.name for one in found] == list(CORRUPTIONS)
    plain = (network.predict(test.images) == test.labels).mean()
    assert all(one.strong < one.mild <= plain for one in found)
    assert found == list(robustness(network, test.images, test.labels))
