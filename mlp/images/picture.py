"""The stored result of reading a photo: its ink, or each digit on a sheet."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import safetensors.numpy

from mlp.images.decoding import SHEET_PX
from mlp.images.sheet_photos.found_digits import MAX_DIGITS, FoundDigit


class SheetPhoto(NamedTuple):
    """A photo with several digits.

    ``shown`` is the photo, (h, w, 3) uint8, at most 640 pixels a side; ``digits`` are row by row from left to right,
    with boxes in pixels of ``shown``, and ink as in `Picture`.
    """

    shown: np.ndarray
    digits: tuple[FoundDigit, ...]

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self.shown.nbytes + sum(digit.ink.nbytes for digit in self.digits)


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo that was read; if it is a ``page`` of several digits, ``ink`` is the first one's."""

    ink: np.ndarray
    """(H, W) uint8, 0 paper to 255 ink, at most 400 pixels a side; cropped to the ink with a margin."""
    thumbnail: np.ndarray
    """A small copy of the photo: (h, w, 3) uint8."""
    sheet: SheetPhoto | None = None

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self.ink.nbytes + self.thumbnail.nbytes + (self.sheet.nbytes if self.sheet else 0)


def dump_picture(picture: Picture) -> bytes:
    """Return a picture as safetensors bytes."""
    arrays = {"ink": picture.ink, "thumbnail": picture.thumbnail}
    if (sheet := picture.sheet) is not None:
        arrays["shown"] = sheet.shown
        arrays["places"] = np.array([[*digit.box, digit.row] for digit in sheet.digits], np.int32)
        arrays |= {f"digit_{number}": digit.ink for number, digit in enumerate(sheet.digits)}
    return safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def picture_from(data: bytes) -> Picture:
    """Return the picture in bytes of `dump_picture`; raises an error of any kind for other bytes."""
    arrays = safetensors.numpy.load(data)
    ink, thumbnail = _checked(arrays["ink"], 2), _checked(arrays["thumbnail"], 3)
    if "shown" not in arrays:
        return Picture(ink, thumbnail)
    digits = tuple(
        FoundDigit((left, top, right, bottom), row, _checked(arrays[f"digit_{number}"], 2))
        for number, (left, top, right, bottom, row) in enumerate(arrays["places"][:MAX_DIGITS].tolist())
    )
    shown = _checked(arrays["shown"], 3)
    if len(digits) < 2 or any(not _within(digit.box, shown) for digit in digits):
        raise ValueError("a sheet must have several digits, within it")
    return Picture(ink, thumbnail, SheetPhoto(shown, digits))


def _checked(image: np.ndarray, n_dimensions: int) -> np.ndarray:
    whole = image.dtype == np.uint8 and image.ndim == n_dimensions and (n_dimensions == 2 or image.shape[2] == 3)
    if not whole or not 0 < min(image.shape) <= max(image.shape) <= 2 * SHEET_PX:
        raise ValueError(f"a picture must be uint8 of at most {2 * SHEET_PX} pixels a side, got {image.shape}")
    return image


def _within(box: tuple[int, int, int, int], shown: np.ndarray) -> bool:
    left, top, right, bottom = box
    return 0 <= left <= right <= shown.shape[1] and 0 <= top <= bottom <= shown.shape[0]
