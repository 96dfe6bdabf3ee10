"""One call for every siting model, for whoever has a matrix of times and needs no region.

from optimizer.models.siting.site import site

found = site(times_min, model="p-median", weight=people, number=5)
found.sites, found.value, found.bound, found.status
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from optimizer.models.siting.backup_covering import solve_backup_covering
from optimizer.models.siting.capacitated import solve_capacitated
from optimizer.models.siting.expected_covering import solve_expected_covering
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.nested_levels import solve_nested_levels
from optimizer.models.siting.p_center import solve_p_center
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.set_covering import solve_set_covering
from optimizer.models.siting.solution import Progress, SitingSolution

if TYPE_CHECKING:
    import pandas as pd

MODELS: Mapping[str, Callable[..., SitingSolution]] = {
    "p-median": solve_p_median,
    "p-center": solve_p_center,
    "maximal-covering": solve_maximal_covering,
    "set-covering": solve_set_covering,
    "capacitated": solve_capacitated,
    "backup-covering": solve_backup_covering,
    "expected-covering": solve_expected_covering,
    "nested-levels": solve_nested_levels,
}
OWN = ("sizes", "cost_per_minute", "pairs", "first_cover", "busy", "levels", "units", "fleet")
"""What some models ask for beside the problem: see the one that is called."""


def site(
    times_min: ArrayLike | pd.DataFrame,
    *,
    model: str = "p-median",
    time_limit_s: float = 600.0,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
    **given: Any,
) -> SitingSolution:
    """Choose sites by a matrix of times.

    Parameters
    ----------
    times_min : (n, m) or (K, n, m) array, or DataFrame
        Minutes from site (column) to demand point (row), in each of K scenarios; infinite where there is no way.
    model : str
        A name of :data:`MODELS`.
    time_limit_s : float
    threads : int
    gap : float
        Relative gap that is good enough.
    progress : callable, optional
        Told the best value and the bound.
    **given
        What :func:`~optimizer.models.siting.problem.siting_problem` takes (``weight``, ``limit_min``, ``number``,
        ``budget``, ``fixed``, ``measure`` …), and what the model asks for besides (:data:`OWN`).

    Returns
    -------
    SitingSolution

    Raises
    ------
    ValueError
        There is no such model.
    InvalidSitingError
        The problem makes no sense: all that is wrong with it.
    InfeasibleSitingError
        No siting meets what is required; :func:`optimizer.models.siting.clash.clashes` tells what clashes.
    NoIncumbentError
        The time was over before any siting was found.
    """
    if model not in MODELS:
        raise ValueError(f"there is no siting model {model!r}; there are {', '.join(MODELS)}")
    own = {name: given.pop(name) for name in OWN if name in given}
    problem = siting_problem(times_min, **given)
    return MODELS[model](problem, **own, time_limit_s=time_limit_s, threads=threads, gap=gap, progress=progress)
