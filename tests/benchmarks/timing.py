"""Fair timings on a machine that does other things too: everything in turn, medians, and the machine named."""

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
    """Seconds that each contender takes by a clock, ``rounds`` times, one after the other within each round.

    What slows the machine down for a while slows all of them, so their ratios within a round stay true. Processor time
    is what one thread's work takes on an idle core; waiting for other programs is not counted. Where several threads
    work, `time.perf_counter` tells. A first round warms up and is not counted either.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(rounds + 1):
        for name, run in contenders.items():
            start = clock()
            run()
            took = clock() - start
            if round_number:
                seconds[name].append(took)
    return seconds


def median_ratio(seconds: Sequence[float], reference: Sequence[float]) -> float:
    """Median over the rounds of how many times as long this took as the reference in the same round."""
    return statistics.median(one / other for one, other in zip(seconds, reference, strict=True))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, numbers to the right, each row as soon as it is known."""
    align = ["---"] + ["---:"] * (len(header) - 1)
    for row in itertools.chain([header, align], rows):
        print(f"| {' | '.join(row)} |", flush=True)


def machine(*packages: str) -> str:
    """Name the processor, its cores, the load, Python, the BLAS of numpy and the packages measured, in one line."""
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
