"""The IDX format of MNIST's files: a magic number, the sizes, then the bytes of one array."""

import math

import numpy as np

# Two zero bytes, 0x08 for unsigned bytes, then the number of dimensions, one byte.
_UINT8_MAGIC = b"\x00\x00\x08"


def idx_shape(start: bytes | bytearray | memoryview) -> tuple[int, ...]:
    """Return the sizes of the array in an IDX file, from the file's first bytes.

    Its header takes 4 bytes, and 4 more per dimension. Raises a ValueError if it is not an IDX file of unsigned bytes,
    or ends within the header.

    >>> idx_shape(bytes([0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 1, 0]))
    (3, 256)
    """
    if len(start) < 4 or start[:3] != _UINT8_MAGIC:
        raise ValueError(f"an IDX file of bytes starts with 00 00 08, got {bytes(start[:3]).hex(' ') or 'nothing'}")
    n_dimensions = start[3]
    if len(start) < idx_offset(n_dimensions):
        raise ValueError(f"an IDX header of {n_dimensions} dimensions has {idx_offset(n_dimensions)} bytes, got fewer")
    return tuple(int(size) for size in np.frombuffer(start, ">u4", n_dimensions, offset=4))


def idx_offset(n_dimensions: int) -> int:
    """Return the length of the header in bytes."""
    return 4 + 4 * n_dimensions


def parse_idx(data: bytes | bytearray | memoryview) -> np.ndarray:
    """Return the array in the bytes of an IDX file: uint8, read-only, sharing the memory of ``data``.

    Raises a ValueError if it is not an IDX file of unsigned bytes, or its length does not match its header.

    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    array([7, 2, 1], dtype=uint8)
    """
    shape = idx_shape(data)
    expected = idx_offset(len(shape)) + math.prod(shape)
    if len(data) != expected:
        raise ValueError(f"an IDX file of shape {shape} has {expected} bytes, got {len(data)}")
    return np.frombuffer(data, np.uint8, offset=idx_offset(len(shape))).reshape(shape)
