"""Limits on what one visitor may ask of a server."""

from dataclasses import replace

import pytest

from mlp.jobs.limits import Limits, limits, run_bytes
from mlp.training.settings import Settings


def test_run_at_the_limit_passes_and_beyond_it_is_refused():
    limit = Limits(max_parameters=Settings().n_parameters, max_epochs=25)
    limit.check(Settings())
    with pytest.raises(ValueError, match=r"at most 25 epochs, got 26 .*MLP_MAX_EPOCHS"):
        limit.check(Settings(epochs=26))
    with pytest.raises(ValueError, match=r"at most 100,710 numbers to learn, got 101,695 .*MLP_MAX_PARAMETERS"):
        limit.check(Settings(hidden=(101, 200)))


def test_default_limits_allow_all_slider_settings():
    Limits().check(Settings(hidden=(1024,) * 4, epochs=100, optimizer="adam"))
    Limits().check(Settings(hidden=(1024, 512), epochs=10))


def test_work_and_memory_are_limited_for_any_settings():
    wide, long = Settings(hidden=(4096, 2048)), Settings(hidden=(1024,) * 4, epochs=101)
    with pytest.raises(ValueError, match=r"at most 20,000 billion weights times images, got 20,013 .*MLP_MAX_WORK"):
        Limits().check(long)
    Limits().check(long, 40_000)
    n_mb = -(-run_bytes(replace(wide, optimizer="adam", epochs=1), 50_000) // 10**6)
    with pytest.raises(ValueError, match=rf"at most 128 MB of memory, got {n_mb} .*MLP_MAX_RUN_MB"):
        Limits().check(replace(wide, optimizer="adam", epochs=1))
    with pytest.raises(ValueError, match=r"at most 2 billion weights times images, got 126"):
        Limits(max_work=2).check(Settings())


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
