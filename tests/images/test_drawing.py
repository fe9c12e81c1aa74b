import math
from collections.abc import Iterator

import numpy as np
import pytest

from mlp.images.drawing import Stages, stages, to_mnist


def center_of_mass(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    return float((rows * image).sum() / image.sum()), float((columns * image).sum() / image.sum())


@pytest.fixture
def seven() -> np.ndarray:
    ink = np.zeros((280, 280), np.uint8)
    ink[40:60, 120:220] = 255
    for step in range(120):
        ink[60 + step, 200 - step // 2 : 220 - step // 2] = 255
    return ink


def test_longer_side_of_ink_becomes_20_pixels(seven):
    rows, columns = np.nonzero(to_mnist(seven))
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == round(20 * 100 / 140)


def test_center_of_mass_is_moved_to_the_middle_pixel(seven):
    assert center_of_mass(to_mnist(seven)) == pytest.approx((14, 14), abs=0.5)


def test_place_and_size_of_a_drawing_make_no_difference(seven):
    expected = to_mnist(seven)
    np.testing.assert_array_equal(to_mnist(np.roll(seven, (60, -100), axis=(0, 1))), expected)
    np.testing.assert_array_equal(to_mnist(seven.repeat(2, axis=0).repeat(2, axis=1)), expected)


def test_image_is_float32_from_0_to_1(seven):
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
def test_drawing_without_ink_gives_none(shape):
    assert to_mnist(np.zeros(shape, np.uint8)) is None
    assert stages(np.zeros(shape, np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 3), (280, 280), (2000, 1500)])
def test_all_ink_of_any_size_fills_20_pixels(shape):
    image = to_mnist(np.full(shape, 255, np.uint8))
    assert image.max() == 1
    assert np.ptp(np.nonzero(image), axis=1).max() + 1 == 20


@pytest.mark.parametrize("place", [(0, 0), (279, 279), (0, 279), (140, 3)])
def test_single_pixel_anywhere_becomes_the_same_square(place):
    ink = np.zeros((280, 280), np.uint8)
    ink[place] = 255
    np.testing.assert_array_equal(to_mnist(ink), to_mnist(np.full((1, 1), 255, np.uint8)))


def test_ink_concentrated_in_a_corner_is_kept():
    ink = np.zeros((200, 200), np.uint8)
    ink[:40, :40] = 255
    ink[190:, 190:] = 255
    passed = stages(ink)
    assert passed.centered.sum() == pytest.approx(passed.fitted.sum(), rel=1e-6)


def test_faintest_ink_still_makes_an_image():
    ink = np.zeros((3000, 3000), np.uint8)
    ink[[0, 2999], [0, 2999]] = 1
    assert np.count_nonzero(to_mnist(ink)) == 2


def test_strided_and_read_only_drawings_are_accepted(seven):
    expected = to_mnist(seven)
    seven.flags.writeable = False
    np.testing.assert_array_equal(to_mnist(seven), expected)
    np.testing.assert_array_equal(to_mnist(np.ascontiguousarray(seven.T).T), expected)
    np.testing.assert_array_equal(to_mnist(np.stack([seven] * 4, axis=2)[:, :, 0]), expected)


def test_conversion_leaves_the_drawing_unchanged(seven):
    before = seven.copy()
    to_mnist(seven)
    np.testing.assert_array_equal(seven, before)


def test_stages_show_the_steps_from_drawing_to_input(seven):
    passed = stages(seven)
    assert isinstance(passed, Stages)
    assert passed.drawn is seven
    assert passed.cut.shape == (140, 100)
    assert passed.fitted.shape == (20, 20)
    np.testing.assert_array_equal(passed.fitted[:, :3], 0)  # 14 columns of ink amid 20
    np.testing.assert_array_equal(passed.centered, to_mnist(seven))


def boxes_and_dots(n: int) -> Iterator[np.ndarray]:
    """Symmetric drawings, in which many values are exactly between two pixels."""
    rng = np.random.default_rng(3)
    for _ in range(n):
        ink = np.zeros((60, 60), np.uint8)
        for _ in range(rng.integers(1, 4)):
            top, left, height, width = rng.integers(0, 40, 4)
            ink[top : top + 1 + height, left : left + 1 + width] = rng.choice([0, 255, 128])
        ink[tuple(rng.integers(0, 60, 2))] = 255
        yield ink
    for height, width in rng.integers(1, 40, (n, 2)):
        yield np.full((height, width), rng.integers(1, 256), np.uint8)


def by_the_rule(ink: np.ndarray, noise: np.random.Generator) -> np.ndarray:
    """Follow the docstring of `to_mnist` with scalars, with sums that are a ten-millionth wrong."""
    rows, columns = np.nonzero(ink)
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].tolist()
    height, width = len(cut), len(cut[0])
    longer = max(height, width)
    new_height = max(1, math.floor(20 * height / longer + 1 / 2))
    new_width = max(1, math.floor(20 * width / longer + 1 / 2))

    def shares(side: int, new: int) -> list[list[tuple[int, int]]]:
        """Return the pixels that each new one covers, and how much of each."""
        return [
            [
                (pixel, min((place + 1) * side, (pixel + 1) * new) - max(place * side, pixel * new))
                for pixel in range(place * side // new, -(-(place + 1) * side // new))
            ]
            for place in range(new)
        ]

    fitted = [[0.0] * 20 for _ in range(20)]
    across = shares(width, new_width)
    for row, down in enumerate(shares(height, new_height), (20 - new_height) // 2):
        for column, aside in enumerate(across, (20 - new_width) // 2):
            ink_here = sum(cut[y][x] * part_y * part_x for y, part_y in reversed(down) for x, part_x in aside)
            fitted[row][column] = float(np.float32(ink_here / (255 * height * width)))

    def place(profile: list[float]) -> int:
        moment = sum(position * value for position, value in reversed(list(enumerate(profile))))
        wrong = 1 + noise.uniform(-1e-7, 1e-7)
        return min(max(math.ceil(13.5 - 0.0001 - moment / sum(profile) * wrong), 0), 8)

    top, left = place([sum(row) for row in fitted]), place([sum(column) for column in zip(*fitted, strict=True)])
    image = np.zeros((28, 28), np.float32)
    image[top : top + 20, left : left + 20] = fitted
    return image


def test_documented_rule_gives_the_same_bits_despite_rounding_errors():
    noise = np.random.default_rng(4)
    for ink in boxes_and_dots(150):
        np.testing.assert_array_equal(to_mnist(ink), by_the_rule(ink, noise))


def ink_of(image: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(image)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_rotated_and_mirrored_drawings_convert_alike():
    for ink in boxes_and_dots(150):
        image = to_mnist(ink)
        np.testing.assert_array_equal(to_mnist(ink.T), image.T)
        np.testing.assert_array_equal(ink_of(to_mnist(ink[:, ::-1])), ink_of(image)[:, ::-1])


def test_center_of_mass_between_two_pixels_goes_up_and_left():
    for side in range(1, 281):
        rows, columns = np.nonzero(to_mnist(np.full((side, side), 255, np.uint8)))
        assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 23, 4, 23)


def test_half_pixel_side_is_rounded_up():
    halves = [(n, longer) for longer in range(1, 300) for n in range(1, longer) if 40 * n % (2 * longer) == longer]
    assert len(halves) > 100
    for shorter, longer in halves:
        rows, _ = np.nonzero(to_mnist(np.full((shorter, longer), 255, np.uint8)))
        assert np.ptp(rows) + 1 == 20 * shorter // longer + 1


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
def test_invalid_drawing_is_refused_with_the_rule(drawing, error, message):
    with pytest.raises(error, match=message):
        to_mnist(drawing)
