"""Capacitated location over scenarios by any measure: one mixed-integer programme for all scenarios, solved by HiGHS.

Variables
    o_j, y_o ∈ {0, 1}   whether site j stands, and in which size (`optimizer.models.siting.capacitated_master`)
    x_sij ∈ [0, 1]      share of the demand of i served from j in s; only where it can be
    r_si ∈ [0, 1]       share left unserved, where that has a price

Objective
    the measure of L_s = base + Σ_o c_o y_o + Σ_ij w_si u_sij x_sij + Σ_i w_si u⁰ r_si        (`Programme.measure`)

Rows
    Σ_j x_sij + r_si = 1                                                                      (demand)
    Σ_i w_si x_sij ≤ Σ_{o of j} Q_o y_o                                                       (capacity)
    x_sij ≤ Σ_{o of j} min(1, Q_o / w_si) y_o                                                 (strong)

The strong rows follow from the others in whole numbers and are added where the linear relaxation violates them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.capacitated_master import master_rows, root_bounds
from optimizer.models.siting.capacitated_supply import Supply
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.programme import NoIncumbentError, Programme
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

ROUNDS = 12
"""So often strong rows are looked for before whole numbers are asked for."""
ROUNDS_SHARE = 0.3
"""Share of the time that the rounds may take."""
VIOLATED = 1e-4


@dataclass(frozen=True)
class _Columns:
    """Places of o, y, x and r, and which scenario, demand point and site every x has."""

    opened: Whole
    chosen: Whole
    served: Whole
    unserved: Whole
    scenario: Whole
    demand: Whole
    site: Whole


def solve_programme(
    supply: Supply,
    measure: Measure,
    best: Floats | None,
    *,
    time_limit_s: float,
    threads: int,
    gap: float,
    progress: Progress | None,
) -> tuple[Whole, float]:
    """Choose options at the least measure of the losses.

    Parameters
    ----------
    best : (K,), optional
        What the regret is held against.

    Returns
    -------
    (c,) int, float
        The options and what no measure can be below.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
    """
    until = time.monotonic() + time_limit_s
    programme, columns = _programme(supply, measure, best)
    bound, rounds_until = -np.inf, time.monotonic() + ROUNDS_SHARE * time_limit_s
    present = np.zeros(len(columns.served), dtype=bool)
    for _ in range(ROUNDS):
        try:
            found = programme.minimise(time_limit_s=rounds_until - time.monotonic(), threads=threads, relaxed=True)
        except NoIncumbentError:
            break
        if not found.optimal:
            break
        bound = found.bound
        added = _violated(supply, columns, found.values) & ~present
        if not added.any() or time.monotonic() > rounds_until:
            break
        present |= added
        _add_strong_rows(programme, supply, columns, np.flatnonzero(added))
    try:
        found = programme.minimise(time_limit_s=until - time.monotonic(), threads=threads, gap=gap, progress=progress)
    except NoIncumbentError as error:
        raise NoIncumbentError(max(bound, error.bound)) from error
    return np.flatnonzero(found.values[columns.chosen] > 0.5), max(bound, found.bound)


def _programme(supply: Supply, measure: Measure, best: Floats | None) -> tuple[Programme, _Columns]:
    """The programme of this module's head without strong rows."""
    programme, bounds, sites = Programme(), root_bounds(supply), supply.openings.size
    opened = programme.columns(sites, lower=bounds.lower[:sites], upper=bounds.upper[:sites], whole=True)
    chosen = programme.columns(len(supply.site), lower=bounds.lower[sites:], upper=bounds.upper[sites:], whole=True)
    rows, least, most = master_rows(supply)
    programme.rows([(np.concatenate([opened, chosen]), rows)], lower=least, upper=most)
    has = np.zeros(sites, dtype=bool)
    has[supply.site] = True
    usable = np.isfinite(supply.unit) & (supply.weight > 0)[:, None, :] & has[None, :, None]
    scenario, site, demand = np.nonzero(usable)
    served = programme.columns(len(scenario), upper=1.0)
    rest = np.zeros(0, dtype=np.int64) if supply.all_served else programme.columns(supply.weight.size, upper=1.0)
    columns = _Columns(opened, chosen, served, rest, scenario, demand, site)
    _add_demand_rows(programme, supply, columns)
    _add_capacity_rows(programme, supply, columns)
    scenarios = len(supply.weight)
    standing = sparse.csr_array(np.tile(supply.cost, (scenarios, 1)))
    cost = supply.weight[scenario, demand] * supply.unit[scenario, site, demand]
    service = sparse.csr_array((cost, (scenario, np.arange(len(served)))), shape=(scenarios, len(served)))
    losses = [(chosen, standing), (served, service)]
    if len(rest):
        of = np.repeat(np.arange(scenarios), supply.weight.shape[1])
        price = supply.weight.ravel() * supply.unserved
        losses.append((rest, sparse.csr_array((price, (of, np.arange(len(rest)))), shape=(scenarios, len(rest)))))
    programme.measure(measure, supply.probability, losses, np.full(scenarios, supply.base), best)
    return programme, columns


