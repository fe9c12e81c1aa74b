"""Safetensors files of strangers: arrays and texts, which cannot hold code, and are checked before they are used."""

import json
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import DTypeLike

from mlp.language import Later, mark

MAX_HEADER_BYTES = 1_000_000  # ten megabytes of "[]," would take a quarter of a gigabyte as lists


class ArrayFile:
    """The content of a safetensors file whose metadata names the format ``form``.

    ``texts`` is its metadata. ``arrays`` are read from ``data``, so they take no more memory than it, whatever the file
    claims. Raises a ValueError if it is cut short, is another format, or its header is not JSON of valid text.
    """

    def __init__(self, data: bytes, form: str) -> None:
        length = int.from_bytes(data[:8], "little")  # of the header, which comes next
        if len(data) < 8 or length > len(data) - 8:
            raise ValueError(Later("not a safetensors file, or cut short ({n:,} bytes)", n=len(data)))
        if length > MAX_HEADER_BYTES:
            rule = mark("names, shapes and facts may take {most:,} bytes, got {n:,}")
            raise ValueError(Later(rule, most=MAX_HEADER_BYTES, n=length))
        header = parse_json(Later("the header of a safetensors file"), data[8 : 8 + length])
        texts = header.get("__metadata__", {}) if isinstance(header, dict) else None
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError(Later("the header of a safetensors file must be an object, and its metadata text"))
        self.texts: dict[str, str] = texts
        if texts.get("format") != form:
            rule = mark("its metadata must say format {form}, got {got}")
            raise ValueError(Later(rule, form=repr(form), got=repr(texts.get("format"))))
        try:
            self.arrays = safetensors.numpy.load(data)
        except Exception as error:  # safetensors raises several kinds of errors, including json's
            raise ValueError(Later("not a whole safetensors file ({error})", error=str(error))) from error

    def value(self, name: str, default: Any = None) -> Any:
        """Return the JSON value in a text of the metadata; ``default`` if there is no such text."""
        return (
            parse_json(Later("{name} in its metadata", name=name), self.texts[name]) if name in self.texts else default
        )

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike, *, convert: bool = False) -> np.ndarray:
        """Return an array of this shape and type, with finite numbers; ``convert`` takes floats of any precision."""
        array, wanted = self.arrays[name], np.dtype(dtype)
        if array.shape != shape or (array.dtype.kind != "f" if convert else array.dtype != wanted):
            rule = mark("{name} must be {type} of shape {shape}, got {got}")
            got = f"{array.dtype} {array.shape}"
            raise ValueError(Later(rule, name=name, type=str(wanted), shape=str(shape), got=got))
        with np.errstate(over="ignore"):  # a number too large for the type becomes infinite, and is refused
            array = array.astype(wanted, copy=False)
        if not np.isfinite(array).all():
            raise ValueError(Later("{name} must hold finite numbers, got NaN or infinity", name=name))
        return array


def parse_json(what: str, text: str | bytes) -> Any:
    """Return what ``text`` holds; a ValueError if it is not JSON, has NaN, or a string in it is not valid Unicode."""
    try:
        value = json.loads(text)
        # "\ud800" is valid JSON and half a character, which no page, log or file can hold.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(Later("{what} must be JSON of valid text and finite numbers", what=what)) from error
    return value
