"""The forms in which files hold images by class: arrays with labels, or images of each class."""

import os
import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from mlp.images.data_files.archive import Files, parse_npy
from mlp.images.decoding import decoded
from mlp.images.idx import parse_idx
from mlp.language import Later, mark

SIDE = 28
MAX_PICTURE_PX = 400_000
"""Pixels of a picture: thousands of larger ones take minutes."""
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
LIGHT = 127
"""Tone at the rims of pictures above which they are of dark ink on light paper."""
PARTS = {"train": "train", "training": "train", "val": "validation", "validation": "validation"}
PARTS |= {"test": "test", "t10k": "test"}
"""What each part is called in names of files, and of folders above those of the classes."""

_ARRAY = re.compile(r"(?:(train|val|test|t10k)[_-])?(images|labels)(?:[.-]idx\d-ubyte(?:\.gz)?|\.npy)")
"""Names of arrays in an ``.npz``, Inkling's or MedMNIST's, and of MNIST's files."""
_KERAS = re.compile(r"([xy])_(train|test)\.npy")


class Parts(NamedTuple):
    """The images of files by part, (n, 784) uint8, with labels as they are there, and what is known of them."""

    images: dict[str, tuple[np.ndarray, np.ndarray]]
    names: Sequence[str]
    license: str
    note: str = ""


def parts_of(files: Files, most: int) -> Parts:
    """Return the images in files of any of the forms, at most ``most``; a ValueError if they have none of them."""
    arrays = {role: path for path in files.paths if (role := _role(path))}
    license = next(iter(_texts(files, "license")), "")
    if ("train", "images") not in arrays or ("train", "labels") not in arrays:
        return _by_class(files, most, license)
    parts = {}
    for part in dict.fromkeys(PARTS.values()):
        if (part, "images") in arrays and (part, "labels") in arrays:
            labels = _array(files, arrays[part, "labels"])
            is_column = labels.ndim == 2 and labels.shape[1] == 1
            parts[part] = _pixels(files, arrays[part, "images"]), labels.reshape(-1) if is_column else labels
    return Parts(parts, _texts(files, "names"), license)


def _role(path: str) -> tuple[str, str] | None:
    """Return the part of an array, and whether it is of images or labels; None for another file."""
    file = path.split("/")[-1]
    if match := _ARRAY.fullmatch(file):
        return PARTS[match[1] or "train"], match[2]
    match = _KERAS.fullmatch(file)
    return match and (PARTS[match[2]], "images" if match[1] == "x" else "labels")


def _by_class(files: Files, most: int, license: str) -> Parts:
    """Return the pictures in a folder for each class, or else the arrays, one for each class."""
    pictures, arrays = list[tuple[str, str, str]](), list[tuple[str, str, str]]()
    for path in files.paths:
        *folders, file = path.split("/")
        part = next((PARTS[folder.lower()] for folder in folders if folder.lower() in PARTS), "train")
        stem, ending = os.path.splitext(file)
        if ending.lower() in PICTURES and folders:
            pictures.append((path, part, folders[-1]))
        elif ending == ".npy":
            arrays.append((path, part, stem))
    found = pictures or arrays
    if not found:
        rule = mark(
            "a data set must be an .npz with images and labels, MNIST’s four files, or a folder or a ZIP with a folder "
            "of pictures (PNG, JPEG, WebP) or an .npy for each class; got {n} files, the first {first}"
        )
        raise ValueError(Later(rule, n=len(files.paths), first=f"{next(iter(files.paths), '–')!r:.60}"))
    check_number(len(found), most)
    images = [files.parsed(path, _picture) if pictures else _pixels(files, path) for path, _, _ in found]
    names = sorted({name for _, _, name in found})
    numbers = [len(each) for each in images]
    pixels = np.concatenate(images)
    labels = np.repeat([names.index(name) for _, _, name in found], numbers)
    of_part = np.repeat([part for _, part, _ in found], numbers)
    note, rim = "", pixels.reshape(-1, SIDE, SIDE)[:, [0, -1]]
    if pictures and np.median(rim) > LIGHT:
        pixels = 255 - pixels
        note = Later("The pictures show dark things on a light ground, so light and dark were exchanged.")
    parts = {part: (pixels[of_part == part], labels[of_part == part]) for part in dict.fromkeys(of_part.tolist())}
    return Parts(parts, names, license, note)


def check_number(n: int, most: int) -> None:
    """Raise a ValueError if there are too many images."""
    if n > most:
        raise ValueError(Later("a data set may have at most {most:,} images, got {n:,}", most=most, n=n))


def _picture(data: bytearray) -> np.ndarray:
    """Return a picture as (1, 784) uint8, padded to a square with the tone of its rim."""
    gray = Image.fromarray(decoded(bytes(data), SIDE, most=MAX_PICTURE_PX)).convert("L")
    tones = np.asarray(gray)
    rim = np.median(np.concatenate([tones[0], tones[-1], tones[:, 0], tones[:, -1]]))
    return np.asarray(ImageOps.pad(gray, (SIDE, SIDE), color=round(rim))).reshape(1, -1)


def _array(files: Files, path: str) -> np.ndarray:
    return files.parsed(path, parse_npy if path.endswith(".npy") else parse_idx)


def _pixels(files: Files, path: str) -> np.ndarray:
    """Return the images in a file as (n, 784) uint8; a ValueError if they are no such."""
    images = _array(files, path)
    shape = images.shape[:-1] if images.ndim == 4 and images.shape[-1] == 1 else images.shape
    if images.dtype != np.uint8 or shape[1:] not in ((SIDE, SIDE), (SIDE**2,)):
        rule = mark(
            "{path} must hold gray levels, whole numbers 0 to 255 (uint8), of 28 × 28 pixels each, got {type} of shape "
            "{shape}; of numbers 0 to 1, save (255 * images).round().astype('uint8')"
        )
        raise ValueError(Later(rule, path=f"{path!r:.60}", type=str(images.dtype), shape=f"{images.shape!s:.60}"))
    return np.ascontiguousarray(images).reshape(-1, SIDE**2)


def _texts(files: Files, name: str) -> list[str]:
    """Return the texts in an array of this name, or the lines of a text file, such as ``names.txt`` or ``LICENSE``."""
    for path in files.paths:
        stem, ending = os.path.splitext(path.split("/")[-1].lower())
        if (stem, ending) == (name, ".npy"):
            return [str(text) for text in files.parsed(path, parse_npy).reshape(-1)]
        if stem == name and ending in ("", ".txt"):
            lines = files.parsed(path, partial(bytearray.decode, errors="replace")).splitlines()
            return [line.strip() for line in lines if line.strip()]
    return []
