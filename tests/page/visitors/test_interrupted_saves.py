"""Work that moves from one file to another is in one of them whenever the server ends."""

import errno
import itertools
import threading

import pytest

from mlp.jobs.checkpoints import Checkpoints
from tests.jobs.sweeps import sweep_over
from tests.page.visitors.sample_work import SETTINGS, server, trained


@pytest.mark.parametrize("n_written", range(6))
def test_server_that_ends_while_a_sweep_is_replaced_restores_no_mixture(tmp_path, monkeypatch, n_written):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.sweep = sweep_over(SETTINGS, "seed", [5, 6, 7])
    visitor.sweep.purpose, visitor.sweep.jobs = "lesson", [trained(2, seed=seed) for seed in (5, 6, 7)]
    visitors.save()
    visitor.keep_lesson_runs()
    replace_sweep(visitor, [8, 9])
    with monkeypatch.context() as patch:
        end_after(patch, n_written)
        with pytest.raises(KeyboardInterrupt):
            visitors.save()
    again = server(tmp_path).get(visitor.id, "here")
    values = [trial.value for trial in again.sweep.trials()]
    assert values in (["5", "6", "7"], ["8"], ["8", "9"])
    results = {job.snapshot().settings.seed for job in again.sweep.jobs}
    results |= {run.snapshot.settings.seed for run in again.lesson_runs.values()}
    assert results >= {5, 6, 7}
    assert again.notice is None


def replace_sweep(visitor, seeds):
    sweep = sweep_over(SETTINGS, "seed", seeds)
    sweep.number_after(visitor.sweep)
    visitor.sweep = sweep


@pytest.mark.parametrize("refused", range(3))
def test_run_that_the_disk_refused_brings_back_no_earlier_sweep(tmp_path, monkeypatch, refused):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    replace_sweep(visitor, [5, 6, 7])
    visitors.save()
    replace_sweep(visitor, [8, 9, 10])
    places, write = itertools.count(), Checkpoints.write

    def writes(self, owner, name, data):
        if "trial" in name and next(places) == refused:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, owner, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "write", writes)
        visitors.save()
    expected = [seed for place, seed in enumerate(("8", "9", "10")) if place != refused]
    for _ in range(2):
        visitors = server(tmp_path)
        again = visitors.get(visitor.id, "here")
        assert [trial.value for trial in again.sweep.trials()] == expected
        visitors.save()


def end_after(patch, n_written):
    """End this thread's server after it wrote or deleted this number of files."""
    left, here = [n_written], threading.get_ident()

    def counted(act):
        def acts(self, owner, name, *data):
            if threading.get_ident() == here:
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
            act(self, owner, name, *data)

        return acts

    for name in ("write", "delete"):
        patch.setattr(Checkpoints, name, counted(getattr(Checkpoints, name)))


@pytest.mark.parametrize("n_written", range(3))
def test_server_that_ends_while_a_run_is_replaced_keeps_both(tmp_path, monkeypatch, n_written):
    visitors = server(tmp_path)
    visitor = visitors.get(None, "here")
    visitor.runs.begin(trained(1).data)
    visitor.job = trained(3)
    visitors.save()
    visitor.runs.add(visitor.job.snapshot())
    visitor.runs.begin(visitor.job.data)
    visitor.job = trained(2, seed=9)
    with monkeypatch.context() as patch:
        end_after(patch, n_written)
        with pytest.raises(KeyboardInterrupt):
            visitors.save()
    again = server(tmp_path).get(visitor.id, "here")
    numbers = [*[run.number for run in again.runs.runs], *([again.runs.current] if again.job else [])]
    assert numbers[:1] == [1]
    assert again.notice is None
