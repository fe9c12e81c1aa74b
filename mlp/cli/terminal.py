"""Print lines and progress bars to the terminal, and handle Ctrl-C between them."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from tqdm import tqdm

INTERRUPTED = 130  # the shell's status after Ctrl-C
CLOSED_PIPE = 141  # and after output to a pipe that nobody reads any more

progress_bar = partial(tqdm, disable=None)
"""A bar on stderr, only in a terminal: a pipe or a file gets none."""


def print_line(line: str) -> None:
    """Print a line of results, above the bar if there is one."""
    with tqdm.external_write_mode():
        print(line, flush=True)


def print_error(line: str) -> None:
    """Print a line to stderr, above the bar if there is one."""
    with tqdm.external_write_mode():
        print(" ".join(line.split()), file=sys.stderr, flush=True)


def reason(error: Exception) -> str:
    """Return an error as a sentence; for a file, its name and the problem.

    >>> reason(FileNotFoundError(2, "No such file or directory", "seven.png"))
    'seven.png: there is no such file'
    """
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    wrong = "there is no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
    return f"{error.filename}: {wrong}"


@contextmanager
def ctrl_c() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C sets, so that work stops at a safe point; a second Ctrl-C stops it at once.

    Python would raise an exception in the middle of a line, which can surface as another one: while tqdm takes its
    lock, as ``cannot release un-acquired lock``.
    """
    asked = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()

    # A shell makes its background jobs ignore Ctrl-C, and only the main thread may handle signals.
    ours = before is signal.default_int_handler and threading.current_thread() is threading.main_thread()
    if ours:
        signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
