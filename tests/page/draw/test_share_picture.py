"""The picture to share: which files there are, whose network they name, and the right answer that they mark."""

import io
from collections.abc import Callable

from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.analysis.take_home.learning_picture import moving_picture, still_picture
from mlp.page.draw.networks import answering_as
from mlp.page.draw.reading import true_label
from mlp.page.draw.share import picture
from tests.page.sight import description_of, draw, finished, tab_of, visitor_of


def shared(page: AppTest, kind: str, painter: Callable = still_picture) -> Image.Image:
    made = picture(visitor_of(page), tab_of(page).desk.digit, kind, None, None, painter)
    return Image.open(io.BytesIO(made))


def test_picture_names_the_network_and_moves_once_it_has_learned(open_page: Callable[..., AppTest]):
    page = draw(open_page(images="300", epochs="1"), 4)
    assert "It reads a 4" in description_of(shared(page, "pretrained"))
    assert "Reading with the pretrained network" in description_of(shared(page, "pretrained"))
    assert "Reading with the basic network" in description_of(shared(page, "article"))
    finished(page.button(key="train").click().run())
    moving = shared(page, "run", moving_picture)
    assert moving.n_frames > 10
    assert "My own network, trained in " in description_of(moving)
    assert "While it learned, it read " in description_of(moving)


def test_right_answer_is_the_kept_one_or_that_of_the_pretrained_network(page: AppTest):
    drawing, visitor = tab_of(draw(page, 4)).desk.digit, visitor_of(page)
    reader = answering_as(visitor, "article", None).reader
    assert true_label(visitor, drawing, reader) == 4
    visitor.digits.change(visitor.digits.now.with_example(7, drawing.image))
    assert true_label(visitor, drawing, reader) == 7
