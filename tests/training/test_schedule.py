"""The schedule of the learning rate: it climbs, falls, and wastes no step."""

import numpy as np
import pytest

from mlp.training.run import Run, steps
from mlp.training.schedule import WARM_UP, rate_factor
from mlp.training.settings import Settings
from tests.sample_digits import sample


def test_constant_rate_stays():
    assert {rate_factor("constant", step, 10) for step in range(10)} == {1.0}


def test_cosine_climbs_then_falls():
    n_steps = 999
    factors = [rate_factor("cosine", step, n_steps) for step in range(n_steps)]
    top = round(1000 * WARM_UP)
    assert factors[:top] == sorted(factors[:top])
    assert factors[top - 1 :] == sorted(factors[top - 1 :], reverse=True)
    assert factors[top - 1] == pytest.approx(1, abs=0.002)
    assert factors[499] == pytest.approx(0.5)
    assert factors[-1] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("n_steps", [1, 2, 7, 49, 50, 1000, 100_000])
def test_cosine_wastes_no_step(n_steps):
    factors = [rate_factor("cosine", step, n_steps) for step in range(n_steps)]
    assert min(factors) > 0
    assert max(factors) <= 1
    assert max(factors) >= 0.5


def test_run_of_one_step_changes_its_weights():
    run, train = Run(Settings(hidden=(8,), epochs=1, batch_size=32, images=32, schedule="cosine")), sample().train
    before = run.network.values.copy()
    assert len(list(steps(run, train.images, train.labels))) == 1
    assert np.abs(run.network.values - before).max() > 1e-3


@pytest.mark.parametrize(("setting", "value"), [("schedule", "linear"), ("warp", -1), ("warp", 3), ("warp", True)])
def test_settings_name_invalid_schedules(setting, value):
    with pytest.raises(ValueError, match=rf"{setting}.*got {value!r}"):
        Settings(**{setting: value})
