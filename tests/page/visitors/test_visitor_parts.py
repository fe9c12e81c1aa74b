"""Each part of a visitor is converted to bytes and back."""

import json
from dataclasses import replace

from mlp.jobs.record import dump_record
from mlp.jobs.sweep import Sweep
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.visitor_parts import SWEEP, parts_of, restore
from mlp.training.data.sources import Mnist
from tests.jobs.manual_engine import ManualEngine
from tests.page.visitors.sample_work import trained
from tests.page.visitors.test_persistence import SETTINGS

SEVERAL = [replace(SETTINGS, seed=5), replace(SETTINGS, seed=6, warp=1.0)]


def kept_sweep() -> tuple[Visitor, bytes]:
    """A visitor with a sweep of several settings, and its saved form."""
    visitor = Visitor("a")
    visitor.sweep = Sweep.new([(each, Mnist()) for each in SEVERAL], ManualEngine(), labels=["plain", "warped"])
    (part,) = [part for part in parts_of(visitor) if part.name == SWEEP]
    return visitor, part.dump()


def test_sweep_of_several_settings_keeps_its_labels():
    visitor, written = kept_sweep()
    assert visitor.sweep is not None
    jobs = iter(visitor.sweep.jobs)
    again = Visitor("b")
    restore(again, [SWEEP], lambda name: written if name == SWEEP else dump_record(next(jobs).record()))
    assert [trial.value for trial in again.sweep.trials()] == ["plain", "warped"]
    assert [trial.snapshot.settings for trial in again.sweep.trials()] == SEVERAL


def test_sweep_without_a_label_for_each_run_is_refused():
    visitor, written = kept_sweep()
    wrong = json.dumps({**json.loads(written), "labels": ["plain"]}).encode()
    jobs = iter(visitor.sweep.jobs)
    _, errors = restore(
        Visitor("b"), [SWEEP], lambda name: wrong if name == SWEEP else dump_record(next(jobs).record())
    )
    assert "each of 2 runs needs a label, got 1 labels" in str(errors[SWEEP])


def test_lesson_runs_outlive_their_sweep_and_the_server():
    visitor = Visitor("a")
    visitor.sweep = Sweep([trained(3, seed=5), trained(4, seed=6)], labels=["plain", "other"])
    visitor.keep_lesson_runs()
    visitor.sweep = None
    written = {part.name: part.dump() for part in parts_of(visitor) if part.name.startswith("lesson-")}
    again = Visitor("b")
    restore(again, written, written.__getitem__)
    assert [(run.snapshot.settings.seed, run.snapshot.step) for run in again.lesson_runs.values()] == [(5, 3), (6, 4)]
    assert again.n_bytes() >= sum(run.n_bytes for run in again.lesson_runs.values()) > 0
