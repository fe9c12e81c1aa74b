"""``python -m mlp`` and ``inkling``: see `mlp.cli.main`."""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130  # the shell's status after Ctrl-C


def _end(number: int, frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


# The imports take most of a second, in which Ctrl-C would print a traceback.
before = signal.getsignal(signal.SIGINT)
if before is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end)
try:
    from mlp.cli.main import inkling as inkling
    from mlp.cli.main import program
finally:
    signal.signal(signal.SIGINT, before)

if __name__ == "__main__":
    sys.exit(program())
