"""``python -m mlp``: see `mlp.cli.main`."""

import io
import sys

from mlp.cli.main import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe on Windows may know no −, and that must stop nothing
    sys.exit(main())
