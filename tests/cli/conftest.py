"""A separate data folder for each test, and a network."""

import numpy as np
import pytest

from mlp import MLP, save_model


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """Use an empty data folder and an unreachable mirror, so that commands use the sample."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("MLP_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    save_model(MLP([784, 8, 10], rng=np.random.default_rng(3)), path)
    return path
