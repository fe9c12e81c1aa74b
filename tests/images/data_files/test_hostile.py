"""Damaged and hostile data sets: each is an error with its rule, and takes no more memory than a large set does."""

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import mlp
from mlp.images.data_files.archive import MAX_UNPACKED
from mlp.images.data_files.load import parse_data
from tests.images.data_files.test_load import IMAGES, LABELS, idx, in_arrays, in_idx, in_pictures, npy, png, zipped
from tests.sample_shapes import NAMES

MEMORY = MAX_UNPACKED + 100_000_000
WRONG_FORM = "a data set must be an .npz with images and labels, MNIST’s four files, or a folder or a ZIP"


def claiming(shape: tuple[object, ...] | str, dtype: str = "|u1", content: bytes = b"") -> bytes:
    """Return an ``.npy`` whose header claims a shape and a type, whatever follows."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}".encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG that claims so many pixels."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0" * 99))]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


def pickled() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], object), allow_pickle=True)
    return file.getvalue()


def bomb(n_bytes: int) -> bytes:
    """Return zeros, packed by gzip a thousandfold."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1_000_000)
    return b"".join(packer.compress(block) for _ in range(n_bytes // len(block))) + packer.flush()


def claiming_sizes(size: int) -> bytes:
    """Return a ZIP whose directory claims this size for a picture of a few bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as there:
        there.writestr("0/x.png", b"few")
    data = bytearray(file.getvalue())
    place = data.find(b"PK\1\2")
    data[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(data)


def with_file(name: str, content: bytes) -> dict[str, bytes]:
    return {**in_arrays(), name: content}


def idx_with(name: str, content: bytes) -> dict[str, bytes]:
    return {**in_idx(), name: content}


def classes(n: int) -> dict[str, bytes]:
    return {f"{number}.npy": npy(IMAGES[:3]) for number in range(n)}


def encrypted() -> bytes:
    data = bytearray(zipped_bytes(in_pictures(IMAGES, LABELS)))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    return bytes(data)


def zipped_bytes(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as there:
        for name, content in files.items():
            there.writestr(name, content)
    return file.getvalue()


def damaged(files: dict[str, bytes]) -> bytes:
    data = bytearray(zipped_bytes(files, zipfile.ZIP_STORED))
    data[200] ^= 0xFF
    return bytes(data)


FLOATS = IMAGES.astype(np.float32) / 255
NOT_A_NUMBER = np.full((36, 784), np.nan)
GRAY = r"must hold gray levels, whole numbers 0 to 255 \(uint8\), of 28 × 28 pixels each, got "
LABEL = "there must be one whole number as the label of each image, got "
FILES: dict[str, tuple[Callable[[], bytes | dict[str, bytes]], str]] = {
    "nothing": (lambda: b"", "a data set must be a folder, an .npz or a ZIP, and this file is none"),
    "text": (lambda: b"images, labels", "a data set must be a folder, an .npz or a ZIP, and this file is none"),
    "half a ZIP": (lambda: zipped_bytes(in_arrays())[:900], "a data set must be a folder, an .npz or a ZIP"),
    "an empty ZIP": (dict, WRONG_FORM + ".*got 0 files"),
    "empty folders": (lambda: {"a/": b"", "b/": b""}, WRONG_FORM + ".*got 0 files"),
    "hidden files": (lambda: {".git/a.png": b"", "__MACOSX/a/b.png": b""}, WRONG_FORM + ".*got 0 files"),
    "no images": (lambda: {"readme.txt": b"hello"}, WRONG_FORM + ".*got 1 files, the first 'readme.txt'"),
    "pictures in no folder": (lambda: {"a.png": png(IMAGES[0].reshape(28, 28))}, WRONG_FORM),
    "one array": (lambda: {"images.npy": npy(IMAGES)}, "must have 2 to 10 classes, got 1"),
    "a changed byte": (lambda: damaged(in_pictures(IMAGES, LABELS)), "is damaged, encrypted, or packed"),
    "a password": (encrypted, "is damaged, encrypted, or packed otherwise than by deflate"),
    "packed by LZMA": (lambda: zipped_bytes(in_arrays(), zipfile.ZIP_LZMA), "packed otherwise than by deflate"),
    "a false size": (lambda: claiming_sizes(100), "'0/x.png': this file is not a readable image"),
    "sizes of 4 GB": (lambda: claiming_sizes(4_000_000_000), "'0/x.png': this file is not a readable image"),
    "a bomb in a ZIP": (lambda: with_file("names.npy", bytes(MAX_UNPACKED + 1)), "may hold at most 400 MB"),
    "a bomb in gzip": (
        lambda: idx_with("train-images-idx3-ubyte.gz", bomb(MAX_UNPACKED + 5_000_000)),
        "the files of a data set may hold at most 400 MB",
    ),
    "half a gzip": (
        lambda: idx_with("train-images-idx3-ubyte.gz", bomb(9_000_000)[:99]),
        "is damaged, encrypted, or packed",
    ),
    "no gzip": (
        lambda: idx_with("train-images-idx3-ubyte.gz", b"images"),
        "is damaged, encrypted, or packed",
    ),
    "IDX of floats": (lambda: idx_with("train-images-idx3-ubyte", b"\0\0\x0d\3" + bytes(12)), "starts with 00 00 08"),
    "a short IDX": (lambda: idx_with("train-labels-idx1-ubyte", idx(LABELS)[:20]), r"of shape \(36,\) has 44 bytes"),
    "a large IDX": (
        lambda: idx_with("train-images-idx3-ubyte", b"\0\0\x08\3" + b"\xff" * 12),
        r"of shape \(4294967295, 4294967295, 4294967295\) has 79228162458924105385300197391 bytes, got 16",
    ),
    "no labels": (
        lambda: {"train-images-idx3-ubyte": idx(IMAGES.reshape(-1, 28, 28))},
        WRONG_FORM,
    ),
    "a pickle": (
        lambda: with_file("names.npy", pickled()),
        "and not of Python objects",
    ),
    "a pickle of images": (lambda: with_file("images.npy", pickled()), "and not of Python objects"),
    "code in a header": (
        lambda: with_file("images.npy", claiming("__import__('os').abort()")),
        "a whole array of numpy",
    ),
    "a deep header": (
        lambda: with_file("images.npy", claiming("(" * 4000 + ")" * 4000)),
        "a whole array of numpy",
    ),
    "a huge shape": (lambda: with_file("images.npy", claiming((10**15, 784))), "a whole array of numpy"),
    "an overflow": (lambda: with_file("images.npy", claiming((2**32, 2**32))), "a whole array of numpy"),
    "a negative shape": (lambda: with_file("images.npy", claiming((-1, 783))), GRAY + r"uint8 of shape \(0, 783\)"),
    "no array": (lambda: with_file("images.npy", b"\x93NUMPY\x09\x00"), "a whole array of numpy"),
    "floats": (lambda: in_arrays(images=FLOATS), GRAY + r"float32 of shape \(36, 784\); of numbers 0 to 1, save"),
    "NaN": (lambda: in_arrays(images=NOT_A_NUMBER), GRAY + r"float64 of shape \(36, 784\)"),
    "colors": (lambda: in_arrays(images=np.zeros((36, 28, 28, 3), np.uint8)), GRAY + r"uint8 of shape \(36, 28, 28, 3"),
    "32 × 32": (lambda: in_arrays(images=np.zeros((36, 32, 32), np.uint8)), GRAY + r"uint8 of shape \(36, 32, 32\)"),
    "labels that are floats": (lambda: in_arrays(labels=LABELS / 1), LABEL + "float64 of shape"),
    "one-hot labels": (lambda: in_arrays(labels=np.eye(3, dtype=int)[LABELS]), LABEL + r"int64 of shape \(36, 3\)"),
    "too few labels": (lambda: in_arrays(labels=LABELS[:-1]), LABEL + r"int64 of shape \(35,\) for 36 images"),
    "negative labels": (lambda: in_arrays(labels=LABELS - 1), "labels must be whole numbers from 0 on"),
    "labels without names": (lambda: in_arrays(labels=LABELS + 1), "labels must be .* each with a name if there are"),
    "an empty name": (lambda: in_arrays(names=np.array(["", "a", "b"])), "a name must have 1 to 12 characters"),
    "a name with a bell": (lambda: in_arrays(names=np.array(["a\a", "b", "c"])), "a name must hold no control"),
    "names alike": (lambda: in_arrays(names=np.array(["a", "b", "a"])), "names must differ, got 'a' twice"),
    "37 classes": (lambda: classes(37), r"must have 2 to 10 classes, got 37; leave out some, or choose by classes"),
    "one class": (lambda: {"a/1.png": png(IMAGES[0].reshape(28, 28))}, "must have 2 to 10 classes, got 1"),
    "one image of a class": (
        lambda: {"a.npy": npy(IMAGES[:5]), "b.npy": npy(IMAGES[:1])},
        "at least 3 images of each class to learn from, got 1 of 'b'",
    ),
    "a class without images": (
        lambda: in_arrays(names=np.array([*NAMES, "more"])),
        "at least 3 images of each class to learn from, got 0 of 'more'",
    ),
    "a picture of 50,000 × 50,000": (lambda: {"a/1.png": huge_png(50_000, 50_000)}, "'a/1.png': an image may have"),
    "a picture of 1000 × 1000": (
        lambda: {"a/1.png": huge_png(1000, 1000)},
        "at most 400,000 pixels, got 1,000 × 1,000",
    ),
    "a thin picture": (lambda: {"a/1.png": huge_png(400_000, 1)}, "a side of an image may have at most 30,000 pixels"),
    "half a picture": (lambda: {"a/1.png": huge_png(28, 28)}, "'a/1.png': this image file is broken or incomplete"),
    "a picture of text": (lambda: {"a/1.png": b"hello"}, "'a/1.png': this file is not a readable image"),
}


@pytest.mark.parametrize("name", FILES)
def test_file_is_an_error_with_its_rule_within_memory(tmp_path: Path, name: str):
    make, rule = FILES[name]
    made = make()
    data = made if isinstance(made, bytes) else zipped_bytes(made)
    del made
    (tmp_path / "x.zip").write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=rule) as raised:
            mlp.load_data(tmp_path / "x.zip")
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert len(str(raised.value)) < 400
    assert "\n" not in str(raised.value)


def test_paths_that_lead_elsewhere_write_nothing(tmp_path: Path):
    inside = tmp_path / "inside"
    inside.mkdir()
    files = in_pictures(IMAGES, LABELS, "../../outside/") | {"/etc/x.png": png(IMAGES[0].reshape(28, 28))}
    path = zipped(inside / "x.zip", files)
    with pytest.raises(ValueError, match="must have 2 to 10 classes, got 1"):  # those outside are left out
        mlp.load_data(path)
    assert [file.name for file in tmp_path.rglob("*")] == ["inside", "x.zip"]


def test_more_images_than_a_place_takes_are_refused():
    data = zipped_bytes(in_arrays())
    assert len(parse_data(data, "x", most=48).test) == 12
    with pytest.raises(ValueError, match="a data set may have at most 47 images, got 48"):
        parse_data(data, "x", most=47)
