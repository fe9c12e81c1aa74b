"""Decide whose work leaves memory when the server has too many visitors or too little memory.

With a disk, only work that is saved leaves memory, so nothing is lost; what does not fit is refused. Without a disk,
the work of absent visitors leaves.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from mlp.jobs.checkpoints import Checkpoints, OutdatedError
from mlp.jobs.sweep import Sweep
from mlp.page.visitors.persistence import save, saved_parts
from mlp.page.visitors.visitor import Visitor
from mlp.page.visitors.visitor_parts import is_swept, name_for_visitors, run_name

AT_REST_S = 150.0  # without an open tab, before work leaves memory; Streamlit's sessions are gone by then
KEPT_S = 6 * 3600.0  # the same without a disk, while there is room
MAX_VISITORS = 500
MAX_MB = 1000.0  # of all visitors' work together, see `Visitor.sizes`

_SHORT = "The server ran short of memory."
_BACK = "To get them back, close the page and return a few minutes later."
RUNS_ON_DISK = f"{_SHORT} It saved your earlier runs to disk. {_BACK}"
SWEEP_ON_DISK = f"{_SHORT} It paused your runs under “Several at once” and saved them to disk. {_BACK}"


def may_leave(visitor: Visitor, checkpoints: Checkpoints | None) -> bool:
    """Whether a visitor can be forgotten if there is no room: an absent one whose work is on disk, if there is one."""
    if visitor.sessions:
        return False
    if checkpoints is None:
        return time.monotonic() - visitor.last_seen > AT_REST_S
    return is_fully_saved(visitor, checkpoints)


def is_fully_saved(visitor: Visitor, checkpoints: Checkpoints) -> bool:
    """Whether all of the visitor's work is saved in its current state, so that memory can be freed."""
    if any(now.busy or now.error for now in (job.snapshot() for job in visitor.jobs())):
        return False
    return all(saved for name, saved in saved_parts(visitor, checkpoints).items() if name_for_visitors(name))


def is_at_rest(visitor: Visitor, checkpoints: Checkpoints | None) -> bool:
    """Whether a visitor is forgotten although there is room: after a long absence."""
    rest_s = KEPT_S if checkpoints is None else AT_REST_S
    return time.monotonic() - visitor.last_seen > rest_s and may_leave(visitor, checkpoints)


def next_to_forget(visitors: Iterable[Visitor], checkpoints: Checkpoints | None) -> Visitor | None:
    """Return the visitor to forget when another one comes and there is no place left; None if each would lose work."""
    return min(
        (one for one in visitors if not one.has_work() or may_leave(one, checkpoints)),
        key=lambda one: (one.has_work(), bool(one.sessions), one.last_seen),
        default=None,
    )


def free_memory(
    visitors: Iterable[Visitor],
    surplus: float,
    checkpoints: Checkpoints | None,
    forget: Callable[[Visitor], None],
    above: float,
) -> bool:
    """Free about ``surplus`` bytes, and return whether that was possible.

    Absent visitors are forgotten, the largest first. If that is not enough, earlier runs and sweeps leave memory, with
    a notice: those of absent visitors, then those of the largest.

    Parameters
    ----------
    visitors : iterable of Visitor
    surplus : float
        Number of bytes to free; nothing happens if it is not positive.
    checkpoints : Checkpoints, optional
        The visitors saved on disk.
    forget : callable
        Removes a visitor from memory.
    above : float
        Visitors with at most this many bytes keep their earlier runs and sweeps.
    """
    candidates = [one for one in visitors if one.has_work()]
    candidates.sort(key=lambda one: (bool(one.sessions), -one.n_bytes(), one.last_seen))
    for visitor in candidates:
        if surplus > 0 and may_leave(visitor, checkpoints):
            surplus -= visitor.n_bytes()
            forget(visitor)
    candidates = [one for one in candidates if not one.forgotten]
    while surplus > 0 and candidates and checkpoints is not None:
        largest = min(candidates, key=lambda one: (bool(one.sessions), -one.n_bytes()))
        freed = _free_part(largest, checkpoints) if largest.n_bytes() > above else 0
        surplus -= freed
        if not freed:
            candidates.remove(largest)
    return surplus <= 0


def _free_part(visitor: Visitor, checkpoints: Checkpoints) -> int:
    """Free the visitor's earlier runs on disk, or else the sweep, with a notice; return the number of bytes freed."""
    before = visitor.n_bytes()
    if not visitor.disk_lock.acquire(blocking=False):  # a save is in progress
        return 0
    try:
        saved = saved_parts(visitor, checkpoints)
        if runs := [run.number for run in visitor.runs.runs if saved.get(run_name(run.number))]:
            for number in runs:
                visitor.runs.delete(number)
                del visitor.saved[run_name(number)]  # it is only on disk now
            visitor.freed_runs += len(runs)
            visitor.add_notice(RUNS_ON_DISK)
        elif visitor.sweep is not None and visitor.sweep.name is not None:  # the next lesson keeps the runs of the last
            _free_sweep(visitor, visitor.sweep, checkpoints)
    finally:
        visitor.disk_lock.release()
    return before - visitor.n_bytes()


def _free_sweep(visitor: Visitor, sweep: Sweep, checkpoints: Checkpoints) -> None:
    was_playing = sweep.playing
    visitor.pause_sweep()
    with suppress(OutdatedError):  # another server has saved something newer
        save(visitor, checkpoints, all_now=True)
    parts = {name: saved for name, saved in saved_parts(visitor, checkpoints).items() if is_swept(name)}
    if all(parts.values()):
        visitor.sweep = visitor.shown_sweep = None
        visitor.add_notice(SWEEP_ON_DISK)
    elif was_playing:  # the disk refused it
        sweep.play()
