"""Lay out many images as dots: the two main components of what a network's last hidden layer makes of them."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigsh

from mlp.blas import one_blas_thread
from mlp.nn.network import MLP
from mlp.nn.sequential import PREDICT_ROWS

FEW = 64  # columns, of which all components are found as quickly as two


def hidden_outputs(network: MLP, images: np.ndarray) -> np.ndarray:
    """Give what the last hidden layer gives for images, shape (n, width); of a network without one, the pixels."""
    starts = range(0, len(images), PREDICT_ROWS)
    return np.concatenate([network.activations(images[start : start + PREDICT_ROWS])[-2] for start in starts])


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through a cloud of points.

    Attributes
    ----------
    centre : float array, shape (width,)
    axes : float array, shape (width, 2)
        Two directions at right angles, of length 1.
    explained : float
        Share of the variance of the cloud that lies in the plane, 0 to 1.
    """

    centre: np.ndarray
    axes: np.ndarray
    explained: float

    def places(self, points: np.ndarray) -> np.ndarray:
        """Give where points, (n, width), lie on the plane, shape (n, 2)."""
        where: np.ndarray = (points - self.centre) @ self.axes
        return where


@one_blas_thread
def main_plane(points: np.ndarray) -> Plane:
    """Find the plane in which a cloud, (n, width), is widest: its two main components (PCA, Hotelling 1933).

    The components are the eigenvectors of the covariance; each is turned so that its largest number is positive. A
    cloud of one column has a second axis of nothing.
    """
    centre = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
    away = points - centre
    n_points, width = points.shape
    # Of more columns than points the covariance is the larger matrix, of 8,192 columns half a gigabyte. The products of
    # the points have the same eigenvalues, and lead to the same components (Turk and Pentland 1991, section 2).
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
    return Plane(centre, axes, float(spread.sum()) / total if total > 0 else 0.0)


def _two_largest(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the two largest eigenvalues of a symmetric matrix, the larger one first, and their vectors as columns."""
    width = len(products)
    if width > FEW and products.any():  # all components of a wide layer would take a third of a second
        sizes, vectors = eigsh(products, k=2, v0=np.random.default_rng(0).standard_normal(width))
    else:
        sizes, vectors = np.linalg.eigh(products)
    return sizes[::-1][:2], vectors[:, ::-1][:, :2]


@one_blas_thread
def steadied(plane: Plane, points: np.ndarray, before: np.ndarray) -> Plane:
    """Turn a plane's axes within it so that the points lie as near as can be to where they lay before.

    While a network trains its main components swap, flip and turn from one moment to the next, and the dots would jump
    with them. The turn is the orthogonal one of least squares (Procrustes; Schönemann 1966), so no distance changes.

    Parameters
    ----------
    plane : Plane
    points : float array, shape (n, width)
    before : float array, shape (n, 2)
        Where the same points lay.
    """
    places = plane.places(points)
    left, _, right = np.linalg.svd(places.T.astype(np.float64) @ (before - before.mean(axis=0)))
    return Plane(plane.centre, plane.axes @ (left @ right).astype(plane.axes.dtype), plane.explained)


@one_blas_thread
def nearest_points(points: np.ndarray, point: np.ndarray, n: int) -> np.ndarray:
    """Give the positions of the n points, (n, width), that lie nearest to one, the nearest first."""
    away = np.square(points - point).sum(axis=1)
    return np.argsort(away, kind="stable")[:n]
