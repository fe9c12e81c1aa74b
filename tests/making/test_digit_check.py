"""The training of the digit check: it learns, keeps its threshold, and is saved by its command."""

import numpy as np
import pytest

from mlp import load_model, save_model
from mlp.cli.main import main
from mlp.nn.digit_check import sees_digit
from models.making import digit_check as digit_check_module
from models.making.__main__ import COMMANDS
from models.making.digit_check import new_digit_check, steps_per_epoch, train_digit_check
from tests.sample_digits import sample


@pytest.fixture
def small(monkeypatch):
    """Make the digit check small enough to learn in a second or two."""
    for name, value in {"HIDDEN": (24,), "N_SYNTHETIC": 300, "N_MARKS": 1200, "N_UNSEEN": 200}.items():
        monkeypatch.setattr(digit_check_module, name, value)


def test_digit_check_learns_and_keeps_its_threshold(small, tmp_path):
    digit_check = new_digit_check(3)
    steps = list(train_digit_check(digit_check, sample(), epochs=2, seed=3))
    assert len(steps) == 2 * steps_per_epoch(sample())
    assert steps[-1].epoch == 2
    save_model(digit_check, tmp_path / "rejection.safetensors")
    digit_check = load_model(tmp_path / "rejection.safetensors")
    digits = sample().validation.images
    marks = digit_check_module.marks(200, np.random.default_rng(9))
    assert sees_digit(digit_check, digits).mean() > 0.98
    assert sees_digit(digit_check, marks).mean() < sees_digit(digit_check, digits).mean() - 0.1


def test_command_trains_and_saves_a_digit_check(tmp_path, capsys, monkeypatch):
    for name, size in {"HIDDEN": (8,), "N_SYNTHETIC": 20, "N_MARKS": 60, "N_UNSEEN": 20}.items():
        monkeypatch.setattr(digit_check_module, name, size)
    out = tmp_path / "rejection.safetensors"
    command = ["digit-check", "--epochs", "1", "--seed", "4", "--out", str(out)]
    assert main(command, "python -m models.making", COMMANDS) == 0
    assert f"saved {out}" in capsys.readouterr().out
    digit_check = load_model(out)
    assert digit_check.layer_sizes == [784, 8, 11]
    assert sees_digit(digit_check, sample().test.images).mean() > 0.9
    assert digit_check.facts["command"].startswith("python -m models.making digit-check --epochs 1 --seed 4 ")
