"""Roads failing at random, alone: which bridges, tunnels and slopes are closed, without depots, people or stock.

Every structure of a kind fails with the same stated probability p. Near ones fail together: structure i has the latent

    X_i = √s Z(p_i) + √(1 − s) e_i,    Z the random field of network.random_field, e_i independent standard normals,

which is standard normal, and fails where X_i < Φ⁻¹(p), so exactly with probability p (a Gaussian copula). The common
share s, 0 to 1, says how much of it neighbours have in common.

A draw is known by the seed and its number alone: any number may be drawn anywhere, in any order or batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from network.random_field import RandomField
from network.roads import RoadNetwork
from network.structures import KINDS, Structures, structures_of


@dataclass(frozen=True)
class FailureModel:
    """Failures of a network's structures; frozen and made of arrays, so that it goes to other processes.

    Attributes
    ----------
    structures : Structures
        Those that can fail.
    threshold : (s,) float64
        Φ⁻¹ of each one's probability.
    field : RandomField
        Over their middles.
    common_share : float
        0 to 1.
    seed : int
    """

    structures: Structures
    threshold: NDArray[np.float64]
    field: RandomField
    common_share: float
    seed: int

    @classmethod
    def of(
        cls,
        network: RoadNetwork,
        probabilities: Mapping[str, float],
        *,
        correlation_m: float,
        common_share: float,
        seed: int,
        slopes: ArrayLike = (),
    ) -> FailureModel:
        """Prepare the failures of ``network``.

        Parameters
        ----------
        network : RoadNetwork
        probabilities : mapping
            Kind of structure (:data:`~network.structures.KINDS`) to its probability of failing in one draw, 0 to 1; a
            kind left out does not fail.
        correlation_m : float
            Correlation length of the field.
        common_share : float
            0: each for itself; 1: the field alone decides.
        seed : int
            Not negative.
        slopes : (l,) int
            Links on slopes.

        Raises
        ------
        ValueError
            A kind is unknown, or a number out of its range.
        """
        unknown = set(probabilities) - set(KINDS)
        if unknown:
            raise ValueError(f"{sorted(unknown)} are no kinds of structure; there are {KINDS}")
        bad = {kind: p for kind, p in probabilities.items() if not 0 <= p <= 1}
        if bad or not 0 <= common_share <= 1:
            raise ValueError(f"probabilities {bad or ''} or common_share {common_share} are not from 0 to 1")
        probability = np.array([probabilities.get(kind, 0.0) for kind in KINDS])
        every = structures_of(network, slopes)
        fallible = every.only(probability[every.kind] > 0)
        field = RandomField.over(fallible.middle, correlation_m)
        return cls(fallible, ndtri(probability[fallible.kind]), field, common_share, seed)

    def failed(self, number: int) -> NDArray[np.int64]:
        """Structures that fail in draw ``number``, ascending."""
        rng = np.random.default_rng([self.seed, number])
        latent = np.sqrt(self.common_share) * self.field.draw(rng)
        latent += np.sqrt(1 - self.common_share) * rng.standard_normal(self.structures.count)
        return np.flatnonzero(latent < self.threshold)

    def closed_links(self, number: int) -> NDArray[np.int32]:
        """Links that are closed in draw ``number`` (0, 1, …), ascending."""
        return self.structures.links_of(self.failed(number))
