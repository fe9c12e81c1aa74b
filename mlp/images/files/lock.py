"""Lock out other processes; the system lets the lock go when its holder dies."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


@contextmanager
def one_at_a_time(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock at ``path`` for the length of a ``with`` block, against other threads and processes.

    If the lock cannot be taken, the block runs all the same and the log says why: at worst work is done twice.

    Parameters
    ----------
    path : Path
        The lock file, created if it is not there.
    wait_s : float
        How long to wait for another holder, in seconds.
    """
    with ExitStack() as held:
        try:
            held.enter_context(FileLock(path, timeout=wait_s))
        except (Timeout, OSError, NotImplementedError) as error:
            log.warning("no lock at %s, going on without: %s", path, error)
        yield
