"""Decide whether a slice that failed is tried again or the run stops, and say why in words for a person."""

import logging

from mlp.jobs.workers.call import Hung, WorkerFailure

MAX_FAILURES = 12  # of a worker in a row, on the same slice, before the run is given up
MAX_HANGS = 3  # the same for workers that had to be killed, as each costs a minute

log = logging.getLogger(__name__)


class Failures:
    """The failures of one run; its methods are called with the lock of the run's job held.

    Attributes
    ----------
    reason : str or None
        Why the run had to stop, in words for a person.
    lost_workers : int
        How many the run has lost so far; each slice was done again.
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self.lost_workers = 0
        self._in_a_row = 0

    def forgive(self) -> None:
        """Forget what went wrong, so that the slice is tried again from where the run stood before it."""
        self.reason = None
        self._in_a_row = 0

    def end_row(self) -> None:
        """Count anew from here: a slice has come back."""
        self._in_a_row = 0

    def add(self, error: Exception, step: int) -> None:
        """Note the error that a slice from this step ended with; `reason` then says whether the run has to stop."""
        if isinstance(error, WorkerFailure):
            self._lose_worker(error, step)
        elif isinstance(error, MemoryError):
            self.give_up(
                "This run needs more memory than the server gives to one: try a smaller network or batch.", error, step
            )
        elif isinstance(error, FileNotFoundError):
            self.give_up("The images that this run was training on are no longer there.", error, step)
        else:
            self.give_up("The training stopped because of an error, which the server's log describes.", error, step)

    def give_up(self, reason: str, error: Exception, step: int) -> None:
        """Let the run stop until it is asked to go on again: the page gets the reason in words, the log the cause."""
        log.error("%s (step %d)", reason, step, exc_info=error)
        self.reason = reason

    def _lose_worker(self, error: WorkerFailure, step: int) -> None:
        """Let the slice be done again, unless it has cost too many workers already."""
        self.lost_workers += 1
        self._in_a_row += MAX_FAILURES // MAX_HANGS if isinstance(error, Hung) else 1
        cause = str(error).partition("\n")[0]
        log.warning("a worker was lost, and its slice is done again from step %d: %s", step, cause)
        if self._in_a_row >= MAX_FAILURES:
            self.give_up(
                f"The process that trains this run died or hung again and again at step {step:,}, perhaps for lack of "
                "memory: try a smaller network or batch.",
                error,
                step,
            )
