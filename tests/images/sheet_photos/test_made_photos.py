"""Synthetic photos of pages follow their protocol, and their digits are found."""

import io

import numpy as np
import pytest
from PIL import Image

import mlp
from mlp.images.handwriting.styles import STYLES
from mlp.images.photo import SHOWN_PX, read_sheet
from mlp.images.sheet_photos.found_digits import FoundDigit, found_digits
from mlp.images.sheet_photos.ruled_lines import without_ruled_lines
from tests.benchmarks import sheet_photos
from tests.benchmarks.sheet_photos import matched
from tests.images.sheet_photos.made_photos import SHEET_PX, PhotoDigit, made_photos


def test_photos_depend_only_on_the_seed():
    first, again, other = (next(made_photos(1, np.random.default_rng(seed), STYLES, lined=True)) for seed in (1, 1, 2))
    assert first == again
    assert first.file != other.file
    assert Image.open(io.BytesIO(first.file)).size == SHEET_PX


@pytest.mark.parametrize("lined", [False, True])
def test_digits_are_found_row_by_row_at_their_places(lined):
    found = written = extra = 0
    for photo in made_photos(4, np.random.default_rng(5), STYLES, lined=lined):
        sheet = read_sheet(np.asarray(Image.open(io.BytesIO(photo.file))))
        digits = [] if sheet is None else list(sheet.digits)
        taken = matched(photo.digits, digits)
        found, written, extra = found + len(taken), written + len(photo.digits), extra + len(digits) - len(taken)
        if len(taken) == len(photo.digits) == len(digits):
            assert [taken[number] for number in range(len(digits))] == list(range(len(digits)))
    assert found >= 0.95 * written
    assert extra <= 1


def test_light_digits_on_a_dark_page_are_found_equally():
    page = np.full((300, 600, 3), 235, np.uint8)
    for left in (100, 250, 400):
        page[100:200, left : left + 8] = 30
    boxes = [digit.box for digit in found_digits(page)]
    assert len(boxes) == 3
    assert [digit.box for digit in found_digits(255 - page)] == boxes


def test_page_of_lines_or_noise_has_no_digits():
    lines = np.full((400, 600, 3), 240, np.uint8)
    lines[40::40] = 150
    assert found_digits(lines) == []
    noise = np.random.default_rng(0).normal(200, 12, (400, 600, 3))
    assert found_digits(np.uint8(np.clip(noise, 0, 255))) == []


def test_ink_that_touches_a_ruled_line_stays_whole():
    page = np.zeros((200, 600))
    page[100:102] = 0.3
    page[60:102, 200:205] = 0.35  # on the line
    page[70:140, 300:305] = 0.35  # crosses it
    ink = without_ruled_lines(page, 0.1)
    assert ink[60:102, 200:205].all()
    assert ink[70:140, 300:305].all()
    assert ink.sum() == 5 * (42 + 70)


def test_find_beside_a_digit_does_not_match_it():
    scale = SHOWN_PX / max(SHEET_PX)
    found = [FoundDigit((0, 0, 20, 20), 0, np.zeros((20, 20))), FoundDigit((60, 0, 80, 20), 0, np.zeros((20, 20)))]
    written = (PhotoDigit(3, 0, 70 / scale, 10 / scale), PhotoDigit(4, 0, 200 / scale, 10 / scale))
    assert matched(written, found) == {0: 1}


def test_score_counts_missed_and_false_digits(monkeypatch):
    photo = next(made_photos(1, np.random.default_rng(5), STYLES, lined=False))
    answer = photo.digits[1].label

    class OneAnswer:
        def predict(self, images):
            return np.full(len(images), answer)

    nowhere = PhotoDigit(answer, 0, -500.0, -500.0)
    labeled = photo._replace(
        digits=(*photo.digits[1:], nowhere)
    )  # a digit without a label, and a label without a digit
    monkeypatch.setattr(sheet_photos, "made_photos", lambda *_, lined: [labeled])
    plain, lined = sheet_photos.score_photos(OneAnswer())
    assert (plain.name, lined.name) == ("plain_paper", "lined_paper")
    n, right = len(photo.digits), [digit.label for digit in photo.digits[1:]].count(answer)
    assert (plain.digits, plain.found, plain.right, plain.extra) == (n, n - 1, right, 1)
    assert plain.accuracy == pytest.approx(right / (n + 1))


def test_benchmark_prints_each_kind_of_paper(tmp_path, capsys, monkeypatch):
    path = tmp_path / "small.safetensors"
    mlp.save_model(mlp.MLP([784, 10], rng=np.random.default_rng(0)), path)
    asked = []

    def score_photos(network, n, seed):
        asked.append((network.layer_sizes, n, seed))
        yield sheet_photos.PhotoScore("plain_paper", n, n - 1, n - 2, 0, 0.1)

    monkeypatch.setattr(sheet_photos, "score_photos", score_photos)
    monkeypatch.setattr("sys.argv", ["sheet_photos", str(path), "--photos", "50", "--seed", "4"])
    sheet_photos.main()
    assert asked == [([784, 10], 50, 4)]
    assert capsys.readouterr().out == "plain_paper digits 50 found 49 extra 0\nplain_paper accuracy 0.9600\n"
