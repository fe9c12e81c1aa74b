"""Whether a failed slice is retried or stops its run, and the reason as text for visitors."""

import logging

from mlp.jobs.workers.call import Hung, WorkerFailure

MAX_FAILURES = 12  # failed workers in a row, on the same slice, before the run stops
MAX_HANGS = 3  # the same for workers that hung, as each of those costs a minute

log = logging.getLogger(__name__)


class Failures:
    """The failures of one run; call its methods with the job's lock held.

    Attributes
    ----------
    reason : str or None
        Why the run had to stop, as text for visitors.
    lost_workers : int
        Workers lost so far; each slice was repeated.
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self.lost_workers = 0
        self._in_a_row = 0

    def reset(self) -> None:
        """Forget the failures, so that the slice is retried from its start."""
        self.reason = None
        self._in_a_row = 0

    def end_row(self) -> None:
        """Reset the counts of failures in a row, after a successful slice."""
        self._in_a_row = 0

    def add(self, error: Exception, step: int) -> None:
        """Record the error of a slice that started at this step; `reason` is then set if the run has to stop."""
        if isinstance(error, WorkerFailure):
            self._worker_lost(error, step)
        elif isinstance(error, MemoryError):
            self.give_up(
                "This run needs more memory than the server allows one run: try a smaller network or batch.",
                error,
                step,
            )
        elif isinstance(error, FileNotFoundError):
            self.give_up("The images that this run was training on are no longer there.", error, step)
        else:
            self.give_up("The training stopped because of an error, which the server's log describes.", error, step)

    def give_up(self, reason: str, error: Exception, step: int) -> None:
        """Stop the run until the visitor resumes it: the page shows the reason, the log has the cause."""
        log.error("%s (step %d)", reason, step, exc_info=error)
        self.reason = reason

    def _worker_lost(self, error: WorkerFailure, step: int) -> None:
        """Retry the slice, unless it has cost too many workers."""
        self.lost_workers += 1
        self._in_a_row += MAX_FAILURES // MAX_HANGS if isinstance(error, Hung) else 1
        cause = str(error).partition("\n")[0]
        log.warning("a worker was lost, and its slice is repeated from step %d: %s", step, cause)
        if self._in_a_row >= MAX_FAILURES:
            self.give_up(
                f"The process that trains this run repeatedly died or hung at step {step:,}, perhaps for lack of "
                "memory: try a smaller network or batch.",
                error,
                step,
            )
