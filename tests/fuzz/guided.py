"""``python -m tests.fuzz.guided "weight files"``: search for faults with atheris, guided by the code it reaches.

Needs ``pip install atheris``, which exists only for Linux. Options after the kind's name go to libFuzzer:
``-runs=100000 -seed=1``.
"""

import random
import sys
import tempfile
from pathlib import Path

N_EXAMPLES = 50


def main() -> None:
    """Fuzz one kind of input until stopped, or for ``-runs``."""
    import atheris

    with atheris.instrument_imports(include=["mlp", "PIL", "safetensors"]):
        from tests.fuzz.targets import INPUTS

    kind = next(kind for kind in INPUTS if kind.name == sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for number in range(N_EXAMPLES):
            (Path(folder) / str(number)).write_bytes(kind.make(random.Random(number)))
        options = ["-max_len=100000", "-timeout=5", "-rss_limit_mb=1000", *sys.argv[2:], folder]
        atheris.Setup([sys.argv[0], *options], kind.read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
