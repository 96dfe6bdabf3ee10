"""Capacitated location by measures other than the expected cost: good sitings first, then the programme.

The best sitings of each scenario alone and of the expected cost are sitings for the measure too; the first also tell
L*_s for the regret. Where one of them is not proven in time, the regret is reckoned against the bound of L*_s, which
makes it no smaller than it is, and the bound of the regret is lowered by what L*_s may be above its own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.capacitated_programme import solve_programme
from optimizer.models.siting.capacitated_supply import Supply
from optimizer.models.siting.capacitated_tree import Search, Searched
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

START_SHARE = 0.4
"""Share of the time for the sitings of single scenarios and of the expected cost."""
TYPICAL = 1000.0
"""Costs are put to HiGHS as if a good siting cost this much: its tolerances are absolute."""


@dataclass(frozen=True)
class Chosen:
    """Options chosen, their measure, what none can be below, and L* (K,) where the regret is held against it."""

    options: Whole
    value: float
    bound: float
    best: Floats | None


def choose_over_scenarios(
    supply: Supply,
    measure: Measure,
    *,
    time_limit_s: float,
    threads: int,
    gap: float,
    progress: Progress | None,
) -> Chosen:
    """Choose options at the least measure of the losses.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
    """
    until = time.monotonic() + time_limit_s
    each_s = START_SHARE * time_limit_s / (len(supply.weight) + 1)
    searched = [_searched(supply, each_s)]
    best, slack = None, 0.0
    # Neither the worst case nor the CVaR is ever below the expected cost, and no regret below 0.
    bound = 0.0 if measure.name == "regret" else searched[0].bound
    if measure.name == "regret":
        alone = [_searched(_in_scenario(supply, s), each_s) for s in range(len(supply.weight))]
        best = np.array(measure.best or [one.bound if one.stopped else one.value for one in alone])
        slack = 0.0 if measure.best else max(one.value - one.bound if one.stopped else 0.0 for one in alone)
        searched.extend(alone)
    candidates = [one.chosen for one in searched if np.isfinite(one.value)]
    scale = max([abs(one.value) for one in searched if np.isfinite(one.value)], default=0.0) / TYPICAL or 1.0
    try:
        chosen, least = solve_programme(
            _scaled(supply, scale),
            measure,
            None if best is None else best / scale,
            time_limit_s=until - time.monotonic(),
            threads=threads,
            gap=gap,
            progress=None if progress is None else _rescaled(progress, scale),
        )
        candidates.append(chosen)
    except NoIncumbentError as error:
        least = error.bound
    bound = max(bound, scale * least - slack)
    value, options = _least(supply, measure, best, candidates)
    if options is None:
        raise NoIncumbentError(bound)
    return Chosen(options, value, bound, best)


def _searched(supply: Supply, time_limit_s: float) -> Searched:
    """Search for the least expected cost; at a value of infinity where nothing is found in time."""
    try:
        return Search(supply, time_limit_s=time_limit_s, gap=0.0, progress=None).run()
    except NoIncumbentError as error:
        return Searched(np.zeros(0, dtype=np.int64), np.inf, error.bound, stopped=True, nodes=0)


def _in_scenario(supply: Supply, s: int) -> Supply:
    """The supply of one scenario alone, as if it were sure."""
    return replace(supply, unit=supply.unit[s : s + 1], weight=supply.weight[s : s + 1], probability=np.ones(1))


def _scaled(supply: Supply, scale: float) -> Supply:
    """The same in another money."""
    return replace(
        supply,
        cost=supply.cost / scale,
        base=supply.base / scale,
        unit=supply.unit / scale,
        unserved=supply.unserved / scale,
    )


def _rescaled(progress: Progress, scale: float) -> Progress:
    return lambda value, bound: progress(scale * value, scale * bound)


def _least(
    supply: Supply, measure: Measure, best: Floats | None, candidates: list[Whole]
) -> tuple[float, Whole | None]:
    """The candidate at the least measure; infinite and none where none serves all scenarios."""
    least, options = np.inf, None
    for chosen in candidates:
        losses = supply.standing_cost(chosen) + supply.service_costs(chosen)
        value = measure.of(losses, supply.probability, best) if np.isfinite(losses).all() else np.inf
        if value < least:
            least, options = value, chosen
    return least, options
