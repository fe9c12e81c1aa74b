"""Exports of a network that reads signs keep the signs' names, and escape them."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors

from mlp import MLP, Reader
from mlp.analysis.other_tools.network_export import TOOLS, export
from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.training.rejection import new_rejection

NAMES = ("あ", '"""<b>\\', "c'd")
IMAGES = np.random.default_rng(0).random((6, 784), np.float32)


def reader(**keywords) -> Reader:
    return Reader(MLP([784, 12, 3], rng=np.random.default_rng(1)), names=NAMES, none_below=0.6, **keywords)


@pytest.mark.parametrize("straighten", [False, True])
def test_numpy_script_prints_the_names(tmp_path: Path, straighten: bool, monkeypatch, capsys):
    network = reader(straighten=straighten)
    for path, data in export(network, "numpy", tmp_path / "mine.npz").items():
        path.write_bytes(data)
    np.save(tmp_path / "images.npy", IMAGES)
    monkeypatch.setattr(sys, "argv", ["mine_numpy.py", str(tmp_path / "images.npy")])
    done = runpy.run_path(str(tmp_path / "mine_numpy.py"), run_name="__main__")
    np.testing.assert_allclose(done["read"](IMAGES), network.predict_proba(IMAGES), atol=1e-5)
    printed = [line.rsplit(" ", 1)[0] for line in capsys.readouterr().out.splitlines()]
    assert printed == [ascii(NAMES[place]) for place in network.predict(IMAGES)]


def test_notebook_answers_by_name_or_rejects(tmp_path: Path):
    network = reader()
    (book,) = export(network, "notebook", tmp_path / "mine.ipynb").values()
    cells = [cell for cell in json.loads(book)["cells"] if cell["cell_type"] == "code"]
    code = "\n\n".join("".join(cell["source"]) for cell in cells).replace("plt.show()", "plt.close('all')")
    done: dict = {}
    exec(compile(code, "notebook", "exec"), done)
    np.testing.assert_allclose(done["read"](IMAGES), network.predict_proba(IMAGES), atol=1e-5)
    for image, probabilities in zip(IMAGES, network.predict_proba(IMAGES), strict=True):
        seen = probabilities.max() >= 0.6
        assert done["answer"](image.reshape(28, 28)) == (NAMES[probabilities.argmax()] if seen else None)


def test_pytorch_export_has_the_names_in_script_and_weights(tmp_path: Path):
    weights, script = export(reader(), "pytorch", tmp_path / "mine.safetensors").values()
    code = compile(script, "mine_pytorch.py", "exec")
    assert NAMES[0] in [name for constant in code.co_consts if isinstance(constant, tuple) for name in constant]
    (tmp_path / "mine.safetensors").write_bytes(weights)
    with safetensors.safe_open(tmp_path / "mine.safetensors", "numpy") as file:
        assert tuple(json.loads(file.metadata()["names"])) == NAMES


def test_onnx_model_has_the_names_and_as_many_answers(tmp_path: Path):
    (model,) = export(reader(), "onnx", tmp_path / "mine.onnx").values()
    assert json.dumps(NAMES).encode() in model


def test_take_home_page_escapes_names_and_rejects_others():
    page = take_home_page(reader(), rejection=new_rejection(0))
    assert "Draw one of あ, &quot;&quot;&quot;&lt;b&gt;\\ and c&#x27;d" in page
    assert '<b>"""<b>' not in page
    embedded = json.loads(page.partition('<script type="application/json" id="network">')[2].partition("</script>")[0])
    assert tuple(embedded["names"]) == NAMES
    assert embedded["noneBelow"] == 0.6
    assert embedded["none"][0] == "I see none of the signs"
    assert "rejection" not in embedded  # it knows only digits
    assert "CC BY-SA" not in page  # MNIST's digits aren't its signs
    assert page.count('<li id="bar-') == 3


def test_every_tool_exports_signs(tmp_path: Path):
    for tool, about in TOOLS.items():
        assert export(reader(), tool, tmp_path / f"mine{about.suffix}")
