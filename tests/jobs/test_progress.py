"""The records of a job's run, and when it is measured."""

import numpy as np
import pytest

from mlp.jobs.progress import Progress
from mlp.jobs.slices import Slice
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation
from mlp.training.run import Run
from mlp.training.settings import Settings

NONE = np.empty(0, np.float32)


def slice_of(run: Run, seconds: float, *evaluations: Evaluation) -> Slice:
    return Slice(run, NONE, NONE, list(evaluations), False, None, seconds, 2.0 * len(evaluations))


@pytest.mark.parametrize("teaches", [True, False])
def test_taught_network_is_measured_early_once(teaches: bool):
    run = Run(Settings(hidden=(16,)))
    progress = Progress(run, chosen_mnist(), start_network=run.network if teaches else None)
    progress.take(slice_of(run, 2.5, Evaluation(0, 0.0, 2.3, 0.1)), playing=True)
    assert not progress.evaluation_is_due
    progress.take(slice_of(run, 1.5), playing=True)
    assert progress.evaluation_is_due == teaches
    progress.take(slice_of(run, 2.5, Evaluation(40, 0.1, 0.3, 0.9)), playing=True)
    progress.take(slice_of(run, 39.0), playing=True)
    assert not progress.evaluation_is_due
    progress.take(slice_of(run, 2.0), playing=True)
    assert progress.evaluation_is_due
