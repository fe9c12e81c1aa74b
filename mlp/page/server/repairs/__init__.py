"""Repairs of Streamlit 1.67, a file each: what it does, whom that hurts, and what is done instead."""

from mlp.page.server.repairs import (
    button_presses,
    kept_answers,
    late_events,
    repeated_choices,
    script_start,
    undelivered,
    widget_states,
)


def install() -> None:
    """Repair all sessions from now on."""
    widget_states.install()
    late_events.install()
    button_presses.install()
    undelivered.install()
    repeated_choices.install()
    script_start.install()
    kept_answers.install()
