"""Matrix products of a step, in parts that BLAS multiplies fast and always to the same bits."""

from functools import lru_cache

import numpy as np

from mlp.blas import LONGEST, LONGEST_EVEN, blas_function

UNPACKED = 1_000_000
"""Largest product, in multiplications, for which OpenBLAS reads both matrices in place, in one thread. It copies larger
ones first, which takes as long as multiplying them by a narrow last layer."""

SMALL = 2_550_000
"""Largest product, in multiplications, for which parts of that size in one thread are faster than several threads."""


class Product:
    """``out ← keep · out + factor · a @ b``, prepared once for arrays that each step overwrites.

    The arrays a, b and out are (m, k), (k, n) and (m, n), in C or in Fortran order, all of one float type.

    >>> out = np.ones((1, 1))
    >>> Product(np.array([[2.0]]), np.array([[5.0]]), out)(factor=0.1, keep=3.0)
    >>> out
    array([[4.]])
    """

    def __init__(self, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
        if not out.flags.f_contiguous:  # BLAS uses Fortran order: outᵀ ← bᵀ @ aᵀ
            a, b, out = b.T, a.T, out.T
        if not out.flags.f_contiguous:  # BLAS would write to a copy
            raise ValueError(f"a product needs an array in one piece, got strides {out.strides} for {out.shape}")
        self._gemm = blas_function("gemm", out.dtype)
        (m, k), n = a.shape, b.shape[1]
        longest, places = LONGEST_EVEN, [slice(n)]
        if UNPACKED < m * k * n <= SMALL:
            if b.flags.c_contiguous:  # some of its rows are contiguous
                longest = max(1, UNPACKED // (m * n))
            else:
                places = sum_cuts(n, max(1, UNPACKED // (m * k)))
        self._parts = [
            (part.start == 0, _oriented(a[:, part]), _oriented(b[part, place]), out[:, place])
            for place in places
            for part in sum_cuts(k, longest)
        ]

    def __call__(self, factor: float = 1.0, keep: float = 0.0) -> None:
        """Multiply, and add to ``keep · out``."""
        for first, (a, a_transposed), (b, b_transposed), out in self._parts:
            self._gemm(factor, a, b, keep if first else 1.0, out, a_transposed, b_transposed, 1)


def _oriented(array: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return a matrix in Fortran order, and whether that is its transpose; BLAS copies other matrices."""
    return (array, False) if array.flags.f_contiguous else (array.T, True)


@lru_cache(maxsize=1024)
def sum_cuts(length: int, longest: int = LONGEST_EVEN) -> list[slice]:
    """Return slices of a sum in equal parts of at most ``longest``; the number of threads can't change its bits.

    >>> sum_cuts(512), sum_cuts(500)
    ([slice(0, 512, None)], [slice(0, 256, None), slice(256, 500, None)])
    """
    longest = min(longest, LONGEST if length % 32 else LONGEST_EVEN)
    size = -(-length // -(-length // longest))
    size = min(-(-size // 32) * 32, longest)
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
