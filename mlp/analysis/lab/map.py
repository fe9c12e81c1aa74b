"""Lay out many images as dots: the two main components of what a network's last hidden layer makes of them."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import eigsh

from mlp.nn.blas import one_blas_thread
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
    covariance = (away.T @ away).astype(np.float64) / max(len(points) - 1, 1)
    total = float(covariance.trace())
    width = points.shape[1]
    if width > FEW and total > 0:  # all components of a wide layer would take a third of a second
        spread, directions = eigsh(covariance, k=2, v0=np.ones(width))
    else:
        spread, directions = np.linalg.eigh(covariance)
    axes = np.zeros((width, 2), points.dtype)
    n = min(2, width)
    axes[:, :n] = directions[:, ::-1][:, :n]
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, [0, 1]] < 0, -1, 1).astype(axes.dtype)
    return Plane(centre, axes, float(spread[::-1][:n].sum()) / total if total > 0 else 0.0)


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
