"""Hold matrix products at one BLAS thread while a network computes.

numpy and scipy bring a BLAS each, and each BLAS a pool of threads that wait for work busily: where both are used in
turn, as in a step of training, the pools fight for the cores, and a step takes a hundred times as long.
"""

import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from functools import lru_cache
from itertools import product
from types import TracebackType
from typing import Any, NamedTuple

import scipy.linalg.blas  # noqa: F401  loads scipy's BLAS, so that it is among the pools whenever they are listed
from threadpoolctl import ThreadpoolController


class Pool(NamedTuple):
    """How to ask and tell a BLAS the number of its threads, which is one number for the whole process."""

    get: Callable[[], int]
    set: Callable[[int], Any]


@lru_cache(maxsize=1)
def pools() -> list[Pool]:
    """Find the pools of this process: OpenBLAS with threads of its own, or MKL.

    OpenBLAS is called directly, as a newer threadpoolctl lets one Python thread set it and overhears all others. What
    computes with OpenMP shares one pool, which fights with nobody.
    """
    found = []
    for library in ThreadpoolController().lib_controllers:
        if library.internal_api == "openblas" and library.threading_layer != "openmp":
            for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
                names = [f"{prefix}openblas_{act}_num_threads{suffix}" for act in ("get", "set")]
                if all(hasattr(library.dynlib, name) for name in names):
                    found.append(Pool(*(getattr(library.dynlib, name) for name in names)))
                    break
        elif library.internal_api == "mkl":
            found.append(Pool(library.get_num_threads, library.set_num_threads))
    return found


class OneBlasThread(ContextDecorator):
    """Holds every pool at one thread, from the first who enters to the last who leaves, in whatever Python thread.

    Then each has as many as before, unless somebody else has set another number meanwhile. Entering and leaving takes
    about a microsecond.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: list[tuple[Pool, int]] = []

    def __enter__(self) -> None:
        """Let nobody have more than one thread."""
        with self._lock:
            if not self._inside:
                # Some are left from last time if Ctrl-C came before they had their threads back.
                self._before = self._before or [(pool, n) for pool in pools() if (n := pool.get()) > 1]
                for pool, _ in self._before:
                    pool.set(1)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Give everybody the threads that they had, if nobody else is inside."""
        with self._lock:
            self._inside -= 1
            if not self._inside:
                for pool, n in self._before:
                    if pool.get() == 1:
                        pool.set(n)
                self._before = []


one_blas_thread = OneBlasThread()
