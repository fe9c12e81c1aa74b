"""A drawing, a photo and a digit of the data make the same kind of input."""

import numpy as np
import pytest

from mlp.images.drawing import to_mnist
from mlp.images.input_image import InputImage, from_data, from_drawing, from_picture
from mlp.images.mnist import Dataset, Split
from mlp.images.picture import Picture

INK = np.zeros((120, 90), np.uint8)
INK[20:100, 40:52] = 255
THUMBNAIL = np.full((40, 30, 3), 200, np.uint8)
STROKES = (np.array([[46.0, 20.0], [46.0, 100.0]]),)
SPLIT = Split(np.arange(2 * 784, dtype=np.uint8).reshape(2, 784), np.array([8, 3]))
DATA = Dataset("two digits", SPLIT, SPLIT, Split(SPLIT.images, SPLIT.labels))


@pytest.mark.parametrize(
    "given",
    [from_drawing(INK), from_picture(Picture(INK, THUMBNAIL)), from_data(DATA, 1, "validation")],
    ids=["a drawing", "a picture", "a digit of the data"],
)
def test_every_input_has_the_form_of_a_network_input(given: InputImage):
    assert (given.image.shape, given.image.dtype, given.pixels.dtype) == ((28, 28), np.float32, np.uint8)
    assert 0 <= given.image.min() < given.image.max() <= 1


def test_drawing_keeps_its_pixels_strokes_and_stages():
    drawing = from_drawing(INK, STROKES)
    assert (drawing.kind, drawing.strokes) == ("drawing", STROKES)
    assert drawing.pixels is INK
    np.testing.assert_array_equal(drawing.image, to_mnist(INK))
    assert drawing.stages.cut.shape == (80, 12)


def test_photo_keeps_its_thumbnail_and_has_no_strokes():
    picture = from_picture(Picture(INK, THUMBNAIL))
    assert (picture.kind, picture.strokes) == ("picture", ())
    assert picture.thumbnail is THUMBNAIL
    np.testing.assert_array_equal(picture.image, to_mnist(INK))


def test_data_digit_is_shown_unchanged():
    digit = from_data(DATA, 1, "validation")
    assert (digit.kind, digit.name, digit.stages) == ("validation", "validation digit no. 1, a 3", None)
    np.testing.assert_allclose(digit.image.ravel(), SPLIT.images[1] / 255, rtol=1e-6)


def test_input_without_ink_is_none():
    assert from_drawing(np.zeros((280, 280), np.uint8)) is None
    assert from_picture(Picture(np.zeros((50, 50), np.uint8), THUMBNAIL)) is None
