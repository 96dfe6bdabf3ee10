"""How often, and how soon, each village is reached from depots over an ensemble of scenarios.

Every draw counts alike. A time is from door to door, by one class of vehicle, from depots that stand or that a plan
leaves open; of several depots the soonest counts. Closures of all hours hold. Mean and quantile are worked out as
:mod:`network.ensembles` says: the mean is over the scenarios in which there is a way, the quantile over all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.ensembles import Draw, Study, Tally, run, run_on_cluster, study
from network.failures import FailureModel
from network.problem import Problem, ProblemsError
from network.speeds import VEHICLE_CLASSES
from network.words import Phrase
from optimizer.analysis.columns import in_form, site_columns
from optimizer.analysis.ensemble.draws import EventDraw, FailureDraw
from optimizer.analysis.ensemble.tables import ENSEMBLE_TABLES
from optimizer.analysis.sources import DISTRICT_LEVELS, Sources
from optimizer.events.draw import EventModel
from optimizer.plan.reach import FREE, MS_A_MINUTE, link_ms
from optimizer.progress import Progress, silent
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

Floats = NDArray[np.float64]

CORRELATION_M = 5000.0
COMMON_SHARE = 0.5
"""How failures of roads alone hang together: assumption, told in the summary."""

HALF = 0.5


@dataclass(frozen=True)
class Ensemble:
    """What is drawn.

    Attributes
    ----------
    draws, seed : int
    failures : mapping of str to float, optional
        Kind of structure to its probability of failing: closures alone. Without it, the region's events are drawn.
    cluster : str, optional
        Address of a Dask scheduler to work on.
    """

    draws: int
    seed: int
    failures: Mapping[str, float] | None = None
    cluster: str | None = None


@dataclass(frozen=True)
class EnsembleReach:
    """What was found.

    Attributes
    ----------
    region : Region
    asked : Ensemble
    vehicle_class : str
    share : float
        Of the scenarios, for the quantile.
    tables : mapping of str to DataFrame
        Those of :data:`~optimizer.analysis.ensemble.tables.ENSEMBLE_TABLES`.
    annual_rate : float
        Events a year that the draws stand for; not a number for failures alone.
    seconds : float
    """

    region: Region
    asked: Ensemble
    vehicle_class: str
    share: float
    tables: Mapping[str, pd.DataFrame]
    annual_rate: float
    seconds: float


def reach(
    region: Region,
    sources: Sources,
    asked: Ensemble,
    *,
    vehicle_class: str,
    share: float = 0.9,
    progress: Progress = silent,
) -> EnsembleReach:
    """Draw, and count for each village and community.

    Raises
    ------
    ProblemsError
        The region has no events to draw, or no depot or village on the roads.
    """
    began = time.perf_counter()
    progress(Phrase("optimizer.ensemble.preparing"), 0.0)
    base = link_ms(region, FREE, vehicle_class)
    draw, annual_rate = _draw(region, asked, vehicle_class, base)
    places = region.sites[region.sites["kind"].isin(SETTLEMENTS)].reset_index(drop=True)
    depots, ends = _on_roads(region, sources.depots["site_id"]), _on_roads(region, places["site_id"])
    if not len(depots) or not len(ends):
        what, mend = Phrase("optimizer.ensemble.nothing_on_roads"), Phrase("optimizer.ensemble.nothing_on_roads_mend")
        raise ProblemsError([Problem(what, mend)])
    level = sources.depots.set_index("site_id")["level"].reindex(depots)
    in_district = level.isin(DISTRICT_LEVELS).to_numpy()
    question = _study(region, base, draw, depots, in_district, ends)
    tally = _count(question, asked, progress)
    rows = len(depots)
    groups = {"district": rows + 1, "any": rows} if in_district.any() else {"any": rows}
    by_group = _tables(tally, ends, share)
    nearest = [by_group[row].assign(source=name) for name, row in groups.items()]
    pairs = [by_group[row].assign(from_site_id=depot) for row, depot in enumerate(depots)]
    tables = {"reach": _with_unconnected(region, nearest, places), "pairs": _named(region, pd.concat(pairs))}
    formed = {table.name: in_form(tables[table.name], table).reset_index(drop=True) for table in ENSEMBLE_TABLES}
    return EnsembleReach(region, asked, vehicle_class, share, formed, annual_rate, time.perf_counter() - began)


def _draw(region: Region, asked: Ensemble, vehicle_class: str, base: NDArray[np.int32]) -> tuple[Draw, float]:
    """Prepare what is drawn, and tell how many events come in a year."""
    if asked.failures is not None:
        failures = FailureModel.of(
            region.roads, asked.failures, correlation_m=CORRELATION_M, common_share=COMMON_SHARE, seed=asked.seed
        )
        return FailureDraw(failures), float("nan")
    model = EventModel.of(region)
    vehicle = VEHICLE_CLASSES[vehicle_class]
    return EventDraw(model, region.roads, vehicle, base, asked.seed, asked.draws), model.annual_rate


def _on_roads(region: Region, site_ids: pd.Series) -> list[str]:
    """Those of the sites that stand on the roads."""
    nodes = pd.Series(region.snapping.node, index=region.sites["site_id"].to_numpy())
    return [site for site in site_ids if nodes[site] >= 0]


def _study(
    region: Region,
    base: NDArray[np.int32],
    draw: Draw,
    depots: list[str],
    in_district: NDArray[np.bool_],
    ends: list[str],
) -> Study:
    """Each depot for itself, then all of them as one group, then those of the district as another."""
    place = pd.Index(region.sites["site_id"])
    start, end = place.get_indexer(pd.Index(depots)), place.get_indexer(pd.Index(ends))
    district = start[in_district]
    starts = np.concatenate([start, start, district])
    one_each = np.arange(len(start))
    groups = np.concatenate([one_each, np.full(len(start), len(start)), np.full(len(district), len(start) + 1)])
    node = region.snapping.node
    access_ms = np.rint(region.snapping.access_min * MS_A_MINUTE)
    return study(region.roads.hierarchy, base, draw, node[starts], node[end], groups, access_ms[starts], access_ms[end])


def _count(question: Study, asked: Ensemble, progress: Progress) -> Tally:
    def done(count: int) -> None:
        progress(Phrase("optimizer.ensemble.counting", number=count, draws=asked.draws), 0.9 * count / asked.draws)

    counted: Callable[..., Tally] = run
    if asked.cluster is None:
        return counted(question, asked.draws, done=done)
    try:
        return run_on_cluster(question, asked.draws, asked.cluster, done=done)
    except (OSError, ImportError, ValueError) as error:
        lacking = "no_dask" if isinstance(error, ImportError) else "no_cluster"
        what = Phrase(f"optimizer.ensemble.{lacking}", address=asked.cluster)
        raise ProblemsError([Problem(what, Phrase(f"optimizer.ensemble.{lacking}_mend"))]) from error


def _tables(tally: Tally, ends: list[str], share: float) -> list[pd.DataFrame]:
    """Each row of the tally: a line a village, minutes; infinite where there is no way."""
    base = np.where(tally.base_ms >= UNREACHABLE, np.inf, tally.base_ms.astype(float))
    times = {
        "base_min": base,
        "mean_min": tally.mean_ms,
        "median_min": tally.quantile_ms(HALF),
        "slow_min": tally.quantile_ms(share),
    }
    chance = tally.probability
    minutes = {name: ms / MS_A_MINUTE for name, ms in times.items()}
    return [
        pd.DataFrame({"site_id": ends, "probability": chance[row], **{name: m[row] for name, m in minutes.items()}})
        for row in range(len(chance))
    ]


def _with_unconnected(region: Region, nearest: list[pd.DataFrame], places: pd.DataFrame) -> pd.DataFrame:
    """Add the places that stand on no road: no event is needed to cut them off."""
    rows = pd.concat(nearest, ignore_index=True)
    off = places.loc[~places["site_id"].isin(rows["site_id"]), ["site_id"]]
    extra = [off.assign(source=source, probability=0.0, base_min=np.inf) for source in rows["source"].unique()]
    whole = pd.concat([rows, *extra], ignore_index=True)
    whole = whole.assign(**site_columns(region, whole["site_id"]))
    return whole.sort_values(["source", "probability", "slow_min"], ascending=[False, True, False], kind="stable")


def _named(region: Region, pairs: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    return pairs.assign(from_name=pairs["from_site_id"].map(names), site_name=pairs["site_id"].map(names))
