"""``python -m mlp``: see `mlp.cli.main`."""

import sys

from mlp.cli.main import program

if __name__ == "__main__":
    sys.exit(program())
