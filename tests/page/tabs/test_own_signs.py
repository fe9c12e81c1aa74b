"""A visitor's own signs: named, drawn, changed, uploaded, trained on, and named by the whole page."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import DrawingSet
from tests.images.drawings.sample_drawings import letters
from tests.page.sight import finished, sheet_photo, text, visitor_of
from tests.page.ways import press


@pytest.fixture
def signs_page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with the tab of own signs open, and few epochs."""
    return open_page(tab="Your drawings", drawings="signs", epochs="6")


def with_signs(page: AppTest, signs: DrawingSet) -> AppTest:
    visitor_of(page).signs.change(signs)
    return page.run()


def test_sign_is_named_and_kept_from_a_photo(signs_page: AppTest):
    signs_page.text_input(key="sign_name").set_value("A, B")
    press(signs_page, "sign_add")
    file, _ = sheet_photo()
    signs_page.file_uploader(key="picture_in").set_value(("sign.jpg", file, "image/jpeg")).run()
    press(signs_page, "sign_0")
    (example,) = visitor_of(signs_page).signs.now.examples
    assert (example.label, len(example.strokes)) == (0, 0)


def test_changes_are_undone(signs_page: AppTest):
    with_signs(signs_page, letters(2))
    press(signs_page, "sign_gone")
    assert visitor_of(signs_page).signs.now.names == ("B", "C")
    signs_page.selectbox(key="drawings_name_2").set_value(0).run()
    signs_page.text_input(key="sign_rename_0_B").set_value("Beta").run()
    assert visitor_of(signs_page).signs.now.names == ("Beta", "C")
    signs_page.button(key="drawings_clear").click().run()
    assert visitor_of(signs_page).signs.now.names == ()
    for names in (("Beta", "C"), ("B", "C"), ("A", "B", "C")):
        press(signs_page, "drawings_undo")
        assert visitor_of(signs_page).signs.now.names == names
    assert len(visitor_of(signs_page).signs.now) == 6


def upload(page: AppTest, content: str) -> AppTest:
    page.file_uploader(key="drawings_in").set_value(("<i>.json", content.encode(), "application/json")).run()
    assert not page.exception
    return page


def test_saved_set_can_be_uploaded(signs_page: AppTest):
    upload(signs_page, dump_drawings(letters(3)))
    assert visitor_of(signs_page).signs.now.counts == [3, 3, 3]
    press(signs_page, "drawings_undo")
    assert visitor_of(signs_page).signs.now.names == ()


def test_bad_file_is_refused_and_loses_nothing(signs_page: AppTest):
    with_signs(signs_page, letters(2))
    bad = json.dumps({"names": ["A", "B"], "samples": [{"label": 2}]})
    assert "sample 0: needs a label and strokes" in text(upload(signs_page, bad))
    assert visitor_of(signs_page).signs.now.counts == [2, 2, 2]


def learned(page: AppTest, signs: DrawingSet) -> AppTest:
    with_signs(page, signs)
    return finished(press(page, "signs_train"))


def test_photo_of_a_sign_is_read_as_one_however_many_parts_it_has(signs_page: AppTest):
    page = learned(signs_page, letters(5))
    file, _ = sheet_photo()
    page.file_uploader(key="picture_in").set_value(("sign.jpg", file, "image/jpeg")).run()
    assert not page.exception
    assert visitor_of(page).picture.sheet is None
    assert "On your photo" not in text(page)
    assert "reading your photo" in text(page)


def test_settings_for_digits_do_not_stop_signs(open_page: Callable[..., AppTest]):
    page = open_page(tab="Your drawings", drawings="signs", epochs="1", images="300", written="10000")
    learned(page, letters(2))
    settings = visitor_of(page).job.snapshot().settings
    assert (settings.images, settings.synthetic, settings.epochs) == (None, 0, 1)
