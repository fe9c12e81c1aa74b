"""Workers without a process, for tests of the engine."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from mlp.jobs.workers.call import WorkerFailure
from tests.jobs.waiting import wait_until


class InThread:
    """Carries out calls in the thread of its slot."""

    ended = False
    worked_s = starved_s = 0.0

    def carry_out(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    def kill(self) -> None:
        """Do nothing: a thread cannot be killed."""

    def close(self) -> None:
        """Do nothing, likewise."""


class ManualWorkers:
    """Workers whose calls are answered when the test decides; `one` starts another one."""

    def __init__(self) -> None:
        self.calls: list[tuple[Future[Any], Callable[[], Any], tuple[Any, ...]]] = []
        self.worked_s = self.starved_s = 0.0

    def answer(self) -> None:
        """Carry out the oldest call, after waiting for one."""
        wait_until(lambda: self.calls)
        future, act, _ = self.calls.pop(0)
        future.set_result(act())

    def one(self) -> "ManualWorker":
        return ManualWorker(self)


class ManualWorker:
    """One of `ManualWorkers`."""

    ended = False

    def __init__(self, workers: ManualWorkers) -> None:
        self._workers = workers
        self._future: Future[Any] = Future()

    @property
    def worked_s(self) -> float:
        return self._workers.worked_s

    @property
    def starved_s(self) -> float:
        return self._workers.starved_s

    def carry_out(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self._future = Future()
        self._workers.calls.append((self._future, lambda: function(*args, **kwargs), args))
        return self._future.result()

    def kill(self) -> None:
        if not self._future.done():
            self._future.set_exception(WorkerFailure("it was killed"))

    def close(self) -> None:
        self.kill()
