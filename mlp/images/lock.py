"""A lock between processes that cannot be left behind: the system lets it go when its holder dies."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

POLL_S = 0.1


@contextmanager
def one_at_a_time(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock at ``path`` for the length of a ``with`` block, against other threads and processes.

    It is SQLite's lock on an empty database, which works alike on Linux, macOS and Windows. Where it cannot be had,
    the block runs all the same and the log says why: what it guards is only work done twice.

    Parameters
    ----------
    path : Path
        The lock file, created if it is not there.
    wait_s : float
        How long to wait for another holder, in seconds.
    """
    with ExitStack() as held:
        try:
            connection = held.enter_context(closing(sqlite3.connect(path, timeout=0, isolation_level=None)))
            _wait_for(connection, time.monotonic() + wait_s)
        except sqlite3.Error as error:
            log.warning("no lock at %s, going on without: %s", path, error)
        yield


def _wait_for(connection: sqlite3.Connection, deadline: float) -> None:
    """Take the lock, or raise the last refusal once ``deadline`` has passed."""
    while True:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(POLL_S)
