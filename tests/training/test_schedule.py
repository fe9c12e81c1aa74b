import pytest

from mlp.training.schedule import WARM_UP, rate_factor
from mlp.training.settings import Settings


def test_a_constant_rate_stays():
    assert {rate_factor("constant", progress) for progress in (0, 0.3, 1)} == {1.0}


def test_the_cosine_climbs_then_falls_to_nothing():
    factors = [rate_factor("cosine", step / 1000) for step in range(1001)]
    top = round(1000 * WARM_UP)
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    assert factors[top] == pytest.approx(1, abs=0.002)
    assert factors[500] == pytest.approx(0.5)
    assert factors[1000] == 0


@pytest.mark.parametrize(("setting", "value"), [("schedule", "linear"), ("warp", -1), ("warp", 3), ("warp", True)])
def test_settings_name_what_they_refuse(setting, value):
    with pytest.raises(ValueError, match=rf"{setting}.*got {value!r}"):
        Settings(**{setting: value})
