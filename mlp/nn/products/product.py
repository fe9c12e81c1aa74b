"""Matrix products of a step, all by one BLAS, cut into parts that it multiplies fast."""

import numpy as np

from mlp.nn.blas import blas_function

UNPACKED = 10**6
"""Up to so many multiplications a product, OpenBLAS reads both matrices where they lie, in one thread, instead of
copying them first, which for a small minibatch costs as much as multiplying."""

SMALL = 255 * UNPACKED // 100
"""Up to so many in a layer, parts of that size in one thread are faster than the whole with several."""

LONGEST = 512
"""Numbers in a sum, at most: OpenBLAS adds longer sums up in another order with two threads than with one."""


class Product:
    """``out ← keep · out + factor · a @ b``, prepared once for arrays that each step writes anew.

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

    __slots__ = ("_a", "_a_transposed", "_b", "_b_transposed", "_filled", "_gemm", "_out")

    def __init__(self, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
        if not out.flags.f_contiguous:  # BLAS thinks in Fortran order: outᵀ ← bᵀ @ aᵀ
            a, b, out = b.T, a.T, out.T
        if not out.flags.f_contiguous:  # BLAS would write to a copy
            raise ValueError(f"a product needs an array in one piece, got strides {out.strides} for {out.shape}")
        self._gemm = blas_function("gemm", out.dtype)
        self._a_transposed, self._b_transposed = not a.flags.f_contiguous, not b.flags.f_contiguous
        self._a = a.T if self._a_transposed else a
        self._b = b.T if self._b_transposed else b
        self._out = out
        self._filled = out.size > 0

    def __call__(self, factor: float = 1.0, keep: float = 0.0) -> None:
        """Multiply, in one pass over ``out``."""
        if self._filled:  # BLAS refuses an empty batch
            self._gemm(factor, self._a, self._b, keep, self._out, self._a_transposed, self._b_transposed, 1)


def large(n_in: int, n_out: int, batch_size: int) -> bool:
    """Whether the products of a layer may gain from several threads."""
    return batch_size * n_in * n_out > SMALL


def parts(n_in: int, n_out: int, batch_size: int) -> list[slice]:
    """Cut the inputs of a layer into equal parts, so that each part's products are fast ones.

    Examples
    --------
    >>> parts(784, 100, 32)
    [slice(0, 262, None), slice(262, 524, None), slice(524, 784, None)]
    >>> parts(784, 100, 512)
    [slice(0, 392, None), slice(392, 784, None)]
    """
    n_parts = 1 if large(n_in, n_out, batch_size) else -(-max(batch_size, 1) * n_in * n_out // UNPACKED)
    size = -(-n_in // max(n_parts, -(-n_in // LONGEST)))
    return [slice(start, min(start + size, n_in)) for start in range(0, n_in, size)]
