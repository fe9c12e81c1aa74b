"""A fair queue: the next turn depends on the time that each owner's turns took; an owner's items keep their order."""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")

LEAST_S = 0.05  # seconds that a turn counts for at least, as it also costs time between turns


class Turns(Generic[Item]):
    """A queue of items by owner that shares the workers' time equally among owners, however many items each has.

    Only working time counts, not elapsed time: an owner whose worker is slow to start, or gets little of a busy
    machine, does not pay for that with later turns. The next turn goes to the owner with the fewest turns in progress.
    Ties go to the owner whose turns have taken the least time since all of them joined, then to the one whose last turn
    ended, or who joined, longest ago. This is start-time fair queueing (Goyal, Vin and Cheng, 1996).

    >>> turns = Turns()
    >>> for owner, item in [("Ada", 1), ("Ada", 2), ("Ada", 3), ("Ben", 4)]:
    ...     turns.put(owner, item)
    >>> [turns.take() for _ in range(4)]
    [('Ada', 1), ('Ben', 4), ('Ada', 2), ('Ada', 3)]
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Item]] = {}  # the owner with the longest wait comes first
        self._out: Counter[Hashable] = Counter()  # turns in progress
        self._used_s: dict[Hashable, float] = {}  # time of an owner's turns, and of others' before the owner joined
        self._now_s = 0.0  # used time of the owner of the last turn

    def __len__(self) -> int:
        """Number of waiting items."""
        return sum(map(len, self._waiting.values()))

    def put(self, owner: Hashable, item: Item) -> None:
        """Queue an item for its owner's turn."""
        if owner not in self._waiting and owner not in self._out:
            self._used_s[owner] = max(self._now_s, self._used_s.get(owner, 0.0))
        self._waiting.setdefault(owner, deque()).append(item)

    def take(self) -> tuple[Hashable, Item] | None:
        """Return the owner of the next turn and the item, or None; `ended` or `put_back` ends the turn."""
        if not self._waiting:
            return None
        owner = min(self._waiting, key=lambda owner: (self._out[owner], self._used_s[owner]))
        item = self._waiting[owner].popleft()
        if not self._waiting[owner]:
            del self._waiting[owner]
        self._out[owner] += 1
        self._now_s = max(self._now_s, self._used_s[owner])
        return owner, item

    def ended(self, owner: Hashable, seconds: float = 0.0) -> None:
        """End a turn that took ``seconds``; its owner then comes last among ties."""
        self._used_s[owner] += max(LEAST_S, seconds)
        self._end(owner)
        if owner in self._waiting:
            self._waiting[owner] = self._waiting.pop(owner)

    def charge(self, owner: Hashable, seconds: float) -> None:
        """Add work for an owner with turns, such as saving its results, to the time of its turns."""
        if owner in self._waiting or owner in self._out:
            self._used_s[owner] += seconds

    def put_back(self, owner: Hashable, item: Item) -> None:
        """Undo a turn that did not happen: its item is next again."""
        items = self._waiting.pop(owner, deque())
        items.appendleft(item)
        self._waiting = {owner: items, **self._waiting}
        self._end(owner)

    def owners(self) -> set[Hashable]:
        """Return the owners of waiting items, and of turns in progress."""
        return self._waiting.keys() | self._out.keys()

    def waiting(self) -> list[Item]:
        """Return all waiting items."""
        return [item for items in self._waiting.values() for item in items]

    def _end(self, owner: Hashable) -> None:
        self._out[owner] -= 1
        if not self._out[owner]:
            del self._out[owner]
        here = self.owners()
        self._used_s = {who: used_s for who, used_s in self._used_s.items() if who in here or used_s > self._now_s}
