"""The data of a new run is named and shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.handwriting import style_names
from tests.browser.server import serve
from tests.page.sight import text
from tests.sample_digits import sample


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
    assert "**MNIST sample**: 4,000 images to learn from" in text(data_tab)
    shown = examples(data_tab)
    assert [label for _, label in shown] == [str(label) for label in train.labels[:30]]
    assert len({picture for picture, _ in shown}) == 30

    data_tab.button(key="more_examples").click().run()
    assert [label for _, label in examples(data_tab)] == [str(label) for label in train.labels[30:60]]


def test_every_style_of_synthetic_digits_is_shown(data_tab: AppTest):
    data_tab.toggle(key="show_styles").set_value(True).run()
    names = [name.replace("_", " ") for name in style_names()]
    assert [caption.value for caption in data_tab.caption if caption.value in names] == names
    shown = [e.proto.body for e in data_tab.main if e.type == "html" and 'alt="a ' in e.proto.body]
    assert [body.count(f'alt="a {name}') for body, name in zip(shown[-len(names) :], names, strict=True)] == [4] * 33


def test_server_ends_with_a_sentence_if_the_data_folder_lacks_files(tmp_path: Path):
    message = r"Inkling cannot start: the data folder \(.* or MLP_DATA_DIR\) must have MNIST's four files, got '/"
    with pytest.raises(RuntimeError, match=message), serve(tmp_path / "log", {"MLP_DATA_DIR": str(tmp_path)}):
        pass
