"""Print how many recorded digits are split, and how many pairs made of them are read whole.

``python -m tests.benchmarks.several_digits models/inkling.safetensors unipen.json.gz numberpad.json.gz``
"""

import argparse

import numpy as np

import mlp
from mlp.images.recorded import CANVAS_PX, SEED, Drawing, load_drawings, place, rasterize, render
from mlp.images.side_by_side import digits_side_by_side

PAIRS = 500


def pair(left: Drawing, right: Drawing, rng: np.random.Generator) -> np.ndarray:
    """Draw two digits of about the same height side by side, with a gap of 15 to 40% of it."""
    height, pen_px = rng.uniform(0.3, 0.55) * CANVAS_PX, rng.uniform(12, 20)
    sizes = []
    for drawing in (left, right):
        extent = np.ptp(np.concatenate(drawing.strokes), axis=0)
        sizes.append(extent * height / max(extent[1], 0.6 * extent.max(), 1e-9))
    space = rng.uniform(0.15, 0.4) * height + pen_px
    width = sizes[0][0] + space + sizes[1][0]
    shrink = min(1.0, (CANVAS_PX - pen_px - 2) / width)
    x = (CANVAS_PX - width * shrink) / 2
    corners = (x, x + (sizes[0][0] + space) * shrink)
    strokes = []
    for drawing, size, corner in zip((left, right), sizes, corners, strict=True):
        top = (CANVAS_PX - size[1] * shrink) / 2 + rng.uniform(-10, 10)
        strokes += place(drawing.strokes, longer_side=float(size.max()) * shrink, corner=(corner, top))
    return rasterize(strokes, pen_px=pen_px)


def main() -> None:
    """Take a network and files of recorded drawings, and print both counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("drawings", nargs="+")
    asked = parser.parse_args()
    drawings = [drawing for path in asked.drawings for drawing in load_drawings(path)]
    rng = np.random.default_rng(SEED)
    split = sum(len(digits_side_by_side(render(drawing, rng))) > 1 for drawing in drawings)
    print(f"split, though they are one digit: {split} of {len(drawings):,} ({split / len(drawings):.2%})")
    reader, rng, parted, read = mlp.load_model(asked.network), np.random.default_rng(SEED), 0, 0
    for _ in range(PAIRS):
        two = [drawings[number] for number in rng.integers(0, len(drawings), 2)]
        found = digits_side_by_side(pair(*two, rng))
        parted += len(found) == 2
        if len(found) == 2:
            images = np.stack([mlp.to_mnist(ink) for ink in found])
            read += reader.predict(images).tolist() == [drawing.label for drawing in two]
    print(f"pairs told apart: {parted} of {PAIRS}; read whole: {read}")


if __name__ == "__main__":
    main()
