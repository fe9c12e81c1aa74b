"""Threads that share a minibatch learn what one thread learns."""

import numpy as np
import pytest

from mlp import MLP, SGD
from mlp.images.mnist import sample
from mlp.jobs.slices import advance
from mlp.training.loop import train_step
from mlp.training.run import Run
from mlp.training.settings import Settings
from mlp.training.shared_step import SharedStep
from mlp.training.sources import Loaded


def network_and_optimizer():
    network = MLP([784, 20, 10], rng=np.random.default_rng(3), dtype=np.float64)
    return network, SGD(network.parameters(), 0.1, momentum=0.9, weight_decay=1e-3)


@pytest.mark.parametrize("n", [1, 2, 10, 33])
@pytest.mark.parametrize("threads", [1, 2, 3, 4])
def test_a_shared_step_is_that_of_one_thread(threads, n):
    images, labels = sample().train.images, sample().train.labels
    alone, shared = network_and_optimizer(), network_and_optimizer()
    with SharedStep(threads) as take_step:
        for start in (0, 100, 200):
            batch = slice(start, start + n)
            expected = train_step(*alone, images[batch], labels[batch])
            assert take_step(*shared, images[batch], labels[batch]) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(shared[0].values, alone[0].values, rtol=0, atol=1e-14)
    np.testing.assert_allclose(shared[0].grads, alone[0].grads, rtol=0, atol=1e-14)


def test_the_same_number_of_threads_gives_the_same_bits_however_a_run_is_cut():
    settings = Settings(hidden=(20,), batch_size=50, epochs=1, momentum=0.9, warp=1, images=1000)

    def trained(max_steps):
        run = Run(settings)
        with SharedStep(3) as take_step:
            while not run.finished(len(sample().train)):
                run = advance(run, Loaded(sample()), 60, max_steps=max_steps, take_step=take_step).run
        return run.network.values

    np.testing.assert_array_equal(trained(None), trained(7))


def test_an_error_in_a_thread_is_told():
    with SharedStep(2) as take_step, pytest.raises(ValueError, match=r"images must have the shape"):
        take_step(*network_and_optimizer(), np.zeros((4, 3)), np.zeros(4, int))
