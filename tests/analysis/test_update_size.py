"""The size of a step relative to the weights."""

import numpy as np
import pytest

from mlp.analysis.update_size import update_sizes
from mlp.training.run import Run
from mlp.training.settings import Settings

IMAGES = np.random.default_rng(0).random((64, 784)).astype(np.float32)
LABELS = np.arange(64) % 10


def sizes(**settings):
    return update_sizes(Run(Settings(hidden=(8,), batch_size=16, **settings)), IMAGES, LABELS)


def test_plain_step_size_follows_the_learning_rate():
    small, large = sizes(learning_rate=0.01), sizes(learning_rate=0.1)
    assert len(small) == 2
    np.testing.assert_allclose(large, np.multiply(small, 10), rtol=1e-3)


def test_adams_first_step_moves_every_weight_by_about_the_learning_rate():
    run = Run(Settings(hidden=(8,), activation="tanh", batch_size=16, optimizer="adam", learning_rate=0.001))
    weight = run.network.dense_layers[1].weight.value
    expected = 0.001 * np.sqrt(weight.size) / np.linalg.norm(weight)
    assert update_sizes(run, IMAGES, LABELS)[1] == pytest.approx(expected, rel=0.1)


def test_cosine_run_ends_with_tiny_steps():
    run = Run(Settings(hidden=(8,), batch_size=16, schedule="cosine", epochs=1))
    run.step = 1
    assert update_sizes(run, IMAGES, LABELS)[0] > 1e-4
    run.step = 4
    assert update_sizes(run, IMAGES, LABELS)[0] == 0


def test_measuring_changes_nothing_in_the_run_and_is_the_same_each_time():
    run = Run(Settings(hidden=(8,), momentum=0.9, batch_size=16))
    before = run.network.values.copy()
    assert update_sizes(run, IMAGES, LABELS) == update_sizes(run, IMAGES, LABELS)
    np.testing.assert_array_equal(run.network.values, before)
    assert not run.optimizer.slots["velocity"].any()
    assert run.step == 0
