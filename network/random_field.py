"""A random field over the land, alike at near points: ground shaking, rain, what fails together with its neighbours.

The field Z is Gaussian with mean 0, variance 1 and the squared-exponential correlation

    cor(Z(p), Z(q)) = exp(−|p − q|² / (2 ℓ²)),    ℓ the correlation length,

which is the product of one in x and one in y. So on a grid of a × b nodes its covariance is the Kronecker product of
two small ones, and with their Cholesky roots L_x (a, a), L_y (b, b) and independent normals N (a, b) the field is
exactly L_x N L_yᵀ: no matrix over the points, whatever their number (the matrix-normal distribution; Wilson, Knowles,
Pillai 2011 use the same for Gaussian processes on grids). Between the nodes, ℓ / 3 apart, it is interpolated bilinearly
and brought back to variance 1. Against the stated correlation that is off by less than 0.03.

Where the land is more than :data:`MOST_NODES` thirds of a length wide, nodes lie farther apart and the field is
smoother than asked for, so that the cost of a draw, which grows with the third power of the nodes along a side, stays
bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.plane import Metres

NODES_A_LENGTH = 3.0
MOST_NODES = 400
"""Along a side."""

_JITTER = 1e-9
"""Added to the diagonal, for the roots of nearly singular correlations."""


@dataclass(frozen=True)
class RandomField:
    """The field at k points, drawn anew as often as wanted.

    Attributes
    ----------
    root_x, root_y : (a, a), (b, b) float64
        Cholesky roots of the correlation along each side of the grid.
    node : (k,) int64
        Lower left node of each point's cell in the flattened grid (a, b).
    weight : (k, 4) float64
        Of the cell's nodes (x, y), (x, y + 1), (x + 1, y), (x + 1, y + 1).
    """

    root_x: NDArray[np.float64]
    root_y: NDArray[np.float64]
    node: NDArray[np.int64]
    weight: NDArray[np.float64]

    @classmethod
    def over(cls, points: Metres, correlation_m: float) -> RandomField:
        """Lay the grid over points.

        Parameters
        ----------
        points : (k, 2) float64
            Metres, all finite.
        correlation_m : float
            Positive; ℓ.
        """
        if not correlation_m > 0:
            raise ValueError(f"correlation_m is {correlation_m}, it must be positive")
        if not len(points):
            return cls(np.eye(2), np.eye(2), np.empty(0, dtype=np.int64), np.empty((0, 4)))
        low = points.min(axis=0)
        width = points.max(axis=0) - low
        step = max(correlation_m / NODES_A_LENGTH, float(width.max()) / (MOST_NODES - 2))
        a, b = (np.floor(width / step).astype(np.int64) + 2).tolist()
        place = (points - low) / step
        corner = np.floor(place).astype(np.int64)
        inside = place - corner
        sides = [np.stack([1 - inside[:, axis], inside[:, axis]], axis=1) for axis in (0, 1)]
        near = np.exp(-((step / correlation_m) ** 2) / 2)
        # Interpolating between nodes evens out: (1 − t)² + t² + 2 t (1 − t) cor(one step) is what is left of 1.
        left = [(side**2).sum(axis=1) + 2 * side.prod(axis=1) * near for side in sides]
        weight = (sides[0][:, :, None] * sides[1][:, None, :]).reshape(len(points), 4)
        weight /= np.sqrt(left[0] * left[1])[:, None]
        root_x, root_y = (_root(count, step, correlation_m) for count in (a, b))
        return cls(root_x, root_y, corner[:, 0] * b + corner[:, 1], weight)

    def draw(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw the field once; (k,) standard normal, correlated."""
        a, b = len(self.root_x), len(self.root_y)
        nodes = (self.root_x @ rng.standard_normal((a, b)) @ self.root_y.T).ravel()
        values: NDArray[np.float64] = self.weight[:, 0] * nodes[self.node]
        for place, step in enumerate((1, b, b + 1), 1):
            values += self.weight[:, place] * nodes[self.node + step]
        return values


def _root(count: int, step: float, correlation_m: float) -> NDArray[np.float64]:
    """(count, count) root of the correlation of nodes in a row."""
    apart = step * np.arange(count) / correlation_m
    correlation = np.exp(-((apart[:, None] - apart[None, :]) ** 2) / 2) + _JITTER * np.eye(count)
    root: NDArray[np.float64] = np.linalg.cholesky(correlation).astype(np.float64)
    return root
