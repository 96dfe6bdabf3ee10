"""A siting: a region and what is asked in, a proven choice of sites out, with what is told of it besides."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Language, Phrase
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.solution import SitingSolution, status_of
from optimizer.progress import Progress, part, silent
from optimizer.region.region import Region
from optimizer.siting.catalogue import Model, model_of
from optimizer.siting.faults_told import clash_problems, fault_problems
from optimizer.siting.result_tables import empty, result_tables
from optimizer.siting.siting_case import SitingCase, siting_case
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.statement import state_siting
from optimizer.siting.stated.tables import REGRET
from optimizer.siting.study.frontiers import frontiers
from optimizer.siting.study.limited import Limited
from optimizer.siting.study.told_besides import building_order, near_optimal, regrets, why

STUDIES = ("regret", "additions", "alternatives", "frontier", "reasons")
"""Tables that tell what stands behind the choice, in the order in which they are made."""
ALONE_SHARE = 0.5
"""Share of the time that the scenarios alone may take where the regret is held against them."""


@dataclass(frozen=True)
class Siting:
    """A siting of a region.

    Attributes
    ----------
    case : SitingCase
    solution : SitingSolution
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.siting.stated.tables.SITING_TABLES`.
    alternatives_complete : bool
        Whether it is proven that there are no other alternatives than those told.
    cut : tuple of str
        Tables of :data:`STUDIES` that lack something for want of time.
    solver : str
        Name and version.
    seconds : float
    """

    case: SitingCase
    solution: SitingSolution
    tables: Mapping[str, pd.DataFrame]
    alternatives_complete: bool
    cut: tuple[str, ...]
    solver: str
    seconds: float

    @property
    def region(self) -> Region:
        """What it was made from."""
        return self.case.statement.region

    @property
    def options(self) -> SitingOptions:
        """What was asked."""
        return self.case.statement.options


def site_region(region: Region, options: SitingOptions, language: Language, *, progress: Progress = silent) -> Siting:
    """Choose sites in a region and tell why.

    Parameters
    ----------
    region : Region
    options : SitingOptions
    language : {"zh", "en"}
        Of the names of scenarios in the tables.
    progress : callable, optional

    Raises
    ------
    ProblemsError
        What is asked makes no sense for the region, or its requirements clash: which, and what would do.
    """
    began = time.monotonic()
    progress(Phrase("optimizer.siting.step_times"), 0.0)
    case = siting_case(state_siting(region, options))
    progress(Phrase("optimizer.siting.step_model", model=options.model), 0.1)
    model = model_of(case)
    case, solution, alone = _solved(case, model, part(progress, 0.15, 0.5))
    progress(Phrase("optimizer.siting.step_tables"), 0.5)
    tables = result_tables(case, solution, language)
    besides, complete, cut = _study(case, solution, model, alone, part(progress, 0.5, 1.0))
    solver = f"HiGHS {version('highspy')}"
    return Siting(case, solution, tables | besides, complete, cut, solver, time.monotonic() - began)


def _solved(
    case: SitingCase, model: Model, progress: Progress
) -> tuple[SitingCase, SitingSolution, Sequence[SitingSolution]]:
    """Solve; where the regret counts, hold this and all that is asked afterwards against the same least losses."""
    options, limit = case.statement.options, case.statement.options.time_limit_s
    try:
        if options.measure != "regret":
            return case, model(case.problem, time_limit_s=limit, gap=options.gap, progress=_told(progress)), ()
        count = case.problem.shape[0]
        alone = []
        for s in range(count):
            progress(Phrase("optimizer.siting.step_alone", number=s + 1, count=count), 0.5 * s / count)
            alone.append(model(case.problem.in_scenario(s), time_limit_s=ALONE_SHARE * limit / count))
        least = tuple(one.value if one.proven else one.bound for one in alone)
        doubt = max(one.value - low for one, low in zip(alone, least, strict=True))
        problem = replace(case.problem, measure=replace(case.problem.measure, best=least))
        found = model(problem, time_limit_s=(1 - ALONE_SHARE) * limit, gap=options.gap, progress=_told(progress))
        bound = max(found.bound - doubt, 0.0)
        judged = found if doubt <= 0 else replace(found, bound=bound, status=status_of(found.value, bound))
        return replace(case, problem=problem), judged, alone
    except InvalidSitingError as error:
        raise ProblemsError(fault_problems(error.findings, case.statement)) from error
    except InfeasibleSitingError as error:
        raise ProblemsError(clash_problems(case.statement, case.problem)) from error
    except NoIncumbentError as error:
        what = Phrase("optimizer.siting.no_incumbent", seconds=limit)
        raise ProblemsError([Problem(what, Phrase("optimizer.siting.no_incumbent_mend"))]) from error


def _told(progress: Progress) -> Callable[[float, float], None]:
    """Tell of value and bound what a planner can read: the gap between them."""

    def tell(value: float, bound: float) -> None:
        known = abs(value) < 1e100 and abs(bound) < 1e100 and value != 0
        gap = max(value - bound, 0.0) / abs(value) if known else 1.0
        progress(Phrase("optimizer.siting.step_solving", gap=gap), max(0.0, 1.0 - min(gap * 10, 1.0)))

    return tell


def _study(
    case: SitingCase, solution: SitingSolution, model: Model, alone: Sequence[SitingSolution], progress: Progress
) -> tuple[dict[str, pd.DataFrame], bool, tuple[str, ...]]:
    """Tell what stands behind the choice; what one part leaves of its time, the next ones have.

    Returns
    -------
    dict of str to DataFrame, bool, tuple of str
        The tables of :data:`STUDIES`; whether the alternatives are all; the tables that time cut short.
    """
    options = case.statement.options
    ends = time.monotonic() + options.study_limit_s
    several = case.problem.shape[0] > 1
    complete = [False]

    def others(asked: Limited) -> pd.DataFrame:
        table, complete[0] = near_optimal(case, solution, asked)
        return table

    told: tuple[Callable[[Limited], pd.DataFrame], ...] = (
        lambda asked: regrets(case, solution, asked, alone) if several else empty(REGRET),
        lambda asked: building_order(case, asked),
        others,
        lambda asked: frontiers(case, solution, asked),
        lambda asked: why(case, solution, asked),
    )
    tables, cut = {}, []
    for done, (name, tell) in enumerate(zip(STUDIES, told, strict=True)):
        start = done / len(STUDIES)

        def asking(count: int, name: str = name, start: float = start) -> None:
            progress(Phrase(f"optimizer.siting.step_{name}", count=count), start)

        seconds = max(ends - time.monotonic(), 0.0) / (len(STUDIES) - done)
        limited = Limited(model, seconds, options.gap, asking)
        tables[name] = tell(limited)
        if limited.unanswered:
            cut.append(name)
    return tables, complete[0], tuple(cut)
