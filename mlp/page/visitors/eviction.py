"""Decide whose work may leave memory: only that of absent visitors, and only if it is on disk."""

import time

from mlp.page.visitors.persistence import is_saved
from mlp.page.visitors.visitor import Visitor

AT_REST_S = 150.0  # without an open tab, before saved work leaves memory; Streamlit's sessions are gone by then
KEPT_S = 6 * 3600.0  # the same without a disk, when it is deleted
MAX_MB = 1000.0  # of all visitors' work together, see `Visitor.n_bytes`


def close_absent(visitor: Visitor, has_disk: bool, away_s: float = 0.0) -> bool:
    """Close a visitor who has been absent for ``away_s`` seconds, if all work is on disk; return whether it was closed.

    Without a disk, all work is deleted after six hours.
    """
    if visitor.sessions or time.monotonic() - visitor.last_seen < (away_s if has_disk else KEPT_S):
        return False
    if not visitor.disk_lock.acquire(blocking=False):  # a save is in progress
        return False
    try:
        if has_disk and not is_saved(visitor):
            return False
        visitor.close()
        return True
    finally:
        visitor.disk_lock.release()
