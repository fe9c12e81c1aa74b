"""The program of the pretrained network: more images, more synthetic digits, the mean of two networks."""

from functools import partial

import numpy as np
import pytest

from mlp import load_model
from mlp.cli.main import main
from models.making.__main__ import COMMANDS
from models.making.network import extended
from tests.sample_digits import sample

QUICK = ["network", "--layers", "16", "--epochs", "1", "--batch-size", "64"]
run = partial(main, prog="python -m models.making", commands=COMMANDS)


@pytest.mark.parametrize("repeat", [1, 3])
def test_validation_images_and_repeats_follow_the_training_images(repeat):
    data = sample()
    more = extended(data, everything=True, repeat=repeat)
    images = np.concatenate([data.train.images, data.validation.images])
    np.testing.assert_array_equal(more.train.images, np.tile(images, (repeat, 1)))
    labels = np.concatenate([data.train.labels, data.validation.labels])
    np.testing.assert_array_equal(more.train.labels, np.tile(labels, repeat))
    assert more.test is data.test


@pytest.mark.parametrize("repeat", [0, 11, 1.5, True])
def test_invalid_number_of_repetitions_is_named(repeat):
    with pytest.raises(ValueError, match=r"repeat must be a whole number from 1 to 10, got"):
        extended(sample(), repeat=repeat)


def test_network_learns_more_digits_than_are_shipped(tmp_path):
    out = tmp_path / "net.safetensors"
    more = ["--everything", "--repeat", "2", "--written", "30010", "--batch-size", "512"]
    assert run([*QUICK, *more, "--out", str(out)]) == 0
    facts = load_model(out).facts
    assert facts["data"] == "MNIST sample with its validation images 2 times with 30,010 synthetic digits"
    data = sample()
    assert facts["steps"] == -(-(30_010 + 2 * (len(data.train) + len(data.validation))) // 512)
    assert facts["temperature"] != 1.0
    assert facts["command"].startswith("python -m models.making network --layers 16")


def test_mean_of_first_and_trained_weights_can_be_saved(tmp_path, capsys):
    first, learned, mean = (tmp_path / f"{name}.safetensors" for name in ("first", "learned", "mean"))
    assert run([*QUICK, "--out", str(first)]) == 0
    polish = [*QUICK, "--start", str(first), "--seed", "2"]
    assert run([*polish, "--out", str(learned)]) == 0
    assert run([*polish, "--mean", "--out", str(mean)]) == 0
    began, ended = load_model(first).network.values, load_model(learned).network.values
    np.testing.assert_allclose(load_model(mean).network.values, (began + ended) / 2, rtol=1e-6)
    assert run([*QUICK, "--mean", "--out", str(mean)]) == 2
    assert "--mean needs --start, the network to average with" in capsys.readouterr().err
    assert run([*QUICK, "--images", "300", "--out", str(mean)]) == 2
    assert "--images must be all, as --everything and --repeat add images, got 300" in capsys.readouterr().err
