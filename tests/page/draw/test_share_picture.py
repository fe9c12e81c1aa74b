"""The picture to share: which files there are, whose network they name, and the right answer that they mark."""

import io
from collections.abc import Callable

from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.analysis.take_home.learning_picture import moving_picture, still_picture
from mlp.page.draw.networks import answering_as
from mlp.page.draw.reading import true_label
from mlp.page.draw.share import picture
from tests.page import sight
from tests.page.sight import at_rest, description_of, draw, tab_of, visitor_of


def offered(page: AppTest) -> list[str]:
    """Return which pictures the page offers for download."""
    return [kind for kind in ("share_moving", "share_still") if f"/{kind}" in links(page)]


def links(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.main if element.type == "html")


def shared(page: AppTest, kind: str, painter: Callable = still_picture) -> Image.Image:
    made = picture(visitor_of(page), tab_of(page).desk.digit, kind, None, painter)
    return Image.open(io.BytesIO(made))


def test_picture_names_the_network_and_moves_once_it_has_learned(open_page: Callable[..., AppTest]):
    page = draw(open_page(images="300", epochs="1"), 4)
    assert "It reads a 4" in description_of(shared(page, "shipped"))
    assert "Reading with the pretrained network" in description_of(shared(page, "shipped"))
    assert "Reading with the basic network" in description_of(shared(page, "article"))
    page.button(key="train").click().run()
    sight.eventually(lambda: visitor_of(page).job.snapshot().finished)
    assert offered(at_rest(page)) == ["share_moving", "share_still"]
    moving = shared(page, "run", moving_picture)
    assert moving.n_frames > 10
    assert "My own network, trained in " in description_of(moving)
    assert "While it learned, it read " in description_of(moving)


def test_right_answer_is_the_kept_one_or_that_of_the_pretrained_network(page: AppTest):
    drawing, visitor = tab_of(draw(page, 4)).desk.digit, visitor_of(page)
    reader = answering_as(visitor, "article", None).reader
    assert true_label(visitor, drawing.image, reader) == 4
    visitor.digits.change(visitor.digits.now.with_example(7, drawing.image))
    assert true_label(visitor, drawing.image, reader) == 7
