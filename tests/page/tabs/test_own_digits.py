"""A visitor's own digits: kept after a correction, shown, scored, downloaded, uploaded and learned."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mlp.images.drawings.drawing_file import dump_drawings
from mlp.images.drawings.drawing_set import NO_DIGITS
from mlp.nn.network import MLP
from mlp.nn.reader import Reader
from mlp.page.draw.networks import pretrained
from mlp.page.style import theme
from mlp.page.visitors.registry import Visitors
from tests.browser.digits import DIGITS
from tests.browser.pen import fit
from tests.images.drawings.sample_drawings import own_digits
from tests.page.sight import draw, eventually, finished, picture, put, text, url_of, visitor_of

OBJECT = {"path": [["M", 10, 20], ["L", 30, 40]], "scaleX": 1, "scaleY": 1, "angle": 0}


def label(page: AppTest, digit: int | None) -> AppTest:
    page.pills(key="corrected").set_value(digit).run()
    assert not page.exception
    return page


@pytest.fixture
def own_page(open_page: Callable[..., AppTest]) -> AppTest:
    """The page with the section of own digits open."""
    return open_page(tab="Your drawings")


def file_of(n: int) -> tuple[str, bytes, str]:
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 4:24, 10:16] = 200 + np.arange(n)[:, None, None]
    own = own_digits(images, np.arange(n) // 2)
    return "my-digits.json", dump_drawings(own).encode(), "application/json"


def upload(page: AppTest, file: tuple[str, bytes, str]) -> AppTest:
    page.file_uploader(key="drawings_in").set_value(file).run()
    assert not page.exception
    return page


def test_correction_can_be_kept_changed_and_removed(page: AppTest):
    label(draw(page, 7), 1)
    assert visitor_of(page).digits.now.labels.tolist() == [1]
    assert "Kept as a 1 in Your drawings (1)" in text(page)
    label(page, 2)
    assert visitor_of(page).digits.now.labels.tolist() == [2]
    draw(page, 3)
    assert page.pills(key="corrected").value is None
    label(draw(page, 7), None)
    assert len(visitor_of(page).digits.now) == 0


def test_strokes_are_kept_with_the_image(page: AppTest):
    data = url_of(picture(fit(DIGITS[7])))
    label(put(page, data, [OBJECT]), 7)
    (digit,) = visitor_of(page).digits.now.examples
    assert [stroke.tolist() for stroke in digit.strokes] == [[[10, 20], [30, 40]]]


def test_file_of_drawings_is_refused_if_the_memory_is_short(own_page: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Visitors, "free_memory", lambda _self, n_bytes: n_bytes < 13_000)
    upload(own_page, file_of(6))
    assert "my-digits.json: it needs 0 MB of memory, more than the server can spare" in own_page.error[0].value
    assert len(visitor_of(own_page).digits.now) == 0
    upload(own_page, file_of(5))
    assert len(visitor_of(own_page).digits.now) == 5


def test_own_digits_are_shown_and_scored_by_the_network_that_answers(own_page: AppTest):
    assert "It is then kept here" in text(own_page)
    label(draw(own_page, 7), 7)
    own_page.run()
    assert "1 of 1 read right by Pretrained" in text(own_page)
    label(draw(own_page, 3), 8)
    own_page.run()
    assert "1 of 2 read right by Pretrained" in text(own_page)
    assert "✗ 3" in text(own_page)


def test_correction_reads_and_paints_only_what_is_new(own_page: AppTest, monkeypatch: pytest.MonkeyPatch):
    draw(own_page, 7)
    read, painted, logits, png_url = list[int](), list[object](), Reader.logits, theme.png_url
    monkeypatch.setattr(Reader, "logits", lambda self, images: read.append(len(images)) or logits(self, images))
    monkeypatch.setattr(theme, "png_url", lambda image, **how: painted.append(image) or png_url(image, **how))
    upload(own_page, file_of(19))
    assert max(read) == 19 <= len(painted)
    read.clear()
    painted.clear()
    label(own_page, 8)
    assert "of 20 read right by Pretrained" in text(own_page)
    assert max(read) == 1 <= len(painted) < 10


def test_digits_can_be_uploaded_and_each_counts_once(own_page: AppTest):
    assert "9 of 9 are new." in text(upload(own_page, file_of(9)))
    assert "0 of 9 are new." in text(upload(own_page, file_of(9)))


def test_all_digits_can_be_removed_and_keep_their_names(own_page: AppTest):
    upload(own_page, file_of(9)).button(key="drawings_clear").click().run()
    assert visitor_of(own_page).digits.now is NO_DIGITS


def test_network_learns_own_digits_and_the_page_shows_the_effect(open_page: Callable[..., AppTest]):
    own_page = open_page(tab="Your drawings", network="article")
    upload(own_page, file_of(9))
    own_page.select_slider(key="own_share").set_value(50).run()
    own_page.button(key="teach").click().run()
    visitor = visitor_of(own_page)
    assert visitor.runs.origin[:2] == ("Basic", "article")
    assert (len(visitor.job.data.learned), len(visitor.job.data.held)) == (5, 4)
    shown = text(finished(own_page))
    assert "with 5 own digits (50%)" in shown
    assert "Read right Digits Before After" in shown
    assert "Yours, learned from 5 " in shown
    assert "Yours, held back from training 4 " in shown
    assert "MNIST, validation images 800 " in shown
    assert "At a share of 0%, a lesson hardly lowers the last line" in shown
    assert not own_page.exception


def test_pretrained_network_can_be_taught_repeatedly(own_page: AppTest, monkeypatch):
    monkeypatch.setenv("MLP_MAX_RUN_MB", "1")
    upload(own_page, file_of(3))
    own_page.button(key="teach").click().run()
    assert not own_page.error
    visitor = visitor_of(own_page)
    assert visitor.runs.origin[:2] == ("Pretrained", "pretrained")
    eventually(lambda: visitor.job.snapshot().step > 0)
    own_page.run()
    assert "Before Now" in text(own_page)
    assert "Its weights have learned from MNIST’s validation images" in text(own_page, "note")
    assert "mix in less of them. Its weights have learned from MNIST’s validation images" in text(own_page)
    taught = visitor.job.snapshot().reader
    assert taught.layer_sizes == pretrained("pretrained").layer_sizes  # larger than a new network may be
    assert not taught.test_time_augmentation  # each measurement would take five times as long
    own_page.button(key="teach").click().run()
    assert not own_page.error
    assert visitor.runs.origin[:2] == ("Pretrained", "pretrained")
    eventually(lambda: visitor.job.snapshot().step > 0)


def test_oversized_upload_is_refused_beside_the_button(own_page: AppTest, monkeypatch):
    monkeypatch.setenv("MLP_MAX_RUN_MB", "6")
    visitor_of(own_page).uploads = {1: Reader(MLP([784, 1000, 10], rng=np.random.default_rng(0)))}
    upload(own_page, file_of(2))
    own_page.segmented_control(key="network").set_value("uploaded-1").run()
    own_page.button(key="teach").click().run()
    (error,) = own_page.error
    assert "this server takes runs of at most 6 MB of memory, got 7. " in error.value
    assert "Choose another network above" in error.value
    assert visitor_of(own_page).job is None
    assert not own_page.run().error
