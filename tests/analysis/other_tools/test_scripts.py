"""Exports that need only numpy and matplotlib run here; `make exports` runs all of them in their own tools."""

import json
import re
import runpy
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import safetensors.numpy

from mlp.analysis.other_tools.network_export import export
from mlp.analysis.other_tools.notebook import notebook
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.training.run import Run, steps
from mlp.training.settings import SETTINGS, Settings
from tests.each_setting import EACH_SETTING, examples
from tests.exports.data import plain, reader, write_mnist
from tests.images.drawings.sample_drawings import mixed


@pytest.fixture
def mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    monkeypatch.setenv("MLP_DATA_DIR", str(tmp_path))
    return write_mnist(tmp_path)


@pytest.mark.parametrize("settings", [{}, {"activation": "tanh"}, {"activation": "sigmoid", "straighten": True}])
def test_thirty_lines_of_numpy_read_as_the_network_does(tmp_path: Path, mnist, settings: dict, capsys):
    network, (images, labels) = reader(**settings), mnist
    for path, data in export(network, "numpy", tmp_path / "mine.npz").items():
        path.write_bytes(data)
    script = tmp_path / "mine_numpy.py"
    assert len(script.read_text().splitlines()) <= (30 if not network.straighten else 100)
    done = runpy.run_path(str(script), run_name="__main__")
    expected = plain(network, images)
    np.testing.assert_allclose(done["read"](images / np.float32(255)), expected, atol=1e-5)
    once = Reader(network.network, temperature=network.temperature, straighten=network.straighten)
    rounded = np.abs(once.predict_proba(images) - expected).max()
    assert ("may differ by about 0.01" in script.read_text()) == network.straighten
    assert 1e-5 < rounded < 0.015 if network.straighten else rounded < 1e-5
    assert capsys.readouterr().out == f"right on MNIST's test images: {(expected.argmax(1) == labels).mean()}\n"


def test_pytorch_export_has_sequential_names_and_twenty_lines(tmp_path: Path):
    network = reader()
    weights, script = export(network, "pytorch", tmp_path / "mine.safetensors").values()
    arrays = safetensors.numpy.load(weights)
    assert {name: array.shape for name, array in arrays.items()} == {
        **{"0.weight": (20, 784), "0.bias": (20,), "2.weight": (16, 20), "2.bias": (16,)},
        **{"4.weight": (10, 16), "4.bias": (10,)},
    }
    np.testing.assert_array_equal(arrays["2.weight"].T, network.network.dense_layers[1].weight.value)
    assert len(script.decode().splitlines()) <= 20
    compile(script, "mine_pytorch.py", "exec")


