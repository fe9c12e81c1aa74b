"""Limits on what one visitor may ask of a server."""

import pytest

from mlp.jobs.limits import Limits, limits, run_bytes
from mlp.training.settings import Settings


def test_run_at_the_limit_passes_and_beyond_it_is_refused():
    n_mb = -(-run_bytes(Settings(), 50_000) // 10**6)
    Limits(max_epochs=25, max_run_mb=n_mb).check(Settings(), 50_000)
    with pytest.raises(ValueError, match="at most 24 epochs, got 25"):
        Limits(max_epochs=24).check(Settings(), 50_000)
    with pytest.raises(ValueError, match=f"at most {n_mb - 1} MB of memory, got {n_mb}"):
        Limits(max_run_mb=n_mb - 1).check(Settings(), 50_000)


def test_default_limits_allow_all_slider_settings():
    Limits().check(Settings(hidden=(1024,) * 4, epochs=100, optimizer="adam"), 50_000)


def test_environment_sets_the_limits(monkeypatch):
    monkeypatch.setenv("MLP_MAX_EPOCHS", "7")
    monkeypatch.setenv("MLP_MAX_RUNS", " 3 ")
    monkeypatch.setenv("MLP_MAX_SWEEP", "")
    assert limits() == Limits(max_epochs=7, max_runs=3)


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_non_integer_limit_is_named(monkeypatch, text):
    monkeypatch.setenv("MLP_MAX_EPOCHS", text)
    with pytest.raises(ValueError, match=f"MLP_MAX_EPOCHS must be a whole number from 1 .*{text}"):
        limits()
