"""The reserve model: what to open, hold, buy, move and contract before it is known which event comes.

A two-stage stochastic programme with recourse, after Rawls & Turnquist (2010), *Pre-positioning of emergency supplies
for disaster response*, Transportation Research B 44, and Noyan (2012), *Risk-averse two-stage stochastic programming
with an application to disaster management*, Computers & Operations Research 39. The objective is a sequence of layers,
each minimised in turn and then kept, so that no penalty hides what is unmet behind what it costs.

Sets
    j  sources: depots, candidates, villages that hold relief, suppliers' offers
    z  sizes at which a source can be built or enlarged
    i  relief items                  q  classes of equipment: one item missing at equal sites of one payer
    h  holdings (j, i, o)            l  purchase lines, each into a holding
    k  offers of suppliers           o  payers, who own what they buy
    w  wishes: a depot in a place, or so much of an item at a source
    s  scenarios                     v  places with want
    a  arcs: from a source to a place by a vehicle class, in a scenario (class ``LOCAL``: held on the spot)
    p  vehicle pools (home site and class)      n  postings: a pool that may work from a source, in a scenario
    d  due times: the items' deadlines, and the late horizon as the last
    r  tiers of requirements: decided by the planner, mandatory, advisory

Data
    storage[j] m³, size_storage[z] m³, size_cost[z] CNY
    volume[i] m³ a unit, existing[h] units usable at the horizon
    pack[l] units, line_cost[l] CNY a pack, budget[o] CNY, move_cost[i] CNY a unit
    fee[k] CNY a unit, most[k] units
    units[q] missing, price[q] CNY a unit, weight[q, r] of a unit short; weight[w, r] of a wish unmet
    probability[s] (normalised), want[s, v, i] units, per_person[s, v, i] units (days included)
    priority[i], deadline[i] min
    kept[s, j] share of the stock at j that the event leaves (for an offer: the share that the supplier can give)
    cycle[a] min (loading, drive, unloading, drive back), arrival[a] min (the first load, after the event)
    load[i, c] vehicle loads a unit: the larger of mass / payload and volume / loading volume
    vehicles[s, p], minutes[n, d] min that a vehicle posted by n can work from its source before d

Variables
    build[z] ∈ {0, 1}, packs[l] ∈ ℤ₊, bought[q] ∈ ℤ₊, moved_in[h], moved_out[h], contract[k] ≥ 0
    held[j, i] ≥ 0
    ship[a, i, on time], ship[a, i, late] ≥ 0, unmet[s, v, i] ≥ 0, posted[n] ≥ 0
    short[w] ∈ [0, 1]

Layers, in order
    decided     Σ weight · shortfall of what the planner has decided (0 unless money or storage does not allow it)
    mandatory   Σ weight · shortfall of mandatory requirements
    unmet       Σₛ probability · Σ weight · unmet / per_person (weighted person-items: the lowest priority weighs 1,
                each above it ``priority_ratio`` times the one below);
                with ``risk`` "cvar" the mean of the worst share of outcomes, with "worst" the worst scenario
    late        Σₛ probability · Σ ship[late] / per_person
    advisory    Σ weight · shortfall of the other requirements
    cost        purchases, building, running, contracts, moves (CNY) this year

Constraints
    stock_balance[j, i]      held = Σ_h existing + moved_in - moved_out + Σ pack · packs
    stock_owner[h]           existing + moved_in - moved_out + Σ pack · packs ≥ 0
    moves_balance[i, o]      Σ_j moved_in = Σ_j moved_out
    storage_limit[j]         Σ volume · held ≤ storage + Σ size_storage · build
    one_size[j]              Σ_z build ≤ 1
    opened_first[j, i]       held ≤ useful · Σ_z build at a candidate, where no scenario can use more than ``useful``
    payer_budget[o]          Σ what o pays ≤ budget
    equipment_limit[q]       bought ≤ units
    depot_wish[w]            Σ build + short ≥ 1
    stock_wish[w]            held + units · short ≥ units
    want_met[s, v, i]        Σ ship + unmet = want
    source_stock[s, j, i]    Σ ship ≤ kept · (held + contract of the offer)
    fleet_time[s, j, c, d]   Σ cycle · load · ship due by d ≤ Σ minutes[n, d] · posted[n]
    pool_size[s, p]          Σ posted ≤ vehicles

A shipment on time is due by its item's deadline, a late one by the late horizon; on time only where arrival ≤ deadline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import pulp
from pulp import LpAffineExpression as Sum
from pulp import LpVariable as Variable

from optimizer.models.reserve_layers import expected_unmet, expenses, layers
from optimizer.models.reserve_problem import LOCAL, ReserveProblem, ReserveSolution
from optimizer.models.reserve_variables import Variables, reserve_variables, scenario_of
from optimizer.models.solve import LayeredSolution, Objective, solve_in_layers


def solve_reserve(
    problem: ReserveProblem,
    *,
    gap: float = 0.01,
    time_limit_s: float = 600,
    progress: Callable[[str, float], None] | None = None,
) -> ReserveSolution:
    """State the model and solve it layer by layer.

    Parameters
    ----------
    problem : ReserveProblem
    gap : float
        Relative gap to be proven in each layer.
    time_limit_s : float
    progress : callable, optional
        Told the layer's name and the share of layers done.

    Returns
    -------
    ReserveSolution
        Feasible whatever the budget; each layer says whether its gap is proven.
    """
    model, variables, objectives = state_reserve(problem)
    solution = solve_in_layers(
        model,
        objectives,
        scenario_of(problem, variables),
        expected_unmet(problem, variables),
        gap=gap,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    return _read(problem, variables, solution)


def state_reserve(problem: ReserveProblem) -> tuple[pulp.LpProblem, Variables, list[Objective]]:
    """State the constraints and the layers, without solving anything."""
    model = pulp.LpProblem("reserve", pulp.LpMinimize)
    x = reserve_variables(problem, model)
    for family in (
        stock_balance,
        stock_owner,
        moves_balance,
        storage_limit,
        one_size,
        opened_first,
        payer_budget,
        depot_wish,
        stock_wish,
        want_met,
        source_stock,
        fleet_time,
        pool_size,
    ):
        for name, constraint in family(problem, x):
            model.addConstraint(constraint, name)
    return model, x, layers(problem, x, model)


Named = Iterable[tuple[str, pulp.LpConstraint]]


def _inflow(problem: ReserveProblem, x: Variables) -> dict[int, list[tuple[Variable, float]]]:
    """What changes each holding: moves and packs."""
    terms: dict[int, list[tuple[Variable, float]]] = defaultdict(list)
    for h in np.flatnonzero(problem.holdings.movable):
        terms[int(h)] += [(x.moved_in[h], 1.0), (x.moved_out[h], -1.0)]
    for line, h in enumerate(problem.lines.holding):
        terms[int(h)].append((x.packs[line], float(problem.lines.pack[line])))
    return terms


def stock_balance(problem: ReserveProblem, x: Variables) -> Named:
    """``held`` is what exists, moves and is bought, over all owners."""
    inflow = _inflow(problem, x)
    members: dict[tuple[int, int], list[int]] = defaultdict(list)
    for h, (j, i) in enumerate(zip(problem.holdings.source, problem.holdings.item, strict=True)):
        members[int(j), int(i)].append(h)
    for (j, i), holdings in members.items():
        terms = [(x.held[j, i], 1.0)] + [(v, -c) for h in holdings for v, c in inflow[h]]
        existing = float(problem.holdings.existing[holdings].sum())
        yield f"stock_balance_{j}_{i}", Sum(terms) == existing


def stock_owner(problem: ReserveProblem, x: Variables) -> Named:
    """No owner's stock is below zero: only what the owner has or brings in is moved out."""
    inflow = _inflow(problem, x)
    for h in np.flatnonzero(problem.holdings.movable):
        yield f"stock_owner_{h}", Sum(inflow[int(h)]) >= -float(problem.holdings.existing[h])


