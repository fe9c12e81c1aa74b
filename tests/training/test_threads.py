"""The number of threads follows the idle cores, and no weight depends on it."""

import pickle
from dataclasses import replace
from itertools import islice

import pytest

from mlp import Settings
from mlp.blas import held, same_bits
from mlp.training import threads
from mlp.training.fast_step import gains_from_threads
from mlp.training.run import Run, steps
from mlp.training.threads import ThreadChoice
from tests.sample_digits import sample

LARGE = Settings(hidden=(512, 40), learning_rate=0.05, batch_size=100, images=1100, epochs=2, warp=1.0)
LONG_SUMS = Settings(hidden=(700, 600), batch_size=450, images=900, epochs=2, dropout=0.2)  # over 700, 600 and 450


class ByTurns(ThreadChoice):
    """Uses another number of threads at each step, whichever cores are idle."""

    def __enter__(self):
        self.now = self.now % self.max_threads + 1
        held.enter(self.now)


@pytest.mark.parametrize("chosen", [{}, {"momentum": 0.9}, {"optimizer": "adam", "learning_rate": 0.001}], ids=str)
@pytest.mark.parametrize("settings", [LARGE, LONG_SUMS], ids=["warped", "long sums"])
def test_sliced_run_has_equal_bits_for_any_threads(settings, chosen, monkeypatch):
    assert gains_from_threads(settings.layer_sizes, settings.batch_size)
    settings = replace(settings, **chosen)
    monkeypatch.setattr(threads, "same_bits", same_bits)  # of this machine's BLAS
    ends = set()
    for most in (1, 3):
        run, numbers = Run(settings), set()
        while not run.finished(settings.images):
            choice = ByTurns(most)
            for _ in islice(steps(run, sample().train.images, sample().train.labels, threads=choice), 9):
                numbers.add(choice.now)
            run = pickle.loads(pickle.dumps(run))
        assert numbers == set(range(1, (most if same_bits() else 1) + 1))
        ends.add(run.network.values.tobytes())
    assert len(ends) == 1


@pytest.fixture(autouse=True)
def two_idle_cores(monkeypatch):
    monkeypatch.setattr(threads, "usable_cores", lambda: 2)
    monkeypatch.setattr(threads, "idle_cores", lambda: 2)
    monkeypatch.setattr(threads, "same_bits", lambda: True)


def test_one_thread_is_used_if_bits_depend_on_the_number(monkeypatch):
    monkeypatch.setattr(threads, "same_bits", lambda: False)
    assert (ThreadChoice().max_threads, ThreadChoice(3).max_threads) == (1, 1)


def test_several_threads_are_used_while_cores_are_idle_with_a_look_each_second(monkeypatch):
    choice, used = ThreadChoice(), []
    for now_s, n_idle in ((100.0, 1), (100.9, 2), (101.0, 2), (101.5, 1), (102.1, 1), (103.2, 2)):
        monkeypatch.setattr(threads.time, "perf_counter", lambda now_s=now_s: now_s)
        monkeypatch.setattr(threads, "idle_cores", lambda n_idle=n_idle: n_idle)
        with choice:
            used.append(choice.now)
    assert used == [1, 1, 2, 2, 1, 2]


@pytest.mark.parametrize("number", [0, 1.5, True, "2"])
def test_invalid_number_of_threads_is_refused(number):
    with pytest.raises(ValueError, match="threads must be a whole number from 1 to 1,024, got "):
        ThreadChoice(number)
