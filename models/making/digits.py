"""``python -m models.making digits`` writes the synthetic digits that Inkling ships."""

import argparse
import gzip
from pathlib import Path

import numpy as np

from mlp.cli.terminal import print_line
from mlp.images.handwriting import IMAGES, N_SHIPPED, STYLES_OF_IMAGES, StyledDigits, style_names
from mlp.seeds import rng_of
from models.making.styles import STYLES
from models.making.writing import write_digits


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("digits", help=f"write {N_SHIPPED:,} synthetic digits into mlp/images/handwriting")
    command.set_defaults(run=make)


def make(_given: argparse.Namespace) -> int:
    """Write both files."""
    written = new_digits()
    IMAGES.parent.mkdir(exist_ok=True)
    for path, array in ((IMAGES, written.images.reshape(-1, 28, 28)), (STYLES_OF_IMAGES, written.styles)):
        write_idx(path, array)
        print_line(f"saved {path}")
    return 0


def new_digits() -> StyledDigits:
    """Return the digits to ship; raises a ValueError if `mlp.images.handwriting` has other names for their styles."""
    names = [style.__name__ for of_digit in STYLES.values() for style in of_digit]
    if names != style_names():
        raise ValueError(f"mlp/images/handwriting.py must name the styles {names}, got {style_names()}")
    return write_digits(N_SHIPPED, rng_of("synthetic digits"))


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write a uint8 array in the packed form of MNIST's files, the same bytes each time."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.tobytes(), mtime=0))
