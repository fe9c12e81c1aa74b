"""``python -m mlp``: see `mlp.cli.main`."""

import sys

from mlp.cli.main import main, printing_anything

if __name__ == "__main__":
    printing_anything()
    sys.exit(main())
