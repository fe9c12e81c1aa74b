"""All random streams with their seeds, in one table.

Each stream has its own generator, so its numbers depend neither on earlier draws nor on the step at which a run
continues. These seeds determine networks and synthetic digits, bit for bit. Elsewhere are only samples and starting
points of what is shown or measured, which train nothing.
"""

from collections.abc import Callable

import numpy as np

STREAMS: dict[str, Callable[..., tuple[int, ...]]] = {
    # of a run or of the digit check, from its seed
    "first weights": lambda seed: (seed,),
    "order of an epoch": lambda seed, epoch: (seed, epoch),
    "warps of a block": lambda seed, epoch, block: (seed, epoch, 1, block),
    "dropout of a step": lambda seed, step: (seed, step, 7),
    # of the data that runs share
    "synthetic digits": lambda: (0, 2),
    "choice for own digits": lambda: (7,),
    "order of a data set": lambda: (11,),
    "warps of own digits": lambda: (33,),
    "warps of own signs": lambda: (34,),
    "unseen warps of own signs": lambda: (35,),
    # of measurements, which must differ from all that is trained on
    "unseen synthetic digits": lambda seed: (seed, 4),
    "synthetic validation": lambda: (8,),
    "synthetic validation in unseen styles": lambda: (9,),
    # of the digit check, from its seed
    "digits for the digit check": lambda seed: (seed, 5),
    "unseen digits for the digit check": lambda seed: (seed, 6),
}
"""The seeds of each stream, given the numbers that it depends on."""


def seeds_of(stream: str, *numbers: int) -> tuple[int, ...]:
    """Return the seeds of a stream.

    >>> seeds_of("warps of a block", 42, 3, 0)
    (42, 3, 1, 0)
    """
    return STREAMS[stream](*numbers)


def rng_of(stream: str, *numbers: int) -> np.random.Generator:
    """Return a new generator of a stream.

    >>> rng_of("order of an epoch", 42, 0).permutation(5)
    array([4, 2, 3, 1, 0])
    """
    return np.random.default_rng(seeds_of(stream, *numbers))
