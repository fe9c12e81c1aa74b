"""The picture to share: true bars, the first right reading, names with room, and what its file says and weighs."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from mlp.analysis.take_home import learning_picture as painting
from mlp.analysis.take_home.learning_picture import Story, moments_of, moving_picture, still_picture
from mlp.class_names import DIGITS
from mlp.jobs.moments.rewind import Rewind
from mlp.nn.reader import Reader
from mlp.training.run import Run, steps
from mlp.training.settings import Settings

COLORS = {"accent": "#ff0000", "text": "#000000", "quiet": "#808080", "line": "#d0d0ff", "paper": "#ffffff"}
RED = ImageColor.getrgb(COLORS["accent"])
WRONG, RIGHT = np.eye(10)[7] * 0.9 + 0.01, np.eye(10)[4] * 0.5 + 0.05
INK = np.zeros((280, 280), np.uint8)
INK[40:240, 120:160] = 255
STORY = Story(INK, [(0, WRONG), (5, WRONG), (9, RIGHT), (20, RIGHT)], DIGITS, 4, "My own network", "", COLORS)


def opened(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file))


def is_red(picture: Image.Image) -> np.ndarray:
    """Return which pixels have the accent's color, about, as other colors are lighter or without it."""
    pixels = np.asarray(picture.convert("RGB"), int)
    return np.abs(pixels - RED).max(axis=2) < 60


def test_bar_of_the_answer_is_as_long_as_its_share():
    bars = [is_red(opened(still_picture(replace(STORY, moments=[(0, share * np.eye(10)[4])])))) for share in (0.4, 0.8)]
    half, whole = (bar[95:415, 380:620].sum(axis=1).max() for bar in bars)
    assert whole == pytest.approx(2 * half, abs=2)
    assert half > 60


def test_strip_marks_the_first_right_reading_once_it_has_come():
    assert STORY.first_right == 2
    picture, marked = opened(moving_picture(STORY)), []
    for place in range(picture.n_frames):
        picture.seek(place)
        marked.append(bool(is_red(picture)[595:645].any()))
    first = marked.index(True)
    assert 0 < first < len(marked) - 1
    assert marked == [place >= first for place in range(len(marked))]
    assert replace(STORY, meant=3).first_right is None


def test_both_files_describe_themselves():
    for made in (still_picture(STORY), moving_picture(STORY)):
        about = opened(made).getexif()[painting.DESCRIPTION]
        assert about.startswith("A drawing, and a bar for each answer of a network. It reads a 4, 55.0% sure. My own")
        assert about.endswith("While it learned, it read 7, 7, 4, 4.")


def test_drawing_without_a_digit_has_no_answer():
    with_answer, without = (opened(still_picture(replace(STORY, unseen=text))) for text in ("", "It sees no digit"))
    assert is_red(with_answer)[95:500].any()
    assert not is_red(without)[95:500].any()
    assert replace(STORY, unseen="It sees no digit").description.count("It sees no digit") == 1


def test_moments_are_the_answers_at_the_saved_steps_and_now():
    settings = Settings(hidden=(4,), batch_size=2)
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (400, 784), np.uint8), rng.integers(0, 10, 400)
    run = Run(settings)
    rewind, kept = Rewind(run.copy(), 200, settings), {}
    for _ in steps(run, images, labels):
        if run.step in rewind.wanted(0):
            rewind.add([(run.step, run.network.values.astype(np.float16))], run.copy())
            kept[run.step] = run.network.copy()
        if run.step == 150:
            break
    found = moments_of(rewind, Reader(run.network), 150, images[0].reshape(28, 28))
    assert found[0][0] == 0
    assert found[-1][0] == 150
    assert len(found) <= painting.CELLS < len(rewind.steps)
    step, shares = found[10]
    np.testing.assert_allclose(shares, kept[step].predict_proba(images[:1])[0], atol=1e-2)
