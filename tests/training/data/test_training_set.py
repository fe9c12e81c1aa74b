import numpy as np
import pytest

from mlp.training.data.synthetic_data import with_synthetic
from mlp.training.data.training_set import extended, unseen_synthetic_digits
from mlp.training.settings import Settings
from tests.sample_digits import sample


def test_default_settings_leave_the_data_unchanged():
    assert extended(sample()) is sample()


def test_synthetic_digits_come_first_and_validation_images_last():
    data = sample()
    more = with_synthetic(extended(data, everything=True), 30)
    n, n_validation = len(data.train), len(data.validation)
    assert len(more.train) == n + n_validation + 30
    assert np.bincount(more.train.labels[:30]).tolist() == [3] * 10
    np.testing.assert_array_equal(more.train.images[30 : 30 + n], data.train.images)
    np.testing.assert_array_equal(more.train.labels[30 + n :], data.validation.labels)
    assert more.test is data.test
    assert "30 synthetic digits" in more.name


def test_repeats_apply_to_images_but_not_synthetic_digits():
    data = sample()
    more = with_synthetic(extended(data, everything=True, repeat=3), 10)
    once = np.concatenate([data.train.labels, data.validation.labels])
    assert len(more.train) == 3 * len(once) + 10
    np.testing.assert_array_equal(more.train.labels[10:], np.tile(once, 3))
    np.testing.assert_array_equal(more.train.images[-len(data.validation) :], data.validation.images)


def test_synthetic_digits_are_fixed_and_differ_from_measuring_ones():
    first, again = (with_synthetic(sample(), 20).train.images[:20] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != unseen_synthetic_digits(20, 1).images).any()


@pytest.mark.parametrize("synthetic", [-1, 1.5, 10**7, True])
def test_invalid_number_of_synthetic_digits_is_named(synthetic):
    with pytest.raises(ValueError, match=r"synthetic.*got"):
        Settings(synthetic=synthetic)


@pytest.mark.parametrize("repeat", [0, 11, 1.5, True])
def test_invalid_number_of_repetitions_is_named(repeat):
    with pytest.raises(ValueError, match=r"repeat must be a whole number from 1 to 10, got"):
        extended(sample(), repeat=repeat)
