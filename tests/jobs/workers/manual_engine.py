"""An engine without workers: the test decides when each call is answered."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Call = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class ManualEngine:
    """An engine that queues calls without carrying them out.

    With ``starts_calls``, calls count as started at once and cannot be canceled. ``owners`` has those of all calls.
    """

    trouble: str | None = None

    def __init__(self, *, starts_calls: bool = False) -> None:
        self._starts_calls = starts_calls
        self.calls: list[Call] = []
        self.owners: set[Hashable] = set()

    def submit(self, owner: Hashable, function: Callable[..., Any], *args: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._starts_calls:
            future.set_running_or_notify_cancel()
        self.calls.append((future, function, args, keywords))
        self.owners.add(owner)
        return future

    def charged(self, owner: Hashable) -> AbstractContextManager[None]:
        self.owners.add(owner)
        return nullcontext()

    def n_others(self, owner: Hashable) -> int:
        return len(self.owners - {owner})

    def spare_threads(self) -> int:
        return 1

    def load(self) -> tuple[int, int]:
        return len(self.calls), 1

    def answer(self, **bounds: Any) -> None:
        """Carry out the oldest call that was not canceled, with other keyword arguments."""
        future, function, args, keywords = self._oldest()
        future.set_result(function(*args, **{**keywords, **bounds}))

    def fail(self, error: Exception) -> None:
        """Fail the oldest call that was not canceled with an error."""
        self._oldest()[0].set_exception(error)

    def _oldest(self) -> Call:
        self.calls = [call for call in self.calls if not call[0].cancelled()]
        return self.calls.pop(0)
