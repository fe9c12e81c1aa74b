"""Read settings from the controls, and set the controls to settings."""

from typing import Any

from mlp.page import state
from mlp.training.settings import Settings
from mlp.training.settings_table import SETTINGS, controls, settings_at


def chosen_settings() -> Settings:
    """Return the settings that the controls show.

    Raises
    ------
    ValueError
        If a value breaks its rule; a URL can set one, although no control can.
    """
    return settings_at(positions())


def positions() -> dict[str, Any]:
    """Return the positions of all controls, by key."""
    return {key: state.control(key).get() for key in controls()}


def set_controls(settings: Settings) -> list[str]:
    """Set the controls to these settings, and return the names of fields that no control can show; for callbacks."""
    there, left_out = controls(), []
    for one in SETTINGS:
        for key, position in one.to_positions(getattr(settings, one.field)).items():
            if key in there and there[key].has(position):
                state.control(key).set(position)
            elif one.name not in left_out:
                left_out.append(one.name)
    return left_out
