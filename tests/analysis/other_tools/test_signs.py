"""Exports of a network that reads signs keep the signs' names, and escape them."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from mlp import MLP, Reader
from mlp.analysis.other_tools.network_export import export

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
