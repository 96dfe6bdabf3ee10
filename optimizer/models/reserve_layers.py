"""The layers of the reserve model, in order of precedence (:mod:`optimizer.models.reserve` states them)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pulp
from pulp import LpAffineExpression as Sum
from pulp import LpVariable as Variable

from optimizer.models.reserve_problem import TIERS, Floats, Ints, ReserveProblem
from optimizer.models.reserve_variables import Variables
from optimizer.models.solve import Objective


def layers(problem: ReserveProblem, x: Variables, model: pulp.LpProblem) -> list[Objective]:
    """State the layers in order of precedence; empty ones are left out."""
    wanted = [_requirements(problem, x, tier) for tier in range(len(TIERS))]
    paid = [(variable, cost) for _, variable, cost in expenses(problem, x)]
    cost = Objective("cost", Sum(paid), float(problem.budget_cny.sum()), "CNY")
    stated = [wanted[0], wanted[1], _unmet(problem, x, model), _late(problem, x), wanted[2], cost]
    return [objective for objective in stated if objective.scale > 0 or objective.name == "cost"]


def _requirements(problem: ReserveProblem, x: Variables, tier: int) -> Objective:
    """Weighted shortfall of equipment and wishes in one tier."""
    terms: list[tuple[Variable, float]] = []
    scale = 0.0
    for q, units in enumerate(problem.equipment.units):
        weight = float(problem.equipment.weight[q, tier])
        terms.append((x.bought[q], -weight))
        scale += weight * float(units)
    missing = scale
    wishes = [wish.weight[tier] for wish in problem.depot_wishes] + [wish.weight[tier] for wish in problem.stock_wishes]
    terms += list(zip(x.short, wishes, strict=True))
    scale += sum(wishes)
    return Objective(TIERS[tier], Sum([t for t in terms if t[1]], missing), scale, "requirements")


def _unmet(problem: ReserveProblem, x: Variables, model: pulp.LpProblem) -> Objective:
    """Unmet person-items, weighted by priority: expected, mean of the worst share, or worst."""
    recourse = problem.recourse
    weight = priority_weights(problem.priority, problem.priority_ratio)
    by_scenario: dict[int, list[tuple[Variable, float]]] = defaultdict(list)
    for (s, v, i), unmet in x.unmet.items():
        by_scenario[s].append((unmet, float(weight[i] / recourse.per_person[s, v, i])))
    outcome = person_items(problem) @ weight
    unit = "weighted person-items"
    if problem.risk == "expected":
        terms = [(v, c * float(recourse.probability[s])) for s, sums in by_scenario.items() for v, c in sums]
        return Objective("unmet", Sum(terms), float(outcome @ recourse.probability), unit)
    # Rockafellar & Uryasev (2000): CVaR = min η + Σ probability · excess / share. Where every excess weighs 1 or more,
    # the threshold rises to the worst outcome.
    threshold = model.add_variable("threshold", 0)
    terms = [(threshold, 1.0)]
    for s, sums in by_scenario.items():
        excess = model.add_variable(f"excess_{s}", 0, float(outcome[s]))
        weight_beyond = 1.0 if problem.risk == "worst" else float(recourse.probability[s]) / problem.cvar_share
        beyond = [(v, -c) for v, c in sums] + [(threshold, 1.0), (excess, 1.0)]
        model.addConstraint(Sum(beyond) >= 0, f"beyond_{s}")
        terms.append((excess, weight_beyond))
    return Objective("unmet", Sum(terms), float(outcome.max(initial=0.0)), unit)


def expected_unmet(problem: ReserveProblem, x: Variables) -> Sum:
    """Expected unmet person-items, weighted by priority, whatever the measure of risk."""
    recourse = problem.recourse
    weight = priority_weights(problem.priority, problem.priority_ratio)
    return Sum(
        [
            (unmet, float(recourse.probability[s] * weight[i] / recourse.per_person[s, v, i]))
            for (s, v, i), unmet in x.unmet.items()
        ]
    )


def priority_weights(priority: Ints, ratio: float) -> Floats:
    """(I,) weight of an unmet person-item: 1 for the lowest priority, ``ratio`` times as much for each one above."""
    rank = np.unique(priority, return_inverse=True)[1]
    weights: Floats = ratio ** (rank.max(initial=0) - rank).astype(float)
    return weights


def person_items(problem: ReserveProblem) -> Floats:
    """(S, I) person-items wanted: people who need the item, over all places."""
    recourse = problem.recourse
    each: Floats = np.divide(
        recourse.want, recourse.per_person, where=recourse.want > 0, out=np.zeros_like(recourse.want)
    )
    total: Floats = each.sum(axis=1)
    return total


def _late(problem: ReserveProblem, x: Variables) -> Objective:
    """Expected person-items that come late."""
    recourse = problem.recourse
    terms = []
    for (a, i, late), ship in x.ship.items():
        if late:
            s, v = int(recourse.arc_scenario[a]), int(recourse.arc_place[a])
            terms.append((ship, float(recourse.probability[s] / recourse.per_person[s, v, i])))
    scale = float(person_items(problem).sum(axis=1) @ recourse.probability)
    return Objective("late", Sum(terms), scale, "person-items")


def expenses(problem: ReserveProblem, x: Variables) -> Iterable[tuple[int, Variable, float]]:
    """Payer, variable and CNY of all that is paid for."""
    for z, (payer, cost) in enumerate(zip(problem.sizes.payer, problem.sizes.cost_cny, strict=True)):
        yield int(payer), x.build[z], float(cost)
    for line, (h, cost) in enumerate(zip(problem.lines.holding, problem.lines.cost_cny, strict=True)):
        yield int(problem.holdings.payer[h]), x.packs[line], float(cost)
    for q, (payer, price) in enumerate(zip(problem.equipment.payer, problem.equipment.price_cny, strict=True)):
        yield int(payer), x.bought[q], float(price)
    for k, (payer, fee) in enumerate(zip(problem.offers.payer, problem.offers.fee_cny, strict=True)):
        yield int(payer), x.contract[k], float(fee)
    for h in np.flatnonzero(problem.holdings.movable):
        cost = float(problem.move_cost_cny[problem.holdings.item[h]])
        yield int(problem.holdings.payer[h]), x.moved_in[h], cost
