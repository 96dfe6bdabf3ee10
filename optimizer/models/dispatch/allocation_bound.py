"""What no dispatch of supplies can be below: a linear programme over who brings which share of a request.

Sets
    r ∈ R           requests
    g = (c, d) ∈ G  vehicles of class c at depot d; v ∈ g
    m ∈ M           items
    b ∈ B           the deadlines and the horizon

Given
    h_rg            minutes of a round trip for r alone: loading, way there, unloading, way back, by shortest ways
    e_rg            earliest arrival of g at r: the first vehicle's start, loading and way there
    q_r, w_r, d_r   quantity, weight, deadline
    l_r             load of the whole request, kg (and, in rows of their own, m³)
    Q_v, s_v        payload and earliest start of v
    o_gb            the longest unloading and way back of a trip of g that counts for b
    f_gb            Σ_{v ∈ g, s_v + loading ≤ b} Q_v (b - s_v + o_gb) / Σ_{v ∈ g} Q_v: minutes the fleet has until b
    s_dm            stock

Variables (shares of a request)
    on_time_rg, late_rg, unmet_r ≥ 0
    minutes_g ≥ 0   what the vehicles of g spend

Rows
    served_r        Σ_g (on_time_rg + late_rg) + unmet_r = 1
    stock_dm        Σ_{r of m, g at d} q_r (on_time_rg + late_rg) ≤ s_dm
    fleet_gb        Σ_{r: d_r ≤ b} h_rg l_r / Σ_v Q_v · on_time_rg ≤ f_gb; with late_rg too where b is the horizon
    spent_g         minutes_g ≥ Σ_r h_rg l_r / max_v Q_v · (on_time_rg + late_rg)

Layers
    unmet           Σ_r w_r unmet_r
    lateness        Σ_rg w_r late(e_rg - d_r) late_rg + Σ_rg p_rd (on_time_rg + late_rg)
    minutes         Σ_g minutes_g + supplier's minutes
    lost            unmet + lateness, without regard to layers

The rows hold for trips of any number of stops: with shortest ways a trip lasts at least as long as the round trip to
any of its stops, so Σ_r h_rg · load_r ≤ Q_v · its minutes. Of trips with a delivery until b only a vehicle's last ends
after b, by o_gb at most once it is cut behind its last such delivery. Units split, which only lowers the bound.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from scipy.sparse.csgraph import floyd_warshall

from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.trips import LAST_RESORT_MIN, TINY, late_share
from optimizer.models.interruptible import run_interruptibly
from optimizer.models.matrix import MatrixModel, add_rows, highs_model

MOST_DEADLINES = 12
"""Any deadlines make valid rows; of more than this many, evenly chosen ones are taken."""
KEPT = 1e-7
"""Share of all weight by which a layer above may get worse."""
LAYERS = ("unmet", "lateness", "minutes")
LOST = "lost"
"""Unmet and lateness together."""


@dataclass(frozen=True)
class Group:
    """Vehicles of one class at one depot."""

    kind: int
    depot: int
    vehicles: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its part of the names of variables and rows."""
        return f"{self.kind}_{self.depot}"


@dataclass(frozen=True)
class Reach:
    """How a group reaches the requests.

    Attributes
    ----------
    round_trip_min, homeward_min, earliest_min : (R,)
        Of a trip for this request alone; unloading and way back; arrival. Infinite where the group can't serve it.
    """

    round_trip_min: Floats
    homeward_min: Floats
    earliest_min: Floats


def groups_of(problem: SuppliesProblem) -> list[Group]:
    """Every class with vehicles at a depot that can ever start."""
    vehicles: dict[tuple[int, int], list[int]] = {}
    for vehicle in np.flatnonzero(np.isfinite(problem.start_min)).tolist():
        key = int(problem.vehicle_class[vehicle]), int(problem.vehicle_depot[vehicle])
        vehicles.setdefault(key, []).append(vehicle)
    return [Group(kind, depot, tuple(members)) for (kind, depot), members in sorted(vehicles.items())]


