"""``python -m mlp site`` writes a folder for any static host: a page that reads drawings and trains a network."""

import argparse
from pathlib import Path

from mlp.analysis.take_home.site import site_files, write_site
from mlp.cli.terminal import print_line
from mlp.nn.weights import load_model
from mlp.shipped_files import MODELS

PICTURE = Path(__file__).parents[1] / "page/style/preview.png"
"""What a link to the Streamlit page shows, too."""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "site", help="write a folder for any static host: a page that reads drawings and trains a network"
    )
    command.add_argument("--out", required=True, metavar="FOLDER", help="the folder to write")
    command.add_argument("--address", default="", metavar="URL", help="where it will be, for previews of links to it")
    command.set_defaults(run=write)


def write(given: argparse.Namespace) -> int:
    """Write the folder."""
    out = Path(given.out)
    if (out.exists() and not out.is_dir()) or not out.absolute().parent.is_dir():
        raise ValueError(f"--out must be a folder, new or of an earlier site, in one that exists, got {given.out!r}")
    files = {}
    for name, content in site_files(load_model(MODELS / "article.safetensors"), PICTURE.read_bytes(), given.address):
        print_line(f"{name} {len(content)}")
        files[name] = content
    write_site(out, files)
    print_line(f"saved {out}")
    return 0
