"""A clock that a test moves, and a disk that fills up, or whose server ends between two files."""

import errno
import time

import pytest

from mlp.jobs.checkpoints import Checkpoints


class Clock:
    """The time for registries of visitors; a test moves ``now``."""

    now = 1000.0
    sleep = staticmethod(time.sleep)  # for the page's registry, which keeps running after other tests

    def monotonic(self) -> float:
        return self.now

    time = monotonic


def moved_clock(patch: pytest.MonkeyPatch) -> Clock:
    """Return the time of registries of visitors and of rooms until the patch ends."""
    clock = Clock()
    for module in ("visitors.registry", "visitors.persistence", "visitors.by_code"):
        patch.setattr(f"mlp.page.{module}.time", clock)
    return clock


class Disk(Checkpoints):
    """A disk that refuses all but ``n_free`` files, or whose server ends after it wrote or deleted ``n_left``."""

    n_free = n_left = 10**9
    refused = is_broken = False

    def write(self, owner: str, name: str, data: bytes) -> None:
        self._count()
        self.n_free -= 1
        if self.n_free < 0:
            self.refused |= "moments" not in name  # nobody would miss saved steps
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(owner, name, data)

    def delete(self, owner: str, name: str) -> None:
        self._count()
        super().delete(owner, name)

    def remove(self, owner: str) -> None:
        if self.is_broken:
            raise OSError(errno.EROFS, "Read-only file system")
        super().remove(owner)

    def _count(self) -> None:
        self.n_left -= 1
        if self.n_left < 0:
            raise KeyboardInterrupt
