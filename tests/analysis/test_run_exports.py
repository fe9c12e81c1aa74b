"""Exports of the page: a command that repeats the run, and a table of its curves."""

import shlex

import numpy as np
import pytest

from mlp import Run, Settings, load_model, steps
from mlp.analysis.run_exports import command_line, curves_csv
from mlp.class_names import DIGITS
from mlp.cli.main import main
from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import DrawingSet
from mlp.training.data.drawing_data import drawing_data, sign_settings, split_data
from mlp.training.data.sources import chosen_mnist
from mlp.training.history import Evaluation, History
from tests.images.drawings.sample_drawings import jittered, letters


def signs_named_like_digits() -> DrawingSet:
    signs, rng = DrawingSet(), np.random.default_rng(1)
    for label, name in enumerate(DIGITS):
        signs = signs.with_name(name)
        for _ in range(2):
            signs = signs.with_drawing(label, jittered("ABC"[label % 3], rng))
    return signs


def test_command_line_trains_the_same_weights_on_signs_named_like_digits(tmp_path, monkeypatch):
    signs = signs_named_like_digits()  # tests/page/test_kept.py goes through all other data
    data = drawing_data(signs)
    settings = sign_settings(Settings(hidden=(8,), epochs=1, batch_size=64), data.names)
    (tmp_path / "my-signs.json").write_text(dump_drawings(signs))
    run, train = Run(settings), data.load().train
    for _ in steps(run, train.images, train.labels):
        pass
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command_line(settings, data, signs))[3:]) == 0
    saved = load_model("run.safetensors")
    assert saved.network.values.tobytes() == run.network.values.tobytes()
    assert saved.names == settings.names


@pytest.mark.parametrize(
    "idle",
    [{"optimizer": "adam", "momentum": 0.9}, {"without_styles": ("two_looped",)}, {"images": 60_000}],
    ids=["momentum of Adam", "styles of no digits", "more images than there are"],
)
def test_command_line_leaves_out_what_has_no_effect(idle, tmp_path, monkeypatch):
    settings = Settings(hidden=(8,), epochs=1, batch_size=512, learning_rate=0.01, **idle)
    run, train = Run(settings), chosen_mnist().load().train
    for _ in steps(run, train.images, train.labels):
        pass
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command_line(settings, chosen_mnist(), DrawingSet()))[3:]) == 0
    saved = load_model("run.safetensors")
    assert saved.network.values.tobytes() == run.network.values.tobytes()


@pytest.mark.parametrize(
    "data",
    [
        split_data(letters(6), letters(6).ranks >= 4),
        drawing_data(letters(5)),
        drawing_data(letters(6).renamed(0, "other")),
    ],
    ids=["fewer of the signs", "earlier signs", "earlier names"],
)
def test_data_that_the_command_line_lacks_has_no_command(data):
    assert command_line(Settings(names=data.names), data, letters(6)) is None


def history() -> History:
    records = History(2)
    records.evaluations.append(Evaluation(0, 0.0, 2.25, 0.125))
    records.add_steps(np.array([2.0, 1.5, 1.25], np.float32), np.array([0.25, 0.5, 0.75], np.float32))
    records.evaluations.append(Evaluation(2, 1.0, 1.5, 0.5, training_loss=1.25, training_accuracy=0.625))
    records.learning_rates.append((0.5, 0.01))
    return records


def test_curves_csv_has_a_row_per_step_with_its_measurements():
    assert curves_csv(history(), 0.1) == (
        "step,epoch,learning_rate,loss,accuracy,training_loss,training_accuracy,validation_loss,validation_accuracy\n"
        "0,0,0.1,,,,,2.25,0.125\n"
        "1,0.5,0.1,2,0.25,,,,\n"
        "2,1,0.01,1.5,0.5,1.25,0.625,1.5,0.5\n"
        "3,1.5,0.01,1.25,0.75,,,,\n"
    )
