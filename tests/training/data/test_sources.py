"""The images of a slice, in any process or machine."""

from dataclasses import replace

import pytest

from mlp.images.mnist import sample
from mlp.training.data import sources
from mlp.training.data.sources import Mnist


def test_worker_without_the_folder_takes_mnist_from_its_own(tmp_path, monkeypatch):
    asked = []
    whole = replace(sample(), name="MNIST")
    monkeypatch.setattr(sources, "load_mnist", lambda directory, download: asked.append(directory) or whole)
    assert Mnist(str(tmp_path)).load() is whole
    assert Mnist(str(tmp_path / "on another machine")).load() is whole
    assert asked == [str(tmp_path), None]


def test_mnist_run_never_continues_on_the_sample(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"MNIST's files are neither in .*nowhere"):
        Mnist(str(tmp_path / "nowhere")).load()
