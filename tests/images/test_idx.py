"""Reading the IDX format, and refusing other bytes."""

import numpy as np
import pytest

from mlp.images.idx import idx_shape, read_idx

CUBE = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])


def test_idx_file_is_read_as_read_only_array():
    array = read_idx(CUBE)
    np.testing.assert_array_equal(array, [[[1, 2, 3]], [[4, 5, 255]]])
    assert array.dtype == np.uint8
    assert not array.flags.writeable


def test_sizes_are_read_big_endian():
    assert idx_shape(bytes([0, 0, 8, 1, 0, 0, 0xEA, 0x60])) == (60_000,)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "got nothing"),
        (b"\x1f\x8b\x08\x03" + bytes(12), "got 1f 8b 08"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 0]), "got 00 00 0d"),
        (CUBE[:10], "3 dimensions has 16 bytes, got fewer"),
        (CUBE[:-1], r"shape \(2, 1, 3\) has 22 bytes, got 21"),
        (CUBE + b"x", r"has 22 bytes, got 23"),
    ],
)
def test_incomplete_idx_file_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        read_idx(data)
