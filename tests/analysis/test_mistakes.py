"""Confused digits of a network."""

import numpy as np

from mlp import MLP
from mlp.analysis.mistakes import Readings, read_all

PROBABILITIES = np.array([[0.9, 0.1, 0.0], [0.4, 0.6, 0.0], [0.1, 0.8, 0.1], [0.0, 0.3, 0.7], [0.2, 0.7, 0.1]])
READ = Readings(np.array([0, 0, 0, 2, 1]), PROBABILITIES.argmax(axis=1), PROBABILITIES)


def test_confusion_has_true_digits_by_row_and_answers_by_column():
    assert READ.confusion.tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 1]]


def test_cell_lists_its_surest_images_first():
    assert READ.cell(0, 1).tolist() == [2, 1]
    assert READ.cell(1, 2).tolist() == []


def test_worst_mistakes_are_the_surest_wrong_answers():
    assert READ.worst().tolist() == [2, 1]


def test_reading_all_agrees_with_the_network():
    network = MLP([4, 5, 3], rng=np.random.default_rng(0))
    images, labels = np.random.default_rng(1).random((50, 4)).astype(np.float32), np.arange(50, dtype=np.uint8) % 3
    read = read_all(network, images, labels)
    np.testing.assert_array_equal(read.answers, network.predict(images))
    assert read.confusion.sum() == 50
    assert np.trace(read.confusion) == np.count_nonzero(read.answers == labels)
