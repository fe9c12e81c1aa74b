"""``python -m mlp page`` writes a saved network as one HTML file that works offline."""

import argparse
from pathlib import Path

from mlp.analysis.take_home.standalone_html import take_home_page
from mlp.atomic import write_whole
from mlp.cli.options import checked_out
from mlp.cli.terminal import print_line
from mlp.nn.digit_check import DIGIT_CHECK_MODEL
from mlp.nn.weights import load_model


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "page", help="write a network as one HTML file that works offline"
    )
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    command.add_argument("--out", required=True, metavar="FILE", help="the .html file to write")
    command.add_argument("--title", metavar="TEXT", help="the page's title. Default: the name of the file")
    command.add_argument(
        "--no-digit",
        action="store_true",
        help='add the digit check, which answers "I don’t know this one"; 1.4 MB more',
    )
    command.add_argument(
        "--no-images", action="store_true", help="leave out the 4,000 MNIST images for training on the page; 1 MB less"
    )
    command.set_defaults(run=write_page)


def write_page(given: argparse.Namespace) -> int:
    """Write the web page."""
    out = checked_out(given.out, source=given.file)
    network = load_model(given.file)
    digit_check = load_model(DIGIT_CHECK_MODEL) if given.no_digit else None
    title = given.title or Path(given.file).stem
    page = take_home_page(network, title=title, digit_check=digit_check, images=not given.no_images)
    data = page.encode()
    write_whole(out, data)
    print_line(f"bytes {len(data)}")
    print_line(f"saved {out}")
    return 0
