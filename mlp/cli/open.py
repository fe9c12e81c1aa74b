"""``python -m mlp open``, or ``inkling`` alone, serves the page and opens a browser."""

import argparse
import errno
import os
import subprocess
import sys
from pathlib import Path

from mlp.shipped_files import APP
from mlp.training.data.image_set import PATHS


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add the command to the parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "open",
        help="open the page; STREAMLIT_… variables configure its server",
        description="Serve the page and open a browser. Streamlit's own variables also apply, such as "
        "STREAMLIT_SERVER_BASE_URL_PATH.",
    )
    command.add_argument("--port", type=int, metavar="N", help="port of the page. Default: 8501 or the next free one")
    command.add_argument("--address", metavar="NAME", help="address of the page. Default: all of this machine's")
    command.add_argument(
        "--data",
        nargs="+",
        default=[],
        action="extend",
        metavar="PATH",
        help="data sets that all visitors can train on, each in a form of `train --data`",
    )
    command.add_argument("--no-browser", action="store_true", help="do not open a browser")
    command.set_defaults(run=open_page)


def open_page(given: argparse.Namespace) -> int:
    """Serve the page until it is stopped."""
    if given.port is not None and not 1 <= given.port <= 65535:
        raise ValueError(f"--port must be a whole number from 1 to 65535, got {given.port}")
    if missing := [path for path in given.data if not Path(path).exists()]:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), missing[0])
    # -P: the current folder may have a streamlit.py of its own
    words = [sys.executable, "-P", "-m", "streamlit", "run", str(APP)]
    options = {"--server.port": given.port, "--server.address": given.address}
    words += [word for option, value in options.items() if value is not None for word in (option, str(value))]
    if given.no_browser:
        words += ["--server.headless", "true"]
    if given.data:
        os.environ[PATHS] = os.pathsep.join(str(Path(path).absolute()) for path in given.data)
    sys.stdout.flush()
    if os.name == "nt":  # on Windows, a program that replaces another loses its terminal to the shell
        return subprocess.call(words)  # noqa: S603
    os.execv(sys.executable, words)  # noqa: S606
