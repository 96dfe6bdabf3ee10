"""A siting problem: times from sites to demand in every scenario, and which sites may open.

Sets
    i ∈ I           demand points: villages, communities, districts of a town
    j ∈ J           sites, existing and candidates
    s ∈ S           scenarios; one alone is the base case

Given
    t_sij           minutes from j to i in s; infinite where no road is left or j is lost in s
    w_si            weight of i in s: people, or people times hazard
    p_s             probability of s, Σ p_s = 1
    T_ij            standard time of i when served by j, minutes: differs by area and by kind of station
    t⁰              minutes that count where nothing reaches i; without it every i must be reached in every s
    Y               the openings allowed (`optimizer.models.siting.openings`)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.models.siting.faults import Finding, InvalidSitingError, faults_of
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Openings, openings

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SitingProblem:
    """Times, weights and openings of this module's head; make one by `siting_problem`, which checks it.

    Attributes
    ----------
    times_min : (K, n, m)
        Infinite where there is no way. Any float type; a large matrix is kept as it was given.
    weight : (K, n)
    probability : (K,)
    demand_ids, scenario_ids : tuple of str
    openings : Openings
    limit_min : (n, m), optional
        Broadcast from what was given. Models of coverage need it.
    cut_off_min : float, optional
    measure : Measure
    """

    times_min: NDArray[np.floating[Any]]
    weight: Floats
    probability: Floats
    demand_ids: tuple[str, ...]
    scenario_ids: tuple[str, ...]
    openings: Openings
    limit_min: NDArray[np.floating[Any]] | None = None
    cut_off_min: float | None = None
    measure: Measure = field(default_factory=Measure)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Scenarios, demand points, sites."""
        scenarios, demand, sites = self.times_min.shape
        return scenarios, demand, sites

    def in_scenario(self, s: int) -> SitingProblem:
        """The problem of one scenario alone, as if it were sure."""
        return replace(
            self,
            times_min=self.times_min[s : s + 1],
            weight=self.weight[s : s + 1],
            probability=np.ones(1),
            scenario_ids=self.scenario_ids[s : s + 1],
            measure=Measure(),
        )

    def with_openings(self, allowed: Openings) -> SitingProblem:
        """The same demand with other openings allowed."""
        return replace(self, openings=allowed)


def siting_problem(
    times_min: ArrayLike | pd.DataFrame,
    *,
    weight: ArrayLike | None = None,
    probability: ArrayLike | None = None,
    limit_min: ArrayLike | None = None,
    cut_off_min: float | None = None,
    measure: Measure | None = None,
    demand_ids: Sequence[str] | None = None,
    site_ids: Sequence[str] | None = None,
    scenario_ids: Sequence[str] | None = None,
    allowed: Openings | None = None,
    **openings_given: Any,
) -> SitingProblem:
    """Make a problem from a plain matrix and check it.

    Parameters
    ----------
    times_min : (n, m) or (K, n, m) array, or DataFrame
        Minutes from site (column) to demand point (row); infinite where there is no way. A DataFrame brings the ids.
    weight : (n,) or (K, n), optional
        One each without it.
    probability : (K,), optional
        Even without it; made to sum to 1.
    limit_min : number, (n,), (n, 1) or (n, m), optional
        0 or more; minus infinity for a site that never covers a demand point, however near.
    cut_off_min : float, optional
    measure : Measure, optional
        The expectation without it.
    allowed : Openings, optional
        Or what `optimizer.models.siting.openings.openings` takes, by name: ``number``, ``budget``, ``fixed`` ….

    Raises
    ------
    InvalidSitingError
        With all that is wrong.
    """
    columns = getattr(times_min, "columns", None)
    index = None if columns is None else getattr(times_min, "index", None)
    times = np.asarray(times_min)
    times = times if np.issubdtype(times.dtype, np.floating) else times.astype(float)
    if times.ndim not in (2, 3) or 0 in times.shape:
        raise InvalidSitingError([Finding("wrong_shape", {"of": "times_min", "shape": times.shape})])
    times = times[None] if times.ndim == 2 else times
    scenarios, demand, sites = times.shape
    site_names = _ids(site_ids, columns, sites, "site")
    demand_names = _ids(demand_ids, index, demand, "demand")
    scenario_names = _ids(scenario_ids, None, scenarios, "scenario")
    allowed = openings(site_names, **openings_given) if allowed is None else allowed
    problem = SitingProblem(
        times,
        _shaped(weight, (scenarios, demand), 1.0, "weight"),
        _normal(_shaped(probability, (scenarios,), 1.0, "probability")),
        demand_names,
        scenario_names,
        allowed,
        None if limit_min is None else _limits(limit_min, (demand, sites)),
        cut_off_min,
        measure or Measure(),
    )
    check(problem)
    return problem


def check(problem: SitingProblem) -> None:
    """Refuse a problem that makes no sense.

    Raises
    ------
    InvalidSitingError
        With all that is wrong.
    """
    findings = faults_of(problem)
    if findings:
        raise InvalidSitingError(findings)


def _ids(given: Sequence[str] | None, labels: Any, size: int, kind: str) -> tuple[str, ...]:
    """Ids as given, or those of a DataFrame, or numbers from 1."""
    names = given if given is not None else labels if labels is not None else range(1, size + 1)
    named = tuple(str(name) for name in names)
    if len(named) != size:
        raise InvalidSitingError(
            [Finding("wrong_shape", {"of": f"{kind}_ids", "shape": (len(named),), "wanted": size})]
        )
    return named


def _shaped(given: ArrayLike | None, shape: tuple[int, ...], otherwise: float, name: str) -> Floats:
    """Broadcast what was given to ``shape``."""
    values = np.asarray(otherwise if given is None else given, dtype=float)
    try:
        return np.array(np.broadcast_to(values, shape))
    except ValueError as error:
        told = {"of": name, "shape": values.shape, "wanted": shape}
        raise InvalidSitingError([Finding("wrong_shape", told)]) from error


def _limits(given: ArrayLike, shape: tuple[int, int]) -> NDArray[np.floating[Any]]:
    """Broadcast standard times without copying: one a demand point stands for all its sites."""
    limits = np.asarray(given, dtype=float)
    limits = limits[:, None] if limits.ndim == 1 else limits
    try:
        return np.broadcast_to(limits, shape)
    except ValueError as error:
        told = {"of": "limit_min", "shape": np.shape(given), "wanted": shape}
        raise InvalidSitingError([Finding("wrong_shape", told)]) from error


def _normal(probability: Floats) -> Floats:
    """Probabilities made to sum to 1, where they can be."""
    total = probability.sum()
    return probability / total if np.isfinite(total) and total > 0 else probability
