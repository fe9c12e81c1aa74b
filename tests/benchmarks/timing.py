"""Tables of benchmarks, with the machine that they were measured on."""

import itertools
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import threadpoolctl


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
