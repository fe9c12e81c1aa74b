"""Guesses: a perfect one has no error, and others are reported with size and direction."""

import numpy as np
import pytest

from mlp.analysis.guess_comparison import POINTS, compared, comparison_text, guessed

SHARES = np.linspace(0, 1, POINTS)
GUESS = tuple(np.interp(SHARES, [0, 0.05, 0.3, 1], [0.1, 0.6, 0.9, 0.95]).tolist())


def test_perfect_guess_has_no_error():
    found = compared(GUESS, SHARES, guessed(GUESS, SHARES))
    assert found is not None
    assert found.mean == pytest.approx(0, abs=1e-9)
    assert "well guessed" in comparison_text(found)


@pytest.mark.parametrize(("shift", "side"), [(0.08, "below"), (-0.08, "above")])
def test_comparison_reports_size_and_direction_of_the_error(shift: float, side: str):
    found = compared(GUESS, SHARES, guessed(GUESS, SHARES) - shift)
    assert found is not None
    assert found.mean == pytest.approx(abs(shift))
    assert (found.early, found.end) == (pytest.approx(shift), pytest.approx(shift))
    shown = f"Early it was 8.0 points {side} your guess. At the end it is 8.0 points {side} your guess."
    assert shown in comparison_text(found)
    assert "8.0 points off" in comparison_text(found)


def test_comparison_counts_only_the_finished_part_of_the_run():
    real = np.where(SHARES <= 0.5, guessed(GUESS, SHARES), 0)
    found = compared(GUESS, SHARES[:21], real[:21])
    assert found is not None
    assert (found.mean, found.progress) == (pytest.approx(0, abs=1e-9), 0.5)
    assert "At present it is where you guessed" in comparison_text(found)


def test_comparison_is_none_before_the_first_measurement():
    assert compared(GUESS, np.array([]), np.array([])) is None
    assert compared(GUESS, np.array([0.0]), np.array([0.1])) is None
