"""``python -m mlp train`` saves a network with its facts, or says why not; ``evaluate`` prints what it measures."""

import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp import Settings, load_model
from mlp.cli.main import main
from tests.sample_digits import sample

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--layers", "16", "--epochs", "2", "--images", "960", "--batch-size", "64"]
STROKE = {"label": 1, "strokes": [[[5, 0], [5, 100]]]}


def in_a_terminal(monkeypatch):
    """Make stderr look like a terminal, as the captured one is a pipe, which gets no progress bars."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_training_prints_every_epoch_and_saves_the_facts(tmp_path, capsys, monkeypatch):
    in_a_terminal(monkeypatch)
    out = tmp_path / "net.safetensors"
    assert main(["train", *QUICK, "--learning-rate", "0.2", "--seed", "5", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert re.findall(r"^epoch (\d+) loss \d\.\d{4} accuracy", printed.out, re.MULTILINE) == ["1", "2"]
    assert "data MNIST sample\n" in printed.out
    assert f"saved {out}\n" in printed.out
    assert "epoch 2/2: 100%" in printed.err
    network = load_model(out)
    data = sample()
    assert network.layer_sizes == [784, 16, 10]
    assert Settings.from_dict(network.facts["settings"]) == Settings(
        hidden=(16,), epochs=2, images=960, batch_size=64, learning_rate=0.2, seed=5
    )
    assert network.facts["data"] == "MNIST sample"
    assert network.facts["steps"] == 30
    assert network.facts["numpy"] == np.__version__
    assert network.facts["command"].startswith("python -m mlp train --layers 16")
    right = network.predict(data.validation.images) == data.validation.labels
    assert network.facts["validation_accuracy"] == right.mean()
    assert f"validation_accuracy {right.mean()}\n" in printed.out


@pytest.mark.parametrize("flag", ["--tta", "--looks"])
def test_train_saves_test_time_augmentation(tmp_path, flag):
    out = tmp_path / "net.safetensors"
    assert main(["train", *QUICK, flag, "5", "--out", str(out)]) == 0
    assert load_model(out).test_time_augmentation


def test_diverged_training_saves_last_good_weights_with_advice(tmp_path, capsys):
    out = tmp_path / "net.safetensors"
    arguments = ["--layers", "16", "--images", "960", "--learning-rate", "30", "--weight-decay", "0.1"]
    assert main(["train", *arguments, "--out", str(out)]) == 1
    assert re.search(r"loss of step 16 .* back to step 14 .* smaller --learning-rate", capsys.readouterr().err)
    network = load_model(out)
    assert network.facts["steps"] == 14
    assert np.isfinite(network.network.values).all()


def test_interrupted_training_keeps_its_weights(tmp_path):
    out = tmp_path / "net.safetensors"
    # A shell starts background jobs, and with them perhaps this whole test run, with SIGINT ignored.
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from mlp.cli.main import program; sys.exit(program())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "train", "--layers", "16", "--epochs", "10000", "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if line.startswith("epoch 2 "):
                break
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert re.search(r"interrupted: keeping the weights of step \d+", errors)
    assert "Traceback" not in errors
    assert f"saved {out}" in printed
    assert load_model(out).facts["steps"] >= 250


def test_recipe_is_trained_and_explicit_options_win(tmp_path, capsys):
    out = tmp_path / "small.safetensors"
    assert main(["train", "--recipe", "small", "--epochs", "1", "--images", "320", "--out", str(out)]) == 0
    settings = load_model(out).facts["settings"]
    assert (settings["hidden"], settings["epochs"], settings["images"]) == ([8], 1, 320)
    with pytest.raises(SystemExit):
        main(["train", "--recipe", "slow", "--out", str(out)])
    assert "article" in capsys.readouterr().err


def measures(text):
    """Return the lines ``name value`` as a dictionary."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def test_evaluate_scores_the_test_set_and_names_the_data(model, capsys):
    assert main(["evaluate", str(model)]) == 0
    printed = capsys.readouterr()
    shown = measures(printed.out.replace("MNIST sample", "MNIST_sample"))
    data = sample()
    network = load_model(model)
    right = network.predict(data.test.images) == data.test.labels
    assert shown["data"] == "MNIST_sample"
    assert shown["test images"] == "500"
    assert shown["test accuracy"] == f"{right.mean():.4f}"
    assert shown["test wrong"] == str(500 - right.sum())
    by_digit = re.search(r"test wrong_by_digit (.*)", printed.out).group(1)
    assert by_digit == " ".join(f"{digit}:{(~right & (data.test.labels == digit)).sum()}" for digit in range(10))
    assert printed.err == ""
    assert re.search(r"^synthetic_in_unseen_styles accuracy [01]\.\d{4}$", printed.out, re.MULTILINE)


def test_evaluate_scores_recorded_drawings_file_by_file(model, tmp_path, capsys, monkeypatch):
    in_a_terminal(monkeypatch)
    names = ["some.json.gz", "more.json.gz", "plain.json"]
    for name in names:
        content = json.dumps({"samples": [STROKE] * 3}).encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    files = [str(tmp_path / name) for name in names]
    assert main(["evaluate", str(model), "--drawings", *files[:2], "--drawings", files[2]]) == 0
    printed = capsys.readouterr()
    shown = measures(printed.out)
    for name in names:
        assert shown[f"{name} images"] == "3"
        assert shown[f"{name} refused"] == "0"
        assert f"{name}: 100%" in printed.err