def reaches_of(problem: SuppliesProblem, groups: list[Group]) -> list[Reach]:
    """Times of each group by shortest ways."""
    ways = {kind: _shortest(problem.travel_min[kind]) for kind in {group.kind for group in groups}}
    node = problem.request_place + len(problem.depot_ids)
    reaches = []
    for group in groups:
        there, back = ways[group.kind][group.depot, node], ways[group.kind][node, group.depot]
        members = list(group.vehicles)
        starts = float(problem.start_min[members].min()) + float(problem.loading_min[group.kind])
        homeward = back + problem.unloading_min[group.kind]
        takes_a_unit = (problem.mass_kg[problem.request_item] <= problem.payload_kg[members].max() + TINY) & (
            problem.volume_m3[problem.request_item] <= problem.payload_m3[members].max() + TINY
        )
        in_stock = problem.stock[group.depot, problem.request_item] >= 1 - TINY
        arrives = np.maximum(starts + there, _released(problem, group.kind)[node])
        able = takes_a_unit & in_stock & np.isfinite(back) & (arrives <= problem.horizon_min + TINY)
        reaches.append(
            Reach(
                np.where(able, problem.loading_min[group.kind] + there + homeward, np.inf),
                np.where(able, homeward, np.inf),
                np.where(able, arrives, np.inf),
            )
        )
    return reaches


def _released(problem: SuppliesProblem, kind: int) -> Floats:
    """(D + P,) minute before which nobody of a class comes to a place from another: the first of its ways to open."""
    travel = problem.travel_min[kind]
    opens = np.where(np.isfinite(travel) & ~np.eye(len(travel), dtype=bool), problem.opened[kind], np.inf)
    first: Floats = opens.min(axis=0)
    return np.where(np.isfinite(first), first, 0.0)


def _shortest(travel: Floats) -> Floats:
    """Shortest ways over any of the places; zero minutes are a way and infinite ones are none."""
    # SciPy only prints its refusal of rows that are not contiguous.
    ways = np.ascontiguousarray(np.where(travel == 0, 1e-12, travel))
    direct = np.asarray(floyd_warshall(ways), dtype=float)
    shortest: Floats = np.minimum(direct, travel)
    return shortest


class AllocationModel:
    """The linear programme as it is stated in PuLP."""

    def __init__(self, problem: SuppliesProblem) -> None:
        self.problem = problem
        self.groups = groups_of(problem)
        self.reaches = reaches_of(problem, self.groups)
        self.model = pulp.LpProblem("allocation", pulp.LpMinimize)
        self.requests = np.flatnonzero(problem.quantity > 0).tolist()
        self.unmet = {r: self.model.add_variable(f"unmet_{r}", 0, 1) for r in self.requests}
        self.on_time: dict[tuple[int, int], pulp.LpVariable] = {}
        self.late: dict[tuple[int, int], pulp.LpVariable] = {}
        for place, (group, reach) in enumerate(zip(self.groups, self.reaches, strict=True)):
            for r in self.requests:
                if np.isinf(reach.earliest_min[r]):
                    continue
                if reach.earliest_min[r] <= problem.deadline_min[r] + TINY:
                    self.on_time[r, place] = self.model.add_variable(f"on_time_{r}_{group.name}", 0, 1)
                if problem.deadline_min[r] < problem.horizon_min:
                    self.late[r, place] = self.model.add_variable(f"late_{r}_{group.name}", 0, 1)
        self.minutes: dict[int, pulp.LpVariable] = {}
        self._served()
        self._stock()
        for place in range(len(self.groups)):
            self._fleet(place)

    def layer(self, name: str) -> pulp.LpAffineExpression:
        """The expression of one of `LAYERS`."""
        problem = self.problem
        if name == "unmet":
            return pulp.lpSum(float(problem.weight[r]) * share for r, share in self.unmet.items())
        both = [*self.on_time.items(), *self.late.items()]
        if name == "minutes":
            supplier = [LAST_RESORT_MIN * x for (_, g), x in both if problem.last_resort[self.groups[g].depot]]
            return pulp.lpSum([*self.minutes.values(), *supplier])
        late = [
            float(problem.weight[r])
            * late_share(max(float(self.reaches[g].earliest_min[r] - problem.deadline_min[r]), 2 * TINY))
            * share
            for (r, g), share in self.late.items()
        ]
        changed = [float(problem.change_penalty[r, self.groups[g].depot]) * share for (r, g), share in both]
        return pulp.lpSum([*late, *changed])

    def _parts(self) -> dict[tuple[int, int], list[pulp.LpVariable]]:
        parts: dict[tuple[int, int], list[pulp.LpVariable]] = {}
        for key, share in [*self.on_time.items(), *self.late.items()]:
            parts.setdefault(key, []).append(share)
        return parts

    def _served(self) -> None:
        shares: dict[int, list[pulp.LpVariable]] = {r: [unmet] for r, unmet in self.unmet.items()}
        for (r, _), parts in self._parts().items():
            shares[r] += parts
        for r, parts in shares.items():
            self.model += pulp.lpSum(parts) == 1, f"served_{r}"

    def _stock(self) -> None:
        problem = self.problem
        taken: dict[tuple[int, int], list[pulp.LpAffineExpression]] = {}
        for (r, g), parts in self._parts().items():
            key = self.groups[g].depot, int(problem.request_item[r])
            taken.setdefault(key, []).extend(float(problem.quantity[r]) * share for share in parts)
        for (depot, item), units in taken.items():
            self.model += pulp.lpSum(units) <= float(problem.stock[depot, item]), f"stock_{depot}_{item}"

    def _fleet(self, g: int) -> None:
        """State fleet_gb and spent_g of one group, kg and m³ apart."""
        problem, group, reach = self.problem, self.groups[g], self.reaches[g]
        on_time = {r: x for (r, place), x in self.on_time.items() if place == g}
        late = {r: x for (r, place), x in self.late.items() if place == g}
        if not on_time and not late:
            return
        self.minutes[g] = self.model.add_variable(f"minutes_{group.name}", 0)
        for measure, unit, payload in (
            ("kg", problem.mass_kg, problem.payload_kg),
            ("m3", problem.volume_m3, problem.payload_m3),
        ):
            load = problem.quantity * unit[problem.request_item]
            room = payload[list(group.vehicles)]
            if room.sum() <= 0:
                self.model += self.minutes[g] >= 0, f"spent_{group.name}_{measure}"
                continue
            everything = [(r, x) for shares in (on_time, late) for r, x in shares.items()]
            spent = pulp.lpSum(float(reach.round_trip_min[r] * load[r] / room.max()) * x for r, x in everything)
            self.model += spent <= self.minutes[g], f"spent_{group.name}_{measure}"
            for b, until in enumerate(_deadlines(problem)):
                at_end = until >= problem.horizon_min
                counted = everything if at_end else [(r, x) for r, x in on_time.items() if self._by(r, until)]
                if not counted:
                    continue
                overhang = max(float(reach.homeward_min[r]) for r, _ in counted)
                used = pulp.lpSum(float(reach.round_trip_min[r] * load[r] / room.sum()) * x for r, x in counted)
                has = _fleet_minutes(problem, group, room, until, overhang)
                self.model += used <= has, f"fleet_{group.name}_{b}_{measure}"

    def _by(self, r: int, until: float) -> bool:
        return bool(self.problem.deadline_min[r] <= until)


