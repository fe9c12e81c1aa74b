"""A map of images as dots: the two directions of a network's last hidden layer that separate classes best."""

from dataclasses import dataclass

import numpy as np

from mlp.blas import one_blas_thread
from mlp.nn.network import MLP
from mlp.nn.sequential import Sequential

RIDGE = 1e-3
"""Added to the scatter within classes along each neuron, as a fraction of its mean."""


def hidden_outputs(network: MLP, images: np.ndarray) -> np.ndarray:
    """Return the outputs of the last hidden layer for images, shape (n, width); without one, the pixels."""
    hidden = network.layers[:-1]
    return Sequential(hidden).logits(images) if hidden else network.activations(images)[0]


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions through a set of points, as a map."""

    center: np.ndarray  # (width,)
    axes: np.ndarray  # (width, 2); points of one class have a variance of 1 along each; 0 where classes are alike
    share: float  # fraction of the separation of the classes that the map shows, 0 to 1

    def places(self, points: np.ndarray) -> np.ndarray:
        """Return the positions of points, (n, width), on the map, shape (n, 2)."""
        where: np.ndarray = (points - self.center) @ self.axes
        return where


@one_blas_thread
def discriminant_plane(points: np.ndarray, labels: np.ndarray) -> Plane:
    """Return the directions w in which classes lie furthest apart: two linear discriminants (Fisher 1936, Rao 1948).

    They have the largest wᵀBw / wᵀWw, with B the scatter of the class means and W that of the points around them. B is
    M Mᵀ, one column a class, so w = W⁻¹M v with v an eigenvector of the small matrix MᵀW⁻¹M. W gets a little of the
    identity (Friedman 1989), as neurons may be silent.
    """
    center = points.mean(axis=0, dtype=np.float64).astype(points.dtype)
    classes, place, count = np.unique(labels, return_inverse=True, return_counts=True)
    centers = np.stack([points[place == number].mean(axis=0) for number in range(len(classes))])
    within = points - centers[place]
    means = ((centers - center).T * np.sqrt(count)).astype(np.float64)  # M, (width, classes)
    divided = _divided_by_scatter(means, within)  # W⁻¹M
    sizes, vectors = np.linalg.eigh(means.T @ divided)
    sizes, vectors = np.maximum(sizes[::-1], 0), vectors[:, ::-1]
    axes = np.zeros((points.shape[1], 2))
    for axis, size in enumerate(sizes[:2]):
        if size > 1e-9 * sizes[0]:
            axes[:, axis] = divided @ vectors[:, axis] * np.sqrt(max(1, len(points) - len(classes)) / size)
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, [0, 1]] < 0, -1, 1)
    total = float(sizes.sum())
    return Plane(center, axes.astype(points.dtype), float(sizes[:2].sum()) / total if total > 0 else 0.0)


def _divided_by_scatter(means: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Return (AᵀA + ridge)⁻¹ M for A, (n, width); of the smaller of AᵀA and AAᵀ (Woodbury 1950)."""
    n, width = within.shape
    ridge = RIDGE * float(np.square(within, dtype=np.float64).sum()) / width or 1.0
    if width <= n:
        return np.linalg.solve((within.T @ within).astype(np.float64) + ridge * np.eye(width), means)
    inner = (within @ within.T).astype(np.float64) + ridge * np.eye(n)
    return (means - within.T @ np.linalg.solve(inner, within @ means)) / ridge


@one_blas_thread
def steadied(plane: Plane, points: np.ndarray, before: np.ndarray) -> Plane:
    """Return a plane whose axes are turned within it, so that the points are as near as possible to where they were.

    While a network trains, its discriminants swap, flip and turn, and the dots would jump with them. The turn is the
    orthogonal one of least squares (Procrustes; Schönemann 1966), so no distance changes.

    The points are (n, width), and ``before``, (n, 2), are their former positions.
    """
    places = plane.places(points)
    left, _, right = np.linalg.svd(places.T.astype(np.float64) @ (before - before.mean(axis=0)))
    return Plane(plane.center, plane.axes @ (left @ right).astype(plane.axes.dtype), plane.share)


@one_blas_thread
def nearest_points(points: np.ndarray, point: np.ndarray, n: int) -> np.ndarray:
    """Return the positions of the n points, (n, width), that are nearest to one, the nearest first."""
    away = np.square(points - point).sum(axis=1)
    return np.argsort(away, kind="stable")[:n]