def moves_balance(problem: ReserveProblem, x: Variables) -> Named:
    """What an owner moves out of one source arrives at another."""
    terms: dict[tuple[int, int], list[tuple[Variable, float]]] = defaultdict(list)
    for h in np.flatnonzero(problem.holdings.movable):
        key = int(problem.holdings.item[h]), int(problem.holdings.payer[h])
        terms[key] += [(x.moved_in[h], 1.0), (x.moved_out[h], -1.0)]
    for (i, o), sums in terms.items():
        yield f"moves_balance_{i}_{o}", Sum(sums) == 0


def storage_limit(problem: ReserveProblem, x: Variables) -> Named:
    """The volume held fits the storage that there is or is built.

    A source whose present stock exceeds its storage may keep that stock, and no more.
    """
    terms: dict[int, list[tuple[Variable, float]]] = defaultdict(list)
    for (j, i), held in x.held.items():
        terms[j].append((held, float(problem.volume_m3[i])))
    for z, j in enumerate(problem.sizes.source):
        terms[int(j)].append((x.build[z], -float(problem.sizes.storage_m3[z])))
    for j, sums in terms.items():
        if np.isfinite(problem.storage_m3[j]):
            yield f"storage_limit_{j}", Sum(sums) <= float(problem.storage_m3[j])


