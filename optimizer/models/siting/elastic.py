"""The least relaxation of stated requirements: the elastic programme of `optimizer.models.siting.clash`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.needs import Needs
from optimizer.models.siting.openings import MONEY, Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import Block, Columns, InfeasibleSitingError, Programme

Floats = NDArray[np.float64]

ELASTIC = 1e-6
"""Room below this share of all there is is rounding."""


@dataclass(frozen=True)
class Relaxed:
    """What had to be relaxed.

    Attributes
    ----------
    opened : (m,) bool
        A siting that is feasible then.
    amounts : mapping of kind to array
        By how much: one number, or one for every group, site or demand point.
    total : float
        Sum of the amounts, each times its price.
    proven : bool
        Whether no less suffices.
    """

    opened: Flags
    amounts: Mapping[str, Floats]
    total: float
    proven: bool


class Elastic:
    """The requirements of a problem, each of which may be made elastic at a price.

    Parameters
    ----------
    problem : SitingProblem
    needs : Needs
    price : mapping of kind to number
        The kinds that are relaxed, and what a unit of each counts.
    sizes : (m, z), optional
        Weight that a site can serve at each of its sizes.
    size_cost : (m, z), optional
        CNY.
    """

    def __init__(
        self,
        problem: SitingProblem,
        needs: Needs,
        price: Mapping[str, float],
        sizes: Floats | None = None,
        size_cost: Floats | None = None,
    ) -> None:
        self.problem, self.needs, self.price, self.sizes, self.size_cost = problem, needs, price, sizes, size_cost
        self.programme = Programme()
        self.elastic: dict[str, Columns] = {}
        self.opened = self._openings()
        self.size = self.programme.columns(0 if sizes is None else sizes.size, upper=1.0, whole=True)
        self._serve()
        self._groups()
        self._spending()

    def least(self, *, time_limit_s: float, threads: int = 1) -> Relaxed | None:
        """Relax as little as suffices; None where it is proven that nothing does.

        Raises
        ------
        NoIncumbentError
            The time was over before it was known.
        """
        try:
            found = self.programme.minimise(time_limit_s=time_limit_s, threads=threads)
        except InfeasibleSitingError:
            return None
        opened = np.asarray(found.values[self.opened] > 0.5)
        return Relaxed(opened, self._amounts(found.values, opened), found.value, found.optimal)

    def _openings(self) -> Columns:
        """(fixed), (forbidden): the columns y."""
        allowed = self.problem.openings
        least = np.zeros(allowed.size) if "fixed" in self.price else allowed.fixed.astype(float)
        most = np.ones(allowed.size) if "forbidden" in self.price else 1.0 - allowed.forbidden
        opened = self.programme.columns(allowed.size, lower=least, upper=most, whole=True)
        released = self.price.get("forbidden", 0.0) * allowed.forbidden - self.price.get("fixed", 0.0) * allowed.fixed
        self.programme.cost_of(opened, released)
        self.programme.offset += self.price.get("fixed", 0.0) * float(allowed.fixed.sum())
        return opened

    def _slack(self, kind: str, count: int, *, weight: Floats | None = None, whole: bool = False) -> list[Columns]:
        """Columns e of a kind, where it is elastic."""
        if kind not in self.price:
            return []
        cost = self.price[kind] * (np.ones(count) if weight is None else weight)
        upper = 1.0 if whole else np.inf
        self.elastic[kind] = self.programme.columns(count, cost=cost, upper=upper, whole=whole)
        return [self.elastic[kind]]

    def _spending(self) -> None:
        """(number), (budget)."""
        allowed = self.problem.openings
        if allowed.number is not None:
            blocks = [_row(self.opened, allowed.counted.astype(float))]
            blocks += [_row(e, -np.ones(1)) for e in self._slack("number", 1)]
            self.programme.rows(blocks, upper=float(allowed.number))
        if allowed.budget is not None:
            blocks = [_row(self.opened, allowed.open_cost - allowed.close_cost)]
            if self.sizes is not None and self.size_cost is not None:
                blocks.append(_row(self.size, self.size_cost.ravel()))
            blocks += [_row(e, -np.ones(1)) for e in self._slack("budget", 1)]
            # What is asked for is what the budget must be; the rounding it allows is not used up.
            rounding = 0.0 if "budget" in self.price else MONEY * abs(allowed.budget)
            self.programme.rows(blocks, upper=allowed.budget - float(allowed.close_cost.sum()) + rounding)

    def _groups(self) -> None:
        """(group), (group_most)."""
        groups = self.problem.openings.groups
        if not groups:
            return
        members = sparse.csr_array(np.array([group.members for group in groups], dtype=float))
        most = np.array([np.inf if group.maximum is None else float(group.maximum) for group in groups])
        each = sparse.csr_array(sparse.eye_array(len(groups)))
        fewer = [(e, each) for e in self._slack("group", len(groups))]
        more = [(e, -each) for e in self._slack("group_most", len(groups))]
        self.programme.rows([(self.opened, members), *fewer], lower=[group.minimum for group in groups])
        self.programme.rows([(self.opened, members), *more], upper=most)

    def _serve(self) -> None:
        """(demand), (capacity)."""
        count = self.needs.size
        if not count:
            return
        expected = self.problem.probability @ self.needs.weight
        slack = self._slack("demand", count, weight=expected, whole=True)
        given_up: list[Block] = [(e, sparse.csr_array(sparse.eye_array(count))) for e in slack]
        if self.sizes is not None:
            self._capacity(self.sizes, given_up)
            return
        for covers in self.needs.covers:
            self.programme.rows([(self.opened, sparse.csr_array(covers.astype(float))), *given_up], lower=1.0)

    def _capacity(self, sizes: Floats, given_up: list[Block]) -> None:
        """(capacity): flows x within what the sizes z can serve."""
        sites, kinds = sizes.shape
        each = sparse.csr_array(sparse.eye_array(sites))
        one_size = sparse.csr_array(sparse.kron(sparse.eye_array(sites), np.ones((1, kinds))))
        self.programme.rows([(self.size, one_size), (self.opened, -each)], lower=0.0, upper=0.0)
        room: list[Block] = [(self.size, sparse.csr_array(one_size @ sparse.diags_array(sizes.ravel())))]
        for e in self._slack("capacity", sites):
            room.append((e, each))
            all_weight = float(self.needs.weight.sum(axis=1).max())
            self.programme.rows([(e, each), (self.opened, -all_weight * each)], upper=0.0)
        for covers, weight in zip(self.needs.covers, self.needs.weight, strict=True):
            point, site = np.nonzero(covers)
            flows = self.programme.columns(len(point), upper=1.0)
            pair = np.arange(len(point))
            out = sparse.csr_array((np.ones(len(point)), (point, pair)), shape=(self.needs.size, len(point)))
            used = sparse.csr_array((weight[point], (site, pair)), shape=(sites, len(point)))
            self.programme.rows([(flows, out), *given_up], lower=1.0)
            self.programme.rows([(flows, -used), *room], lower=0.0)

    def _amounts(self, values: Floats, opened: Flags) -> dict[str, Floats]:
        """What every kind was relaxed by."""
        allowed = self.problem.openings
        amounts = {kind: values[columns] for kind, columns in self.elastic.items()}
        # Of whole sites: one that HiGHS leaves closed by a rounding would save that share of its cost.
        for kind in ("number", "group", "group_most"):
            if kind in amounts:
                amounts[kind] = np.round(amounts[kind])
        if "budget" in amounts:
            sizes = 0.0 if self.size_cost is None else float(self.size_cost.ravel() @ np.round(values[self.size]))
            amounts["budget"] = np.array([max(allowed.cost(opened) + sizes - (allowed.budget or 0.0), 0.0)])
        if "demand" in amounts:
            given_up = np.append(amounts["demand"] > 0.5, False)[self.needs.of_point]
            amounts["demand"] = np.where(given_up, self.problem.probability @ self.problem.weight, 0.0)
        if "fixed" in self.price:
            amounts["fixed"] = (allowed.fixed & ~opened).astype(float)
        if "forbidden" in self.price:
            amounts["forbidden"] = (allowed.forbidden & opened).astype(float)
        return amounts


def _row(columns: Columns, entries: Floats) -> Block:
    return columns, sparse.csr_array(np.asarray(entries, dtype=float)[None])
