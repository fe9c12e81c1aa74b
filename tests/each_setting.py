"""Settings that differ in one of the table, for each of it: a new one is among them at once.

So a test fails wherever it was forgotten: in the fast step or the plain one, the slow step, or the notebook.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from mlp.training.data.sources import chosen_mnist
from mlp.training.data.synthetic_data import training_data
from mlp.training.setting_entry import Setting
from mlp.training.settings import SETTINGS, Settings

BASE = Settings(hidden=(16, 12), images=200, epochs=2, seed=3)  # 7 steps an epoch, the last of 8 images
VALUES = {"hidden": (24,), "learning_rate": 0.3, "epochs": 1, "momentum": 0.9, "images": 100, "synthetic": 40}
"""Values of settings whose control ends too high for a test."""
NEEDS: dict[str, dict[str, Any]] = {
    "optimizer": {"learning_rate": 0.001},
    "momentum": {"learning_rate": 0.02},
    "without_styles": {"synthetic": 40},
}
"""What a setting needs beside it, to act at all or without diverging."""


def changed_values(one: Setting) -> list[Any]:
    """Return values of a setting other than its default: all of a choice, else the last of its control."""
    if one.field in VALUES:
        return [VALUES[one.field]]
    if one.kind == "several":
        return [(one.positions[-1],)]
    places = one.positions if one.kind == "choice" else one.positions[-1:]
    return [value for value in map(one.from_position, places) if value != one.default]


EACH_SETTING = {
    f"{one.field} {value}": (base := replace(BASE, **NEEDS.get(one.field, {})), replace(base, **{one.field: value}))
    for one in SETTINGS
    for value in changed_values(one)
}
EACH_SETTING["names"] = BASE, replace(BASE, names=("A", "B"))
ALONE = ("learning_rate", "epochs", "batch_size", "optimizer", "momentum")  # the others change what a step computes
TOGETHER = {one.field: changed_values(one)[-1] for one in SETTINGS if one.field not in ALONE}
EACH_SETTING["together"] = BASE, replace(BASE, **TOGETHER)
"""Settings before and after a change, by what is changed."""


OPTIMIZERS = {
    "sgd": {},
    "momentum": {"momentum": 0.9, "learning_rate": 0.02},
    "adam": {"optimizer": "adam", "learning_rate": 0.001, "momentum": 0.0},  # which has no momentum
}
BY_OPTIMIZER = [
    (change, name) for change in EACH_SETTING for name in OPTIMIZERS if change.split()[0] not in OPTIMIZERS[name]
]
"""Each change with each optimizer whose own settings it leaves as they are."""


def examples(settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Return the training images and labels of a run with these settings."""
    train = training_data(chosen_mnist(), settings).load().train
    return train.images, train.labels % settings.n_classes
