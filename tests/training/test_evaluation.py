"""Training accuracy is measured like validation accuracy: on a fixed sample of unwarped images."""

import numpy as np
import pytest

from mlp.jobs.slices import measured
from mlp.straightening import straightened
from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.evaluation import SAMPLE, evaluate, training_sample
from mlp.training.run import Run
from mlp.training.settings import Settings
from tests.sample_digits import sample

TRAIN = sample().train


@pytest.mark.parametrize(("used", "n"), [(1, 1), (300, 300), (SAMPLE, SAMPLE), (SAMPLE + 1, SAMPLE // 2 + 1)])
def test_sample_spreads_over_the_images_that_are_used(used, n):
    found = training_sample(Settings(warp=1.0), TRAIN, used)
    stride = 1 if used <= SAMPLE else 2
    assert len(found) == n
    np.testing.assert_array_equal(found.images, TRAIN.images[:used:stride])
    np.testing.assert_array_equal(found.labels, TRAIN.labels[:used:stride])


def test_sample_leaves_synthetic_digits_out():
    settings = Settings(synthetic=50, images=100)
    found = training_sample(settings, with_synthetic(sample(), 50).train, 150)
    np.testing.assert_array_equal(found.images, TRAIN.images[:100])
    with pytest.raises(ValueError, match="more images than the 50 synthetic ones, got 40"):
        training_sample(settings, TRAIN, 40)


def test_sample_is_straightened_for_a_network_that_sees_upright_images():
    found = training_sample(Settings(straighten=True), TRAIN, 10)
    np.testing.assert_array_equal(found.images, straightened(TRAIN.images[:10]))


def test_training_accuracy_counts_no_warp_dropout_or_smoothing():
    settings = Settings(warp=1.0, dropout=0.5, label_smoothing=0.3, images=200)
    (found,) = measured(Run(settings), chosen_mnist()).evaluations
    plain = evaluate(Run(settings).network, TRAIN.images[:200], TRAIN.labels[:200])
    assert (found.training_loss, found.training_accuracy) == plain