def one_size(problem: ReserveProblem, x: Variables) -> Named:
    """At most one size is built at a source."""
    sizes: dict[int, list[Variable]] = defaultdict(list)
    for z, j in enumerate(problem.sizes.source):
        sizes[int(j)].append(x.build[z])
    for j, choices in sizes.items():
        yield f"one_size_{j}", Sum([(choice, 1.0) for choice in choices]) <= 1


def opened_first(problem: ReserveProblem, x: Variables) -> Named:
    """Nothing is held at a candidate that is not opened: said item by item, it makes the LP open by more than a crumb.

    Valid, since stock beyond the largest want that a scenario can call on (or the planner asks for) helps nobody.
    """
    recourse = problem.recourse
    largest = np.zeros((len(problem.sources), len(problem.items)))
    wanted = np.zeros_like(largest)
    for s in range(len(problem.scenarios)):
        wanted[:] = 0.0
        own = recourse.arc_scenario == s
        pairs = np.unique(np.stack([recourse.arc_source[own], recourse.arc_place[own]], axis=1), axis=0)
        np.add.at(wanted, pairs[:, 0], recourse.want[s, pairs[:, 1]])
        kept = recourse.kept[s][:, None]
        largest = np.maximum(largest, np.divide(wanted, kept, where=kept > 0, out=np.zeros_like(wanted)))
    for wish in problem.stock_wishes:
        largest[wish.source, wish.item] = max(largest[wish.source, wish.item], wish.units)
    pack = {
        (int(problem.holdings.source[h]), int(problem.holdings.item[h])): p
        for h, p in zip(problem.lines.holding, problem.lines.pack, strict=True)
    }
    standing = set(problem.holdings.source[problem.holdings.existing > 0].tolist())
    candidates = set(problem.sizes.source[problem.storage_m3[problem.sizes.source] <= 0].tolist()) - standing
    for (j, i), held in x.held.items():
        if j not in candidates:
            continue
        built = [
            (x.build[z], -float(largest[j, i] + pack.get((j, i), 0.0)))
            for z in np.flatnonzero(problem.sizes.source == j)
        ]
        yield f"opened_first_{j}_{i}", Sum([(held, 1.0), *built]) <= 0


def payer_budget(problem: ReserveProblem, x: Variables) -> Named:
    """No payer spends more than the budget."""
    terms: dict[int, list[tuple[Variable, float]]] = defaultdict(list)
    for payer, variable, cost in expenses(problem, x):
        terms[payer].append((variable, cost))
    for payer, sums in terms.items():
        yield f"payer_budget_{payer}", Sum(sums) <= float(problem.budget_cny[payer])


def depot_wish(problem: ReserveProblem, x: Variables) -> Named:
    """A depot is built where one is wished for, or the wish is short."""
    for w, wish in enumerate(problem.depot_wishes):
        yield f"depot_wish_{w}", Sum([(x.build[z], 1.0) for z in wish.sizes] + [(x.short[w], 1.0)]) >= 1


def stock_wish(problem: ReserveProblem, x: Variables) -> Named:
    """So much is held where it is wished for, or the wish is short by a share."""
    for w, wish in enumerate(problem.stock_wishes, start=len(problem.depot_wishes)):
        held = x.held.get((wish.source, wish.item))
        terms = [(x.short[w], wish.units)] + ([(held, 1.0)] if held is not None else [])
        yield f"stock_wish_{w}", Sum(terms) >= wish.units


