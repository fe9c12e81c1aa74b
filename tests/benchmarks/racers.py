"""Contenders, each in its own process, with its default number of threads.

``python -m tests.benchmarks.racers NAME SIZES BATCH IMAGES`` is such a process: for each line that it reads it trains
an epoch, and prints the wall and the CPU seconds.
"""

import subprocess
import sys
import time
from types import TracebackType

import numpy as np

from mlp import load_mnist
from tests.benchmarks import contenders

CONTENDERS = {
    "Inkling": contenders.inkling,
    "JAX": contenders.jax,
    "PyTorch": contenders.pytorch,
}


class Racer:
    """One contender, ready to train epochs of one network; a context that ends its process."""

    def __init__(self, name: str, sizes: list[int], batch: int, n_images: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, name, "-".join(map(str, sizes)), str(batch), str(n_images)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def epoch(self) -> tuple[float, float]:
        """Return the wall and CPU seconds of one epoch."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        wall, cpu = map(float, self._process.stdout.readline().split())
        return wall, cpu

    def __enter__(self) -> "Racer":
        """Warm up."""
        self.epoch()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def digits(n_images: int) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the name of the data, and ``n_images`` of its digits, repeated if needed."""
    dataset = load_mnist()
    images = np.concatenate([dataset.train.images, dataset.validation.images])
    labels = np.concatenate([dataset.train.labels, dataset.validation.labels])
    places = np.arange(n_images) % len(images)
    return dataset.name, images[places], labels[places]


def main() -> None:
    """Train epochs as one contender, on request."""
    name, sizes, batch, n_images = sys.argv[1:]
    _, images, labels = digits(int(n_images))
    epoch = CONTENDERS[name]([int(size) for size in sizes.split("-")], images, labels, int(batch))
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        epoch()
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main()
