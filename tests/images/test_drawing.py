import numpy as np
import pytest

from mlp.images.drawing import Stages, stages, to_mnist


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())


@pytest.fixture
def seven() -> np.ndarray:
    ink = np.zeros((280, 280), np.uint8)
    ink[40:60, 120:220] = 255
    for step in range(120):
        ink[60 + step, 200 - step // 2 : 220 - step // 2] = 255
    return ink


def test_the_longer_side_of_the_ink_becomes_20_pixels(seven):
    rows, columns = np.nonzero(to_mnist(seven))
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == round(20 * 100 / 140)


def test_the_centre_of_mass_comes_to_the_middle_pixel(seven):
    assert centre_of_mass(to_mnist(seven)) == pytest.approx((14, 14), abs=0.5)


def test_place_and_size_of_the_drawing_make_no_difference(seven):
    expected = to_mnist(seven)
    np.testing.assert_array_equal(to_mnist(np.roll(seven, (60, -100), axis=(0, 1))), expected)
    np.testing.assert_allclose(to_mnist(seven.repeat(2, axis=0).repeat(2, axis=1)), expected, atol=1e-5)


def test_the_image_is_float32_in_0_to_1(seven):
    image = to_mnist(seven)
    assert image.dtype == np.float32
    assert image.shape == (28, 28)
    assert image.min() == 0
    assert image.max() == 1


def test_edges_are_smoothed():
    disc = (np.hypot(*(np.indices((200, 200)) - 99.5)) < 99).astype(np.uint8) * 255
    image = to_mnist(disc)
    assert ((image > 0) & (image < 1)).sum() > 20
    assert image.sum() == pytest.approx(np.pi * 10**2, rel=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (280, 280), (3, 500), (500, 3), (19, 7)])
def test_a_drawing_without_ink_gives_none(shape):
    assert to_mnist(np.zeros(shape, np.uint8)) is None
    assert stages(np.zeros(shape, np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 3), (280, 280), (2000, 1500)])
def test_all_ink_of_any_size_fills_20_pixels(shape):
    image = to_mnist(np.full(shape, 255, np.uint8))
    assert image.max() == 1
    assert np.ptp(np.nonzero(image), axis=1).max() + 1 == 20


@pytest.mark.parametrize("place", [(0, 0), (279, 279), (0, 279), (140, 3)])
def test_a_single_pixel_anywhere_becomes_the_same_square(place):
    ink = np.zeros((280, 280), np.uint8)
    ink[place] = 255
    np.testing.assert_array_equal(to_mnist(ink), to_mnist(np.full((1, 1), 255, np.uint8)))


def test_no_ink_is_lost_when_nearly_all_of_it_lies_in_one_corner():
    ink = np.zeros((200, 200), np.uint8)
    ink[:40, :40] = 255
    ink[190:, 190:] = 255
    passed = stages(ink)
    assert passed.centred.sum() == pytest.approx(passed.fitted.sum(), rel=1e-6)


def test_the_faintest_ink_is_still_an_image():
    ink = np.zeros((3000, 3000), np.uint8)
    ink[[0, 2999], [0, 2999]] = 1
    assert np.count_nonzero(to_mnist(ink)) == 2


def test_strided_and_read_only_drawings_are_accepted(seven):
    expected = to_mnist(seven)
    seven.flags.writeable = False
    np.testing.assert_array_equal(to_mnist(seven), expected)
    np.testing.assert_array_equal(to_mnist(np.ascontiguousarray(seven.T).T), expected)
    np.testing.assert_array_equal(to_mnist(np.stack([seven] * 4, axis=2)[:, :, 0]), expected)


def test_the_drawing_itself_is_left_alone(seven):
    before = seven.copy()
    to_mnist(seven)
    np.testing.assert_array_equal(seven, before)


def test_stages_show_the_way_from_drawing_to_input(seven):
    passed = stages(seven)
    assert isinstance(passed, Stages)
    assert passed.drawn is seven
    assert passed.cut.shape == (140, 100)
    assert passed.fitted.shape == (20, 20)
    np.testing.assert_array_equal(passed.fitted[:, :3], 0)  # 14 columns of ink amid 20
    np.testing.assert_array_equal(passed.centred, to_mnist(seven))


@pytest.mark.parametrize(
    ("drawing", "error", "message"),
    [
        ([[0, 255]], TypeError, "numpy array, got list"),
        (None, TypeError, "got NoneType"),
        (np.zeros((28, 28)), TypeError, "uint8.*got float64"),
        (np.zeros((28, 28), bool), TypeError, "got bool"),
        (np.zeros((28, 28, 4), np.uint8), ValueError, r"two dimensions.*\(28, 28, 4\)"),
        (np.zeros(784, np.uint8), ValueError, r"two dimensions.*\(784,\)"),
        (np.zeros((0, 28), np.uint8), ValueError, r"at least one pixel.*\(0, 28\)"),
    ],
)
def test_what_is_no_drawing_is_refused_by_name(drawing, error, message):
    with pytest.raises(error, match=message):
        to_mnist(drawing)
