"""A data folder of its own for each test, and a network to work with."""

import numpy as np
import pytest

from mlp import MLP, save_model


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
