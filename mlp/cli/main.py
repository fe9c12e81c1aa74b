"""The command line: ``python -m mlp train``, ``evaluate``, ``predict`` and the others of `COMMANDS`.

After installation, ``inkling`` is the short form, and opens the page if no command is given.

Results go to stdout, one ``name value`` per line; bars and errors go to stderr. The exit status is 0, 2 for unusable
input, 1 if the loss became infinite or NaN, 130 after Ctrl-C, and 141 if nobody reads the output any more.
"""

import argparse
import importlib.metadata
import io
import os
import shlex
import signal
import sys
import tomllib
from collections.abc import Sequence
from types import ModuleType

from threadpoolctl import threadpool_limits

from mlp.cli import evaluate, export, open, predict, site, train, web_page
from mlp.cli.options import Parser
from mlp.cli.terminal import CLOSED_PIPE, INTERRUPTED, print_error, reason
from mlp.shipped_files import SHIPPED

COMMANDS: tuple[ModuleType, ...] = (train, evaluate, predict, web_page, site, export, open)
"""The commands, one file each: ``add_command`` adds its parser, whose ``run`` carries it out and returns the status."""


def main(
    arguments: Sequence[str] | None = None, prog: str = "python -m mlp", commands: tuple[ModuleType, ...] = COMMANDS
) -> int:
    """Carry out one command, and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        given = new_parser(prog, commands).parse_args(arguments)
        given.command_line = f"{prog} {shlex.join(arguments)}"
        # One thread for everything except training steps, which choose their own number: threads that share a product
        # wait for each other, which costs many times the work on a busy machine.
        with threadpool_limits(1):
            status: int = given.run(given)
            return status
    except BrokenPipeError:  # whoever read the output, such as head, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python would complain when it flushes
        return CLOSED_PIPE
    except (ValueError, OSError, RuntimeError) as error:
        print_error(f"error: {reason(error)}")
        return 2
    except KeyboardInterrupt:
        print_error("interrupted")
        return INTERRUPTED


def program(
    arguments: Sequence[str] | None = None, prog: str = "python -m mlp", commands: tuple[ModuleType, ...] = COMMANDS
) -> int:
    """Carry out one command in a process that then ends: Ctrl-C no longer changes a known status.

    While Python shuts down, for a tenth of a second, Ctrl-C would otherwise print a traceback or change the status.
    """
    replace_unprintable()
    try:
        return main(arguments, prog, commands)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def inkling() -> int:
    """Carry out a command as the program ``inkling``: without one, or with only options, it opens the page."""
    arguments = sys.argv[1:]
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")):
        arguments = ["open", *arguments]
    return program(arguments, "inkling")


def replace_unprintable() -> None:
    """Replace characters that a terminal or a pipe on Windows cannot encode, instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class _PrintVersion(argparse.Action):
    """Prints the version, and looks it up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"inkling {version()}")
        parser.exit()


def version() -> str:
    """Return the version of the folder that this runs from, or of the installed package."""
    project = SHIPPED / "pyproject.toml"
    if not project.exists():
        return importlib.metadata.version("inkling")
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def new_parser(prog: str = "python -m mlp", commands: tuple[ModuleType, ...] = COMMANDS) -> Parser:
    """Return the parser of these commands."""
    parser = Parser(prog=prog, description="Train and score a neural network that reads digits.")
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version and exit")
    chosen = parser.add_subparsers(dest="command", required=True)
    for command in commands:
        command.add_command(chosen)
    return parser