def _deadlines(problem: SuppliesProblem) -> list[float]:
    """Deadlines that get rows, the horizon last."""
    deadlines = np.unique(problem.deadline_min[problem.deadline_min < problem.horizon_min])
    if len(deadlines) > MOST_DEADLINES:
        deadlines = deadlines[np.linspace(0, len(deadlines) - 1, MOST_DEADLINES).round().astype(int)]
    return [*deadlines.tolist(), problem.horizon_min]


def _fleet_minutes(problem: SuppliesProblem, group: Group, room: Floats, until: float, overhang: float) -> float:
    """Minutes that the group's vehicles have for what arrives by ``until``, averaged by their room."""
    start = problem.start_min[list(group.vehicles)]
    usable = start + problem.loading_min[group.kind] <= until
    return float((room * np.where(usable, until - start + overhang, 0.0)).sum() / room.sum())


class AllocationBound:
    """The programme in HiGHS, solved layer by layer."""

    def __init__(self, problem: SuppliesProblem) -> None:
        self.stated = AllocationModel(problem)
        self.scale = max(float(problem.weight.sum()), 1.0)
        empty = not self.stated.requests
        self.matrix = None if empty else MatrixModel.of(self.stated.model)

    def bounds(self, kept: tuple[float, float], time_limit_s: float) -> dict[str, float]:
        """Bound each layer, given what the layers above have reached.

        Parameters
        ----------
        kept : tuple of float
            Weighted unmet and lateness of the solution to be judged.

        Returns
        -------
        dict of str to float
            By the names of `LAYERS` and `LOST`; 0 where the time did not suffice.
        """
        if self.matrix is None:
            return dict.fromkeys((*LAYERS, LOST), 0.0)
        deadline = time.monotonic() + time_limit_s
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.passModel(highs_model(self.matrix, whole=False))
        costs = {name: self.matrix.dense(self.stated.layer(name)) for name in LAYERS}
        costs = {LOST: costs["unmet"] + costs["lateness"]} | costs
        found = {}
        for name, cost in costs.items():
            columns = np.arange(len(cost), dtype=np.int32)
            solver.changeColsCost(len(cost), columns, cost)
            solver.setOptionValue("time_limit", solver.getRunTime() + max(deadline - time.monotonic(), 0.01))
            run_interruptibly(solver)
            proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            found[name] = max(float(solver.getInfo().objective_function_value), 0.0) if proven else 0.0
            if name in LAYERS[:-1]:
                add_rows(solver, [(cost, kept[LAYERS.index(name)] + KEPT * self.scale)])
        return found
