"""``train`` and ``evaluate`` with a data set of one's own."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

import mlp
from mlp.cli.main import main
from mlp.training.data.image_set import PATHS
from tests.images.data_files.test_load import in_arrays, in_idx, unpacked, zipped
from tests.sample_shapes import NAMES

SETTINGS = ["--layers", "12", "--epochs", "4", "--batch-size", "2", "--learning-rate", "0.05"]


def trained(path: Path, out: Path, *more: str) -> mlp.nn.reader.Reader:
    assert main(["train", "--data", str(path), *SETTINGS, *more, "--out", str(out)]) == 0
    return mlp.load_model(out)


def test_data_set_is_trained_and_scored_by_its_names(tmp_path, capsys):
    path, out = zipped(tmp_path / "Things.npz", in_arrays()), tmp_path / "x.safetensors"
    reader = trained(path, out)
    data = mlp.load_data(path)
    assert (reader.names, reader.learned, reader.reads_digits) == (NAMES, data.learned, False)
    assert reader.facts["data"] == "Things"
    printed = capsys.readouterr().out
    assert 'data Things\nclasses ["Blick", "Wum", "Zorp"]\n' in printed
    assert main(["evaluate", str(out), "--data", str(path)]) == 0
    score = capsys.readouterr().out
    right = int((reader.predict(data.test.images) == data.test.labels).sum())
    assert f"test images 12\ntest accuracy {right / 12:.4f}\n" in score
    assert re.search(r'test wrong_by_class \{"Blick": \d+, "Wum": \d+, "Zorp": \d+\}', score)
    assert not re.search("digit |MNIST|synthetic", printed + score)


def test_npz_and_idx_give_the_same_network(tmp_path):
    places = zipped(tmp_path / "x.npz", in_arrays()), unpacked(tmp_path / "x", in_idx())
    first, second = (trained(place, tmp_path / f"{n}.safetensors") for n, place in enumerate(places))
    assert np.array_equal(first.network.values, second.network.values)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["train", "--data", "{x}", "--written", "30000"], "--written adds digits, which go with MNIST only"),
        (["train", "--data", "{x}", "--images", "31"], "--images must be at most 30, got 31"),
        (["train", "--data", "{x}", "--drawings", "x.json"], "--data cannot go with --drawings"),
        (["evaluate", "{net}"], "reads images of a data set; score it with --data PATH"),
        (["evaluate", "{net}", "--data", "{other}"], "must have the classes of the network"),
    ],
)
def test_what_does_not_fit_a_data_set_is_refused(tmp_path, capsys, arguments, rule):
    path, out = zipped(tmp_path / "x.npz", in_arrays()), tmp_path / "net.safetensors"
    trained(path, out)
    other = zipped(tmp_path / "other.npz", in_arrays(names=np.array(NAMES[::-1])))
    given = [word.format(x=path, net=out, other=other) for word in arguments]
    more = [*SETTINGS, "--out", str(tmp_path / "other.safetensors")] if given[0] == "train" else []
    assert main([*given, *more]) == 2
    assert rule in capsys.readouterr().err


def test_open_offers_data_sets_by_their_paths(tmp_path, monkeypatch, capsys):
    path, opened = zipped(tmp_path / "x.npz", in_arrays()), []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PATHS, "")
    monkeypatch.setattr(os, "execv", lambda _, words: opened.append(os.environ[PATHS]))
    main(["open", "--no-browser", "--data", "x.npz", str(path)])
    assert opened == [f"{path}{os.pathsep}{path}"]
    assert main(["open", "--data", "none.npz"]) == 2
    assert "none.npz: there is no such file" in capsys.readouterr().err
