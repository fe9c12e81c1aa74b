"""``python -m tests.siege``: attack every entrance of a page during a class, and print a table."""

import argparse
import importlib.util
import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import machine
from tests.browser.caddy import PROGRAM
from tests.siege import hour
from tests.siege.attacks import ATTACKS
from tests.siege.pupil import NO_ANSWER
from tests.siege.row import HEADER, line
from tests.siege.siege import besiege


def main() -> int:
    """Attack the page; the exit status is 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.siege", description=__doc__)
    parser.add_argument("--only", choices=list(ATTACKS), action="append", help="run only this attack; may be repeated")
    parser.add_argument("--minutes", type=float, default=1.0, help="length of each attack")
    parser.add_argument("--back", type=float, default=5.0, help="minutes within which memory must recover")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument(
        "--hour", action="store_true", help="instead, thirty visitors for an hour, like tests.siege.hour"
    )
    if "--hour" in sys.argv:
        return hour.main([argument for argument in sys.argv[1:] if argument != "--hour"])
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes each; {machine('numpy', 'streamlit')}\n")
    print(f"{line(HEADER)}\n{line(['---', *['---:'] * 7, '---'])}", flush=True)
    missed = False
    for name in given.only or ATTACKS:
        attack = ATTACKS[name]
        if attack.needs and importlib.util.find_spec(attack.needs) is None:
            print(f"{attack.title}: left out, as {attack.needs} is not installed", file=sys.stderr)
            continue
        if attack.proxied and PROGRAM is None:
            print(f"{attack.title}: left out, as the program caddy is not installed", file=sys.stderr)
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                row = besiege(attack, given.seed, given.minutes * 60, given.back * 60, Path(folder))
        except NO_ANSWER as error:
            print(
                f"{name}: the class could not open the page, {error or type(error).__name__}",
                file=sys.stderr,
                flush=True,
            )
            missed = True
            continue
        print(line(row.cells()), flush=True)
        for note in row.notes:
            print(f"{name}: {note}", file=sys.stderr, flush=True)
        missed = missed or bool(row.missed())
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
