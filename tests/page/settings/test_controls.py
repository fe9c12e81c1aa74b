"""The settings: their choices, their texts, and the settings of a run."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.page.settings.controls import positions, set_controls
from mlp.training.positions import controls
from mlp.training.settings import Settings
from tests.page.sight import text, trained_with, visitor_of


def test_width_is_kept_while_its_layer_is_removed(page: AppTest):
    page.slider(key="width_2").set_value(64).run()
    page.slider(key="hidden_layers").set_value(1).run()
    page.slider(key="hidden_layers").set_value(2).run()
    assert page.slider(key="width_2").value == 64


@pytest.mark.parametrize(
    "bad",
    [
        {"hidden_layers": "9", "width_1": "-1", "learning_rate": "5", "epochs": "900", "batch_size": "1e9"},
        {"momentum": "1", "optimizer": "magic", "seed": "-4", "images": "12", "weight_decay": "inf"},
        {"epochs": "9" * 5000, "seed": "9" * 5000},
        {"momentum": "x", "activation": "<b>", "seed": "99999999999", "images": "", "initialization": "none"},
    ],
)
def test_bad_values_in_the_url_become_defaults(open_page: Callable[..., AppTest], bad: dict[str, str]):
    page = open_page(**bad)
    shown = page.main.warning[0].value
    assert trained_with(page) == Settings()
    assert all(f"{controls()[name].label} must be " in shown for name in bad)
    assert shown.count(" must be ") == len(bad)


def test_link_may_set_values_between_the_positions(open_page: Callable[..., AppTest]):
    page = open_page(learning_rate="0.015", weight_decay="1e-06", seed="4294967295")
    assert not page.warning
    settings = trained_with(page)
    assert (settings.learning_rate, settings.weight_decay, settings.seed) == (0.015, 1e-6, 2**32 - 1)


def test_styles_cannot_all_be_left_out(open_page: Callable[..., AppTest]):
    page = open_page(without_styles=list(controls()["without_styles"].positions))
    choice = page.multiselect(key="without_styles")
    assert choice.proto.max_selections == len(choice.options) - 1
    assert "Styles left out must be some, but not all, of " in page.main.warning[0].value
    assert trained_with(page) == Settings()


def test_changing_a_slider_never_disturbs_a_run(open_page: Callable[..., AppTest]):
    page = open_page(images="100", epochs="100")
    page.button(key="train").click().run()
    job = visitor_of(page).job
    settings = job.snapshot().settings
    page.slider(key="hidden_layers").set_value(4).run()
    page.slider(key="width_1").set_value(8).run()
    page.select_slider(key="learning_rate").set_value(1.0).run()

    assert visitor_of(page).job is job
    assert job.snapshot().playing or job.snapshot().finished
    assert job.snapshot().settings == settings
    assert "of 100" in text(page, "progress")


def test_unsupported_link_value_is_named_once(monkeypatch):
    state: dict[str, object] = {}
    monkeypatch.setattr("mlp.page.settings.controls.st.session_state", state)
    settings = Settings(hidden=(5, 600, 8, 8, 8), momentum=0.955, epochs=3)
    assert set_controls(settings) == ["hidden layers", "momentum"]
    now = positions()
    assert (now["epochs"], now["width_3"]) == (3, 8)
    assert [now[key] for key in ("hidden_layers", "width_1", "momentum")] == [2, 100, 0.0]
    assert "width_5" not in now
