"""The article on one screen computes the same as the library, and random streams share no seeds."""

import numpy as np
import pytest

from mlp import MLP, SGD, train
from mlp.from_scratch import Dense, ReLU, minibatches, predict, train_step
from mlp.seeds import STREAMS
from tests.sample_digits import sample


def test_article_and_library_take_the_same_steps():
    data = sample().train
    rng = np.random.default_rng(42)
    article = [Dense(784, 100, rng), ReLU(), Dense(100, 200, rng), ReLU(), Dense(200, 10, rng)]
    losses = [
        train_step(article, data.images[batch], data.labels[batch], 0.1)
        for batch in minibatches(len(data.labels), 32, rng)
    ]
    rng = np.random.default_rng(42)
    network = MLP([784, 100, 200, 10], rng=rng)
    optimizer = SGD(network.parameters(), 0.1)
    steps = list(train(network, optimizer, data.images, data.labels, batch_size=32, epochs=1, rng=rng))
    assert losses == pytest.approx([step.loss for step in steps], rel=1e-5)
    assert (predict(article, data.images) == network.predict(data.images)).all()


def test_article_prints_no_bar_into_a_pipe(capsys):
    assert len(list(minibatches(100, 10, np.random.default_rng(0)))) == 10
    assert capsys.readouterr().out == ""


def test_no_two_streams_have_the_same_seeds():
    taken = {}
    for stream, seeds in STREAMS.items():
        n = seeds.__code__.co_argcount
        taken[stream] = seeds(*(1,) * n)
    assert len(set(taken.values())) == len(taken)
