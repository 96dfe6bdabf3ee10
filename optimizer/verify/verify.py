"""Verify a folder of a plan, siting or dispatch: recompute every claim from the region and roads in it, without model.

Read is the folder alone: ``plan.json``, the tables and the folder's copy of the region. Recomputed are stock balances,
purchases, moves, depots, contracts, budgets, the planner's decisions, shipments on the roads that each scenario leaves
open, stock and vehicles behind them, want and what stays unmet, routes, standards and the layers of the objective.
Neither PuLP nor a solver nor :mod:`optimizer.models` is used; times come from SciPy's Dijkstra on a graph built in
:mod:`optimizer.verify.roads`. Tolerances stand in :mod:`optimizer.verify.outcome`.

What is not proven again: that a layer's bound holds (its arithmetic is), that proposed posts are the fewest (that they
serve is), and what relief would be without the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from network.words import Phrase
from optimizer.progress import Progress, silent
from optimizer.verify.dispatch.checks import DISPATCH_DOCUMENT, dispatch_checks, read_orders, verify_sources, whole
from optimizer.verify.folder import read_claims, verify_headline, verify_inputs, verify_names, verify_tables
from optimizer.verify.layers import verify_layers
from optimizer.verify.money import verify_budgets, verify_contracts, verify_depots, verify_overrides
from optimizer.verify.outcome import Claims, Outcome
from optimizer.verify.roads import ScenarioRoads
from optimizer.verify.scenarios import met, verify_routes, verify_scenarios, verify_unmet
from optimizer.verify.siting.checks import SITING_DOCUMENT, read_siting, siting_checks
from optimizer.verify.standards import verify_standards
from optimizer.verify.stock import verify_moves, verify_purchases, verify_stock
from optimizer.verify.transport import (
    Roads,
    verify_driving,
    verify_fleet,
    verify_hours,
    verify_loads,
    verify_source_stock,
)


@dataclass(frozen=True)
class Check:
    """One kind of claim.

    Attributes
    ----------
    name : str
        Entry ``check_<name>`` of the catalogue ``verify``.
    passed : bool
    claims : int
        How many claims were recomputed.
    failures : tuple of Phrase
        A sentence for each claim that does not hold.
    """

    name: str
    passed: bool
    claims: int
    failures: tuple[Phrase, ...]

    @property
    def title(self) -> Phrase:
        """What is checked, in words."""
        return Phrase(f"optimizer.verify.check_{self.name}")


@dataclass(frozen=True)
class Verification:
    """All checks of a plan folder, in order."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every claim holds."""
        return all(check.passed for check in self.checks)

    @property
    def claims(self) -> int:
        """How many claims were recomputed."""
        return sum(check.claims for check in self.checks)

    @property
    def failures(self) -> tuple[Phrase, ...]:
        """Every claim that does not hold."""
        return tuple(failure for check in self.checks for failure in check.failures)


def verify(folder: Path, progress: Progress = silent) -> Verification:
    """Recompute every claim of a plan folder.

    Parameters
    ----------
    folder : Path
    progress : callable, optional

    Returns
    -------
    Verification

    Raises
    ------
    ProblemsError
        The folder is no plan folder, or cannot be read.
    """
    folder = Path(folder)
    progress(Phrase("optimizer.verify.reading"), 0.0)
    if (folder / SITING_DOCUMENT).is_file():
        sited = read_siting(folder)
        return Verification(
            _checked({"inputs": lambda: verify_inputs(folder, sited), **siting_checks(sited)}, progress)
        )
    if (folder / DISPATCH_DOCUMENT).is_file():
        orders = read_orders(folder)
        checks = [_check("inputs", verify_sources(folder, orders)), *_checked(whole(orders), progress)]
        return Verification((*checks, *(_checked(dispatch_checks(orders), progress) if checks[-1].passed else ())))
    claims = read_claims(folder)
    checks = [_check("inputs", verify_inputs(folder, claims)), _check("tables", verify_tables(claims))]
    # Rows that name what the region does not have would only be failed again, one by one, by every check.
    if not checks[-1].passed:
        return Verification(tuple(checks))
    return Verification((*checks, *verify_claims(claims, progress)))


def verify_claims(claims: Claims, progress: Progress = silent) -> tuple[Check, ...]:
    """Recompute what the tables and the document of a plan claim; see :func:`verify`."""
    return _checked(checks_of(claims), progress)


def _checked(work: Mapping[str, Callable[[], Outcome]], progress: Progress) -> tuple[Check, ...]:
    checks = []
    for number, (name, recompute) in enumerate(work.items()):
        progress(Phrase(f"optimizer.verify.check_{name}"), 0.1 + 0.9 * number / len(work))
        checks.append(_check(name, recompute()))
    return tuple(checks)


def checks_of(claims: Claims) -> dict[str, Callable[[], Outcome]]:
    """Give every check of the tables by name, in order, ready to be run."""
    roads = cache(lambda: scenario_roads(claims))
    delivered = cache(lambda: met(claims))
    return {
        "names": lambda: verify_names(claims),
        "stock": lambda: verify_stock(claims),
        "purchases": lambda: verify_purchases(claims),
        "moves": lambda: verify_moves(claims),
        "depots": lambda: verify_depots(claims),
        "contracts": lambda: verify_contracts(claims),
        "budgets": lambda: verify_budgets(claims),
        "overrides": lambda: verify_overrides(claims),
        "unmet": lambda: verify_unmet(claims, delivered()),
        "loads": lambda: verify_loads(claims),
        "driving": lambda: verify_driving(claims, roads()),
        "source_stock": lambda: verify_source_stock(claims),
        "fleet": lambda: verify_fleet(claims),
        "hours": lambda: verify_hours(claims),
        "scenarios": lambda: verify_scenarios(claims, delivered(), roads()),
        "routes": lambda: verify_routes(claims, roads()),
        "standards": lambda: verify_standards(claims),
        "layers": lambda: verify_layers(claims, delivered()),
        "headline": lambda: verify_headline(claims),
    }


def scenario_roads(claims: Claims) -> Roads:
    """Roads of every scenario that a table names, for every class of vehicle that the region has."""
    classes = sorted(set(claims.region.tables["vehicles"]["vehicle_class"]))
    named = {
        scenario for table in claims.tables.values() if "scenario_id" in table for scenario in table["scenario_id"]
    }
    return {
        (scenario.id, vehicle): ScenarioRoads.of(claims.region, scenario.roads, vehicle)
        for scenario in claims.region.scenarios
        if scenario.id in named
        for vehicle in classes
    }


def _check(name: str, outcome: Outcome) -> Check:
    return Check(name, not outcome.failures, outcome.claims, outcome.failures)
