"""``python -m tests.fuzz``: damage many files, and count the results.

Each must be answered or refused in words, within 5 s and 500 MB. Every example follows from the seed that is printed,
the name of its door and its number: ``--only "weight files" --first 1234 --count 1`` does one of them again.
"""

import argparse
import multiprocessing
import random
import sys

from tests.fuzz.targets import DOORS
from tests.fuzz.trial import fuzz_door

SHOWN = 5


def main() -> int:
    """Fuzz all doors; the exit status is 1 after a fault."""
    names = [door.name for door in DOORS]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many, of all doors together")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", choices=names, help="one door")
    parser.add_argument("--first", type=int, default=0, help="number of the first example")
    options = parser.parse_args()
    names = [options.only] if options.only else names
    weights = {door.name: door.weight for door in DOORS if door.name in names}
    print(f"seed {options.seed}\n")
    print("| door | examples | answered | refused | faults | slowest | memory |")
    print("|---|---|---|---|---|---|---|")
    faults: list[str] = []
    context = multiprocessing.get_context("spawn")
    for name in names:
        count = max(1, round(options.count * weights[name] / sum(weights.values())))
        results = context.Queue()
        process = context.Process(target=fuzz_door, args=(name, options.seed, options.first, count, results))
        process.start()
        while process.is_alive() and results.empty():
            process.join(0.1)
        if results.empty():
            faults.append(f"{name}: the process ended with {process.exitcode}")
            continue
        counts, slowest, grown, found = results.get()
        process.join()
        faults += found
        print(
            f"| {name} | {counts.total():,} | {counts['answered']:,} | {counts['refused']:,} | {counts['faults']:,} "
            f"| {slowest * 1000:.0f} ms | {grown:.0f} MB |",
            flush=True,
        )
    for fault in faults[:SHOWN]:
        print(f"\n{fault}")
    print(f"\n{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
