"""Memory that is kept from step to step."""

import numpy as np


class Buffer:
    """An array that is kept from step to step, so that a step of training allocates nothing large.

    It is in Fortran order: some of its columns lie together as well as all of them do.
    """

    def __init__(self) -> None:
        self.flat = np.empty(0, np.float32)
        self._rows = self.flat.reshape(0, 0)

    def rows(self, shape: tuple[int, int], dtype: np.dtype) -> np.ndarray:
        """Give an array of this shape with unspecified contents, for the same shape the same one as before."""
        if self._rows.shape != shape or self._rows.dtype != dtype:
            size = shape[0] * shape[1]
            if self.flat.size < size or self.flat.dtype != dtype:
                self.flat = np.empty(size, dtype)
            self._rows = self.flat[:size].reshape(shape[::-1]).T
        return self._rows
