import numpy as np
import pytest

from mlp.analysis.calibration import fit_temperature
from mlp.nn.losses import softmax


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_calibration_finds_the_temperature_of_scaled_logits(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (40_000, 10))
    labels = (softmax(logits).cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)
