"""Try many damaged examples of one kind, in a separate process."""

import logging
import multiprocessing
import random
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from contextlib import suppress

from mlp.page.visitors.engine import engine
from tests.fuzz.targets import INPUTS

MAX_S = 5.0
MAX_MB = 500.0


def peak_mb() -> float:
    """Return the peak memory of this process."""
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def fuzz_kind(name: str, seed: int, first: int, count: int, results: "multiprocessing.Queue") -> None:
    """Read ``count`` damaged examples in a separate process, and report counts, extremes and faults."""
    warnings.simplefilter("ignore")  # Pillow warns of broken metadata
    logging.disable()
    kind = next(kind for kind in INPUTS if kind.name == name)
    counts: Counter[str] = Counter()
    faults: list[str] = []
    slowest = 0.0
    base = peak_mb()
    with suppress(Exception):  # not counted: it imports what the kind needs
        kind.read(kind.make(random.Random(f"{seed} {name} before")))
    for number in range(first, first + count):
        data = kind.make(random.Random(f"{seed} {name} {number}"))
        began = time.perf_counter()
        try:
            outcome = "answered" if kind.read(data) else "refused"
        except BaseException:
            outcome = "faults"
            faults.append(f"{name} {number}: {traceback.format_exc(limit=-3)}")
        elapsed = time.perf_counter() - began
        slowest = max(slowest, elapsed)
        if elapsed > MAX_S:
            faults.append(f"{name} {number}: took {elapsed:.1f} s")
        counts[outcome] += 1
    engine().close()  # some kinds start runs
    grown = peak_mb() - base
    if grown > MAX_MB:
        faults.append(f"{name}: took {grown:.0f} MB")
    results.put((counts, slowest, grown, faults))
