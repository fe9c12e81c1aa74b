"""The loss over the plane of weights in which a run's path spreads most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlp.blas import one_blas_thread
from mlp.language import Later
from mlp.nn.losses import softmax_cross_entropy
from mlp.nn.network import MLP

SIDE = 25  # points of the plane in each direction
MARGIN = 0.3  # of the path's extent, on each side
MIN_WIDTH = 0.05  # of the longer extent: the least width of the plane


def cross_entropy(network: MLP, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy, plain whatever loss training lowers; infinite if it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        loss, _ = softmax_cross_entropy(network.logits(images), labels)
    return float(loss) if np.isfinite(loss) else float("inf")


@dataclass(frozen=True, eq=False)
class Valley:
    """A plane of weights, with the loss at its measured points.

    The axes are the main components of the states (Li et al. 2018, section 7).
    """

    center: np.ndarray  # (parameters,) float32: the last of the states
    axes: np.ndarray  # (2, parameters) float32: two directions at right angles, of length 1
    explained: float  # fraction of the path's variance about its mean that lies in the plane, 0 to 1
    by_chance: float  # the same for a random walk with the same step lengths, see `random_walk_share`
    across: np.ndarray  # (`SIDE`,): the positions of the points along the first axis
    down: np.ndarray  # the same along the second
    losses: np.ndarray  # (`SIDE`, `SIDE`), by row (second axis) and column (first axis); NaN if not yet measured
    network: MLP  # of the run's shape; its weights do not matter
    images: np.ndarray  # the data of the loss
    labels: np.ndarray

    @property
    def progress(self) -> float:
        """Fraction of the points that are measured, 0 to 1."""
        return 1 - float(np.isnan(self.losses).mean())

    def remaining(self) -> Iterator["Valley"]:
        """Yield the valley after each further point."""
        losses, twin = self.losses.copy(), self.network.copy()
        for row, column in _order():
            if np.isnan(losses[row, column]):
                twin.values[...] = self.center + self.across[column] * self.axes[0] + self.down[row] * self.axes[1]
                losses[row, column] = cross_entropy(twin, self.images, self.labels)
                yield replace(self, losses=losses)

    @one_blas_thread
    def places(self, states: Sequence[np.ndarray]) -> np.ndarray:
        """Return the positions of states, (parameters,) each, on the plane, shape (n, 2)."""
        return np.stack([self.axes @ (np.asarray(state, np.float32) - self.center) for state in states])


@one_blas_thread
def valley(states: Sequence[np.ndarray], network: MLP, images: np.ndarray, labels: np.ndarray) -> Valley:
    """Return the plane through the states of a run, (parameters,) each; nothing is measured yet.

    Raises a ValueError if there are fewer than three states, or they do not differ.
    """
    if len(states) < 3:
        raise ValueError(Later("a valley needs at least 3 states of a run, got {n}", n=len(states)))
    center = np.asarray(states[-1], np.float32)
    away = np.stack([np.asarray(state, np.float32) - center for state in states])
    from_mean = away - away.mean(axis=0)
    # The components of few long rows follow from the small matrix of their products.
    sizes, mixtures = np.linalg.eigh((from_mean @ from_mean.T).astype(np.float64))
    if not np.isfinite(sizes).all() or sizes[-1] <= 0:
        raise ValueError(Later("a valley needs states that differ, got the same ones, or some that are not finite"))
    axes = mixtures[:, [-1, -2]].T @ from_mean
    axes[0] /= np.linalg.norm(axes[0])
    axes[1] -= (axes[1] @ axes[0]) * axes[0]
    second = float(np.linalg.norm(axes[1]))
    axes[1] = axes[1] / second if second > 1e-6 * np.sqrt(sizes[-1]) else _orthogonal_to(axes[0])
    axes = axes.astype(np.float32)
    where = away @ axes.T
    low, high = where.min(axis=0), where.max(axis=0)
    extent = np.maximum(high - low, MIN_WIDTH * float((high - low).max()))
    middle = (low + high) / 2
    ends = np.stack([middle - (0.5 + MARGIN) * extent, middle + (0.5 + MARGIN) * extent])
    losses = np.full((SIDE, SIDE), np.nan, np.float32)
    grid = np.linspace(ends[0], ends[1], SIDE)
    distances = np.linalg.norm(np.diff(away, axis=0), axis=1)
    return Valley(
        center,
        axes,
        _share_of_two(sizes),
        random_walk_share(distances),
        grid[:, 0],
        grid[:, 1],
        losses,
        network,
        images,
        labels,
    )


def _share_of_two(sizes: np.ndarray) -> float:
    return float(np.sort(sizes)[-2:].clip(0).sum() / sizes.clip(0).sum())


def random_walk_share(distances: np.ndarray) -> float:
    """Return the fraction of its variance that a random walk has in two components, in a space of many dimensions.

    There, random directions are orthogonal, so that the products of the states, and with them the components, follow
    from the lengths alone (Antognini and Sohl-Dickstein 2018).

    ``distances`` are those from each state to the next one, (n,); at least two, not all 0.

    >>> round(random_walk_share(np.ones(1000)), 2)
    0.76
    """
    variances = np.append(0.0, np.cumsum(np.square(distances, dtype=np.float64)))
    products = np.minimum.outer(variances, variances)
    products -= products.mean(axis=0)
    products -= products.mean(axis=1, keepdims=True)
    return _share_of_two(np.linalg.eigvalsh(products))


def _orthogonal_to(axis: np.ndarray) -> np.ndarray:
    """Return a direction that is orthogonal to another one."""
    other = np.random.default_rng(0).standard_normal(len(axis)).astype(axis.dtype)
    other -= (other @ axis) * axis
    turned: np.ndarray = other / np.linalg.norm(other)
    return turned


def _order() -> list[tuple[int, int]]:
    """Return all points, coarse ones first, so that an image appears early and becomes finer."""
    seen: dict[tuple[int, int], None] = {}
    for stride in (8, 4, 2, 1):
        for row in range(0, SIDE, stride):
            seen.update(dict.fromkeys((row, column) for column in range(0, SIDE, stride)))
    return list(seen)


def gaps_filled(losses: np.ndarray) -> np.ndarray:
    """Return the losses with unmeasured points filled from the nearest coarser one; NaN only if none is."""
    full = losses.copy()
    for stride in (8, 4, 2):
        rows = np.arange(SIDE) // stride * stride
        coarse = losses[np.ix_(rows, rows)]
        better = np.isnan(losses) & ~np.isnan(coarse)
        full[better] = coarse[better]
    return full
