"""Exports of the page: a command that repeats the run, and a table of its curves."""

import csv
import io
import shlex

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp.analysis.run_exports import command_line, curves_csv
from mlp.cli.main import new_parser
from mlp.cli.options import settings_given
from mlp.training.history import Evaluation, History
from mlp.training.settings import Settings

SETTINGS = st.builds(
    Settings,
    hidden=st.lists(st.integers(1, 600), max_size=4).map(tuple),
    activation=st.sampled_from(["relu", "tanh", "sigmoid"]),
    initialization=st.sampled_from(["xavier", "he", "gabor"]),
    optimizer=st.sampled_from(["sgd", "adam"]),
    learning_rate=st.floats(1e-9, 10),
    schedule=st.sampled_from(["constant", "cosine"]),
    momentum=st.floats(0, 0.99),
    weight_decay=st.floats(0, 1),
    batch_size=st.integers(1, 512),
    epochs=st.integers(1, 100),
    seed=st.integers(0, 2**32 - 1),
    warp=st.floats(0, 2),
    images=st.none() | st.integers(1, 60_000),
    synthetic=st.integers(0, 1_000_000),
    without_styles=st.sets(st.sampled_from(["one", "nine_q"])).map(tuple),
)


@given(SETTINGS)
def test_command_line_restores_the_settings(settings: Settings):
    python, *words = shlex.split(command_line(settings))
    assert [python, *words[:2]] == ["python", "-m", "mlp"]
    parsed = new_parser().parse_args(words[2:])
    assert settings_given(parsed) == settings
    assert parsed.out == "run.safetensors"


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


def test_every_line_of_the_curves_has_a_value_or_a_gap_for_each_column():
    head, *lines = csv.reader(io.StringIO(curves_csv(history(), 0.1)))
    assert {len(line) for line in lines} == {len(head)}


def test_run_without_records_is_a_table_without_lines():
    assert curves_csv(History(5), 0.1).count("\n") == 1


@pytest.mark.parametrize("change", ["images", "warp"])
def test_command_line_omits_defaults(change: str):
    assert change not in command_line(Settings())
