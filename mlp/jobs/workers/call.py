"""Calls that workers carry out, and the errors they can end with."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

HUNG_S = 60.0
"""Longest time of a call; a slice takes half a second at most, but a worker starts slowly on a very busy machine."""


class WorkerFailure(RuntimeError):
    """The process that worked on a call died."""


class Hung(WorkerFailure):
    """The process that worked on a call took too long and was killed."""


class NotStarted(WorkerFailure):
    """The worker was lost before it began the call, so the call is not the cause and may be sent again."""


class Ending(RuntimeError):
    """No new call can begin, as the engine was closed."""


@dataclass(eq=False)
class Call:
    """A function with its arguments, the owner of the turn that it uses, and the future for its result."""

    owner: Hashable
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    future: Future[Any] = field(default_factory=Future)