def _add_demand_rows(programme: Programme, supply: Supply, columns: _Columns) -> None:
    """(demand) of all points that have weight."""
    size, demand = supply.weight.size, supply.weight.shape[1]
    point = columns.scenario * demand + columns.demand
    used = np.flatnonzero(supply.weight.ravel() > 0)
    entries = (np.ones(len(point)), (point, np.arange(len(point))))
    blocks = [(columns.served, sparse.csr_array(entries, shape=(size, len(point)))[used])]
    if len(columns.unserved):
        blocks.append((columns.unserved, sparse.csr_array(sparse.eye_array(size, format="csr")[used])))
    programme.rows(blocks, lower=1.0, upper=1.0)


def _add_capacity_rows(programme: Programme, supply: Supply, columns: _Columns) -> None:
    """(capacity) of every site in every scenario."""
    scenarios, sites, options = len(supply.weight), supply.openings.size, len(supply.site)
    row = columns.scenario * sites + columns.site
    weight = supply.weight[columns.scenario, columns.demand]
    load = sparse.csr_array((weight, (row, np.arange(len(row)))), shape=(scenarios * sites, len(row)))
    held = sparse.csr_array((supply.capacity, (supply.site, np.arange(options))), shape=(sites, options))
    programme.rows([(columns.served, load), (columns.chosen, -sparse.vstack([held] * scenarios).tocsr())], upper=0.0)


def _shares(supply: Supply, columns: _Columns, places: Whole) -> sparse.csr_array:
    """(r, O) the most share of the demand of each x that the options of its site can serve."""
    starts, options = supply.starts, len(supply.site)
    count = np.diff(starts)[columns.site[places]]
    row = np.repeat(np.arange(len(places)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    option = starts[columns.site[places]][row] + within
    weight = supply.weight[columns.scenario[places], columns.demand[places]][row]
    share = np.minimum(1.0, supply.capacity[option] / weight)
    return sparse.csr_array((share, (row, option)), shape=(len(places), options))


def _violated(supply: Supply, columns: _Columns, values: Floats) -> NDArray[np.bool_]:
    """Which x pass their strong row."""
    positive = np.flatnonzero(values[columns.served] > VIOLATED)
    most = _shares(supply, columns, positive) @ values[columns.chosen]
    passed = np.zeros(len(columns.served), dtype=bool)
    passed[positive] = values[columns.served[positive]] > most + VIOLATED
    return passed


def _add_strong_rows(programme: Programme, supply: Supply, columns: _Columns, places: Whole) -> None:
    """(strong) of the x at ``places``."""
    ones = sparse.csr_array(sparse.eye_array(len(places)))
    programme.rows([(columns.served[places], ones), (columns.chosen, -_shares(supply, columns, places))], upper=0.0)
