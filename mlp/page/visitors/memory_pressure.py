"""Free memory when all visitors together use too much: absent visitors first, then the largest."""

from collections.abc import Callable, Iterable

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.persistence import is_all_there, put_runs_away, put_sweep_away
from mlp.page.visitors.visitor import Visitor

_SHORT = "The server ran short of memory."
_BACK = "To get them back, close the page and return a few minutes later."
RUNS_AWAY = f"{_SHORT} It saved your earlier runs to disk. {_BACK}"
SWEEP_AWAY = f"{_SHORT} It paused your runs under “Several at once” and saved them to disk. {_BACK}"
SWEEP_GONE = f"{_SHORT} It deleted your runs under “Several at once”. Your own run goes on."
WORK_BACK = f"{_SHORT} Your work was saved to disk and is here again, as it was last saved."
WORK_GONE = f"{_SHORT} It had to delete your work, which was not yet saved to disk."


def relieve(
    visitors: Iterable[Visitor],
    surplus: float,
    checkpoints: Checkpoints | None,
    forget: Callable[[Visitor], None],
    *,
    spared: Visitor | None = None,
) -> None:
    """Free about ``surplus`` bytes: absent visitors saved on disk first, then other absent ones, then the largest.

    Visitors who are present lose parts first, with a notice: earlier runs that are also on disk, then a sweep. They are
    forgotten only as a last resort, the largest first.

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
    """
    away, here = _by_size(visitors, spared)
    surplus = _forget_whom_the_disk_has(away, surplus, checkpoints, forget)
    for part in (lambda who: _give_part(who, checkpoints), lambda who: _give_all(who, forget)):
        for visitor in away:
            if surplus > 0:
                surplus -= part(visitor)
    surplus = _take_parts(here, surplus, checkpoints)
    for visitor in sorted(here, key=_least_missed):
        if surplus > 0:
            surplus -= _give_all(visitor, forget)


def make_room(
    visitors: Iterable[Visitor],
    surplus: float,
    checkpoints: Checkpoints | None,
    forget: Callable[[Visitor], None],
    asking: Visitor,
    n_bytes: float,
    *,
    given_up: Callable[[Visitor], bool] = lambda visitor: False,
) -> bool:
    """Free ``surplus`` bytes for a visitor who will have ``n_bytes``; return False if that is not possible.

    In this order: absent visitors saved on disk, parts of visitors who have more than ``n_bytes``, and absent visitors
    who may be ``given_up``, the largest first.
    """
    away, here = _by_size(visitors, asking)
    surplus = _forget_whom_the_disk_has(away, surplus, checkpoints, forget)
    surplus = _take_parts([*away, *here], surplus, checkpoints, more_than=n_bytes)
    for visitor in away:
        if surplus > 0 and given_up(visitor):
            surplus -= _give_all(visitor, forget)
    return surplus <= 0


def _by_size(visitors: Iterable[Visitor], spared: Visitor | None) -> tuple[list[Visitor], list[Visitor]]:
    """Return the absent and the present visitors who have any work, the largest first."""
    found = sorted((who for who in visitors if who is not spared and who.n_bytes()), key=_least_missed)
    return [who for who in found if not who.sessions], [who for who in found if who.sessions]


def _least_missed(visitor: Visitor) -> tuple[int, float]:
    return -visitor.n_bytes(), visitor.last_seen


def _forget_whom_the_disk_has(
    away: list[Visitor], surplus: float, checkpoints: Checkpoints | None, forget: Callable[[Visitor], None]
) -> float:
    for visitor in list(away):
        if surplus > 0 and checkpoints is not None and is_all_there(visitor, checkpoints):
            surplus -= visitor.n_bytes()
            away.remove(visitor)
            forget(visitor)
    return surplus


def _take_parts(
    visitors: list[Visitor], surplus: float, checkpoints: Checkpoints | None, *, more_than: float = 0.0
) -> float:
    """Free parts of the largest visitor while it has over ``more_than`` bytes; return the remaining surplus."""
    givers = list(visitors)
    while surplus > 0 and givers:
        largest = min(givers, key=_least_missed)
        if largest.n_bytes() <= more_than:
            break
        freed = _give_part(largest, checkpoints)
        surplus -= freed
        if not freed:
            givers.remove(largest)
    return surplus


def _give_part(visitor: Visitor, checkpoints: Checkpoints | None) -> int:
    """Free the part that a visitor misses least, leave a notice, and return the bytes freed, 0 if none."""
    before = visitor.n_bytes()
    if checkpoints is not None and put_runs_away(visitor, checkpoints):
        visitor.tell(RUNS_AWAY)
    elif visitor.sweep is not None:
        visitor.pause_sweep()
        on_disk = checkpoints is not None and put_sweep_away(visitor, checkpoints)
        visitor.sweep = visitor.shown_sweep = None
        visitor.tell(SWEEP_AWAY if on_disk else SWEEP_GONE)
    return before - visitor.n_bytes()


def _give_all(visitor: Visitor, forget: Callable[[Visitor], None]) -> int:
    n_bytes = visitor.n_bytes()
    forget(visitor)
    return n_bytes
