"""Augment training images with random warps: the same digit in slightly different handwriting.

Rotation, scale, shear, shift and a smooth elastic displacement (Simard, Steinkraus, Platt: Best practices for
convolutional neural networks applied to visual document analysis, 2003), and a thinner or thicker pen.

Each pixel of a warped image is a weighted mean of four original pixels, so a warp is a sparse 784 x 784 matrix. Images
in a group share one matrix, which makes warping a fast product with few numbers and long rows. Positions are rounded to
sixteenths of a pixel, so that weights are whole 256ths and a weighted sum of bytes fits into 16 bits.
"""

import numpy as np

SIDE = 28
PIXELS = SIDE * SIDE

PARTS = 16
"""Positions per pixel in each direction: PARTS² weights of 255 each fit into a uint16."""

GROUP = 128
"""Maximum number of images that share one warp."""

ROTATION = np.deg2rad(14)
SCALE = 0.12
SHEAR = 0.25
SHIFT_PX = 0.7
ELASTIC_PX = 1.0
"""Standard deviation of the elastic displacement."""
SMOOTHNESS_PX = 4.0
"""Width of the Gaussian that makes neighboring pixels move together."""
PENS = (-1, 0, 0, 0, 1, 2)
"""Pixels by which a pen gets wider; one value per group."""


def warp(images: np.ndarray, rng: np.random.Generator, *, strength: float = 1.0) -> np.ndarray:
    """Return randomly warped copies of the images; neighbors in the array get different warps.

    The images are (n, 784) uint8, 0 paper to 255 ink, and stay as they are. Equal generators give equal warps.
    ``strength`` scales rotation, scale, shear, shift and displacement; 0 changes nothing. Raises a ValueError if the
    images are not (n, 784) uint8, or ``strength`` is negative or not finite.

    >>> images = np.zeros((500, 784), np.uint8)
    >>> warp(images, np.random.default_rng(0)).shape
    (500, 784)
    """
    from scipy import sparse  # imported here, as it takes as long as the rest of `import mlp`

    if images.ndim != 2 or images.shape[1] != PIXELS or images.dtype != np.uint8:
        raise ValueError(f"images must be uint8 of shape (n, 784), got {images.dtype} of shape {images.shape}")
    if not 0 <= strength < np.inf:
        raise ValueError(f"strength must be 0 or more, got {strength}")
    if strength == 0 or len(images) == 0:
        return images.copy()
    n_groups = -(-len(images) // GROUP)
    sources, weights = bilinear_weights(_random_warps(n_groups, rng, strength))
    pens = rng.choice(PENS, size=n_groups)
    warped = np.empty_like(images)
    row_starts = np.arange(0, 4 * PIXELS + 1, 4, dtype=np.int32)
    matrix = sparse.csr_array((weights[0], sources[0], row_starts), shape=(PIXELS, PIXELS))
    for group in range(n_groups):
        matrix.data, matrix.indices = weights[group], sources[group]  # scipy would slowly check a new matrix
        rows = images[group::n_groups]
        columns = with_pen(transposed(rows, np.empty(rows.shape[::-1], np.uint8)), pens[group])  # (784, size of group)
        mixed = matrix @ columns.astype(np.uint16)
        mixed //= PARTS**2
        transposed(mixed.astype(np.uint8), out=warped[group::n_groups])
    return warped


def _random_warps(n: int, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Return ``n`` random warps: source row and column of each pixel, (n, 2, 28, 28) float32."""

    def draw(limit: float, *shape: int) -> np.ndarray:
        return rng.uniform(-strength * limit, strength * limit, (n, *shape)).astype(np.float32)

    angle, shear = draw(ROTATION), draw(SHEAR)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.stack([cos, -sin, sin, cos], axis=1).reshape(n, 2, 2)
    turn[:, 1] += shear[:, None] * turn[:, 0]  # slant: columns move with rows
    turn *= np.exp(draw(SCALE, 2, 1))
    middle = (SIDE - 1) / 2
    offsets = np.arange(SIDE, dtype=np.float32) - middle
    noise = rng.standard_normal((n, 2, *_SMOOTH.shape[1:] * 2), dtype=np.float32)
    place = _SMOOTH @ noise @ _SMOOTH.T
    place *= np.float32(strength * ELASTIC_PX)
    place += draw(SHIFT_PX, 2, 1, 1) + np.float32(middle)
    place += turn[:, :, :1, None] * offsets[:, None]
    place += turn[:, :, 1:, None] * offsets
    return place


def _smoothing() -> np.ndarray:
    """Return the matrix S that smooths noise N by S @ N @ S.T and keeps its standard deviation at 1, (28, 10).

    Noise at every third pixel is enough, as the smooth result has no finer waves.
    """
    distance = np.subtract.outer(np.arange(SIDE), np.arange(0, SIDE, 3))
    gaussian = np.exp(-((distance / SMOOTHNESS_PX) ** 2) / 2)
    return (gaussian / np.sqrt((gaussian**2).sum(axis=1, keepdims=True))).astype(np.float32)


_SMOOTH = _smoothing()


def bilinear_weights(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the four source pixels of each pixel and their weights in 256ths, from positions (n, 2, 28, 28).

    They are int32 and uint16, each (n, 4 * 784).
    """
    places = np.rint(np.clip(places, 0, SIDE - 1) * np.float32(PARTS)).astype(np.uint16)
    pixels = np.minimum(places // PARTS, SIDE - 2)  # so that a next pixel always exists
    first = pixels[:, 0].astype(np.int32) * SIDE + pixels[:, 1]
    sources = np.stack([first, first + 1, first + SIDE, first + SIDE + 1], axis=-1)
    after = places - pixels * PARTS
    below, right = after[:, 0], after[:, 1]
    above, left = PARTS - below, PARTS - right
    weights = np.stack([above * left, above * right, below * left, below * right], axis=-1)
    n = len(places)
    return sources.reshape(n, -1), weights.reshape(n, -1)


def transposed(rows: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Copy a uint8 array (n, m) into ``out``, (m, n); moving eight bytes at a time halves the time."""
    n, m = rows.shape
    if m % 8 or rows.strides[1] != 1:
        out[...] = rows.T
    else:
        words = rows.view(np.uint64).T.copy()  # (m / 8, n)
        out.reshape(m // 8, 8, n)[...] = words.view(np.uint8).reshape(m // 8, n, 8).swapaxes(1, 2)
    return out


def with_pen(columns: np.ndarray, wider_px: int) -> np.ndarray:
    """Return the images, one per column (784, n), with strokes widened by this many pixels, or narrowed if negative."""
    pick = np.maximum if wider_px > 0 else np.minimum
    grids = columns.reshape(SIDE, SIDE, -1)
    for step in range(abs(wider_px)):
        most, next_ = (slice(None, -1), slice(1, None))
        if step % 2:  # the second pixel goes to the other side, so that the digit stays in place
            most, next_ = next_, most
        drawn = grids.copy()
        pick(grids[most], grids[next_], out=drawn[most])
        pick(drawn[:, most], drawn[:, next_].copy(), out=drawn[:, most])
        grids = drawn
    return grids.reshape(PIXELS, -1)
