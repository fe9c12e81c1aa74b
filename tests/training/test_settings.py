"""Settings: invalid values, what they make, and that a new one appears wherever settings do."""

import math
import pickle
from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from mlp import MLP, SGD, Adam, Settings
from mlp.images.handwriting import style_names
from mlp.language import speaking
from mlp.nn.weights import MAX_FILE_BYTES
from mlp.training.positions import controls, positions_of, settings_at
from mlp.training.recipes import RECIPES, recipe_of
from mlp.training.setting_entry import MAX_PARAMETERS, heading, value_label, value_text
from mlp.training.settings import SETTINGS


def test_defaults_are_the_articles():
    settings = Settings()
    assert settings.layer_sizes == [784, 100, 200, 10]
    assert (settings.learning_rate, settings.batch_size, settings.epochs) == (0.1, 32, 25)
    assert (settings.activation, settings.initialization, settings.optimizer) == ("relu", "xavier", "sgd")
    assert settings.n_parameters == 100_710


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hidden": (100, 0)}, r"layer sizes must be at least 1, got 784 -> 100 -> 0 -> 10"),
        ({"hidden": 100}, r"hidden must be the widths of the hidden layers, got 100"),
        ({"hidden": (8193,)}, r"at most 16 hidden layers of at most 8192, got 8193"),
        ({"hidden": (1,) * 17}, r"at most 16 hidden layers"),
        ({"hidden": (8192, 8192)}, r"at most 16,000,000 parameters, got 73,629,706 .*784 -> 8192 -> 8192 -> 10"),
        ({"activation": "gelu"}, r"activation must be one of relu, tanh, sigmoid, got 'gelu'"),
        ({"initialization": None}, r"initialization must be one of xavier, he, gabor, got None"),
        ({"optimizer": "lion"}, r"optimizer must be one of sgd, adam, got 'lion'"),
        ({"learning_rate": 0}, r"learning_rate must be greater than 0 and finite, got 0"),
        ({"momentum": 1.0}, r"momentum must be at least 0 and less than 1, got 1.0"),
        ({"weight_decay": -0.1}, r"weight_decay must be at least 0 and finite, got -0.1"),
        ({"l1": math.inf}, r"l1 must be at least 0 and finite, got inf"),
        ({"dropout": 1.0}, r"dropout must be at least 0 and less than 1, got 1.0"),
        ({"label_smoothing": -0.1}, r"label_smoothing must be at least 0 and less than 1, got -0.1"),
        ({"straighten": 1}, r"straighten must be one of False, True, got 1"),
        ({"batch_size": 0}, r"batch_size must be a whole number from 1 to 60,000, got 0"),
        ({"epochs": 10_001}, r"epochs must be a whole number from 1 to 10,000, got 10001"),
        ({"seed": -1}, r"seed must be a whole number from 0 to 4,294,967,295, got -1"),
        ({"images": 0}, r"images must be a whole number from 1 to 60,000, got 0"),
        ({"synthetic": -1}, r"synthetic.*got -1"),
        ({"without_styles": ("eleven",)}, r"without_styles must be some, but not all, of .*got"),
        ({"without_styles": tuple(style_names())}, r"without_styles must be some, but not all, of .*got"),
    ],
)
def test_value_out_of_range_is_named_with_its_rule(values, message):
    with pytest.raises(ValueError, match=message):
        Settings(**values)


def test_largest_network_that_settings_allow_fits_into_a_model_file():
    assert 4 * MAX_PARAMETERS + 1_000_000 < MAX_FILE_BYTES


def test_numpy_numbers_become_python_numbers():
    settings = Settings(
        hidden=np.array([5, 6]), learning_rate=np.float32(0.5), batch_size=np.int64(8), images=np.uint8(9), momentum=0
    )
    numbers = [*settings.hidden, settings.learning_rate, settings.batch_size, settings.images, settings.momentum]
    assert [type(number) for number in numbers] == [int, int, float, int, int, float]
    assert settings == Settings(hidden=(5, 6), learning_rate=0.5, batch_size=8, images=9)


def test_settings_cannot_be_changed_and_can_be_keys():
    settings = Settings(hidden=[5])
    with pytest.raises(FrozenInstanceError):
        settings.epochs = 3
    assert {settings: 1}[Settings(hidden=(5,))] == 1
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_settings_are_restored_from_facts():
    settings = Settings(hidden=(5,), optimizer="adam", images=100, seed=3)
    assert Settings.from_dict(settings.as_dict()) == settings
    assert Settings.from_dict({"epochs": 3}) == Settings(epochs=3)
    assert Settings.from_dict({"written": 20}) == Settings(synthetic=20)  # as files name it
    assert Settings(synthetic=20).as_dict()["written"] == 20
    with pytest.raises(ValueError, match="unknown settings: color, size"):
        Settings.from_dict({"size": 3, "color": 4})


def test_settings_make_the_described_network_and_optimizer():
    settings = Settings(hidden=(5,), activation="tanh", initialization="he", seed=9, momentum=0.5, weight_decay=0.1)
    network = settings.new_network()
    same = MLP([784, 5, 10], activation="tanh", initialization="he", rng=np.random.default_rng(9))
    np.testing.assert_array_equal(network.values, same.values)
    optimizer = settings.new_optimizer(network)
    assert isinstance(optimizer, SGD)
    assert (optimizer.learning_rate, optimizer.momentum, optimizer.weight_decay) == (0.1, 0.5, 0.1)
    adam = Settings(hidden=(5,), optimizer="adam", learning_rate=0.01, weight_decay=0.2).new_optimizer(network)
    assert isinstance(adam, Adam)
    assert (adam.learning_rate, adam.weight_decay) == (0.01, 0.2)


def test_every_field_has_one_entry_and_every_key_and_flag_one_meaning():
    assert {one.field for one in SETTINGS} | {"names"} == {field.name for field in fields(Settings)}
    keys = [control.key for one in SETTINGS for control in one.controls]
    assert len(keys) == len(set(keys))
    assert len({one.flag for one in SETTINGS}) == len(SETTINGS)


def test_controls_at_their_first_positions_are_the_default_settings():
    assert settings_at({}) == Settings()
    assert settings_at({key: control.first_position for key, control in controls().items()}) == Settings()
    assert all(control.has(control.first_position) for control in controls().values())


@pytest.mark.parametrize("name", RECIPES)
def test_controls_can_show_each_recipe(name):
    positions = positions_of(RECIPES[name].settings)
    assert all(controls()[key].has(position) for key, position in positions.items())
    assert settings_at(positions) == RECIPES[name].settings
    assert recipe_of(RECIPES[name].settings) == name


def test_values_and_names_are_shown_in_the_language_of_the_place():
    for entry in SETTINGS:
        assert heading(entry.name) == entry.name.capitalize()
        for control in entry.controls:
            if control.kind in ("stops", "choice"):
                assert list(map(value_label, control.positions)) == list(map(value_text, control.positions))
    with speaking("de"):
        assert value_label(0.0001) == "0,0001"
