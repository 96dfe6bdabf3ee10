"""Which sites may be open together: the set Y that every siting model chooses from.

Sets
    j ∈ J           sites: existing ones and candidates
    g ∈ G           groups, such as a town that must have a depot (DEPOT-TOWN)

Given
    open_cost_j     CNY paid where j is open: building and keeping it
    close_cost_j    CNY paid where j is not open: closing an existing site
    number          most sites open of those counted
    budget          CNY
    minimum_g       fewest sites open in the group
    maximum_g       most of them; a cut that keeps sitings apart from others is such a group

Y = { y ∈ {0, 1}^J :
    y_j = 1                                               j kept          (fixed)
    y_j = 0                                               j ruled out     (forbidden)
    Σ_{j counted} y_j ≤ number                                            (number)
    Σ_j open_cost_j y_j + close_cost_j (1 − y_j) ≤ budget                 (budget)
    minimum_g ≤ Σ_{j ∈ g} y_j ≤ maximum_g                 g ∈ G           (group) }
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MONEY = 1e-6
"""A budget may be passed by this share of itself: sums of money are rounded."""


@dataclass(frozen=True)
class Group:
    """Sites of which some must be open, or not all may be.

    Attributes
    ----------
    name : str
        Such as ``DEPOT-TOWN: 茨竹镇``.
    members : (m,) bool
    minimum : int
    maximum : int, optional
    """

    name: str
    members: Flags
    minimum: int = 1
    maximum: int | None = None

    def allows(self, opened: Flags) -> bool:
        """Whether as many of the group as it asks for are among ``opened`` (m,)."""
        count = int((opened & self.members).sum())
        return count >= self.minimum and (self.maximum is None or count <= self.maximum)


@dataclass(frozen=True)
class Openings:
    """The set Y of this module's head; make one by `openings`.

    Attributes
    ----------
    ids : tuple of str
        The m sites.
    fixed, forbidden, counted : (m,) bool
    open_cost, close_cost : (m,) CNY
    number : int, optional
    budget : float, optional
        CNY.
    groups : tuple of Group
    """

    ids: tuple[str, ...]
    fixed: Flags
    forbidden: Flags
    counted: Flags
    open_cost: Floats
    close_cost: Floats
    number: int | None = None
    budget: float | None = None
    groups: tuple[Group, ...] = field(default=())

    @property
    def size(self) -> int:
        """How many sites there are, m."""
        return len(self.ids)

    @property
    def free(self) -> Flags:
        """(m,) sites that are neither fixed nor forbidden."""
        return ~self.fixed & ~self.forbidden

    @property
    def counts_alone(self) -> bool:
        """Whether nothing but a number, fixed and forbidden sites restricts what is opened."""
        return self.budget is None and not self.groups

    def cost(self, opened: Flags) -> float:
        """CNY of the sites ``opened`` (m,) and of those closed."""
        return float(np.where(opened, self.open_cost, self.close_cost).sum())

    def allow(self, opened: Flags) -> bool:
        """Whether ``opened`` (m,) lies in Y."""
        if (self.fixed & ~opened).any() or (self.forbidden & opened).any():
            return False
        if self.number is not None and (opened & self.counted).sum() > self.number:
            return False
        if self.budget is not None and self.cost(opened) > self.budget + MONEY * abs(self.budget):
            return False
        return all(group.allows(opened) for group in self.groups)

    def rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        """(r, m) rows of number, budget and groups, with their lower and upper ends; bounds of y are `bounds`."""
        rows, lower, upper = [], [], []
        if self.number is not None:
            rows.append(self.counted.astype(float))
            lower.append(-np.inf)
            upper.append(float(self.number))
        if self.budget is not None:
            rows.append(self.open_cost - self.close_cost)
            lower.append(-np.inf)
            upper.append(self.budget - float(self.close_cost.sum()) + MONEY * abs(self.budget))
        for group in self.groups:
            rows.append(group.members.astype(float))
            lower.append(float(group.minimum))
            upper.append(np.inf if group.maximum is None else float(group.maximum))
        matrix = sparse.csr_array(np.array(rows, dtype=float).reshape(len(rows), self.size))
        return matrix, np.array(lower, dtype=float), np.array(upper, dtype=float)

    def bounds(self) -> tuple[Floats, Floats]:
        """(m,) least and most of y, by what is fixed and forbidden."""
        return self.fixed.astype(float), 1.0 - self.forbidden.astype(float)

    def holding(self, *, opened: Flags | None = None, closed: Flags | None = None) -> Openings:
        """Hold sites (m,) open and closed besides."""
        fixed = self.fixed if opened is None else self.fixed | opened
        return replace(self, fixed=fixed, forbidden=self.forbidden if closed is None else self.forbidden | closed)

    def exactly(self, opened: Flags) -> Openings:
        """The sites ``opened`` (m,) and no others, whatever else was asked for: to see what they do as they stand."""
        return replace(self, fixed=opened.copy(), forbidden=~opened, number=None, budget=None, groups=())


def openings(
    ids: Sequence[str],
    *,
    number: int | None = None,
    budget: float | None = None,
    fixed: Flags | None = None,
    forbidden: Flags | None = None,
    counted: Flags | None = None,
    open_cost: Floats | None = None,
    close_cost: Floats | None = None,
    groups: Sequence[Group] = (),
) -> Openings:
    """Make the set of openings over the sites ``ids``; what is not given restricts nothing and costs nothing.

    Raises
    ------
    ValueError
        An array is not one value a site, flags are not true or false, the number is not whole: all of it, by name.
    """
    m, wrong = len(ids), []

    def of_each_site(name: str, given: object, otherwise: object, kind: type) -> NDArray[Any]:
        if given is None:
            return np.full(m, otherwise, dtype=kind)
        values = np.asarray(given)
        if values.shape != (m,):
            wrong.append(f"{name} has shape {values.shape}, not one value for each of {m} sites")
        elif kind is bool and values.dtype != bool:
            wrong.append(f"{name} is not true or false for each site")
        elif kind is float and not np.issubdtype(values.dtype, np.number):
            wrong.append(f"{name} is no number for each site")
        else:
            return values.astype(kind)
        return np.full(m, otherwise, dtype=kind)

    if number is not None and not float(number).is_integer():
        wrong.append(f"number is {number}, not a whole number")
    for group in groups:
        of_each_site(f"group {group.name}", group.members, False, bool)
    arrays = (
        of_each_site("fixed", fixed, False, bool),
        of_each_site("forbidden", forbidden, False, bool),
        of_each_site("counted", counted, True, bool),
        of_each_site("open_cost", open_cost, 0.0, float),
        of_each_site("close_cost", close_cost, 0.0, float),
    )
    if wrong:
        raise ValueError("; ".join(wrong))
    return Openings(
        tuple(ids),
        *arrays,
        number,
        budget,
        tuple(groups),
    )
