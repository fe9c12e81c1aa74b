"""The images of a slice, in any process or machine."""

from pathlib import Path

import pytest

from mlp.training.data.sources import Mnist, chosen_mnist


def test_images_are_read_once_per_process():
    assert chosen_mnist().load() is chosen_mnist().load()


def test_run_on_another_folder_never_continues_on_other_images(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"must have MNIST's four files, got '.*nowhere'"):
        Mnist(str(tmp_path / "nowhere")).load()
