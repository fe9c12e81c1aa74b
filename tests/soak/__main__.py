"""``python -m tests.soak``: use the page under stress for ten minutes, and count the results.

It prints the seed, which repeats the actions.
"""

import argparse
import random
import re
import sys
import tempfile
from pathlib import Path

from tests.soak.report import MUST_BE_ZERO
from tests.soak.soak import soak


def main() -> int:
    """Soak the page; the exit status is 1 after a failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--visitors", type=int, default=12, help="how many at a time")
    parser.add_argument("--browsers", type=int, default=2, help="how many of them in a real browser")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--patience", type=float, default=30.0, help="seconds; what takes longer is counted")
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes, {given.visitors} visitors, {given.browsers} in a browser\n")
    with tempfile.TemporaryDirectory() as folder:
        report = soak(given.seed, given.minutes * 60, given.visitors, given.browsers, Path(folder), given.patience)
        if not report.clean or report.counts["tracebacks in the server's log"]:
            print(errors_in((Path(folder) / "server.log").read_text()), file=sys.stderr)
    print("| what | count |\n|---|---|")
    for name in [*MUST_BE_ZERO, *sorted(set(report.counts) - set(MUST_BE_ZERO))]:
        print(f"| {name} | {report.counts[name]:,} |")
    for trouble in report.troubles[:60]:
        print(trouble, file=sys.stderr)
    return 0 if report.clean else 1


def errors_in(log: str) -> str:
    """Return the errors in a server's log: the surroundings of each traceback, and its end."""
    places = [place.start() for place in re.finditer("Traceback", log)][:5]
    return "\n…\n".join([*(log[max(0, place - 1000) : place + 4000] for place in places), log[-2000:]])


if __name__ == "__main__":
    sys.exit(main())
