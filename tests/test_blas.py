"""A step sets the threads of each BLAS, and the previous numbers are restored afterward, in any order."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from mlp import MLP, SGD, train
from mlp.blas import blas_threads, one_blas_thread, pools
from tests.sample_digits import sample

IMAGES, LABELS = sample().train.images[:64], sample().train.labels[:64]


@pytest.fixture(autouse=True)
def three_threads():
    """Set three threads for each pool, as a process without settings has one per core."""
    before = [pool.get() for pool in pools()]
    for pool in pools():
        pool.set(3)
    yield
    for pool, n in zip(pools(), before, strict=True):
        pool.set(n)


def threads():
    """Return the threads of the pools, as another library counts them."""
    return {library.num_threads for library in ThreadpoolController().select(user_api="blas").lib_controllers}


class Watched(MLP):
    """Calls ``look`` in the middle of each step."""

    look = staticmethod(lambda: None)

    def backward(self, grad_logits):
        self.look()
        super().backward(grad_logits)


def training(look=lambda: None, epochs=2):
    network = Watched([784, 8, 10], rng=np.random.default_rng(0))
    network.look = look
    optimizer = SGD(network.parameters(), 0.1)
    rng = np.random.default_rng(0)
    return train(network, optimizer, IMAGES, LABELS, batch_size=16, epochs=epochs, rng=rng)  # 4 steps an epoch


def test_step_has_one_thread_and_the_loop_body_all():
    within, between = [], []
    for _ in training(lambda: within.append(threads())):
        between.append(threads())
    assert within == [{1}] * 8
    assert between == [{3}] * 8
    assert threads() == {3}


def test_error_within_a_step_restores_the_threads():
    def fail():
        raise RuntimeError("in the middle")

    outer = training()
    next(outer)
    with pytest.raises(RuntimeError, match="in the middle"):
        next(training(fail))
    assert threads() == {3}
    next(outer)
    assert threads() == {3}


@pytest.mark.parametrize("first_to_end", ["held", "other"])
def test_last_python_thread_restores_blas_threads(first_to_end):
    inside, may_continue = Event(), Event()
    seen_by_other = []

    def hold():
        inside.set()
        assert may_continue.wait(30)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(lambda: next(training(hold)))
        assert inside.wait(30)
        if first_to_end == "other":
            assert len(list(training(lambda: seen_by_other.append(threads())))) == 8
            assert seen_by_other == [{1}] * 8
            assert threads() == {1}  # a step is running
            may_continue.set()
            held.result(30)
        else:
            with one_blas_thread:
                may_continue.set()
                held.result(30)
                assert threads() == {1}
    assert threads() == {3}


@pytest.mark.parametrize("most", [2, 3])
def test_only_the_products_pool_has_several_threads(most):
    with blas_threads(most), one_blas_thread:
        assert sorted(pool.get() for pool in pools()) == [1] * (len(pools()) - 1) + [most]
    assert threads() == {3}
