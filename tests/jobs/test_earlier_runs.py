"""Earlier runs: which are kept, which are shown, and how their settings differ."""

from dataclasses import replace

import numpy as np
import pytest

from mlp.class_names import DIGITS
from mlp.jobs.earlier_runs import EarlierRuns, NumberedRun, differences
from mlp.jobs.origin import Origin
from mlp.training.data.drawing_data import DrawingData
from mlp.training.data.few_digits import FewDigits
from mlp.training.data.sources import Mnist
from mlp.training.history import Evaluation, History
from mlp.training.settings import Settings
from tests.jobs.sample_snapshot import snapshot_of

SIGNS = DrawingData(("A", "B"), bytes(2 * 784), bytes((0, 1)))


HELD = (bytes(784), bytes(1))


def taught(share):
    return DrawingData(DIGITS, bytes(784), bytes(1), base=Mnist(), share=share)


def snapshot(step=3, hidden=(4,), **values):
    settings = Settings(hidden=hidden, **values)
    history = History(10)
    history.add_steps(np.full(step, 0.5, np.float32), np.full(step, 0.25, np.float32))
    history.evaluations.append(Evaluation(0, 0.0, 2.3, 0.1))
    return snapshot_of(settings, history, playing=True, busy=True)


def earlier_runs_of(n):
    earlier = EarlierRuns()
    for _ in range(n):
        earlier.begin(Mnist())
        earlier.add(snapshot())
    return earlier


def test_kept_run_is_unchanged_by_later_steps_of_its_job():
    earlier = EarlierRuns()
    earlier.begin(Mnist())
    now = snapshot(step=3)
    earlier.add(now)
    now.history.add_steps(np.ones(5, np.float32), np.ones(5, np.float32))
    now.history.evaluations.append(Evaluation(8, 0.8, 1.0, 0.7))
    (run,) = earlier.runs
    assert len(run.snapshot.history) == 3
    assert [one.accuracy for one in run.snapshot.history.evaluations] == [0.1]
    assert not run.snapshot.playing
    assert not run.snapshot.busy


@pytest.mark.parametrize(
    ("data", "origin", "shown"),
    [
        (Mnist(), None, [1, 2]),
        (Mnist("elsewhere"), None, []),
        (SIGNS, None, []),
        (Mnist(), Origin("run 2", None), []),
        (Mnist(), Origin("the pretrained network", "pretrained", (0.5,)), [3]),
        (taught(0.5), Origin("the pretrained network", "pretrained"), [3]),  # measured on the same images
    ],
)
def test_only_runs_on_the_same_images_with_the_same_start_are_shown(data, origin, shown):
    earlier = earlier_runs_of(2)
    earlier.begin(taught(0.2), Origin("the pretrained network", "pretrained"))
    earlier.add(snapshot())
    earlier.begin(data, origin)
    earlier.show([1, 2, 3])
    assert [run.number for run in earlier.shown_runs()] == shown


def test_runs_on_signs_are_compared_if_they_hold_back_the_same_drawings():
    more = DrawingData(("A", "B"), bytes(3 * 784), bytes((0, 1, 1)), *HELD)
    run, with_more = (
        NumberedRun(1, snapshot(), data) for data in (replace(SIGNS, held_images=HELD[0], held_labels=HELD[1]), more)
    )
    assert run.measured_by == with_more.measured_by
    assert NumberedRun(1, snapshot(), SIGNS).measured_by != run.measured_by
    few, more = (NumberedRun(1, snapshot(), FewDigits(Mnist(), each)) for each in (2, 16))
    assert few.measured_by == more.measured_by != run.measured_by


@pytest.mark.parametrize("changes", [{}, {"epochs": 2}, {"images": 100, "hidden": ()}])
def test_differences_lists_exactly_the_differing_fields(changes):
    assert set(differences([Settings(), Settings(**changes), Settings()])) == set(changes)
