"""Fair timings on a busy machine: contenders take turns, results are medians, and the machine is named."""

import itertools
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import threadpoolctl


def in_turn(
    contenders: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, list[float]]:
    """Return the seconds of each contender by a clock, in ``rounds`` rounds in which they take turns.

    A slow phase of the machine slows all of them, so their ratios within a round stay true. Processor time
    is what one thread's work takes on an idle core; waiting for other programs is not counted. For several threads,
    use `time.perf_counter`. A first round warms up and is not counted either.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(rounds + 1):
        for name, run in contenders.items():
            start = clock()
            run()
            elapsed = clock() - start
            if round_number:
                seconds[name].append(elapsed)
    return seconds


def median_ratio(seconds: Sequence[float], reference: Sequence[float]) -> float:
    """Return the median, over the rounds, of the ratio to the reference in the same round."""
    return statistics.median(one / other for one, other in zip(seconds, reference, strict=True))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table with numbers aligned right, each row as soon as it is measured."""
    align = ["---"] + ["---:"] * (len(header) - 1)
    for row in itertools.chain([header, align], rows):
        print(f"| {' | '.join(row)} |", flush=True)


def machine(*packages: str) -> str:
    """Return a line with the processor, its cores, the load, Python, numpy's BLAS and the measured packages."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    blas = sorted({f"{info['internal_api']} {info['version']}" for info in threadpoolctl.threadpool_info()})
    load = f"load {os.getloadavg()[0]:.1f} at the start, " if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {load}{platform.system()}, Python {platform.python_version()}, "
        f"{', '.join(found)}{'; ' + ', '.join(blas) if blas else ''}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
