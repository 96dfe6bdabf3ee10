"""Regret, the order of building, reasons and alternatives of a siting, as tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.analysis.columns import in_form
from optimizer.models.siting.alternatives import alternatives
from optimizer.models.siting.explain import SiteReason, reasons
from optimizer.models.siting.nested_additions import nested_additions
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.regret import regret_table
from optimizer.models.siting.solution import SitingSolution
from optimizer.siting.reached import Reached, expected, flipped, reached
from optimizer.siting.result_tables import empty, joined
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.options import ALTERNATIVES_WITHIN
from optimizer.siting.stated.tables import ADDITIONS, ALTERNATIVES, REASONS, REGRET
from optimizer.siting.study.limited import Limited

Flags = NDArray[np.bool_]

ALTERNATIVES_TOLD = 3
STEPS = 10
"""So many sites are put into the order in which they are best built."""


def regrets(
    case: SitingCase, solution: SitingSolution, asked: Limited, alone: Sequence[SitingSolution]
) -> pd.DataFrame:
    """Set the siting beside the best one of each scenario, in every scenario."""
    try:
        table = regret_table(solution, asked, alone=alone)
    except (InfeasibleSitingError, NoIncumbentError):
        return empty(REGRET)
    rows = [
        {
            "siting": plan,
            "scenario_id": scenario,
            "loss": table.losses[k, s],
            "least": table.least[s],
            "least_bound": table.least_bound[s],
            "regret": table.losses[k, s] - table.least[s],
            "open_sites": joined(case, table.opened[k]),
        }
        for k, plan in enumerate(table.plans)
        for s, scenario in enumerate(table.scenario_ids)
    ]
    return in_form(pd.DataFrame(rows), REGRET)


def building_order(case: SitingCase, asked: Limited) -> pd.DataFrame:
    """Put candidates into the order in which they are best built, beside the best siting of as many."""
    try:
        steps = nested_additions(case.problem, asked, most=STEPS)
    except (InfeasibleSitingError, NoIncumbentError):
        return empty(ADDITIONS)
    names = _names(case)
    rows = [
        {
            "step": str(number),
            "site_id": step.site,
            "site_name": names[step.site],
            "value": step.value,
            "gain": step.gain,
            "best_value": step.best_value,
            "best_bound": step.best_bound,
            "cost_cny": case.priced.cost(step.opened),
            "open_sites": joined(case, step.opened),
            "best_sites": joined(case, step.best_opened),
            **_means(case, reached(case, step.opened)),
        }
        for number, step in enumerate(steps, start=1)
    ]
    return in_form(pd.DataFrame(rows), ADDITIONS)


def why(case: SitingCase, solution: SitingSolution, asked: Limited) -> pd.DataFrame:
    """Tell of every site that can be decided what is lost without it, or what it would add.

    Minutes and coverage follow from the open sites alone; what the model has to be asked for is left open where time
    does not allow it.
    """
    names, now = _names(case), reached(case, solution.opened)
    before, ids = _means(case, now), case.problem.openings.ids
    rows = []
    for site in _order(case, solution):
        after = _means(case, flipped(case, solution.opened, now, site))
        rows.append(
            {
                "site_id": ids[site],
                "site_name": names[ids[site]],
                "chosen": bool(solution.opened[site]),
                "minutes_alone": after["mean_min"] - before["mean_min"],
                "within_alone": after["within_share"] - before["within_share"],
                "open_sites": "",
                **_changes(case, solution, asked, ids[site]),
            }
        )
    return in_form(pd.DataFrame(rows), REASONS)


def _changes(case: SitingCase, solution: SitingSolution, asked: Limited, site: str) -> dict[str, object]:
    """What the model says of a site; nothing where there was no time for it."""
    yearly = case.statement.traits.loss == "yearly"
    try:
        one = reasons(solution, asked, sites=[site], cost_counts=False if yearly else None)[0]
    except NoIncumbentError:
        return {}
    return {
        "change_alone": one.change_alone,
        "change_best": one.change_best,
        "change_best_bound": one.change_best_bound,
        "worse_alone": one.worse_alone,
        "chosen_below_cny": _worth(case, one) if yearly else one.chosen_below_cny,
        "open_sites": "" if one.best_opened is None else joined(case, one.best_opened),
    }


def near_optimal(case: SitingCase, solution: SitingSolution, asked: Limited) -> tuple[pd.DataFrame, bool]:
    """Find sitings of other sites that are nearly as good, and whether these are all."""
    found = alternatives(solution, asked, within=ALTERNATIVES_WITHIN, count=ALTERNATIVES_TOLD)
    value = abs(solution.value)
    rows = [
        {
            "alternative": str(number),
            "value": other.value,
            "above_share": (other.value - solution.value) / value if value else 0.0,
            "cost_cny": case.priced.cost(other.opened),
            "instead": joined(case, solution.opened & ~other.opened),
            "added": joined(case, other.opened & ~solution.opened),
            "open_sites": joined(case, other.opened),
            **_means(case, reached(case, other.opened)),
        }
        for number, other in enumerate(found.sitings, start=1)
    ]
    return in_form(pd.DataFrame(rows), ALTERNATIVES), found.complete


def _worth(case: SitingCase, one: SiteReason) -> float | None:
    """CNY once at which a candidate would be chosen: what its best siting is dearer a year comes off its building.

    ``change_best`` is a yearly cost; the building counts as an annuity of it.
    """
    if one.chosen or not np.isfinite(one.change_best):
        return None
    rows = case.statement.sites.set_index("site_id")
    cost = float(rows["open_cost_cny"].to_dict()[one.site])
    worth = cost - one.change_best / case.statement.region.settings.siting.annuity_share
    return worth if worth >= 0 else None


def _order(case: SitingCase, solution: SitingSolution) -> list[int]:
    """Sites to tell of: the chosen ones, then the candidates that bring most people nearer."""
    problem, opened = case.problem, solution.opened
    now = np.minimum(reached(case, opened).minutes, case.statement.standard.cut_off_min)
    nearer = np.maximum(now[:, :, None] - problem.times_min, 0.0)
    gain = np.einsum("k,kn,knm->m", problem.probability, case.statement.weight, nearer)
    decided = np.flatnonzero(problem.openings.free)
    return sorted(decided.tolist(), key=lambda j: (not opened[j], -gain[j]))


def _means(case: SitingCase, found: Reached) -> dict[str, float]:
    """Expected mean minutes and share within the standard."""
    probability = case.problem.probability
    return {
        "mean_min": expected(found.mean_min, probability),
        "within_share": expected(found.within_share, probability),
    }


def _names(case: SitingCase) -> dict[str, str]:
    rows = case.statement.sites
    return dict(zip(rows["site_id"], rows["name"], strict=True))
