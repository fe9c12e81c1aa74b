"""``python -m mlp page`` writes a saved network as one HTML file that draws and reads by itself."""

import argparse
from pathlib import Path

from mlp.analysis.take_home.page import take_home_page
from mlp.atomic import write_whole
from mlp.cli.options import checked_out
from mlp.cli.terminal import say
from mlp.nn.weights import load_model
from mlp.training.rejection import REJECTION_MODEL


def add_command(commands: argparse._SubParsersAction) -> None:
    """Make the parser of the command."""
    command: argparse.ArgumentParser = commands.add_parser(
        "page", help="write a network as one HTML file that draws and reads without a server"
    )
    command.add_argument("file", metavar="FILE", help="the .safetensors file to read")
    command.add_argument("--out", required=True, metavar="FILE", help="the .html file to write")
    command.add_argument("--title", metavar="TEXT", help="the page's name. Default: that of the file")
    command.add_argument(
        "--no-digit",
        action="store_true",
        help='have it say "I see no digit" too, by the network that rejects; 1.4 MB more',
    )
    command.add_argument(
        "--no-images", action="store_true", help="leave out 4,000 images of MNIST, with which it goes on learning; 1 MB"
    )
    command.set_defaults(run=write_page)


def write_page(given: argparse.Namespace) -> int:
    """Write the page."""
    out = checked_out(given.out, source=given.file)
    network = load_model(given.file)
    rejection = load_model(REJECTION_MODEL) if given.no_digit else None
    title = given.title or Path(given.file).stem
    page = take_home_page(network, title=title, rejection=rejection, images=not given.no_images)
    data = page.encode()
    write_whole(out, data)
    say(f"bytes {len(data)}")
    say(f"saved {out}")
    return 0
