"""The picture to share: which files there are, whose network they name, and the right answer that they mark."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.analysis.take_home.learning_picture import Story, moving_picture, still_picture
from mlp.page.draw import share
from mlp.page.draw.networks import answering_as
from mlp.page.draw.reading import true_label
from mlp.page.draw.share import picture
from mlp.page.tabs.classroom.learner import person
from mlp.page.tabs.classroom.rooms import ROOMS
from mlp.page.tabs.lessons.sheet import lesson_sheet
from mlp.page.tabs.runs.report import report
from mlp.page.visitors.runs import run_of
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import description_of, draw, finished, page_of, visitor_of
from tests.page.ways import LONG, measured, press
from tests.sample_digits import sample


def shared(page: AppTest, key: str, painter: Callable = still_picture) -> Image.Image:
    made = picture(visitor_of(page), page_of(page).desk.digit, key, None, painter)
    return Image.open(io.BytesIO(made))


def test_picture_names_the_network_and_moves_once_it_has_learned(open_page: Callable[..., AppTest]):
    page = draw(open_page(images="300", epochs="1"), 4)
    assert "It reads a 4" in description_of(shared(page, "pretrained"))
    assert "Reading with Pretrained" in description_of(shared(page, "pretrained"))
    assert "Reading with Basic" in description_of(shared(page, "article"))
    finished(page.button(key="train").click().run())
    moving = shared(page, "run-1", moving_picture)
    assert moving.n_frames > 10
    assert "My own network, trained in " in description_of(moving)
    assert "While it learned, it read " in description_of(moving)


def test_right_answer_is_the_kept_one_or_that_of_the_pretrained_network(page: AppTest):
    drawing, visitor = page_of(draw(page, 4)).desk.digit, visitor_of(page)
    reader = answering_as(visitor, "article", None).reader
    assert true_label(visitor, drawing, reader) == 4
    visitor.digits.change(visitor.digits.now.with_example(7, drawing.image))
    assert true_label(visitor, drawing, reader) == 7


def test_nothing_of_a_class_is_on_what_leaves_its_room(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
):
    stories: list[Story] = []
    monkeypatch.setattr(share, "paint", lambda _painter, story, _owner: stories.append(story) or b"")
    page, digits = press(open_page(tab="Room", **LONG), "room_open"), sample().test
    visitor = visitor_of(page)
    room = ROOMS.of(visitor)
    assert room is not None
    room.add_file(own_digits(digits.images[1:60], digits.labels[1:60]))
    measured(press(page.run(), "room_alone"))
    assert page_of(page).desk.given is not None  # a bent copy
    page.button_group(key="share_what").set_value("This drawing").run()
    assert [one.label for one in page.button if one.key == "share_still"] == ["Draw first for a picture"]
    printed = report(run_of(visitor, 1), visitor.digits.now)
    assert "<h2>Confusion</h2>" in printed
    assert [each for each in (printed, lesson_sheet(visitor)) if "image/png" in each] == []

    room.give(person(visitor.id), int(digits.labels[0]), digits.images[0])
    measured(press(draw(page, 4), "room_alone"))
    picture(visitor, page_of(page).desk.digit, "run-2", None, still_picture)
    assert {label: image.tobytes() for label, image in stories[0].examples.items()} == {
        int(digits.labels[0]): np.asarray(digits.images[0]).tobytes()
    }
