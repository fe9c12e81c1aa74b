"""Short runs end with the recorded weights, bit for bit, whole and in slices."""

import pytest

from mlp.jobs.slices import advance
from mlp.training.data.sources import chosen_mnist
from mlp.training.run import Run
from tests.training.recorded.digests import KINDS, digest, libraries, recorded, unsliced

A_MINUTE = 60.0


@pytest.mark.parametrize("kind", KINDS)
def test_whole_and_sliced_runs_end_with_the_recorded_digest(kind):
    run = Run(KINDS[kind])
    while not run.finished(KINDS[kind].images):
        run = advance(run, chosen_mnist(), A_MINUTE, max_steps=60).run  # 79 steps an epoch
    whole = digest(unsliced(KINDS[kind]))
    assert digest(run) == whole
    before = recorded().get(libraries(), {})
    assert whole == before.get(kind, whole), f"on {libraries()}"
