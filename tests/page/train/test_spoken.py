"""Screen readers announce a run's epochs, pauses, new learning rates and end, each once."""

from types import SimpleNamespace
from typing import Any

import pytest

from mlp.class_names import DIGITS
from mlp.learned import Learned
from mlp.page.train import spoken


def snapshot(step: int, **changed: Any) -> Any:
    """A run of 4 epochs of 10 steps, measured after each."""
    history = SimpleNamespace(newest=SimpleNamespace(accuracy=0.981, step=step - step % 10))
    usual = {"playing": True, "finished": False, "diverged": None, "learning_rate": 0.1, "waits": None}
    usual |= {"settings": SimpleNamespace(epochs=4), "learned": Learned("signs", (*DIGITS[:7], "star"))}
    return SimpleNamespace(step=step, steps_per_epoch=10, history=history, **(usual | changed))


@pytest.fixture
def announcement(monkeypatch: pytest.MonkeyPatch):
    """A function that announces a snapshot after so many seconds."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(spoken.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(spoken, "readings", lambda visitor, drawing: [(7, 7, 0.9)])
    tab = SimpleNamespace(spoken=None, desk=SimpleNamespace(read_of=None, given=None))
    visitor: Any = SimpleNamespace(runs=SimpleNamespace(current=1))

    def announcement(now: Any, after_s: float = 10.0) -> str:
        clock.now += after_s
        return spoken.spoken_progress(visitor, now, tab)

    return announcement


def test_each_change_of_a_run_is_announced_once(announcement):
    assert announcement(snapshot(3)) == ""
    epoch = "Epoch 1 of 4: 98.1% of validation images read right. Your drawing: star, 90.0% sure."
    assert [announcement(snapshot(10)), announcement(snapshot(14))] == [epoch, epoch]
    assert announcement(snapshot(15, playing=False)) == "Paused at epoch 1.5."
    assert announcement(snapshot(15)) == "Training."
    assert announcement(snapshot(16, learning_rate=0.03)) == "Learning rate 0.03."
    assert announcement(snapshot(16, waits="The workers are away.")) == "The workers are away."
    assert announcement(snapshot(40, finished=True, playing=False, learning_rate=0.03)) == (
        "Done: 98.1% of validation images read right."
    )


def test_epochs_are_announced_no_more_often_than_a_listener_can_follow(announcement):
    first = announcement(snapshot(10))
    assert announcement(snapshot(20), after_s=1.0) == first
    assert announcement(snapshot(30), after_s=6.0).startswith("Epoch 3 of 4")


def test_each_network_of_a_sweep_that_is_done_is_announced():
    def trial(value: str, accuracy: float, *, done: bool) -> Any:
        newest = SimpleNamespace(epoch=4.0, accuracy=accuracy)
        run = SimpleNamespace(finished=done, waits=None)
        return SimpleNamespace(value=value, stopped=False, snapshot=run, newest=newest, accuracy=accuracy)

    ends = [
        [trial("0.1", 0.971, done=first), trial("<0.3>", 0.983, done=second)]
        for first, second in ((False, False), (True, False), (True, True))
    ]
    assert [spoken.spoken_sweep(trials) for trials in ends] == [
        "Training 2 networks.",
        "1 of 2 networks are done.",
        "All 2 networks are done. The best: &lt;0.3&gt;, 98.3% read right.",
    ]