def code_of(book: str) -> str:
    cells = [cell for cell in json.loads(book)["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def run_notebook(network: Reader) -> dict:
    """Run all cells, and return their variables."""
    done: dict = {}
    with patch("matplotlib.pyplot.show"):
        exec(code_of(notebook(network)), done)
    done["plt"].close("all")
    return done


SINGLE = [
    change for change in EACH_SETTING if change not in ("names", "together")
]  # a notebook for signs trains nothing


@pytest.mark.parametrize("change", SINGLE)
def test_notebook_trains_with_each_setting_or_names_it(mnist, change: str, capsys):
    before, asked = EACH_SETTING[change]
    (changed,) = (one for one in SETTINGS if getattr(before, one.field) != getattr(asked, one.field))
    facts = {"settings": asked.as_dict()}
    network = Reader(Run(asked).network, temperature=0.7, straighten=asked.straighten, facts=facts)
    left_out = re.findall(r"This notebook leaves out (.*), so its network differs", notebook(network))
    if left_out and f"{changed.name} (" in left_out[0]:
        return
    done, run = run_notebook(network), Run(asked)
    for _ in steps(run, *examples(asked)):
        pass
    ours = [parameter.value for parameter in run.network.parameters()]
    apart = np.concatenate([np.abs(a - b).ravel() for a, b in zip(done["network"], ours, strict=True)])
    # Adam divides a gradient by its size: if one is only rounding error, its step is as large as any other.
    assert np.quantile(apart, 0.999) < (1e-5 if asked.optimizer == "adam" else 5e-7)
    images, labels = mnist
    np.testing.assert_allclose(done["read"](images / np.float32(255)), plain(network, images), atol=1e-5)
    as_saved = Reader(network.network, straighten=network.straighten)
    right = (as_saved.predict(images) == labels).mean()
    printed = capsys.readouterr().out.partition("right on test images:\n")[2]  # others may have been learned
    assert f"  from Inkling     {right:.4f}\n" in printed


def test_notebook_names_data_besides_mnist_and_an_earlier_training():
    taught = reader()
    taught.facts["data"] = mixed(np.ones((1, 784), np.uint8), [3], 0.25).load().name
    assert "leaves out all of its data but MNIST (MNIST sample with 1 own digit (25%)), so its" in notebook(taught)
    taught.facts["data"] = "MNIST"
    assert "leaves out" not in notebook(taught)
    for fact in ({"origin": "run 3"}, {"command": "python -m mlp train --start a.safetensors --out b.safetensors"}):
        taught.facts = reader().facts | {"data": "MNIST"} | fact
        assert "leaves out what it had learned before this run, so its" in notebook(taught)


def test_notebook_of_an_unknown_training_says_so():
    silent = reader()
    for facts in ({}, {"settings": {"hidden": "<script>", "odd": 1}}, {"settings": Settings().as_dict()}):
        silent.facts = facts
        assert "does not say how it was trained" in notebook(silent)
        compile(code_of(notebook(silent)), "notebook", "exec")


@pytest.mark.parametrize(
    ("tool", "name", "rule"),
    [
        ("pytorch", "mine.pt", r"must end in \.safetensors or \.zip, got 'mine\.pt'"),
        ("onnx", "mine", r"must end in \.onnx or \.zip, got 'mine'"),
        ("keras", "mine.h5", "pytorch, numpy, notebook, onnx, got 'keras'"),
    ],
)
def test_another_tool_or_kind_of_file_is_refused_by_name(tool: str, name: str, rule: str):
    with pytest.raises(ValueError, match=rule):
        export(reader(), tool, Path(name))


NAMES = ("あ", '"""<b>\\', "c'd")
IMAGES = np.random.default_rng(0).random((6, 784), np.float32)


def sign_reader(**keywords: bool) -> Reader:
    return Reader(MLP([784, 12, 3], rng=np.random.default_rng(1)), names=NAMES, none_below=0.6, **keywords)


@pytest.mark.parametrize("straighten", [False, True])
def test_numpy_script_prints_the_names_of_signs(tmp_path: Path, straighten: bool, monkeypatch, capsys):
    network = sign_reader(straighten=straighten)
    for path, data in export(network, "numpy", tmp_path / "mine.npz").items():
        path.write_bytes(data)
    np.save(tmp_path / "images.npy", IMAGES)
    monkeypatch.setattr(sys, "argv", ["mine_numpy.py", str(tmp_path / "images.npy")])
    done = runpy.run_path(str(tmp_path / "mine_numpy.py"), run_name="__main__")
    np.testing.assert_allclose(done["read"](IMAGES), network.predict_proba(IMAGES), atol=1e-5)
    printed = [line.rsplit(" ", 1)[0] for line in capsys.readouterr().out.splitlines()]
    assert printed == [ascii(NAMES[place]) for place in network.predict(IMAGES)]


def test_notebook_answers_by_the_name_of_a_sign_or_rejects():
    done, chances = run_notebook(sign_reader()), sign_reader().predict_proba(IMAGES)
    np.testing.assert_allclose(done["read"](IMAGES), chances, atol=1e-5)
    for image, probabilities in zip(IMAGES, chances, strict=True):
        seen = probabilities.max() >= 0.6
        assert done["answer"](image.reshape(28, 28)) == (NAMES[probabilities.argmax()] if seen else None)
