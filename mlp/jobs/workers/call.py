"""A call that workers are asked to carry out, and the ways in which it can fail."""

import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import BrokenExecutor, Future, InvalidStateError
from contextlib import suppress
from typing import Any

HUNG_S = 60.0
"""How long a call may take; a slice takes a quarter of a second, but a worker starts slowly on a very busy machine."""


class WorkerFailure(BrokenExecutor):
    """The process that worked on a call died."""


class Hung(WorkerFailure):
    """The process that worked on a call took too long, and was ended."""


class NotStarted(WorkerFailure):
    """The worker was gone before it had begun, so that the call is not the cause and may be sent again."""


class Ending(RuntimeError):
    """No call can begin any more: the engine was closed, or the program is about to end."""


class Call:
    """A function with its arguments, the owner whose turn it takes, and the future that its caller holds."""

    def __init__(
        self, owner: Hashable, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.owner = owner
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.future: Future[Any] = Future()

    def when_cancelled(self, forget: Callable[["Call"], None]) -> None:
        """Have the call handed to a function once its future is cancelled.

        The future holds it weakly: arguments and result are megabytes of weights, which would else stay in a circle
        until Python looks for such.
        """
        reference = weakref.ref(self)

        def look(future: Future[Any]) -> None:
            call = reference()
            if call is not None and future.cancelled():
                forget(call)

        self.future.add_done_callback(look)

    def succeed(self, result: Any) -> None:
        """Give the result to the future, unless it was cancelled or has its outcome."""
        with suppress(InvalidStateError):
            self.future.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Raise the error from the future, unless it was cancelled or has its outcome."""
        with suppress(InvalidStateError):
            self.future.set_exception(error)

    def settle(self, other: Future[Any]) -> None:
        """Give the future the outcome of another one, which is done."""
        if other.cancelled():
            self.fail(WorkerFailure("its executor was shut down"))
        elif error := other.exception():
            self.fail(error)
        else:
            self.succeed(other.result())
