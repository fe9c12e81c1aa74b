"""Positions of the controls of the settings: those for some settings, and the settings at some positions."""

from collections.abc import Mapping
from typing import Any

from mlp.training.setting_entry import Setting
from mlp.training.settings import SETTINGS, Settings


def controls() -> dict[str, Setting]:
    """Return all controls, by key."""
    return {control.key: control for entry in SETTINGS for control in entry.controls}


def positions_of(settings: Settings) -> dict[str, Any]:
    """Return the positions of the controls for these settings, by key; of a value without a position, itself."""
    of_settings = (entry.to_positions(getattr(settings, entry.field)) for entry in SETTINGS)
    return {key: position for positions in of_settings for key, position in positions.items()}


def settings_at(positions: Mapping[str, Any]) -> Settings:
    """Return the settings for positions of controls, by key; missing controls are at their defaults.

    Raises a ValueError if a value breaks its rule.

    >>> chosen = settings_at({"hidden_layers": 1, "width_1": 30, "images": "300"})
    >>> chosen.hidden, chosen.images, chosen.epochs
    ((30,), 300, 25)
    """
    return Settings(**{entry.field: entry.from_positions(positions) for entry in SETTINGS})
