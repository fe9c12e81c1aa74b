"""Choose whose call is worked on next: turns go by owner, an owner's calls by order of arrival."""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """What waits, by owner, so that many calls of one owner take no more turns than one call of another.

    The next turn is that of the owner with the fewest calls being worked on; among equals, of the one whose last turn
    ended, or who came, longest ago.

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

    def __len__(self) -> int:
        """How many items wait."""
        return sum(map(len, self._waiting.values()))

    def put(self, owner: Hashable, item: Item) -> None:
        """Let an item wait for its owner's turn."""
        self._waiting.setdefault(owner, deque()).append(item)

    def take(self, *, most_out: int | None = None) -> tuple[Hashable, Item] | None:
        """Give the next item with its owner, whose turn it is until `ended` or `put_back`; None if there is none.

        With ``most_out``, only owners with at most so many turns that have not ended are asked.
        """
        owner = min(self._waiting, key=self._out.__getitem__, default=None)
        if not self._waiting or (most_out is not None and self._out[owner] > most_out):
            return None
        item = self._waiting[owner].popleft()
        self._drop_if_empty(owner)
        self._out[owner] += 1
        return owner, item

    def ended(self, owner: Hashable) -> None:
        """End a turn: its owner now is the one who waits for the shortest time."""
        self._end(owner)
        if owner in self._waiting:
            self._waiting[owner] = self._waiting.pop(owner)

    def put_back(self, owner: Hashable, item: Item) -> None:
        """Take a turn back that came to nothing: the item is the next one again."""
        self._end(owner)
        items = self._waiting.pop(owner, deque())
        items.appendleft(item)
        self._waiting = {owner: items, **self._waiting}

    def discard(self, owner: Hashable, item: Item) -> bool:
        """Let an item go, if it waits; tell whether it did."""
        if item not in self._waiting.get(owner, ()):
            return False
        self._waiting[owner].remove(item)
        self._drop_if_empty(owner)
        return True

    def waiting(self) -> list[Item]:
        """Give all that waits."""
        return [item for items in self._waiting.values() for item in items]

    def _end(self, owner: Hashable) -> None:
        self._out[owner] -= 1
        if not self._out[owner]:
            del self._out[owner]

    def _drop_if_empty(self, owner: Hashable) -> None:
        if not self._waiting[owner]:
            del self._waiting[owner]
