"""``python -m mlp train`` saves a network with its facts, or prints the reason why not."""

import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from mlp import Settings, load_model
from mlp.cli.main import main
from tests.cli.commands import QUICK, ROOT, in_a_terminal
from tests.sample_digits import sample


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


def test_mean_of_first_and_trained_weights_can_be_saved(tmp_path, capsys):
    first, learned, mean = (tmp_path / f"{name}.safetensors" for name in ("first", "learned", "mean"))
    assert main(["train", *QUICK, "--out", str(first)]) == 0
    polish = ["train", *QUICK, "--start", str(first), "--seed", "2"]
    assert main([*polish, "--out", str(learned)]) == 0
    assert main([*polish, "--mean", "--out", str(mean)]) == 0
    began, ended = load_model(first).network.values, load_model(learned).network.values
    np.testing.assert_allclose(load_model(mean).network.values, (began + ended) / 2, rtol=1e-6)
    assert main(["train", *QUICK, "--mean", "--out", str(mean)]) == 2
    assert "--mean needs --start, the network to average with" in capsys.readouterr().err


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
