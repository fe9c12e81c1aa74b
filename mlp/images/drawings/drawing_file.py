"""A set of drawings as a file: recorded drawings (see `mlp.images.recorded`) with the names of their labels.

``{"meta": {...}, "names": ["A", "B"], "samples": [{"label": 0, "strokes": [...], "image": "..."}, ...]}``. Without
names, they are the digits; a sample without an image is drawn as large as a visitor would.
"""

import base64
import gc
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlp.class_names import MAX_CLASSES
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, NO_DIGITS, DrawingSet, Example
from mlp.images.recorded import CANVAS_PX, PEN_PX, parse_sample, place

MAX_FILE_BYTES = 5_000_000
"""Largest file of somebody's: 2,000 usual drawings. What is kept of it may be larger: of whole numbers, by half."""
MAX_SAMPLES = 2_000
"""Maximum number of drawings in a file, of all names together."""


def dump_drawings(drawings: DrawingSet) -> str:
    """Return the set as text that `parse_drawings` reads."""
    samples = [
        {
            "label": example.label,
            "strokes": [stroke.tolist() for stroke in example.strokes],
            "image": base64.b64encode(example.image.tobytes()).decode("ascii"),
        }
        for example in drawings.examples
    ]
    meta = {"from": "Inkling", "canvas_px": CANVAS_PX, "pen_px": PEN_PX}
    content = {"meta": meta, "names": list(drawings.names), "samples": samples}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def load_set(path: str | Path) -> DrawingSet:
    """Load a set of drawings from a file.

    Raises
    ------
    ValueError
        As `parse_file` does; the message names the file.
    OSError
        If the file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return parse_file(file.read(MAX_FILE_BYTES + 1))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse_file(data: bytes, *, most: int = MAX_EXAMPLES) -> DrawingSet:
    """Return the set of drawings in somebody's file; a ValueError as in `parse_drawings`, or if it is too large."""
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"a file of drawings may have at most {MAX_FILE_BYTES / 1e6:.0f} MB")
    return parse_drawings(data, most=most)


def parse_drawings(data: bytes | str, *, most: int = MAX_EXAMPLES) -> DrawingSet:
    """Return the set of drawings in a text of `dump_drawings`, or the digits in recorded drawings as JSON.

    There may be at most ``most`` of each name, and 2,000 in all.

    Raises
    ------
    ValueError
        If it is of another form, or breaks a rule of sets; the message names the number of a faulty sample.
    """
    try:
        content = _content(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("this is not a file of drawings: it is not JSON") from error
    if not isinstance(content, dict) or not isinstance(content.get("samples"), list):
        raise ValueError('this is not a file of drawings: it must be like {"names": [...], "samples": [...]}')
    empty, samples = _named(content.get("names", list(NO_DIGITS.names))), content["samples"]
    n_names, limit = len(empty.names), min(len(empty.names) * most, MAX_SAMPLES)
    if len(samples) > limit:
        raise ValueError(f"a file of {n_names} names may hold at most {limit:,} drawings, got {len(samples):,}")
    # Comparing each with all before it, as a set does, would take 0.3 s for 2,000.
    examples = [_example(empty, sample, f"sample {number}") for number, sample in enumerate(samples)]
    different = {example.image.tobytes(): example for example in examples}
    drawings = replace(empty, examples=tuple(different.values()), most=most)
    if max(drawings.counts) > most:
        raise ValueError(f"a file may hold at most {most:,} drawings of each name, got {max(drawings.counts):,}")
    return drawings


def _content(data: bytes | str) -> Any:
    """Return the content of JSON, in one call of Python's, in which no other thread goes on.

    Collecting garbage meanwhile would look through the new lists again and again, and take six times as long.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return json.loads(data)
    finally:
        if collects:
            gc.enable()


def _named(names: Any) -> DrawingSet:
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_CLASSES:
        raise ValueError(f"names must be a list of 1 to {MAX_CLASSES}, got {names!r:.60}")
    drawings = DrawingSet()
    for name in names:
        drawings = drawings.with_name(name)
    return drawings


def _example(empty: DrawingSet, sample: Any, where: str) -> Example:
    """Return a sample of a file as an example of a set without any; ``where`` names its place in the file."""
    drawing = parse_sample(sample, where, n_labels=len(empty.names))
    try:
        if drawing.image is not None:
            return empty.with_example(drawing.label, drawing.image, drawing.strokes).examples[0]
        # Recorded strokes may have any unit: they are drawn as large as a visitor would.
        strokes = place(drawing.strokes, longer_side=0.6 * CANVAS_PX, corner=(0.2 * CANVAS_PX, 0.2 * CANVAS_PX))
        return empty.with_drawing(drawing.label, strokes).examples[0]
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
