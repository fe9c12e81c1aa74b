"""Each export runs in its own tool, and gives the probabilities of the network: ``make exports``."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.torch
import torch
from nbclient import NotebookClient

from mlp import DEFAULT_MODEL
from mlp.cli.main import main
from mlp.nn.reader import Reader
from mlp.nn.weights import load_model, save_model
from tests.exports.data import plain, reader, write_mnist

NETWORKS = ["relu", "tanh", "sigmoid", "straighten", "article", "inkling"]


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Reader, Path]:
    """Return a network and its file: small ones of each activation, and the pretrained ones."""
    if request.param in ("article", "inkling"):
        path = DEFAULT_MODEL.with_name(f"{request.param}.safetensors")
        return load_model(path), path
    path = tmp_path / "small.safetensors"
    straight = request.param == "straighten"
    save_model(reader(straighten=True) if straight else reader(request.param), path)
    return load_model(path), path


@pytest.fixture
def mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    monkeypatch.setenv("MLP_DATA_DIR", str(tmp_path))
    return write_mnist(tmp_path)


def exported(path: Path, tool: str, out: Path) -> Path:
    assert main(["export", str(path), "--to", tool, "--out", str(out)]) == 0
    return out


def printed_accuracy(script: Path) -> float:
    done = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True, cwd=script.parent)
    return float(done.stdout.split(": ")[1])


def test_pytorch_loads_the_weights_and_the_script_prints_accuracy(network, mnist, tmp_path: Path):
    ours, path = network
    images, labels = mnist
    out = exported(path, "pytorch", tmp_path / "mine.safetensors")
    kind = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[ours.activation]
    layers: list[torch.nn.Module] = []
    for n_in, n_out in pairwise(ours.layer_sizes):
        layers += [torch.nn.Linear(n_in, n_out), kind()]
    theirs = torch.nn.Sequential(*layers[:-1])
    assert str(theirs.load_state_dict(safetensors.torch.load_file(out))) == "<All keys matched successfully>"
    with torch.no_grad():
        logits = theirs(torch.tensor(ours.as_seen(images / np.float32(255))))
    expected = plain(ours, images)
    np.testing.assert_allclose(torch.softmax(logits / ours.temperature, 1).numpy(), expected, atol=1e-5)
    assert printed_accuracy(out.with_name("mine_pytorch.py")) == (expected.argmax(1) == labels).mean()


def test_onnx_is_a_valid_model_and_runs(network, mnist, tmp_path: Path):
    ours, path = network
    out = exported(path, "onnx", tmp_path / "mine.onnx")
    onnx.checker.check_model(onnx.load(out), full_check=True)
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    for images in (mnist[0], mnist[0][:1]):
        (found,) = session.run(["probabilities"], {"images": images / np.float32(255)})  # straightens by itself
        np.testing.assert_allclose(found, plain(ours, images), atol=1e-5)


def test_notebook_runs_from_top_to_bottom(network, mnist, tmp_path: Path):
    ours, path = network
    book = nbformat.read(exported(path, "notebook", tmp_path / "mine.ipynb"), as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        cell.source = cell.source.replace("EPOCHS = 25", "EPOCHS = 2").replace("EPOCHS = 60", "EPOCHS = 1")
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert sum("image/png" in output.get("data", {}) for cell in book.cells for output in cell.get("outputs", [])) == 3
    outputs = "".join(output.text for output in book.cells[-1].outputs)
    images, labels = mnist
    right = (plain(ours, images).argmax(1) == labels).mean()
    assert f"from Inkling     {right:.4f}" in outputs
