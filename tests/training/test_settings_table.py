"""The table of settings: a new entry appears wherever settings do."""

from dataclasses import dataclass, fields

import pytest

from mlp.images.drawings.drawing_set import DrawingSet
from mlp.training import setting_entry, settings_table
from mlp.training.data.sources import chosen_mnist
from mlp.training.settings import Settings
from mlp.training.settings_table import SETTINGS, controls, groups, positions_of, settings_at


def test_every_field_has_one_entry_and_every_key_and_flag_one_meaning():
    names_come_with_the_data = {"names"}
    assert {one.field for one in SETTINGS} == {field.name for field in fields(Settings)} - names_come_with_the_data
    assert len({one.field for one in SETTINGS}) == len(SETTINGS)
    keys = [control.key for group in groups() for control in group.controls]
    assert len(keys) == len(set(keys))
    assert len({one.flag for one in SETTINGS}) == len(SETTINGS)


def test_controls_at_their_first_positions_are_the_default_settings():
    assert settings_at({}) == Settings()
    assert settings_at({key: control.default for key, control in controls().items()}) == Settings()
    assert all(control.has(control.default) for control in controls().values())


@pytest.mark.parametrize(
    "settings",
    [Settings(hidden=(8, 16, 32), images=300), Settings(warp=1.0, optimizer="adam", seed=7), Settings(momentum=0.9)],
)
def test_positions_lead_back_to_the_settings(settings):
    assert settings_at(positions_of(settings)) == settings


@pytest.fixture
def sparkle(monkeypatch):
    """Add a setting as a developer would: a field, and an entry in the table."""

    @dataclass(frozen=True, kw_only=True)
    class More(Settings):
        sparkle: float = 0.5

    monkeypatch.setattr(settings_table, "Settings", More)
    monkeypatch.setattr(setting_entry, "DEFAULTS", More())
    entry = setting_entry.setting(
        "sparkle", "Sparkle", "stops", [0.0, 0.5, 1.0], explained="How much it glitters.", help="Share of glitter."
    )
    monkeypatch.setattr(settings_table, "SETTINGS", settings_table.SETTINGS)
    settings_table.SETTINGS.append(entry)
    yield More
    settings_table.SETTINGS.remove(entry)


def test_new_setting_is_on_the_command_line(sparkle, monkeypatch, capsys):
    from mlp.analysis.run_exports import command_line
    from mlp.cli import options
    from mlp.cli.main import new_parser

    monkeypatch.setattr(options, "DEFAULTS", sparkle())
    given = new_parser().parse_args(["train", "--out", "x", "--sparkle", "1"])
    assert given.sparkle == 1
    with pytest.raises(SystemExit):
        new_parser().parse_args(["train", "--help"])
    assert "Share of glitter. Default: 0.5." in " ".join(capsys.readouterr().out.split())
    monkeypatch.setattr("mlp.analysis.run_exports.DEFAULTS", sparkle())
    assert "--sparkle 1.0" in command_line(sparkle(sparkle=1.0), chosen_mnist(), DrawingSet())


def test_new_setting_is_in_links_and_can_be_hidden(sparkle):
    from mlp.page.settings.hiding import all_hidable, css
    from mlp.page.settings.link_check import link_problems

    assert link_problems({"sparkle": "7"}) == ["sparkle must be one of 0, 0.5, 1, got 7"]
    assert all_hidable()["sparkle"] == "Sparkle"
    assert "st-key-control_sparkle" in css({"sparkle"})


def test_new_setting_is_on_the_page_and_in_lessons(sparkle):
    from streamlit.testing.v1 import AppTest

    def page() -> None:
        from dataclasses import replace

        import streamlit as st

        from mlp.page.settings.controls import chosen_settings, set_controls
        from mlp.page.settings.panel import settings_panel
        from mlp.training.setting_entry import DEFAULTS

        st.button("set", key="set", on_click=set_controls, args=(replace(DEFAULTS, sparkle=0.0),))
        settings_panel(lambda key: None)
        st.text(chosen_settings().sparkle)

    at = AppTest.from_function(page).run()
    slider = at.select_slider(key="sparkle")
    assert (slider.label, slider.value) == ("Sparkle", 0.5)
    assert slider.help == "How much it glitters."
    slider.set_value(1.0).run()
    assert at.text[0].value == "1.0"
    at.button(key="set").click().run()
    assert at.select_slider(key="sparkle").value == 0.0