def want_met(problem: ReserveProblem, x: Variables) -> Named:
    """Every want is met by shipments or stays unmet."""
    recourse = problem.recourse
    terms: dict[tuple[int, int, int], list[tuple[Variable, float]]] = defaultdict(list)
    for (a, i, _), ship in x.ship.items():
        terms[int(recourse.arc_scenario[a]), int(recourse.arc_place[a]), i].append((ship, 1.0))
    for (s, v, i), unmet in x.unmet.items():
        yield f"want_met_{s}_{v}_{i}", Sum([*terms[s, v, i], (unmet, 1.0)]) == float(recourse.want[s, v, i])


def source_stock(problem: ReserveProblem, x: Variables) -> Named:
    """No source gives more than the event has left of what it holds or has under contract."""
    recourse = problem.recourse
    terms: dict[tuple[int, int, int], list[tuple[Variable, float]]] = defaultdict(list)
    for (a, i, _), ship in x.ship.items():
        terms[int(recourse.arc_scenario[a]), int(recourse.arc_source[a]), i].append((ship, 1.0))
    contracts = {
        (int(j), int(i)): x.contract[k]
        for k, (j, i) in enumerate(zip(problem.offers.source, problem.offers.item, strict=True))
    }
    for (s, j, i), sums in terms.items():
        stock = [family[j, i] for family in (x.held, contracts) if (j, i) in family]
        yield f"source_stock_{s}_{j}_{i}", Sum([*sums, *((v, -float(recourse.kept[s, j])) for v in stock)]) <= 0


def fleet_time(problem: ReserveProblem, x: Variables) -> Named:
    """What is due by a time takes no more than the minutes that posted vehicles have by then."""
    recourse = problem.recourse
    used: dict[tuple[int, int, int, int], list[tuple[Variable, float]]] = defaultdict(list)
    dues = range(len(recourse.due_min))
    for (a, i, late), ship in x.ship.items():
        c = int(recourse.arc_class[a])
        if c == LOCAL:
            continue
        minutes = float(recourse.cycle_min[a] * recourse.load[i, c])
        own = recourse.due_min[-1] if late else problem.deadline_min[i]
        key = int(recourse.arc_scenario[a]), int(recourse.arc_source[a]), c
        for d in dues:
            if own <= recourse.due_min[d]:
                used[*key, d].append((ship, minutes))
    given: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for n, (s, p, j) in enumerate(
        zip(recourse.posting_scenario, recourse.posting_pool, recourse.posting_source, strict=True)
    ):
        given[int(s), int(j), int(recourse.pool_class[p])].append(n)
    for (s, j, c, d), sums in used.items():
        posted = [(x.posted[n], -float(recourse.posting_minutes[n, d])) for n in given[s, j, c]]
        yield f"fleet_time_{s}_{j}_{c}_{d}", Sum(sums + posted) <= 0


def pool_size(problem: ReserveProblem, x: Variables) -> Named:
    """A pool posts no more vehicles than it has with crews."""
    recourse = problem.recourse
    members: dict[tuple[int, int], list[Variable]] = defaultdict(list)
    for n, (s, p) in enumerate(zip(recourse.posting_scenario, recourse.posting_pool, strict=True)):
        members[int(s), int(p)].append(x.posted[n])
    for (s, p), posted in members.items():
        yield f"pool_size_{s}_{p}", Sum([(one, 1.0) for one in posted]) <= float(recourse.pool_vehicles[s, p])


def _read(problem: ReserveProblem, x: Variables, solution: LayeredSolution) -> ReserveSolution:
    keys = list(x.ship)
    shipments = pd.DataFrame(keys, columns=["arc", "item", "late"]).assign(units=solution.of([x.ship[k] for k in keys]))
    unmet = np.zeros(problem.recourse.want.shape)
    if x.unmet:
        unmet[tuple(np.array(list(x.unmet)).T)] = solution.of(list(x.unmet.values()))
    return ReserveSolution(
        build=solution.of(x.build).astype(np.int64),
        packs=solution.of(x.packs).astype(np.int64),
        moved_in=solution.of(x.moved_in),
        moved_out=solution.of(x.moved_out),
        contract=solution.of(x.contract),
        bought=solution.of(x.bought).astype(np.int64),
        shipments=shipments[shipments["units"] > 1e-6].reset_index(drop=True),
        posted=solution.of(x.posted),
        unmet=unmet,
        layers=solution.layers,
    )
