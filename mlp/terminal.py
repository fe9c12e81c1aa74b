"""What all commands share: lines and bars on the terminal, and the reading of what was given on the command line."""

import argparse
import ast
import inspect
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tqdm import tqdm

from mlp.images.mnist import Dataset, load_mnist
from mlp.training.settings import Settings

INTERRUPTED = 130  # the shell's number for Ctrl-C


def say(line: str) -> None:
    """Print a line of results, above the bar if there is one."""
    with tqdm.external_write_mode():
        print(line, flush=True)


def complain(line: str) -> None:
    """Print a line to stderr, above the bar if there is one."""
    with tqdm.external_write_mode():
        print(" ".join(line.split()), file=sys.stderr, flush=True)


@contextmanager
def ctrl_c() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C sets, for work that then stops where it is whole; a second Ctrl-C stops it at once.

    An exception in the middle of a line, as Python would raise it, can come out as another one: where tqdm was taking
    its lock, as ``cannot release un-acquired lock``.
    """
    asked = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()

    # A shell lets its background jobs ignore Ctrl-C, and only the main thread may choose what a signal does.
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def find_data(directory: str | None) -> Dataset:
    """Load MNIST with a bar for each file that has to be fetched; the sample if there is no other."""
    if directory is not None and not os.path.isdir(directory):
        raise FileNotFoundError(f"--data must be a folder that exists, got {directory!r}")
    with ExitStack() as open_bars:
        bars: dict[str, tqdm] = {}

        def show(name: str, n_bytes: int, total: int) -> None:
            if name not in bars:
                bars[name] = open_bars.enter_context(tqdm(desc=name, total=total, unit="B", unit_scale=True))
            bars[name].update(n_bytes - bars[name].n)

        return load_mnist(directory, progress=show)


def checked_out(path: str) -> Path:
    """Give the path if a file can be written there, so that nobody trains for an hour and cannot save."""
    out = Path(path)
    if out.is_dir() or not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise ValueError(f"--out must be a file in a folder that exists and can be written, got {path!r}")
    return out


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with status 2."""
        self.exit(2, f"error: {message}; see {self.prog} --help\n")


def value(text: str) -> int | float | str | None:
    """Read a number where there is one; `Settings` says what is wrong with everything else."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def widths(text: str) -> tuple[int | float | str | None, ...]:
    """Read ``100,200``; nothing between the quotes means no hidden layer."""
    return tuple(value(part) for part in text.split(",")) if text.strip() else ()


def add_settings(command: argparse.ArgumentParser) -> None:
    """Make every field of `Settings` an option, with its help from the docstring, which ``python -OO`` leaves out."""
    written = ast.get_docstring(ast.parse(inspect.getsource(Settings)).body[0]) or ""  # type: ignore[arg-type]
    documented = re.findall(r"^(\w+) : (.*)\n((?: {4}.*\n)+)", written, re.MULTILINE)
    described = {name: (kind, " ".join(text.split())) for name, kind, text in documented}
    defaults = Settings()
    for field in fields(Settings):
        kind, text = described[field.name]
        default = getattr(defaults, field.name)
        hidden = field.name == "hidden"
        command.add_argument(
            "--layers" if hidden else f"--{field.name.replace('_', '-')}",
            dest=field.name,
            type=widths if hidden else value,
            default=default,
            metavar="W,W" if hidden else kind.replace('"', "").replace(" ", "") if kind[0] == "{" else "N",
            help=f"{text} Default: {','.join(map(str, default)) if hidden else default}.",
        )


def settings_given(given: argparse.Namespace) -> Settings:
    """Make settings of the options that `add_settings` added.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """
    return Settings(**{field.name: getattr(given, field.name) for field in fields(Settings)})
