"""Free memory when visitors together have too much: first of those who are away, then of the largest."""

from collections.abc import Callable, Iterable

from mlp.jobs.checkpoints import Checkpoints
from mlp.page.visitors.persistence import is_all_there, put_runs_away, put_sweep_away
from mlp.page.visitors.visitor import Visitor

_SHORT = "The server was short of memory:"
_BACK = "on its disk, to be there again when you come back some minutes after you closed the page."
RUNS_AWAY = f"{_SHORT} your earlier runs were put away {_BACK}"
SWEEP_AWAY = f"{_SHORT} what you had under “Several at once” was paused and put away {_BACK}"
SWEEP_GONE = f"{_SHORT} what you had under “Several at once” was stopped and is gone. Your own run goes on."
WORK_BACK = f"{_SHORT} what you had here was put away. Here it is as the disk last had it."
WORK_GONE = f"{_SHORT} what you had here had to go, and its disk had not taken it."


def relieve(
    visitors: Iterable[Visitor],
    surplus: float,
    checkpoints: Checkpoints | None,
    forget: Callable[[Visitor], None],
    *,
    spared: Visitor | None = None,
) -> None:
    """Free about ``surplus`` bytes: first visitors away and on disk, then others away, then the largest who are here.

    Of visitors who are here, parts go first: earlier runs that are on disk too, then a sweep; they are told so. Whole
    visitors go last, the largest first.

    Parameters
    ----------
    visitors : iterable of Visitor
    surplus : float
        How many bytes there are too many; nothing happens where there are none.
    checkpoints : Checkpoints, optional
        What may be on disk.
    forget : callable
        Lets go of a visitor.
    spared : Visitor, optional
        Who gives nothing.
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
    """Free ``surplus`` bytes for a visitor who will have ``n_bytes``; False if that is not possible.

    First go visitors who lose nothing by it, then parts of visitors who have more than that; at last visitors who are
    away and may be ``given_up``, the largest first.
    """
    away, here = _by_size(visitors, asking)
    surplus = _forget_whom_the_disk_has(away, surplus, checkpoints, forget)
    surplus = _take_parts([*away, *here], surplus, checkpoints, more_than=n_bytes)
    for visitor in away:
        if surplus > 0 and given_up(visitor):
            surplus -= _give_all(visitor, forget)
    return surplus <= 0


def _by_size(visitors: Iterable[Visitor], spared: Visitor | None) -> tuple[list[Visitor], list[Visitor]]:
    """Split visitors who have something into those away and those here, the largest first."""
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
    """Free parts of the largest visitor, while it has more than ``more_than``; give the surplus that is left."""
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
    """Free the part that a visitor misses least, and tell them; give the bytes that it freed, 0 if there is none."""
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
