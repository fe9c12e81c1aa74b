"""``python -m mlp export`` writes a saved network for PyTorch, plain numpy, a notebook or ONNX."""

import argparse
from pathlib import Path

from mlp.analysis.other_tools.network_export import MADE_BY, TOOLS, export
from mlp.atomic import write_whole
from mlp.cli.options import checked_out
from mlp.cli.terminal import print_line
from mlp.nn.weights import load_model


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    endings = ", ".join(f"{tool.suffix} ({name})" for name, tool in TOOLS.items())
    command: argparse.ArgumentParser = commands.add_parser(
        "export",
        help="write a network for PyTorch, plain numpy, a notebook or ONNX",
        description="Each export matches the network's probabilities within 0.00001 for the same images as floats in "
        "0..1, including its temperature, but without test-time augmentation. For images of uint8, a network that "
        "straightens rounds them, and they may differ by about 0.01. PyTorch and numpy exports add a script next to "
        "the network, such as net_pytorch.py.",
    )
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    command.add_argument("--to", required=True, choices=TOOLS, metavar="TOOL", help=" ".join(TOOLS))
    command.add_argument(
        "--out", required=True, metavar="FILE", help=f"the file to write: {endings}, or .zip for all in one"
    )
    command.set_defaults(run=write_export)


def write_export(given: argparse.Namespace) -> int:
    """Write the files."""
    out = checked_out(given.out, source=given.file)
    files = export(load_model(given.file), given.to, out)
    for path in files:
        if path != out and path.exists() and MADE_BY not in path.read_bytes()[:200]:
            raise ValueError(f"--out would replace {path.name}, not an export; choose another name, or .zip")
    for path, data in files.items():
        write_whole(Path(path), data)
        print_line(f"saved {path}")
    return 0
