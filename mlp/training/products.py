"""Matrix products of a step, in parts that BLAS multiplies fast and always to the same bits."""

from typing import Any

import numpy as np

from mlp.blas import LONGEST, LONGEST_EVEN, blas_function

UNPACKED = 10**6
"""Largest product, in multiplications, for which OpenBLAS reads both matrices in place, in one thread. It copies larger
ones first, which for a small minibatch costs as much as multiplying."""

SMALL = 255 * UNPACKED // 100
"""Largest product, in multiplications, for which parts of that size in one thread are faster than several threads."""


class Product:
    """``out ← keep · out + factor · a @ b``, prepared once for arrays that each step overwrites.

    Parameters
    ----------
    a, b, out : float array, shapes (m, k), (k, n), (m, n)
        In C or in Fortran order, all of one type.

    Examples
    --------
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
        cost, across, along = m * k * n, n, k
        if UNPACKED < cost <= SMALL:
            if b.flags.c_contiguous:  # some of its rows are contiguous
                along = max(1, UNPACKED // (m * n))
            else:
                across = max(1, UNPACKED // (m * k))
        self._calls: list[tuple[bool, tuple[Any, ...]]] = []
        for place in cuts(n, across):
            for number, part in enumerate(sum_cuts(k, along)):
                factors = _oriented(a[:, part]), _oriented(b[part, place])
                self._calls.append((number == 0, (*factors, out[:, place])))

    def __call__(self, factor: float = 1.0, keep: float = 0.0) -> None:
        """Multiply, in one pass over ``out``."""
        for first, ((a, a_transposed), (b, b_transposed), out) in self._calls:
            self._gemm(factor, a, b, keep if first else 1.0, out, a_transposed, b_transposed, 1)


def _oriented(array: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return a matrix in Fortran order, and whether that is its transpose; BLAS copies other matrices."""
    return (array, False) if array.flags.f_contiguous else (array.T, True)


def cuts(length: int, max_length: int) -> list[slice]:
    """Return slices of a length in equal parts of at most ``max_length``.

    Examples
    --------
    >>> cuts(785, 400)
    [slice(0, 393, None), slice(393, 785, None)]
    """
    size = -(-length // -(-length // max_length))
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]


def sum_cuts(length: int, max_length: int = LONGEST_EVEN) -> list[slice]:
    """Return slices of a sum in parts of at most ``max_length``; the number of threads can't change its bits.

    Examples
    --------
    >>> sum_cuts(512), sum_cuts(500)
    ([slice(0, 512, None)], [slice(0, 256, None), slice(256, 500, None)])
    """
    max_length = min(max_length, LONGEST if length % 32 else LONGEST_EVEN)
    size = -(-length // -(-length // max_length))
    size = min(-(-size // 32) * 32, max_length)
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
