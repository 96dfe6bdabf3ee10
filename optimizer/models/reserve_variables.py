"""The variables of the reserve model, by the names of its formulation (:mod:`optimizer.models.reserve`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from pulp import LpVariable as Variable

from optimizer.models.reserve_problem import LOCAL, ReserveProblem


@dataclass(frozen=True)
class Variables:
    """The model's variables, by the formulation's names."""

    build: list[Variable]
    packs: list[Variable]
    bought: list[Variable]
    moved_in: list[Variable]
    moved_out: list[Variable]
    contract: list[Variable]
    held: dict[tuple[int, int], Variable]
    ship: dict[tuple[int, int, bool], Variable]
    unmet: dict[tuple[int, int, int], Variable]
    posted: list[Variable]
    short: list[Variable]


def reserve_variables(problem: ReserveProblem, model: pulp.LpProblem) -> Variables:
    """Add the variables to ``model``; those of the second stage get finite bounds, which its cuts need."""
    new = model.add_variable
    forbidden = set(problem.forbidden_sizes)
    count = len(problem.holdings.source)
    movable = problem.holdings.movable
    pairs = {(int(j), int(i)) for j, i in zip(problem.holdings.source, problem.holdings.item, strict=True)}
    return Variables(
        build=[new(f"build_{z}", 0, int(z not in forbidden), "Integer") for z in range(len(problem.sizes.source))],
        packs=[new(f"packs_{line}", 0, None, "Integer") for line in range(len(problem.lines.holding))],
        bought=[new(f"bought_{q}", 0, float(u), "Integer") for q, u in enumerate(problem.equipment.units)],
        moved_in=[new(f"moved_in_{h}", 0, None if movable[h] else 0) for h in range(count)],
        moved_out=[
            new(f"moved_out_{h}", 0, float(problem.holdings.existing[h]) if movable[h] else 0) for h in range(count)
        ],
        contract=[new(f"contract_{k}", 0, float(most)) for k, most in enumerate(problem.offers.most)],
        held={(j, i): new(f"held_{j}_{i}", 0) for j, i in sorted(pairs)},
        ship=_shipments(problem, model),
        unmet={
            (int(s), int(v), int(i)): new(f"unmet_{s}_{v}_{i}", 0, float(problem.recourse.want[s, v, i]))
            for s, v, i in np.argwhere(problem.recourse.want > 0)
        },
        posted=_postings(problem, model),
        short=[new(f"short_{w}", 0, 1) for w in range(len(problem.depot_wishes) + len(problem.stock_wishes))],
    )


def _postings(problem: ReserveProblem, model: pulp.LpProblem) -> list[Variable]:
    """``posted`` for every posting, at most the pool's vehicles."""
    recourse = problem.recourse
    most = recourse.pool_vehicles[recourse.posting_scenario, recourse.posting_pool]
    return [model.add_variable(f"posted_{n}", 0, float(limit)) for n, limit in enumerate(most)]


def _shipments(problem: ReserveProblem, model: pulp.LpProblem) -> dict[tuple[int, int, bool], Variable]:
    """``ship`` for every arc, item and period in which a first load can arrive and the source may hold the item."""
    recourse = problem.recourse
    gives = {(int(j), int(i)) for j, i in zip(problem.holdings.source, problem.holdings.item, strict=True)}
    gives |= {(int(j), int(i)) for j, i in zip(problem.offers.source, problem.offers.item, strict=True)}
    ship = {}
    for a, (s, j, v, c) in enumerate(
        zip(recourse.arc_scenario, recourse.arc_source, recourse.arc_place, recourse.arc_class, strict=True)
    ):
        for i in np.flatnonzero(recourse.want[s, v] > 0):
            if (int(j), int(i)) not in gives:
                continue
            most = float(recourse.want[s, v, i])
            if recourse.arrival_min[a] <= problem.deadline_min[i]:
                ship[a, int(i), False] = model.add_variable(f"ship_{a}_{i}_on_time", 0, most)
            if c != LOCAL and recourse.arrival_min[a] <= recourse.due_min[-1]:
                ship[a, int(i), True] = model.add_variable(f"ship_{a}_{i}_late", 0, most)
    return ship


def scenario_of(problem: ReserveProblem, x: Variables) -> dict[str, int]:
    """Scenario of every variable of the second stage, by the variable's name."""
    recourse = problem.recourse
    scenario = {ship.name: int(recourse.arc_scenario[a]) for (a, _, _), ship in x.ship.items()}
    scenario |= {unmet.name: s for (s, _, _), unmet in x.unmet.items()}
    scenario |= {posted.name: int(recourse.posting_scenario[n]) for n, posted in enumerate(x.posted)}
    return scenario | {f"excess_{s}": s for s in range(len(problem.scenarios))}
