"""A lock between processes, which the system releases when its holder dies."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


@contextmanager
def one_at_a_time(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock at ``path`` during a ``with`` block, against other threads and processes.

    If the lock cannot be taken, the block runs anyway and the log says why: at worst, work is done twice.

    Parameters
    ----------
    path : Path
        The lock file, created if it is missing.
    wait_s : float
        Longest wait for another holder, in seconds.
    """
    with ExitStack() as held:
        try:
            held.enter_context(FileLock(path, timeout=wait_s))
        except (Timeout, OSError, NotImplementedError) as error:
            log.warning("no lock at %s, continuing without: %s", path, error)
        yield
