"""A set of signs as a file: JSON like that of recorded drawings, with the names next to the samples."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlp.class_names import MAX_CLASSES, MIN_CLASSES
from mlp.images.recorded import CANVAS_PX, PEN_PX
from mlp.images.signs.sign_set import MAX_DRAWINGS, SignsError, SignSet

MAX_FILE_BYTES = 10_000_000


def dump_signs(signs: SignSet) -> str:
    """Return the set as text that `parse_signs` reads."""
    samples = [
        {"label": drawing.label, "writer": 0, "strokes": [stroke.tolist() for stroke in drawing.strokes]}
        for drawing in signs.drawings
    ]
    meta = {"from": "Inkling", "canvas_px": CANVAS_PX, "pen_px": PEN_PX}
    content = {"meta": meta, "names": list(signs.names), "samples": samples}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def load_signs(path: str | Path) -> SignSet:
    """Load a set of signs from a file.

    Raises
    ------
    SignsError
        If the file is too large, of another form, or holds an invalid value; the message names the file.
    OSError
        If the file cannot be read.
    """
    path = Path(path)
    size = path.stat().st_size
    try:
        if size > MAX_FILE_BYTES:
            raise SignsError(_too_large())
        return parse_signs(path.read_bytes())
    except SignsError as error:
        raise SignsError(f"{path}: {error}") from error


def parse_signs(data: bytes | str, *, min_signs: int = MIN_CLASSES) -> SignSet:
    """Return the set of signs in a text of `dump_signs`.

    Parameters
    ----------
    data : bytes or str
    min_signs : int
        Minimum number of names; 0 for an unfinished set.

    Raises
    ------
    SignsError
        If it is too large, of another form, or holds an invalid value.
    """
    if len(data) > MAX_FILE_BYTES:
        raise SignsError(_too_large())
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SignsError("this is not a file of signs: it is not JSON") from error
    if not isinstance(content, Mapping) or not isinstance(content.get("samples"), list):
        raise SignsError('this is not a file of signs: it must be like {"names": [...], "samples": [...]}')
    names, samples = content.get("names"), content["samples"]
    if not isinstance(names, list):
        raise SignsError("this is not a file of signs: it has no names (a file of digits belongs to Your digits)")
    if not min_signs <= len(names) <= MAX_CLASSES:
        raise SignsError(f"a set has {min_signs} to {MAX_CLASSES} signs, got {len(names)}")
    if len(samples) > len(names) * MAX_DRAWINGS:
        raise SignsError(f"a set may hold at most {MAX_DRAWINGS} drawings of each sign, got {len(samples):,} in all")
    signs = SignSet()
    for name in names:
        signs = signs.with_name(name)
    for number, sample in enumerate(samples):
        signs = _with_sample(signs, sample, number)
    return signs


def _with_sample(signs: SignSet, sample: Any, number: int) -> SignSet:
    """Return the set with one more sample; the error names its number."""
    label = sample.get("label") if isinstance(sample, Mapping) else None
    strokes = sample.get("strokes") if isinstance(sample, Mapping) else None
    if type(label) is not int or not 0 <= label < len(signs.names):
        rule = f"a number from 0 to {len(signs.names) - 1}, the place of its name"
        raise SignsError(f"sample {number}: label must be {rule}, got {label!r:.60}")
    if not isinstance(strokes, list):
        raise SignsError(f"sample {number}: strokes must be a list, got {strokes!r:.60}")
    try:
        return signs.with_drawing(label, strokes)
    except SignsError as error:
        raise SignsError(f"sample {number}: {error}") from error


def _too_large() -> str:
    return f"a file of signs may have at most {MAX_FILE_BYTES / 1e6:.0f} MB"
