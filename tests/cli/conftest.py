"""A network to read with."""

import numpy as np
import pytest

from mlp import MLP, save_model


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    save_model(MLP([784, 8, 10], rng=np.random.default_rng(3)), path)
    return path
