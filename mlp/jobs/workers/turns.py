"""Choose whose call is worked on next: turns go by owner and by the time they took, an owner's calls by arrival."""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")

LEAST_S = 0.25  # seconds that a turn counts for until it has ended; a slice of a run is meant to take so long


class Turns(Generic[Item]):
    """A queue of items by owner: the time of the workers is shared equally among owners, however many calls each has.

    It is the time that they work that counts, not the time that goes by: who gets a worker that has yet to start,
    beside busy programs, is not made to pay for that with later turns. The next turn is that of the owner with the
    fewest calls being worked on; among equals, of the one whose turns have taken least time, from when all of them were
    there; then of the one whose last turn ended, or who came, longest ago.
    This is start-time fair queueing (Goyal, Vin and Cheng, 1996).

    Examples
    --------
    >>> turns = Turns()
    >>> for owner, item in [("Ada", 1), ("Ada", 2), ("Ada", 3), ("Ben", 4)]:
    ...     turns.put(owner, item)
    >>> [turns.take() for _ in range(4)]
    [('Ada', 1), ('Ben', 4), ('Ada', 2), ('Ada', 3)]
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Item]] = {}  # who has waited longest for a turn comes first
        self._out: Counter[Hashable] = Counter()  # turns that were taken and have not ended
        self._used_s: dict[Hashable, float] = {}  # time of an owner's turns, and of others' before the owner came
        self._now_s = 0.0  # what the owner of the last turn had used

    def __len__(self) -> int:
        """How many items wait."""
        return sum(map(len, self._waiting.values()))

    def put(self, owner: Hashable, item: Item) -> None:
        """Add an item, which waits for its owner's turn."""
        if owner not in self._waiting and owner not in self._out:
            self._used_s[owner] = max(self._now_s, self._used_s.get(owner, 0.0))
        self._waiting.setdefault(owner, deque()).append(item)

    def take(self, *, most_out: int | None = None) -> tuple[Hashable, Item] | None:
        """Give the next item with its owner, whose turn it is until `ended` or `put_back`; None if there is none.

        With ``most_out``, only owners with at most so many turns that have not ended are asked.
        """
        owner = min(self._waiting, key=lambda owner: (self._out[owner], self._used_s[owner]), default=None)
        if not self._waiting or (most_out is not None and self._out[owner] > most_out):
            return None
        item = self._waiting[owner].popleft()
        self._drop_if_empty(owner)
        self._out[owner] += 1
        self._now_s = max(self._now_s, self._used_s[owner])
        self._used_s[owner] += LEAST_S
        return owner, item

    def ended(self, owner: Hashable, seconds: float = 0.0) -> None:
        """End a turn that took so many seconds; among equals its owner comes last from now on."""
        self._used_s[owner] += max(0.0, seconds - LEAST_S)
        self._end(owner)
        if owner in self._waiting:
            self._waiting[owner] = self._waiting.pop(owner)

    def put_back(self, owner: Hashable, item: Item) -> None:
        """Take back a turn that did not happen: its item is the next one again."""
        self._used_s[owner] -= LEAST_S
        items = self._waiting.pop(owner, deque())
        items.appendleft(item)
        self._waiting = {owner: items, **self._waiting}
        self._end(owner)

    def discard(self, owner: Hashable, item: Item) -> bool:
        """Remove an item if it waits, and tell whether it did."""
        if item not in self._waiting.get(owner, ()):
            return False
        self._waiting[owner].remove(item)
        self._drop_if_empty(owner)
        return True

    def waiting(self) -> list[Item]:
        """Give all items that wait."""
        return [item for items in self._waiting.values() for item in items]

    def _end(self, owner: Hashable) -> None:
        self._out[owner] -= 1
        if not self._out[owner]:
            del self._out[owner]
        here = self._waiting.keys() | self._out.keys()
        self._used_s = {who: used_s for who, used_s in self._used_s.items() if who in here or used_s > self._now_s}

    def _drop_if_empty(self, owner: Hashable) -> None:
        if not self._waiting[owner]:
            del self._waiting[owner]
