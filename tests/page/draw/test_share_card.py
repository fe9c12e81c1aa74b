"""The shared card: bars with the right lengths, the drawing's ink, and the text of its file."""

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mlp.images.input_image import from_drawing
from mlp.nn.network import MLP
from mlp.page.draw import share_card as painting
from mlp.page.draw.scene import scene
from mlp.page.draw.share_card import BAR_FROM, BAR_TO, SIZE, CardWords, bar_middle, bar_px, share_card
from mlp.page.draw.share_picture import picture, words
from mlp.page.style.theme import DARK, LIGHT
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.page import sight
from tests.page.sight import at_rest, draw, tab_of, visitor_of

WORDS = CardWords("It reads a 4, 75.0% sure", "My own network, trained in 9 seconds", "784 → 12 → 10: 9,550 numbers")
NETWORK = MLP([784, 12, 10], rng=np.random.default_rng(1))
FOUR = from_drawing(np.asarray(sight.picture(fit(DIGITS[4])))[:, :, 0])
SHARES = np.array([0, 0, 0.0002, 0.2, 0.75, 0, 0, 0, 0, 0.0498], np.float32)


def card(shares: np.ndarray | None = SHARES, colors: dict[str, str] = LIGHT, network: MLP = NETWORK) -> Image.Image:
    assert FOUR is not None
    made = share_card(FOUR.pixels, scene(network, FOUR.image, shares), shares, WORDS, colors)
    return Image.open(io.BytesIO(made))


def length_of_bar(picture: Image.Image, digit: int) -> int:
    """Return the number of a bar's pixels that differ from its empty end."""
    row = np.asarray(picture.convert("RGB"), int)[bar_middle(digit), BAR_FROM : BAR_TO + 1]
    empty = np.abs(row - row[-2]).max(axis=1) < 30
    return int((~empty[:-2]).sum())


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_each_bar_is_as_long_as_its_share(colors: dict[str, str]):
    picture = card(colors=colors)
    assert picture.size == SIZE
    for digit, share in enumerate(SHARES):
        assert length_of_bar(picture, digit) == pytest.approx(bar_px(float(share)), abs=1)
    assert length_of_bar(picture, 4) > 3 * length_of_bar(picture, 3) > 0


def test_card_shows_the_drawings_ink():
    box = np.asarray(card().convert("L"))[painting.TOP : painting.TOP + 340, painting.LEFT : painting.LEFT + 340]
    assert FOUR is not None
    assert (box > 128).mean() == pytest.approx((FOUR.pixels > 128).mean(), abs=0.01)


def test_network_is_lit_by_the_drawing():
    place = np.s_[painting.TOP : painting.TOP + 340, painting.LEFT + 345 : painting.LINES_TO]
    lit = np.asarray(card().convert("RGB"), int)[place]
    assert (np.abs(lit - lit[0, 0]).max(axis=2) > 20).mean() > 0.02


@pytest.mark.parametrize("sizes", [[784, 10], [784, 8, 8, 8, 8, 10]])
def test_networks_of_any_depth_can_be_shared(sizes: list[int]):
    assert card(network=MLP(sizes, rng=np.random.default_rng(1))).size == SIZE


def test_drawing_takes_the_place_of_a_name_that_the_font_lacks():
    assert FOUR is not None
    texts = WORDS._replace(reading="It reads “あ”, 75.0% sure")
    white, names = np.full((28, 28), 255, np.uint8), ("A", "あ")
    made = share_card(FOUR.pixels, None, np.array([0.25, 0.75]), texts, DARK, names, [white, white])
    pixels = np.asarray(Image.open(io.BytesIO(made)).convert("L"))
    side = slice(BAR_FROM - 14 - painting.EXAMPLE, BAR_FROM - 14)
    there, not_there = (pixels[bar_middle(label, 2) - 10 : bar_middle(label, 2) + 10, side].min() for label in (1, 0))
    assert there == 255
    assert not_there < 50
    assert (pixels[480:510] == 255).sum() >= 30 * 40  # in the reading, too


def test_network_without_an_answer_has_empty_bars():
    picture = card(None)
    assert [length_of_bar(picture, digit) for digit in range(10)] == [0] * 10


def test_share_card_file_describes_itself():
    assert (
        card()
        .text["Description"]
        .startswith("A drawing, a network lit by it, and a bar for each answer. It reads a 4, 75.0")
    )


def test_card_is_painted_without_the_fonts_of_streamlit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(painting, "find_spec", lambda name: None)
    painting.font.cache_clear()
    assert card().size == SIZE
    painting.font.cache_clear()


def test_without_a_drawing_the_button_asks_for_one(page: AppTest):
    assert page.button(key="share_card").label == "Draw first for a picture"
    assert page.button(key="share_card").disabled
    draw(page, 4)
    assert "share_card" not in [button.key for button in page.button]
    assert [each.value for each in page.caption if "Alt text" in each.value and "It reads a 4" in each.value]


def test_card_names_the_network(open_page: Callable[..., AppTest]):
    page = draw(open_page(images="300", epochs="1"), 4)
    visitor, drawing = visitor_of(page), tab_of(page).desk.drawing

    def card_text(kind: str) -> str:
        made = picture(visitor, drawing, kind, None, LIGHT)
        return str(Image.open(io.BytesIO(made)).text["Description"])

    assert "It reads a 4" in card_text("shipped")
    assert "Inkling’s pretrained network" in card_text("shipped")
    assert "the basic network" in card_text("article")
    page.button(key="train").click().run()
    at_rest(page)
    sight.eventually(lambda: visitor.job.snapshot().finished)
    assert re.search(
        r"My own network, trained in \d+ seconds?\. 784 → 100 → 200 → 10: 100,710 numbers", card_text("run")
    )


def test_scribble_is_called_no_digit(page: AppTest):
    from mlp.page.draw.networks import answering_as

    scribble = from_drawing(np.asarray(sight.picture([[(140, 140), (141, 141)]]))[:, :, 0])
    assert scribble is not None
    visitor = visitor_of(page)
    answer, card = words(visitor, answering_as(visitor, "shipped", None), scribble.image)
    assert answer is None
    assert card.reading == "It sees no digit"
