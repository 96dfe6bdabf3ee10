"""Sizes that a site can be built in, each with its capacity and cost, and what can be wrong with them.

Sets
    j ∈ J           sites
    l ∈ L           sizes, small to large or in any order

Given
    Q_jl            capacity of j built in l, in the unit of the weights
    fixed_jl        CNY paid once for building; 0 for what stands already
    yearly_jl       CNY a year for keeping it
    annuity         share of a cost paid once that one year bears: 1 / years, or r / (1 − (1 + r)^−years) with interest
                    r; 1 counts it whole

A size that a site can't have has no capacity: ``available`` tells which there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.models.siting.faults import TOLD, Finding, InvalidSitingError
from optimizer.models.siting.openings import Flags

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sizes:
    """Sizes of this module's head; make them by `building_sizes`, which checks them.

    Attributes
    ----------
    capacity : (m, L)
        In the unit of the weights.
    fixed_cost, yearly_cost : (m, L) CNY
    available : (m, L) bool
        Sizes that a site can have; entries of the others mean nothing.
    annuity : float
    """

    capacity: Floats
    fixed_cost: Floats
    yearly_cost: Floats
    available: Flags
    annuity: float = 1.0

    @property
    def cost(self) -> Floats:
        """(m, L) CNY that count: the annuity of what is paid once, and what is paid a year."""
        return self.annuity * self.fixed_cost + self.yearly_cost


def building_sizes(
    capacity: ArrayLike,
    *,
    fixed_cost: ArrayLike = 0.0,
    yearly_cost: ArrayLike = 0.0,
    available: ArrayLike | None = None,
    annuity: float = 1.0,
) -> Sizes:
    """Make sizes and check them.

    Parameters
    ----------
    capacity : (m,) or (m, L)
        One size a site, or L of them.
    fixed_cost, yearly_cost : number, (m,) or (m, L), CNY
    available : (m,) or (m, L) bool, optional
        All without it.
    annuity : float

    Raises
    ------
    InvalidSitingError
        With all that is wrong.
    """
    held = np.asarray(capacity, dtype=float)
    held = held[:, None] if held.ndim == 1 else held
    if held.ndim != 2 or 0 in held.shape:
        raise InvalidSitingError([Finding("wrong_shape", {"of": "capacity", "shape": np.shape(capacity)})])
    findings: list[Finding] = []

    def shaped(given: ArrayLike, name: str) -> NDArray[np.generic]:
        values = np.asarray(given)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim and values.shape not in (held.shape, (held.shape[0], 1)):
            findings.append(Finding("wrong_shape", {"of": name, "shape": np.shape(given), "wanted": held.shape}))
            return np.zeros(held.shape)
        return np.broadcast_to(values, held.shape)

    sizes = Sizes(
        held,
        shaped(fixed_cost, "fixed_cost").astype(float),
        shaped(yearly_cost, "yearly_cost").astype(float),
        shaped(True if available is None else available, "available").astype(bool),
        float(annuity),
    )
    findings.extend(_size_faults(sizes))
    if findings:
        raise InvalidSitingError(findings)
    return sizes


def _size_faults(sizes: Sizes) -> Iterator[Finding]:
    """Numbers that no size can have, each named by site (row) and size (column), counted from 0."""
    named = (("capacity", sizes.capacity), ("fixed_cost", sizes.fixed_cost), ("yearly_cost", sizes.yearly_cost))
    for name, values in named:
        for what, wrong in (("size_not_a_number", ~np.isfinite(values)), ("negative_size", values < 0)):
            places = np.argwhere(wrong & sizes.available)
            if len(places):
                told = "; ".join(f"site {j} size {size}: {values[j, size]}" for j, size in places[:TOLD])
                yield Finding(what, {"of": name, "count": len(places), "where": told})
    if not (np.isfinite(sizes.annuity) and sizes.annuity > 0):
        yield Finding("annuity_not_positive", {"annuity": sizes.annuity})
