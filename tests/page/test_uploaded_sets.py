"""Data sets that a visitor uploads: taken, trained on, and removed."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.data_files.load import parse_data
from tests.images.data_files.test_hostile import zipped_bytes
from tests.images.data_files.test_load import IMAGES, LABELS, in_arrays, in_pictures
from tests.page.sight import eventually, text, visitor_of
from tests.page.test_everywhere import SHORT
from tests.page.ways import press
from tests.sample_shapes import NAMES, shapes_file


@pytest.fixture
def sets_page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with the section of data sets open."""
    return open_page(**SHORT, tab="Data sets")


def upload(page: AppTest, content: bytes, name: str = "Mine.zip") -> AppTest:
    page.file_uploader(key="data_set_in").set_value((name, content, "application/zip")).run()
    assert not page.exception
    return page


PICTURES = zipped_bytes(in_pictures(255 - IMAGES, LABELS))
ARRAYS = zipped_bytes(in_arrays())


def test_uploaded_pictures_are_shown_trained_on_and_kept(sets_page: AppTest):
    upload(sets_page, PICTURES)
    expected = parse_data(PICTURES, "Mine")
    (data,) = visitor_of(sets_page).sets.values()
    assert data.learned == expected.learned
    assert "36 images of Blick, Wum and Zorp. The pictures show dark things on a light ground" in text(sets_page)
    press(sets_page, "data_set_train_1")
    job = visitor_of(sets_page).job
    assert job.data == data
    eventually(lambda: job.snapshot().finished)
    assert job.snapshot().reader.names == NAMES
    assert "1 · Mine" in text(sets_page.run())


def test_set_that_a_run_learned_from_is_not_removed(sets_page: AppTest):
    upload(sets_page, ARRAYS)
    press(sets_page, "data_set_train_1")
    sets_page.button(key="data_set_remove_1").click().run()
    assert "Runs learned from it: 1 · Mine. Delete these first." in [each.value for each in sets_page.error]
    assert len(visitor_of(sets_page).sets) == 1
    eventually(lambda: visitor_of(sets_page).job.snapshot().finished)


def test_set_of_no_run_is_removed(sets_page: AppTest):
    press(upload(sets_page, ARRAYS), "data_set_remove_1")
    assert visitor_of(sets_page).sets == {}
    assert "Mine" not in text(sets_page, "sections")


def test_third_set_and_bad_files_are_refused_with_the_reason(sets_page: AppTest):
    upload(sets_page, b"no ZIP")
    assert "Mine.zip: a data set must be a folder, an .npz or a ZIP" in sets_page.error[0].value
    upload(sets_page, ARRAYS)
    upload(sets_page, PICTURES)
    upload(sets_page, ARRAYS)
    assert "you may have 2 data sets; remove one first" in sets_page.error[0].value


def test_offered_set_that_is_uploaded_is_not_the_visitors_too(sets_page: AppTest):
    upload(sets_page, shapes_file(), "Things.npz")
    assert visitor_of(sets_page).sets == {}
