"""``python -m tests.fuzz``: damage many files, and count the results.

Each must be answered, or refused with a reason, within 5 s and 500 MB. Every example follows from the printed seed,
its kind and its number: ``--only "weight files" --first 1234 --count 1`` repeats one of them.
"""

import argparse
import multiprocessing
import random
import sys

from tests.fuzz.targets import INPUTS
from tests.fuzz.trial import fuzz_kind

SHOWN = 5


def main() -> int:
    """Fuzz all kinds of input; the exit status is 1 after a fault."""
    names = [kind.name for kind in INPUTS]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="number of examples of all kinds together")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", choices=names, help="only this kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first example")
    options = parser.parse_args()
    names = [options.only] if options.only else names
    weights = {kind.name: kind.weight for kind in INPUTS if kind.name in names}
    print(f"seed {options.seed}\n")
    print("| kind | examples | answered | refused | faults | slowest | memory |")
    print("|---|---|---|---|---|---|---|")
    faults: list[str] = []
    context = multiprocessing.get_context("spawn")
    for name in names:
        count = max(1, round(options.count * weights[name] / sum(weights.values())))
        results = context.Queue()
        process = context.Process(target=fuzz_kind, args=(name, options.seed, options.first, count, results))
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
