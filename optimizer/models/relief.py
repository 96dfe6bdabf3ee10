"""The second stage of the reserve model alone: what a given stock can meet in one scenario, solved again and again.

It is the layer ``unmet`` of :mod:`optimizer.models.reserve` for a fixed first stage and one scenario, in HiGHS arrays.
What comes late counts as met there, so every shipment by road is taken as due by the late horizon: a shipment on time
takes the same minutes by then, and keeps more rows. Sets and data are those of that module; ``supply[j, i]`` is what
the event leaves of stock and contracts, ``kept · (held + contract)``.

Variables
    ship[a, i] ≥ 0 where the place wants the item, the source has it and a first load arrives by the late horizon
    unmet[v, i] ≥ 0, 0 ≤ posted[n]

Objective
    Σ weight[i] · unmet[v, i] / per_person[v, i] (weighted person-items)

Constraints
    want_met[v, i]       Σ ship + unmet = want
    source_stock[j, i]   Σ ship ≤ supply
    fleet_time[j, c]     Σ cycle · load · ship ≤ Σ minutes · posted
    pool_size[p]         Σ posted ≤ vehicles

Roads that are lost change ``cycle``, ``arrival`` and ``minutes`` alone, for the worse: columns and rows stay, the last
basis is nearly right, and a solution that is still feasible is still best.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.matrix import NoSolutionError
from optimizer.models.reserve_problem import LOCAL, Floats, Recourse

SLACK = 1e-9
"""Minutes may be over by this share: rounding."""


@dataclass(frozen=True)
class RoadTimes:
    """What the roads allow in a scenario; infinite or 0 minutes where no way is left.

    Attributes
    ----------
    cycle_min, arrival_min : (A,)
        Of the scenario's arcs; ``arrival_min`` is infinite where the place cannot be reached.
    posting_minutes : (N,)
        Of the scenario's postings, by the late horizon; 0 where the vehicle cannot come.
    """

    cycle_min: Floats
    arrival_min: Floats
    posting_minutes: Floats


@dataclass(frozen=True)
class Relief:
    """What is met.

    Attributes
    ----------
    unmet : float
        Weighted person-items.
    shipped : (A, I) float
        Weighted person-items that each arc brings of each item.
    posted : (N,) float
        Vehicles; a pool that posts any posts all, in the same proportions.
    """

    unmet: float
    shipped: Floats
    posted: Floats


class ReliefModel:
    """One scenario's LP, kept as arrays.

    Parameters
    ----------
    recourse : Recourse
    scenario : int
    supply : (J, I)
    weight : (I,)
        Of an unmet person-item.

    Attributes
    ----------
    arcs, postings : int64 arrays
        Those of the scenario, in the order of ``recourse``.
    roads : RoadTimes
        As ``recourse`` has them.
    """

    def __init__(self, recourse: Recourse, scenario: int, supply: Floats, weight: Floats) -> None:
        self.arcs = np.flatnonzero(recourse.arc_scenario == scenario)
        self.postings = np.flatnonzero(recourse.posting_scenario == scenario)
        self.roads = RoadTimes(
            recourse.cycle_min[self.arcs],
            recourse.arrival_min[self.arcs],
            recourse.posting_minutes[self.postings, -1],
        )
        self._horizon_min = float(recourse.due_min[-1])
        want = recourse.want[scenario]
        place, source = recourse.arc_place[self.arcs], recourse.arc_source[self.arcs]
        self._arc, self._item = np.nonzero((want[place] > 0) & (supply[source] > 0))
        self._wanted = np.argwhere(want > 0)
        v, i = self._wanted.T
        self._worth = np.divide(weight, recourse.per_person[scenario])[v, i]
        self._build(recourse, scenario, supply, want)
        self._basis: highspy.HighsBasis | None = None

    def _build(self, recourse: Recourse, scenario: int, supply: Floats, want: Floats) -> None:
        """Lay out rows and columns; the coefficients of ``fleet_time`` come last, to be filled in by :meth:`solve`."""
        place, source = recourse.arc_place[self.arcs][self._arc], recourse.arc_source[self.arcs][self._arc]
        kind = recourse.arc_class[self.arcs][self._arc]
        self._moving = kind != LOCAL
        ships, wants, posts = len(self._arc), len(self._wanted), len(self.postings)
        row_of_want = np.full(want.shape, -1)
        row_of_want[tuple(self._wanted.T)] = np.arange(wants)
        self._want_row = row_of_want[place, self._item]
        pairs, stock_row = np.unique(source * want.shape[1] + self._item, return_inverse=True)
        pool = recourse.posting_pool[self.postings]
        posting_fleet = recourse.posting_source[self.postings] * len(recourse.load.T) + recourse.pool_class[pool]
        ship_fleet = (source * len(recourse.load.T) + kind)[self._moving]
        fleets, fleet_row = np.unique(np.concatenate([ship_fleet, posting_fleet]), return_inverse=True)
        pools, pool_row = np.unique(pool, return_inverse=True)
        starts = np.cumsum([0, wants, len(pairs), len(fleets), len(pools)])
        self._fleets = len(fleets)
        self._ship_fleet, self._posting_fleet = np.split(fleet_row, [len(ship_fleet)])
        self._pool = pool_row
        moving, ship, post = np.flatnonzero(self._moving), np.arange(ships), ships + wants + np.arange(posts)
        fixed_row = np.concatenate([self._want_row, starts[1] + stock_row, np.arange(wants), starts[3] + pool_row])
        fixed_column = np.concatenate([ship, ship, ships + np.arange(wants), post])
        row = np.concatenate([fixed_row, starts[2] + fleet_row])
        column = np.concatenate([fixed_column, moving, post])
        self._fixed, self._order = len(fixed_row), np.lexsort([row, column])
        self._row = row[self._order].astype(np.int32)
        self._start = np.searchsorted(column[self._order], np.arange(ships + wants + posts + 1)).astype(np.int32)
        self._loads = recourse.load[self._item[self._moving], kind[self._moving]]
        wanted = want[tuple(self._wanted.T)]
        vehicles = recourse.pool_vehicles[scenario][pools]
        infinite = highspy.kHighsInf
        most = [wanted, supply.ravel()[pairs], np.zeros(len(fleets)), vehicles]
        self._vehicles = vehicles
        self._row_upper = np.concatenate(most)
        self._row_lower = np.concatenate([wanted, np.full(int(starts[4]) - wants, -infinite)])
        self._cost = np.concatenate([np.zeros(ships), self._worth, np.zeros(posts)])

    def solve(self, roads: RoadTimes) -> Relief:
        """Meet as much as the stock can over ``roads``.

        Raises
        ------
        NoSolutionError
            HiGHS found none, though meeting nothing is one: a defect of ours.
        """
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        self._load(solver, roads)
        if self._basis is not None:
            solver.setBasis(self._basis)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            solver.clearSolver()
            solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoSolutionError(solver.modelStatusToString(solver.getModelStatus()))
        if self._basis is None:
            self._basis = solver.getBasis()
        return self._read(np.array(solver.getSolution().col_value), float(solver.getInfo().objective_function_value))

    def still_holds(self, relief: Relief, roads: RoadTimes) -> bool:
        """Tell whether all that ``relief`` ships can be shipped over ``roads`` too, by the same vehicles.

        Where ``roads`` are no better than those it was found on, the same want then stays unmet.
        """
        units = relief.shipped[self._arc, self._item] / self._worth[self._want_row]
        in_time = roads.arrival_min[self._arc] <= self._horizon_min
        if (units[~in_time] > 0).any():
            return False
        moving = self._moving & in_time
        minutes = np.where(moving, roads.cycle_min[self._arc], 0.0)[self._moving] * self._loads * units[self._moving]
        taken = np.bincount(self._ship_fleet, minutes, self._fleets)
        given = np.bincount(self._posting_fleet, roads.posting_minutes * relief.posted, self._fleets)
        return bool((taken <= given * (1 + SLACK)).all())

    def _load(self, solver: highspy.Highs, roads: RoadTimes) -> None:
        """Hand the LP over with the minutes filled in; what arrives too late is held at 0."""
        cycle = np.where(np.isfinite(roads.cycle_min), roads.cycle_min, 0.0)[self._arc][self._moving]
        minutes = np.concatenate([cycle * self._loads, -roads.posting_minutes])
        columns, rows = len(self._cost), len(self._row_upper)
        upper = np.full(columns, highspy.kHighsInf)
        upper[: len(self._arc)][roads.arrival_min[self._arc] > self._horizon_min] = 0.0
        # Arrays in one call: filling a HighsLp field by field takes as long as solving it.
        solver.passModel(
            columns,
            rows,
            len(self._row),
            int(highspy.MatrixFormat.kColwise),
            int(highspy.ObjSense.kMinimize),
            0.0,
            self._cost,
            np.zeros(columns),
            upper,
            self._row_lower,
            self._row_upper,
            self._start,
            self._row,
            np.concatenate([np.ones(self._fixed), minutes])[self._order],
            np.zeros(columns, dtype=np.int32),
        )

    def _read(self, values: NDArray[np.float64], unmet: float) -> Relief:
        ships = len(self._arc)
        worth = values[:ships] * self._worth[self._want_row]
        shape = len(self.arcs), int(self._item.max(initial=-1)) + 1
        shipped = sparse.coo_array((worth, (self._arc, self._item)), shape=shape).toarray()
        posted = values[ships + len(self._wanted) :]
        of_pool = np.bincount(self._pool, posted, len(self._vehicles)).astype(np.float64)
        all_of_it = np.divide(self._vehicles, of_pool, out=np.ones(len(of_pool)), where=of_pool > 0)
        return Relief(unmet, shipped, posted * np.maximum(all_of_it, 1.0)[self._pool])
