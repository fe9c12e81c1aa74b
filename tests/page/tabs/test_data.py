"""The data of a new run is named and shown."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from mlp.images.handwriting.styles import style_names
from tests.browser.server import serve
from tests.page.sight import text
from tests.sample_digits import sample
from tests.wire.visitor import Visitor


@pytest.fixture
def data_tab(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with its Data tab open."""
    return open_page(tab="Data")


def examples(page: AppTest) -> list[tuple[str, str]]:
    """Return image and label of each example."""
    body = next(e.proto.body for e in page.main if e.type == "html" and "ink-digits" in e.proto.body)
    return [(part.split('"')[0], part.split("<figcaption>")[1].split("<")[0]) for part in body.split('<img src="')[1:]]


def test_examples_are_shown_with_their_labels(data_tab: AppTest):
    train = sample().train
    assert "**MNIST sample**: 4,000 digits to learn from" in text(data_tab)
    shown = examples(data_tab)
    assert [label for _, label in shown] == [str(label) for label in train.labels[:30]]
    assert len({picture for picture, _ in shown}) == 30

    data_tab.button(key="more_examples").click().run()
    assert [label for _, label in examples(data_tab)] == [str(label) for label in train.labels[30:60]]


def test_server_ends_with_a_sentence_if_the_data_folder_lacks_files(tmp_path: Path):
    message = r"Inkling cannot start: the data folder \(.* or MLP_DATA_DIR\) must have MNIST's four files, got '/"
    with pytest.raises(RuntimeError, match=message), serve(tmp_path / "log", {"MLP_DATA_DIR": str(tmp_path)}):
        pass


def test_each_synthetic_style_is_shown_and_can_be_switched_off(data_tab: AppTest):
    assert not data_tab.checkbox
    data_tab.toggle(key="show_styles").set_value(True).run()
    assert [box.key for box in data_tab.checkbox] == [f"style_{name}" for name in style_names()]
    assert all(box.value for box in data_tab.checkbox)
    data_tab.checkbox(key="style_seven_barred").uncheck().run()
    assert data_tab.multiselect(key="without_styles").value == ["seven_barred"]
    data_tab.multiselect(key="without_styles").set_value(["one"]).run()
    assert data_tab.checkbox(key="style_seven_barred").value
    assert not data_tab.checkbox(key="style_one").value


def test_style_switches_follow_the_setting(tmp_path: Path):
    async def leave_out_one(url: str) -> None:
        visitor = Visitor(url, "tab=Data")
        await visitor.open()
        await visitor.set_state(WidgetState(id=visitor.widgets["show_styles"], bool_value=True), "show_styles")
        await visitor.until(lambda: "style_one" in visitor.widgets)
        before = dict(visitor.widgets)
        without = WidgetState(id=before["without_styles"])
        without.string_array_value.data.append("one")
        await visitor.set_state(without, "without_styles")
        await visitor.until(lambda: visitor.widgets["style_one"] != before["style_one"])  # a moved control is a new one
        await visitor.close()

    with serve(tmp_path / "server.log", {"MLP_CHECKPOINTS": "off"}) as server:
        asyncio.run(leave_out_one(server.url))
