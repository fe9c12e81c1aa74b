"""The command line, in this process where that will do, as a real one where signals are sent."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from mlp import MLP, Settings, load_model, save_model
from mlp.analysis.page_photos import PhotoScore
from mlp.cli.main import main
from mlp.images.mnist import sample
from mlp.training import rejection as rejection_module
from mlp.training.rejection import sees_digit
from mlp.training.run import Run, steps

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--layers", "16", "--epochs", "2", "--images", "960", "--batch-size", "64"]
STROKE = {"label": 1, "strokes": [[[5, 0], [5, 100]]]}


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """An empty data folder and no mirror that answers: the sample is used."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("MLP_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    save_model(MLP([784, 8, 10], rng=np.random.default_rng(3)), path)
    return path


def measures(text):
    """The lines ``name value`` as a dictionary."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def test_training_prints_every_epoch_and_keeps_the_facts_beside_the_weights(tmp_path, capsys):
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


def test_training_gives_the_weights_of_the_library(tmp_path):
    out = tmp_path / "net.safetensors"
    assert main(["train", *QUICK, "--optimizer", "adam", "--learning-rate", "0.01", "--out", str(out)]) == 0
    run = Run(Settings(hidden=(16,), epochs=2, images=960, batch_size=64, optimizer="adam", learning_rate=0.01))
    data = sample()
    for _ in steps(run, data.train.images, data.train.labels):
        pass
    assert load_model(out).network.values.tobytes() == run.network.values.tobytes()


def test_training_can_begin_with_a_saved_network(tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    assert main(["train", *QUICK, "--out", str(first)]) == 0
    assert main(["train", *QUICK, "--start", str(first), "--learning-rate", "0.0001", "--out", str(second)]) == 0
    began, ended = load_model(first).network.values, load_model(second).network.values
    assert began.tobytes() != ended.tobytes()
    np.testing.assert_allclose(ended, began, atol=1e-3)


def test_a_network_of_another_shape_is_nothing_to_begin_with(tmp_path, model, capsys):
    assert main(["train", *QUICK, "--start", str(model), "--out", str(tmp_path / "net.safetensors")]) == 2
    assert "--start must be a network like the one to train, MLP(784 → 16 → 10, relu), got MLP(784 → 8 → 10, relu)" in (
        capsys.readouterr().err
    )


def test_every_setting_is_an_option_with_help(capsys):
    with pytest.raises(SystemExit) as left:
        main(["train", "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    for field in fields(Settings):
        assert ("--layers" if field.name == "hidden" else "--" + field.name.replace("_", "-")) in shown
    assert "{relu,tanh,sigmoid}" in shown


def test_no_hidden_layer_is_written_as_nothing(tmp_path):
    out = tmp_path / "net.safetensors"
    assert main(["train", *QUICK, "--layers", "", "--out", str(out)]) == 0
    assert load_model(out).layer_sizes == [784, 10]


def test_a_run_that_diverges_saves_the_last_good_weights_and_says_what_may_help(tmp_path, capsys):
    out = tmp_path / "net.safetensors"
    arguments = ["--layers", "16", "--images", "960", "--learning-rate", "30", "--weight-decay", "0.1"]
    assert main(["train", *arguments, "--out", str(out)]) == 1
    assert re.search(r"loss of step 16 .* back to step 14 .* smaller --learning-rate", capsys.readouterr().err)
    network = load_model(out)
    assert network.facts["steps"] == 14
    assert np.isfinite(network.network.values).all()


def test_an_interrupted_training_keeps_what_was_learned(tmp_path):
    out = tmp_path / "net.safetensors"
    # A shell starts background jobs, and with them perhaps this whole test run, with SIGINT ignored.
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from mlp.cli.main import main; sys.exit(main())"
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
        printed, complaints = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, complaints
    assert re.search(r"interrupted: keeping what was learned in \d+ steps", complaints)
    assert "Traceback" not in complaints
    assert f"saved {out}" in printed
    assert load_model(out).facts["steps"] >= 250


def test_evaluate_scores_the_test_set_and_says_which_data_it_is(model, capsys):
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
    assert "sample's test images are among" in printed.err
    assert re.search(
        r"^confused seven_barred 7 as 2 written 0\.\d{4} validation [01]\.\d{4}$", printed.out, re.MULTILINE
    )


def test_evaluate_reads_photos_that_a_seed_of_ones_own_makes(model, capsys, monkeypatch):
    def score_photos(network, n, seed):
        yield PhotoScore("plain_paper", n, n - 1, n - 2, 0, 0.1)
        assert seed == 4

    monkeypatch.setattr("mlp.cli.evaluate.score_photos", score_photos)
    assert main(["evaluate", str(model), "--photos", "50", "--photo-seed", "4"]) == 0
    assert "plain_paper digits 50 found 49 extra 0\nplain_paper accuracy 0.9600\n" in capsys.readouterr().out


def test_evaluate_scores_recorded_drawings_file_by_file(model, tmp_path, capsys):
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


def bad_commands(tmp_path, model):
    """Command lines that cannot be carried out, each with what its error must say."""
    out = ["--out", str(tmp_path / "x.safetensors")]
    other = tmp_path / "other.safetensors"
    save_model(MLP([4, 3], rng=np.random.default_rng(0)), other)
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(model.read_bytes()[:1000])
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(gzip.compress(b'{"samples": [{"label": 11, "strokes": []}]}'))
    empty = tmp_path / "empty.json"
    empty.write_text('{"samples": []}')
    yield [], r"arguments are required: command"
    yield ["train"], r"arguments are required: --out"
    yield ["train", *out, "--epochs", "0"], r"epochs must be a whole number from 1 to 10,000, got 0"
    yield ["train", *out, "--epochs", "many"], r"epochs must be a whole number .*, got 'many'"
    yield ["train", *out, "--epochs", "2.5"], r"epochs must be a whole number .*, got 2.5"
    yield ["train", *out, "--learning-rate", "-1"], r"learning_rate must be greater than 0 and finite, got -1"
    yield ["train", *out, "--learning-rate", "nan"], r"learning_rate must be greater than 0 and finite, got nan"
    yield ["train", *out, "--momentum", "1"], r"momentum must be at least 0 and less than 1, got 1"
    yield ["train", *out, "--layers", "100,0"], r"layer sizes must be at least 1, got 784 -> 100 -> 0 -> 10"
    yield ["train", *out, "--layers", "100,,5"], r"layer sizes must be whole numbers"
    yield ["train", *out, "--activation", "gelu"], r"activation must be one of relu, tanh, sigmoid, got 'gelu'"
    yield ["train", *out, "--threads", "0"], r"threads must be a whole number from 1 to 1,024, got 0"
    yield ["train", *out, "--data", str(tmp_path / "none")], r"--data must be a folder that exists, got '.*none'"
    yield ["train", *out, "--data", str(model)], r"--data must be a folder that exists"
    yield ["train", "--out", str(tmp_path / "none" / "x")], r"--out must be a file in a folder that exists .*none"
    yield ["train", "--out", str(tmp_path)], r"--out must be a file"
    yield ["evaluate", str(tmp_path / "none")], r"No such file .*none"
    yield ["evaluate", str(tmp_path)], r"[Dd]irectory"
    yield ["evaluate", str(cut)], r"cut\.safetensors: .*cut short|cut\.safetensors: not a whole safetensors file"
    yield ["evaluate", str(broken)], r"broken\.json\.gz: not a safetensors file"
    yield ["evaluate", str(other)], r"must be a network of 784 inputs and 10 outputs, got MLP\(4 → 3, relu\)"
    yield ["evaluate", str(model), "--photo-seed", "-1"], r"photo_seed must be a whole number from 0 .*, got -1"
    yield ["evaluate", str(model), "--drawings", str(broken)], r"broken\.json\.gz: sample 0: label must be a digit"
    yield ["evaluate", str(model), "--drawings", str(tmp_path / "none")], r"No such file .*none"
    yield ["evaluate", str(model), "--drawings", str(empty)], r"empty\.json: needs at least one drawing"


def test_what_cannot_be_used_is_named_in_one_line_without_a_traceback(tmp_path, model, capsys):
    for arguments, message in bad_commands(tmp_path, model):
        try:
            status = main(arguments)
        except SystemExit as left:
            status = left.code
        complaint = capsys.readouterr().err
        assert status == 2, arguments
        assert re.fullmatch(r"error: [^\n]*\n", complaint), complaint
        assert re.search(message, complaint), complaint


def test_the_package_runs_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "mlp", "evaluate", os.devnull], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: null: not a safetensors file")


def test_a_network_trained_on_written_digits_is_saved_in_half_the_size(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("mlp.cli.train.N_UNSEEN", 300)
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    more = ["train", "--layers", "64", "--epochs", "1", "--written", "20", "--everything"]
    assert main([*more, "--out", str(whole)]) == 0
    assert main([*more, "--half", "--out", str(half)]) == 0
    assert "with its validation images with 20 written digits" in capsys.readouterr().out
    assert half.stat().st_size < 0.55 * whole.stat().st_size
    np.testing.assert_allclose(
        load_model(half).network.values, load_model(whole).network.values, rtol=2**-10, atol=1e-6
    )
    assert load_model(half).network.values.dtype == np.float32


def test_a_sweep_puts_the_best_value_first_and_saves_that_network(tmp_path, capsys):
    out = tmp_path / "winner.safetensors"
    options = ["--images", "320", "--epochs", "2", "--out", str(out)]
    assert main(["sweep", "layers", "16", "1", *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.match(r"1 layers 16 validation_accuracy 0\.\d+ validation_loss .* epochs 2$", lines[1])
    assert lines[2].startswith("2 layers 1 ")
    winner = load_model(out)
    assert winner.layer_sizes == [784, 16, 10]
    assert f"winner layers 16 validation_accuracy {winner.facts['validation_accuracy']}" in lines
    assert winner.facts["settings"]["images"] == 320


def test_a_sweep_that_makes_no_sense_is_refused_at_once(tmp_path, capsys):
    for arguments in (["epochs", "1"], ["pace", "1", "2"], ["seed", "1", "1"], ["layers", "8", "x"]):
        assert main(["sweep", *arguments]) == 2
        assert capsys.readouterr().err.startswith("error: ")


def test_a_rejection_network_is_trained_and_saved(tmp_path, capsys, monkeypatch):
    for name, small in {"HIDDEN": (8,), "N_WRITTEN": 20, "N_MARKS": 60, "N_UNSEEN": 20}.items():
        monkeypatch.setattr(rejection_module, name, small)
    out = tmp_path / "judge.safetensors"
    assert main(["judge", "--epochs", "1", "--seed", "4", "--out", str(out)]) == 0
    assert f"saved {out}" in capsys.readouterr().out
    rejection = load_model(out)
    assert rejection.layer_sizes == [784, 8, 11]
    assert sees_digit(rejection, sample().test.images).mean() > 0.9
    assert "judge --epochs 1 --seed 4" in rejection.facts["command"]


@pytest.mark.parametrize(("option", "value"), [("--epochs", "0"), ("--seed", "-1"), ("--epochs", "many")])
def test_its_training_names_what_it_refuses(tmp_path, capsys, option, value):
    assert main(["judge", option, value, "--out", str(tmp_path / "judge.safetensors")]) == 2
    assert option[2:] in capsys.readouterr().err


WITHOUT_DOCSTRINGS = """
import sys
from mlp.cli.main import main
out = sys.argv[1]
main(["train", "--layers", "8", "--images", "320", "--epochs", "1", "--out", out])
main(["evaluate", out])
main(["train", "--help"])
"""


def test_commands_and_their_help_need_no_docstrings(tmp_path):
    out = str(tmp_path / "net.safetensors")
    command = [sys.executable, "-OO", "-c", WITHOUT_DOCSTRINGS, out]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"saved {out}" in done.stdout
    assert "test accuracy" in done.stdout
    assert "Share of its velocity that SGD keeps" in " ".join(done.stdout.split())


def test_a_starting_point_is_trained_and_explicit_settings_win(tmp_path, capsys):
    out = tmp_path / "small.safetensors"
    assert main(["train", "--recipe", "small", "--epochs", "1", "--images", "320", "--out", str(out)]) == 0
    settings = load_model(out).facts["settings"]
    assert (settings["hidden"], settings["epochs"], settings["images"]) == ([8], 1, 320)
    with pytest.raises(SystemExit):
        main(["train", "--recipe", "slow", "--out", str(out)])
    assert "article" in capsys.readouterr().err


def test_export_writes_a_network_with_its_script_and_replaces_no_file_of_ones_own(model, tmp_path, capsys):
    out, script = tmp_path / "mine.npz", tmp_path / "mine.py"
    command = ["export", str(model), "--to", "numpy", "--out", str(out)]
    assert main(command) == 0
    assert main(command) == 0
    assert capsys.readouterr().out == f"saved {out}\nsaved {script}\n" * 2
    script.write_text("print('my own')\n")
    assert main(command) == 2
    assert "would replace mine.py" in capsys.readouterr().err
    assert main([*command[:-1], str(tmp_path / "mine.onnx")]) == 2
    assert "must end in .npz or .zip, got 'mine.onnx'" in capsys.readouterr().err
    assert script.read_text() == "print('my own')\n"
    kept = model.read_bytes()
    for words in (["export", "--to", "pytorch"], ["page"]):
        assert main([*words, str(model), "--out", str(model)]) == 2
        assert "would replace the network itself" in capsys.readouterr().err
        assert model.read_bytes() == kept
