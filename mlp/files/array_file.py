"""Safetensors files of strangers: arrays and texts, which cannot hold code, and are checked before they are used."""

import json
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import DTypeLike

MAX_HEADER_BYTES = 1_000_000  # ten megabytes of "[]," would take a quarter of a gigabyte as lists


class ArrayFile:
    """The content of a safetensors file whose metadata names the format ``form``.

    ``texts`` is its metadata. ``arrays`` are read from ``data``, so they take no more memory than it, whatever the file
    claims. Raises a ValueError if it is cut short, is another format, or its header is not JSON of valid text.
    """

    def __init__(self, data: bytes, form: str) -> None:
        length = int.from_bytes(data[:8], "little")  # of the header, which comes next
        if len(data) < 8 or length > len(data) - 8:
            raise ValueError(f"not a safetensors file, or cut short ({len(data):,} bytes)")
        if length > MAX_HEADER_BYTES:
            raise ValueError(f"names, shapes and facts may take {MAX_HEADER_BYTES:,} bytes, got {length:,}")
        header = parse_json("the header of a safetensors file", data[8 : 8 + length])
        texts = header.get("__metadata__", {}) if isinstance(header, dict) else None
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("the header of a safetensors file must be an object, and its metadata text")
        self.texts: dict[str, str] = texts
        if texts.get("format") != form:
            raise ValueError(f"its metadata must say format {form!r}, got {texts.get('format')!r}")
        try:
            self.arrays = safetensors.numpy.load(data)
        except Exception as error:  # safetensors raises several kinds of errors, including json's
            raise ValueError(f"not a whole safetensors file ({error})") from error

    def value(self, name: str, default: Any = None) -> Any:
        """Return the JSON value in a text of the metadata; ``default`` if there is no such text."""
        return parse_json(f"{name} in its metadata", self.texts[name]) if name in self.texts else default

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike, *, convert: bool = False) -> np.ndarray:
        """Return an array of this shape and type, with finite numbers; ``convert`` takes floats of any precision."""
        array, wanted = self.arrays[name], np.dtype(dtype)
        if array.shape != shape or (array.dtype.kind != "f" if convert else array.dtype != wanted):
            raise ValueError(f"{name} must be {wanted} of shape {shape}, got {array.dtype} {array.shape}")
        with np.errstate(over="ignore"):  # a number too large for the type becomes infinite, and is refused
            array = array.astype(wanted, copy=False)
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must hold finite numbers, got NaN or infinity")
        return array


def parse_json(what: str, text: str | bytes) -> Any:
    """Return what ``text`` holds; a ValueError if it is not JSON, has NaN, or a string in it is not valid Unicode."""
    try:
        value = json.loads(text)
        # "\ud800" is valid JSON and half a character, which no page, log or file can hold.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{what} must be JSON of valid text and finite numbers") from error
    return value
