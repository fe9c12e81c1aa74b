"""A map of images as dots: the two main components of a network's last hidden layer."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigsh

from mlp.blas import one_blas_thread
from mlp.nn.network import MLP
from mlp.nn.sequential import PREDICT_ROWS

FEW = 64  # columns up to which finding all components is as quick as finding two


def hidden_outputs(network: MLP, images: np.ndarray) -> np.ndarray:
    """Return the outputs of the last hidden layer for images, shape (n, width); without one, the pixels."""
    starts = range(0, len(images), PREDICT_ROWS)
    return np.concatenate([network.activations(images[start : start + PREDICT_ROWS])[-2] for start in starts])


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through a set of points.

    Attributes
    ----------
    center : float array, shape (width,)
    axes : float array, shape (width, 2)
        Two directions at right angles, of length 1.
    explained : float
        Fraction of the variance of the points that lies in the plane, 0 to 1.
    """

    center: np.ndarray
    axes: np.ndarray
    explained: float

    def places(self, points: np.ndarray) -> np.ndarray:
        """Return the positions of points, (n, width), on the plane, shape (n, 2)."""
        where: np.ndarray = (points - self.center) @ self.axes
        return where


@one_blas_thread
def main_plane(points: np.ndarray) -> Plane:
    """Return the plane in which points, (n, width), vary most: their two main components (PCA, Hotelling 1933).

    The components are the eigenvectors of the covariance, with the sign that makes the largest number positive. Points
    with one column get a second axis of zeros.
    """
    center = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
    away = points - center
    n_points, width = points.shape
    # With more columns than points, the covariance is the larger matrix: half a gigabyte for 8,192 columns. The
    # products of the points have the same eigenvalues, and lead to the same components (Turk and Pentland 1991, section
    # 2).
    wide = width > n_points
    spread, directions = _two_largest((away @ away.T if wide else away.T @ away).astype(np.float64))
    total = float(np.square(away, dtype=np.float64).sum())
    axes = np.zeros((width, 2), points.dtype)
    n = len(spread)
    if not wide:
        axes[:, :n] = directions
    elif total > 0:
        axes[:, :n] = away.T @ (directions / np.sqrt(np.maximum(spread, 1e-12 * total))).astype(points.dtype)
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, [0, 1]] < 0, -1, 1).astype(axes.dtype)
    return Plane(center, axes, float(spread.sum()) / total if total > 0 else 0.0)


def _two_largest(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the two largest eigenvalues of a symmetric matrix, the larger one first, and their vectors as columns."""
    width = len(products)
    if width > FEW and products.any():  # all components of a wide layer would take a third of a second
        sizes, vectors = eigsh(products, k=2, v0=np.random.default_rng(0).standard_normal(width))
    else:
        sizes, vectors = np.linalg.eigh(products)
    return sizes[::-1][:2], vectors[:, ::-1][:, :2]


@one_blas_thread
def steadied(plane: Plane, points: np.ndarray, before: np.ndarray) -> Plane:
    """Return a plane whose axes are turned within it, so that the points are as near as possible to where they were.

    While a network trains, its main components swap, flip and turn, and the dots would jump with them. The turn is the
    orthogonal one of least squares (Procrustes; Schönemann 1966), so no distance changes.

    Parameters
    ----------
    plane : Plane
    points : float array, shape (n, width)
    before : float array, shape (n, 2)
        The former positions of the same points.
    """
    places = plane.places(points)
    left, _, right = np.linalg.svd(places.T.astype(np.float64) @ (before - before.mean(axis=0)))
    return Plane(plane.center, plane.axes @ (left @ right).astype(plane.axes.dtype), plane.explained)


@one_blas_thread
def nearest_points(points: np.ndarray, point: np.ndarray, n: int) -> np.ndarray:
    """Return the positions of the n points, (n, width), that are nearest to one, the nearest first."""
    away = np.square(points - point).sum(axis=1)
    return np.argsort(away, kind="stable")[:n]
