"""The number of threads follows the time of steps, and no weight depends on it."""

import pickle
from dataclasses import replace
from itertools import islice

import pytest

from mlp import Settings
from mlp.blas import same_bits
from mlp.training import threads
from mlp.training.fast_step import gains_from_threads
from mlp.training.run import Run, steps
from mlp.training.threads import ThreadChoice
from tests.sample_digits import sample

SINGLE_S = 0.0002
LARGE = Settings(hidden=(512, 40), learning_rate=0.05, batch_size=100, images=1100, epochs=2, warp=1.0)
LONG_SUMS = Settings(hidden=(700, 600), batch_size=450, images=900, epochs=2, dropout=0.2)  # over 700, 600 and 450


class ByTurns(ThreadChoice):
    """Uses another number of threads at each step, however long the last one took."""

    def record(self, seconds):
        self.now = self.now % self.max_threads + 1


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
    set_running(monkeypatch, 1)
    monkeypatch.setattr(threads, "same_bits", lambda: True)


def set_running(monkeypatch, n):
    monkeypatch.setattr(threads, "n_running", lambda: n)
    monkeypatch.setattr(threads, "idle_cores", lambda: max(1, 3 - n))


def test_one_thread_is_used_if_bits_depend_on_the_number(monkeypatch):
    monkeypatch.setattr(threads, "same_bits", lambda: False)
    assert (ThreadChoice().max_threads, ThreadChoice(3).max_threads) == (1, 1)


def test_several_threads_are_not_tried_while_others_need_the_cores(monkeypatch):
    choice = ThreadChoice()
    set_running(monkeypatch, 2)
    assert taken(choice, 0.6 * SINGLE_S)[1] == 0
    set_running(monkeypatch, 1)
    assert taken(choice, 0.6 * SINGLE_S)[1] > 0.9
    set_running(monkeypatch, 3)
    taken(choice, 0.6 * SINGLE_S, 12)
    assert choice.now == 1


def taken(choice, several_s, n_steps=4000, single_s=SINGLE_S):
    """Return the seconds of the steps, all of them recorded, and the fraction with several threads."""
    total, several = 0.0, 0
    for _ in range(n_steps):
        seconds = single_s if choice.now == 1 else several_s
        several += choice.now > 1
        total += seconds
        choice.record(seconds)
    return total, several / n_steps


def test_several_threads_are_used_if_faster():
    total, share = taken(ThreadChoice(2), 0.6 * SINGLE_S)
    assert share > 0.95
    assert total < 0.65 * 4000 * SINGLE_S


@pytest.mark.parametrize("times", [1.0, 1.2, 3, 30, 300])
def test_useless_trials_of_threads_cost_little(times):
    total, _ = taken(ThreadChoice(2), times * SINGLE_S)
    assert total < 1.3 * 4000 * SINGLE_S


def test_threads_are_given_up_for_others_and_tried_again_later():
    choice = ThreadChoice(2)
    taken(choice, 0.6 * SINGLE_S)
    choice.record(30 * SINGLE_S)
    assert choice.now == 1
    total, _ = taken(choice, 30 * SINGLE_S)
    assert total < 1.3 * 4000 * SINGLE_S
    _, share = taken(choice, 0.6 * SINGLE_S, 20_000)
    assert share > 0.4


def test_occasional_stalls_keep_several_threads():
    choice, total = ThreadChoice(2), 0.0
    for _ in range(100):
        total += taken(choice, 0.0024, 39, single_s=0.004)[0] + taken(choice, 0.02, 1, single_s=0.004)[0]
    assert total < 0.8 * 4000 * 0.004  # 0.71 with several all the time


@pytest.mark.parametrize("number", [0, 1.5, True, "2"])
def test_invalid_number_of_threads_is_refused(number):
    with pytest.raises(ValueError, match="threads must be a whole number from 1 to 1,024, got "):
        ThreadChoice(number)
