"""Call scipy's BLAS, and limit the threads of all BLAS while a network computes.

numpy and scipy bring a BLAS each, and each BLAS a pool of threads that wait actively for work. If both are used in
turn, as in a step of training, the pools compete for the cores, and a step takes a hundred times as long. So all pools
have one thread while a network computes, except that of a step's products, which may have more.
"""

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

LONGEST, LONGEST_EVEN = 384, 512
"""Longest sum, and longest sum of a multiple of 32 numbers: OpenBLAS adds longer ones in another order with two threads
than with one."""

P = ParamSpec("P")
R = TypeVar("R")


@lru_cache
def blas_function(name: str, dtype: np.dtype) -> Callable[..., Any]:
    """Return scipy's function of this name for float32 or float64: ``"gemm"`` is ``sgemm`` or ``dgemm``.

    scipy is imported only now, as it takes as long as everything else that `import mlp` loads.
    """
    from scipy.linalg import blas

    function: Callable[..., Any] = getattr(blas, ("s" if dtype == np.float32 else "d") + name)
    return function


def add_scaled(array: np.ndarray, factor: float, target: np.ndarray) -> None:
    """Compute ``target ← target + factor · array``, in one pass if both arrays are contiguous.

    >>> target = np.ones(2)
    >>> add_scaled(np.array([1.0, 2.0]), 10, target)
    >>> target
    array([11., 21.])
    """
    if array.flags.c_contiguous and target.flags.c_contiguous:
        blas_function("axpy", target.dtype)(array.reshape(-1), target.reshape(-1), a=factor)
    else:
        target += factor * array


class Pool(NamedTuple):
    """Functions that get and set the number of threads of a BLAS, which applies to the whole process.

    ``steps`` marks the pool of a step's products, whose bits do not depend on the number of threads.
    """

    get: Callable[[], int]
    set: Callable[[int], Any]
    steps: bool = False


@lru_cache(maxsize=1)
def pools() -> list[Pool]:
    """Return the pools of this process: OpenBLAS with its own threads, or MKL.

    OpenBLAS is called directly, as a newer threadpoolctl lets one Python thread set it and ignores all others.
    Libraries that compute with OpenMP share one pool, which competes with none.
    """
    import scipy.linalg.blas  # noqa: F401  so that its BLAS is among them

    pools = []
    for library in ThreadpoolController().lib_controllers:
        if library.internal_api == "openblas" and library.threading_layer != "openmp":
            of_scipy = any(folder.startswith("scipy") for folder in Path(library.filepath).parts[-3:-1])
            for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
                names = [f"{prefix}openblas_{act}_num_threads{suffix}" for act in ("get", "set")]
                if all(hasattr(library.dynlib, name) for name in names):
                    get, set_ = (getattr(library.dynlib, name) for name in names)
                    pools.append(Pool(get, set_, of_scipy))
                    break
        elif library.internal_api == "mkl":
            pools.append(Pool(library.get_num_threads, library.set_num_threads))
    return pools


class BlasThreads:
    """Limits the pools from the first entry to the last exit, in any Python thread.

    Then each has its previous number of threads, unless another one was set meanwhile. Entering again within a step
    changes nothing; while two Python threads are inside, each pool has one thread. Entering and leaving takes about a
    microsecond.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: dict[int, int] = {}  # number of entries of each Python thread
        self._held: list[tuple[Pool, int]] = []  # with their previous numbers
        self._set_to: list[int] = []

    def enter(self, n: int) -> None:
        """Limit all pools to one thread, except the products of a step to ``n``."""
        me = threading.get_ident()
        with self._lock:
            if not self._inside:
                if not self._held:  # otherwise Ctrl-C came before they were restored
                    self._held = [(pool, pool.get()) for pool in pools()]
                    self._set_to = [before for _, before in self._held]
                self._set_pools(n)
            elif me not in self._inside:
                self._set_pools(1)
            self._inside[me] = self._inside.get(me, 0) + 1

    def leave(self) -> None:
        """Restore all numbers of threads, if no other thread is inside."""
        me = threading.get_ident()
        with self._lock:
            self._inside[me] -= 1
            if not self._inside[me]:
                del self._inside[me]
            if not self._inside:
                for (pool, before), set_to in zip(self._held, self._set_to, strict=True):
                    if before != set_to and pool.get() == set_to:
                        pool.set(before)
                self._held = []

    def held_here(self) -> bool:
        """Whether this Python thread is inside, so that nothing needs setting; needs no lock."""
        return threading.get_ident() in self._inside

    def _set_pools(self, n: int) -> None:
        for place, (pool, _) in enumerate(self._held):
            wanted = n if pool.steps else 1
            if self._set_to[place] != wanted:
                self._set_to[place] = wanted
                pool.set(wanted)


held = BlasThreads()
"""The only one of this process."""


class blas_threads:
    """Limit every pool to one thread, and that of a step's products to ``n``; within another such block, do nothing.

    A context manager, and a decorator of functions.
    """

    def __init__(self, n: int) -> None:
        self._n = n

    def __enter__(self) -> None:
        """Limit the pools."""
        held.enter(self._n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Restore all numbers of threads, if no other thread is inside."""
        held.leave()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Return a function that computes within such a block."""

        @wraps(function)
        def within(*args: P.args, **kwargs: P.kwargs) -> R:
            if held.held_here():
                return function(*args, **kwargs)
            with self:
                return function(*args, **kwargs)

        return within


one_blas_thread = blas_threads(1)


@lru_cache(maxsize=1)
def same_bits() -> bool:
    """Whether a step's products have the same bits for any number of threads with this BLAS, by trying.

    OpenBLAS 0.3.30 has them with its kernels for AVX-512, and with those for Haswell on some processors only.
    """
    mine = [pool for pool in pools() if pool.steps]
    gemm, before = blas_function("gemm", np.dtype(np.float32)), [pool.get() for pool in mine]
    draw = np.random.default_rng(0)
    made: list[list[bytes]] = [[], []]
    for m, k, n in ((512, LONGEST, 32), (100, LONGEST, 128), (512, LONGEST, 392)):
        a, b = (np.asfortranarray(draw.standard_normal(shape), np.float32) for shape in ((m, k), (k, n)))
        for threads, products in enumerate(made, start=1):
            for pool in mine:
                pool.set(threads)
            products.append(gemm(1.0, a, b).tobytes())
    for pool, number in zip(mine, before, strict=True):
        pool.set(number)
    return bool(mine) and made[0] == made[1]
