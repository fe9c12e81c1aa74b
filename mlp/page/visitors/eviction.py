"""Decide whose work leaves memory when the server has too many visitors or too little memory.

Visitors who lose nothing go first, then absent ones, then present ones. Among equals,
the one with the most work goes first if memory is short, and the longest absent one if there are too many visitors.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from mlp.jobs.checkpoints import Checkpoints, OutdatedError
from mlp.page.visitors.persistence import free_saved, is_fully_saved, save
from mlp.page.visitors.visitor import Visitor

KEPT_S = 6 * 3600.0  # after a visitor was last seen
AT_REST_S = 150.0  # without an open tab, before saved work leaves memory; Streamlit's sessions are gone by then
MAX_VISITORS = 500
MAX_MB = 1000.0  # of all visitors' work together, see `Visitor.sizes`
SMALL_SHARE = 0.1
"""Share of the memory limit up to which a visitor takes precedence over the work of absent ones. Teaching the
pretrained network a second time, with its saved steps and the run before, takes 70 MB."""

_SHORT = "The server ran short of memory."
_BACK = "To get them back, close the page and return a few minutes later."
RUNS_ON_DISK = f"{_SHORT} It saved your earlier runs to disk. {_BACK}"
SWEEP_ON_DISK = f"{_SHORT} It paused your runs under “Several at once” and saved them to disk. {_BACK}"
SWEEP_DELETED = f"{_SHORT} It deleted your runs under “Several at once”. Your own run continues."
WORK_RESTORED = f"{_SHORT} Your work was saved to disk and is here again, as it was last saved."
WORK_DELETED = f"{_SHORT} It had to delete your work, which was not yet saved to disk."


def is_saved(visitor: Visitor, checkpoints: Checkpoints | None) -> bool:
    """Whether the visitor is absent and all of their work is on disk, so that forgetting them loses nothing."""
    return not visitor.sessions and checkpoints is not None and is_fully_saved(visitor, checkpoints)


def may_be_forgotten(visitor: Visitor, checkpoints: Checkpoints | None, now: float) -> bool:
    """Whether a visitor has been absent for too long, or is absent and saved on disk."""
    away_s = now - visitor.last_seen
    if away_s <= AT_REST_S or (away_s <= KEPT_S and visitor.notice is not None):
        return False
    return away_s > KEPT_S or is_saved(visitor, checkpoints)


def next_to_forget(visitors: Iterable[Visitor], checkpoints: Checkpoints | None) -> Visitor:
    """Return the visitor to forget when another one comes and there is no place left."""
    return min(
        visitors,
        key=lambda one: (one.has_work() and not is_saved(one, checkpoints), bool(one.sessions), one.last_seen),
    )


def free_memory(
    visitors: Iterable[Visitor],
    surplus: float,
    checkpoints: Checkpoints | None,
    forget: Callable[[Visitor], None],
    *,
    spared: Visitor | None = None,
    above: float = 0.0,
    expendable: Callable[[Visitor], bool] = lambda visitor: True,
) -> bool:
    """Free about ``surplus`` bytes, and return whether that was possible.

    It starts with absent visitors, the largest first. First, those whose work is on disk are forgotten. Then parts of
    visitors' work leave memory, with a notice. Only if that is not enough, all work of the other visitors does. Each is
    saved before, so only work that the disk refuses is lost.

    Parameters
    ----------
    visitors : iterable of Visitor
    surplus : float
        Number of bytes to free; nothing happens if it is not positive.
    checkpoints : Checkpoints, optional
        The visitors saved on disk.
    forget : callable
        Removes a visitor from memory.
    spared : Visitor, optional
        A visitor who keeps everything.
    above : float
        Visitors with at most this many bytes lose no parts.
    expendable : callable
        Whether all of a visitor's work may be lost, even if it is not saved.
    """

    def forget_whole(visitor: Visitor) -> int:
        n_bytes = visitor.n_bytes()
        forget(visitor)
        return n_bytes

    rules: tuple[tuple[Callable[[Visitor], bool], Callable[[Visitor], int]], ...] = (
        (lambda one: is_saved(one, checkpoints), forget_whole),
        (lambda one: one.n_bytes() > above, partial(_free_part, checkpoints)),
        (expendable, lambda one: forget_whole(_paused_and_saved(one, checkpoints))),
    )
    others = [one for one in visitors if one is not spared and one.has_work()]
    for group in ([one for one in others if not one.sessions], [one for one in others if one.sessions]):
        for may_free, free in rules:
            candidates = [one for one in group if not one.forgotten]
            while surplus > 0 and candidates:
                largest = min(candidates, key=lambda one: (-one.n_bytes(), one.last_seen))
                freed = free(largest) if may_free(largest) else 0
                surplus -= freed
                if not freed or largest.forgotten:
                    candidates.remove(largest)
    return surplus <= 0


def _free_part(checkpoints: Checkpoints | None, visitor: Visitor) -> int:
    """Free the visitor's least important part, with a notice, and return the number of bytes freed."""
    before = visitor.n_bytes()
    if checkpoints is not None and free_saved(visitor, checkpoints, sweep=False):
        visitor.add_notice(RUNS_ON_DISK)
    elif visitor.sweep is not None:
        _paused_and_saved(visitor, checkpoints, own_run=False)
        on_disk = checkpoints is not None and free_saved(visitor, checkpoints, sweep=True)
        visitor.sweep = visitor.shown_sweep = None
        visitor.add_notice(SWEEP_ON_DISK if on_disk else SWEEP_DELETED)
    return before - visitor.n_bytes()


def _paused_and_saved(visitor: Visitor, checkpoints: Checkpoints | None, *, own_run: bool = True) -> Visitor:
    """Pause a visitor's sweep, and their own run, and save all of the visitor's work; return the visitor."""
    visitor.pause_sweep()
    if own_run and visitor.job is not None and visitor.job.playing:
        visitor.paused_for_absence = True
        visitor.job.pause()
    if checkpoints is not None:
        with suppress(OutdatedError):  # another server has saved something newer
            save(visitor, checkpoints, all_now=True)
    return visitor
