"""Sweeps: their runs, and how these are ranked."""

from dataclasses import replace

import pytest

from mlp.jobs.sweep import MAX_VALUES, Trial, leader, ranked, variations
from mlp.jobs.workers.engine import Engine
from mlp.training.history import Evaluation
from mlp.training.settings import Settings
from tests.jobs.sweeps import sweep_over
from tests.jobs.test_job import SETTINGS, uninterrupted
from tests.jobs.waiting import wait_until


def test_only_the_chosen_setting_varies():
    base = Settings(epochs=2)
    assert variations(base, "learning_rate", [0.1, 0.5]) == [base, replace(base, learning_rate=0.5)]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("pace", [1, 2], "goes over one of hidden, learning_rate, .*, got 'pace'"),
        ("epochs", [1], f"2 to {MAX_VALUES} values, got 1"),
        ("seed", range(MAX_VALUES + 1), f"2 to {MAX_VALUES} values, got {MAX_VALUES + 1}"),
        ("hidden", [(30,), (40,), [30]], "must differ, got hidden layers 30 twice"),
        ("learning_rate", [0.1, -1], "learning_rate must be greater than 0 and finite, got -1"),
    ],
)
def test_invalid_sweep_is_refused(name, values, message):
    with pytest.raises(ValueError, match=message):
        variations(Settings(), name, values)


def test_run_of_a_sweep_ends_as_it_would_alone():
    engine = Engine(width=2)
    sweep = sweep_over(SETTINGS, "learning_rate", [0.1, 0.0001], engine)
    sweep.play()
    assert sweep.playing
    wait_until(lambda: all(trial.snapshot.finished for trial in sweep.trials()))
    assert not sweep.playing
    for trial in sweep.trials():
        alone = uninterrupted(trial.snapshot.settings)
        assert trial.snapshot.network.values.tobytes() == alone.network.values.tobytes()
    assert [trial.value for trial in ranked(sweep.trials())] == ["0.1", "0.0001"]
    engine.close()


def test_ranking_keeps_tie_order_and_puts_unscored_last():
    class Scored(Trial):
        accuracy = property(lambda self: self.snapshot)

    trials = [Scored("a", None), Scored("b", 0.5), Scored("c", 0.9), Scored("d", 0.5), Scored("e", None)]
    assert "".join(trial.value for trial in ranked(trials)) == "cbdae"


@pytest.mark.parametrize(
    ("steps", "best"),
    [([[0, 10], [0, 10]], "b"), ([[0], [0]], None), ([[0, 10], [0]], None), ([[0, 10], [0, 10, 13]], None)],
)
def test_leader_exists_only_after_equal_measurements(steps, best):
    trials = sweep_over(SETTINGS, "seed", [1, 2]).trials()
    for number, (trial, measured) in enumerate(zip(trials, steps, strict=True)):
        trial.snapshot.history.evaluations += [Evaluation(step, step / 10, 1.0, 0.5 + number / 10) for step in measured]
    found = leader([trial._replace(value=name) for trial, name in zip(trials, "ab", strict=True)])
    assert (found and found.value) == best
    assert trials[0].accuracy == (0.5 if steps[0][1:] else None)  # the accuracy of initial weights does not count
