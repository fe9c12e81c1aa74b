"""The command line, in this process where possible, and in a real one for signals."""

import gzip
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp import MLP, save_model
from mlp.cli.main import main
from mlp.cli.terminal import CLOSED_PIPE, ctrl_c

ROOT = Path(__file__).resolve().parents[2]


def bad_commands(tmp_path, model):
    """Yield unusable command lines, each with the pattern of its error."""
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
    yield ["train", *out, "--epochs", "many"], r"epochs must be a whole number .*, got 'many'"
    yield ["train", *out, "--learning-rate", "-1"], r"learning_rate must be greater than 0 and finite, got -1"
    yield ["train", *out, "--threads", "0"], r"threads must be a whole number from 1 to 1,024, got 0"
    yield ["train", *out, "--optimizer", "adam", "--momentum", "0.9"], r"--momentum is for SGD, .*; use --momentum 0"
    yield ["train", *out, "--recipe", "quick", "--optimizer", "adam"], r"--momentum is for SGD, .*; use --momentum 0"
    yield ["train", *out, "--without-styles", "two_looped"], r"--without-styles needs --written"
    yield ["train", *out, "--written", "30001"], r"at most the 30,000 .* got 30,001; python -m models\.making network"
    yield ["train", *out, "--images", "4001"], r"--images must be at most 4,000, got 4,001; use --images all"
    yield ["train", "--out", str(tmp_path / "x.onnx")], r"--out must end in \.safetensors, got 'x\.onnx'; export"
    yield ["train", *out, "--data", str(tmp_path / "none")], r"none: there is no such file"
    yield (
        ["train", *out, "--data", str(model)],
        r"a data set must be a folder, an \.npz or a ZIP, and this file is none",
    )
    yield ["train", "--out", str(tmp_path / "none" / "x")], r"--out must be a file in a folder that exists .*none"
    yield ["export", str(model), *out], r"arguments are required: --to"
    yield ["evaluate", str(tmp_path / "none")], r"none: there is no such file"
    yield ["evaluate", str(tmp_path)], r"[Dd]irectory"
    yield ["evaluate", str(cut)], r"cut\.safetensors: .*cut short|cut\.safetensors: not a whole safetensors file"
    yield ["evaluate", str(broken)], r"broken\.json\.gz: not a safetensors file"
    yield ["evaluate", str(other)], r"must go from 784 pixels to 10 digits, or to signs whose names it has, got 4 → 3"
    yield ["evaluate", str(model), "--drawings", str(broken)], r"broken\.json\.gz: sample 0: label must be a number"
    yield ["evaluate", str(model), "--drawings", str(empty)], r"empty\.json: needs at least one drawing"


def test_unusable_input_gets_a_one_line_error(tmp_path, model, capsys):
    for arguments, message in bad_commands(tmp_path, model):
        try:
            status = main(arguments)
        except SystemExit as left:
            status = left.code
        complaint = capsys.readouterr().err
        assert status == 2, arguments
        assert re.fullmatch(r"error: [^\n]*\n", complaint), complaint
        assert re.search(message, complaint), complaint


def test_package_runs_as_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "mlp", "evaluate", os.devnull], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: null: not a safetensors file")


def test_output_that_nobody_reads_any_more_ends_the_command_quietly(model):
    command = [sys.executable, "-m", "mlp", "evaluate", str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (CLOSED_PIPE, b"")


def test_export_adds_a_script_and_replaces_no_foreign_file(model, tmp_path, capsys):
    out, script = tmp_path / "mine.npz", tmp_path / "mine_numpy.py"
    command = ["export", str(model), "--to", "numpy", "--out", str(out)]
    assert main(command) == 0
    assert main(command) == 0
    assert capsys.readouterr().out == f"saved {out}\nsaved {script}\n" * 2
    script.write_text("print('my own')\n")
    assert main(command) == 2
    assert "would replace mine_numpy.py" in capsys.readouterr().err
    assert main([*command[:-1], str(tmp_path / "mine.onnx")]) == 2
    assert "must end in .npz or .zip, got 'mine.onnx'" in capsys.readouterr().err
    assert script.read_text() == "print('my own')\n"
    kept = model.read_bytes()
    for words in (["export", "--to", "pytorch"], ["page"]):
        assert main([*words, str(model), "--out", str(model)]) == 2
        assert "would replace the network itself" in capsys.readouterr().err
        assert model.read_bytes() == kept


def test_export_says_for_which_images_its_limit_holds(capsys):
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "within 0.00001 for the same images as floats in 0..1" in said
    assert "For images of uint8, a network that straightens rounds them, and they may differ by about 0.01." in said


@pytest.fixture
def as_in_a_terminal():
    """Restore the usual effect of Ctrl-C, which background jobs of a shell ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_first_ctrl_c_asks_and_the_second_stops(as_in_a_terminal):
    with ctrl_c() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_background_job_keeps_ignoring_ctrl_c(as_in_a_terminal):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ctrl_c() as asked:
        signal.raise_signal(signal.SIGINT)
    assert not asked.is_set()
