"""A set of drawings as a file: recorded drawings (see `mlp.images.recorded`) with the names of their labels.

``{"meta": {...}, "names": ["A", "B"], "samples": [{"label": 0, "strokes": [...], "image": "..."}, ...]}``. Without
names, they are the digits; a sample without an image is drawn as large as a visitor would. In what Inkling keeps for
itself, the strokes of a sample are ``{"points": "...", "lengths": "..."}``, see `PACKED`.
"""

import json
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from mlp.class_names import MAX_CLASSES
from mlp.images.drawings.drawing_set import MAX_EXAMPLES, NO_DIGITS, DrawingSet
from mlp.images.recorded import CANVAS_PX, PACKED, PEN_PX, Example, in_base64, parse_sample, place
from mlp.language import Later, mark, said_by

MAX_FILE_BYTES = 5_000_000
"""Largest file of somebody's: 2,000 usual drawings. What is kept of it may be larger, by half."""
MAX_SAMPLES = 2_000
"""Maximum number of drawings in a file, of all names together."""


def dump_drawings(drawings: DrawingSet, *, packed: bool = False) -> str:
    """Return the set as text that `parse_drawings` reads; it reads ``packed`` strokes a hundred times faster."""
    meta = {"from": "Inkling", "canvas_px": CANVAS_PX, "pen_px": PEN_PX}
    head = _dump({"meta": meta, "names": list(drawings.names)})
    # One by one, as all other threads wait for each call of Python's encoder.
    samples = ",".join(_dump(_sample(example, packed)) for example in drawings.examples)
    return f'{head[:-1]},"samples":[{samples}]}}'


def _sample(example: Example, packed: bool) -> dict[str, Any]:
    """Return an example as `parse_sample` reads it."""
    if packed and len(example.strokes):
        strokes: Any = {name: in_base64(getattr(example.strokes, name)) for name in PACKED}
    else:
        strokes = [np.round(stroke.astype(np.float64), 1).tolist() for stroke in example.strokes]
    return {"label": example.label, "strokes": strokes, "image": in_base64(example.image)}


def _dump(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def load_set(path: str | Path) -> DrawingSet:
    """Load a set of drawings from a file.

    Raises a ValueError as `parse_drawings` does, or if it is too large, naming the file, and an OSError if the file
    cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        check_length(data)
        return parse_drawings(data)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def check_length(data: bytes) -> None:
    """Raise a ValueError if somebody's file is too large."""
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(Later("a file of drawings may have at most {most:.0f} MB", most=MAX_FILE_BYTES / 1e6))


def parse_drawings(data: bytes | str, *, most: int = MAX_EXAMPLES, most_without_image: int = MAX_SAMPLES) -> DrawingSet:
    """Return the set of drawings in a text of `dump_drawings`, or the digits in recorded drawings as JSON.

    There may be at most ``most`` of each name, 2,000 in all, and ``most_without_image`` of those that have to be drawn.
    Raises a ValueError if the text is of another form, or breaks a rule of sets; the message names the number of a
    faulty sample.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(Later("this is not a file of drawings: it is not JSON")) from error
    if not isinstance(content, dict) or not isinstance(content.get("samples"), list):
        rule = mark("this is not a file of drawings: it must be like {form}")
        raise ValueError(Later(rule, form='{"names": [...], "samples": [...]}'))
    empty, samples = _named(content.get("names", list(NO_DIGITS.names))), content["samples"]
    n_names, limit = len(empty.names), min(len(empty.names) * most, MAX_SAMPLES)
    if len(samples) > limit:
        rule = mark("a file of {names} names may hold at most {most:,} drawings, got {n:,}")
        raise ValueError(Later(rule, names=n_names, most=limit, n=len(samples)))
    n_without = sum(isinstance(sample, dict) and "image" not in sample for sample in samples)
    if n_without > most_without_image:
        rule = mark(
            "a file may hold at most {most} drawings without an image, got {n:,}; upload several files, or use the "
            "command line, which reads them all"
        )
        raise ValueError(Later(rule, most=most_without_image, n=n_without))
    # Comparing each with all before it, as a set does, would take 0.3 s for 2,000.
    places = (Later("sample {number}", number=number) for number in range(len(samples)))
    examples = [_example(empty, *each) for each in zip(samples, places, strict=True)]
    different = {example.image.tobytes(): example for example in examples}
    drawings = replace(empty, examples=tuple(different.values()))
    if max(drawings.counts) > most:
        rule = mark("a file may hold at most {most:,} drawings of each name, got {n:,}")
        raise ValueError(Later(rule, most=most, n=max(drawings.counts)))
    return drawings


def _named(names: Any) -> DrawingSet:
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_CLASSES:
        raise ValueError(
            Later("names must be a list of 1 to {most}, got {got}", most=MAX_CLASSES, got=f"{names!r:.60}")
        )
    return reduce(DrawingSet.with_name, names, DrawingSet())


def _example(empty: DrawingSet, sample: Any, where: Later) -> Example:
    """Return a sample of a file as an example of a set without any; ``where`` names its place in the file."""
    drawing = parse_sample(sample, where, n_labels=len(empty.names))
    try:
        if len(drawing.image):
            return empty.with_example(drawing.label, drawing.image, drawing.strokes).examples[0]
        # Recorded strokes may have any unit: they are drawn as large as a visitor would.
        strokes = place(drawing.strokes, longer_side=0.6 * CANVAS_PX, corner=(0.2 * CANVAS_PX, 0.2 * CANVAS_PX))
        return empty.with_drawing(drawing.label, strokes).examples[0]
    except ValueError as error:
        raise ValueError(Later("{where}: {error}", where=where, error=said_by(error))) from error
