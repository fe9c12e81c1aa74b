"""Matrix products of a step, in parts that BLAS always adds up to the same bits."""

import numpy as np

from mlp.blas import LONGEST, LONGEST_EVEN, blas_function

SMALL = 2_550_000
"""Largest product, in multiplications, for which one thread is faster than several."""


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
        self._out = out
        self._parts = [(_oriented(a[:, part]), _oriented(b[part])) for part in sum_cuts(a.shape[1])]

    def __call__(self, factor: float = 1.0, keep: float = 0.0) -> None:
        """Multiply, and add to ``keep · out``."""
        for (a, a_transposed), (b, b_transposed) in self._parts:
            self._gemm(factor, a, b, keep, self._out, a_transposed, b_transposed, 1)
            keep = 1.0


def _oriented(array: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return a matrix in Fortran order, and whether that is its transpose; BLAS copies other matrices."""
    return (array, False) if array.flags.f_contiguous else (array.T, True)


def sum_cuts(length: int) -> list[slice]:
    """Return slices of a sum in equal parts, so short that the number of threads can't change its bits.

    Examples
    --------
    >>> sum_cuts(512), sum_cuts(500)
    ([slice(0, 512, None)], [slice(0, 256, None), slice(256, 500, None)])
    """
    max_length = LONGEST if length % 32 else LONGEST_EVEN
    size = -(-length // -(-length // max_length))
    size = min(-(-size // 32) * 32, max_length)
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
