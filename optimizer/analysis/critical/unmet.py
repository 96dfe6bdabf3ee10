"""Want that a loss of road leaves unmet: the second stage solved again on the roads that are left, stock as it is.

Every source may serve every place here, whereas the plan looks at so many nearest ones: with a bridge gone others are
the nearest, and no loss may look like a gain because one more source came into view. The plan's own figure is therefore
no less than the one before the loss.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.times import travel_times_ms
from network.words import Phrase
from optimizer.analysis.critical.losses import Losses
from optimizer.analysis.critical.people import batches
from optimizer.analysis.critical.services import Floats, Ints
from optimizer.analysis.critical.stock import Stock
from optimizer.models.relief import Relief, ReliefModel, RoadTimes
from optimizer.models.reserve_layers import priority_weights
from optimizer.models.reserve_problem import LOCAL
from optimizer.plan.first_stage import FirstStage, first_stage
from optimizer.plan.reach import MS_A_MINUTE, link_ms
from optimizer.plan.second_stage import SecondStage, second_stage, working_minutes
from optimizer.progress import Progress, silent
from optimizer.region.region import Region

USED = 1e-9
"""Less than this of a load or a vehicle is rounding."""


@dataclass(frozen=True)
class Unmet:
    """Weighted person-items that stay unmet, expected over S scenarios by their weights.

    Attributes
    ----------
    before : (S,) float
    more : (L, S) float
        By how much each loss raises it; never below 0.
    weight : (S,) float
        Sums to 1.
    checked : int
        Pairs of loss and scenario where something that is used lies on the loss; in no other can more stay unmet.
    solved : int
        Those that were solved anew, because what was shipped cannot be shipped any more by the same vehicles.
    """

    before: Floats
    more: Floats
    weight: Floats
    checked: int
    solved: int


class Supply:
    """The second stage of every scenario for a stock, solved once on the roads that the event leaves.

    Parameters
    ----------
    stock : Stock

    Attributes
    ----------
    second : SecondStage
    before : tuple of Relief
        By scenario.
    link_times : tuple of (m,) int32
        By scenario and vehicle class.
    """

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.region = _with_every_source(stock.region)
        self.first: FirstStage = first_stage(self.region)
        self.second: SecondStage = second_stage(self.region, self.first, stock.scenarios)
        units, kept = stock.units(self.first), self.second.recourse.kept
        settings = self.region.settings.parameters
        weight = priority_weights(self.first.items["priority"].to_numpy(np.int64), settings.priority_ratio)
        self.models = [
            ReliefModel(self.second.recourse, s, kept[s][:, None] * units, weight) for s in range(len(stock.scenarios))
        ]
        self.before: tuple[Relief, ...] = tuple(model.solve(model.roads) for model in self.models)
        self._row = pd.Index(self.region.sites["site_id"])
        classes = self.second.types["vehicle_class"]
        self._class_of = classes.to_numpy(dtype=object)
        self._classes = pd.Index(classes.unique())
        self.link_times = tuple(
            link_ms(self.region, scenario.roads, name) for scenario in stock.scenarios for name in self._classes
        )

    def legs(self) -> pd.DataFrame:
        """Trips on which something is shipped or a vehicle posted, the plan's own shipments among them.

        Returns
        -------
        DataFrame
            ``scenario``, ``roads`` (place in ``link_times``), ``start``, ``end`` (rows of the sites table); int64.
        """
        own = [self._used(s) for s in range(len(self.models))]
        number = {scenario.id: s for s, scenario in enumerate(self.stock.scenarios)}
        plan = self.stock.legs
        told = pd.DataFrame(
            {
                "scenario": [number[scenario] for scenario in plan["scenario_id"]],
                "vehicle_class": plan["vehicle_class"],
                "start": self._row.get_indexer(pd.Index(plan["from_site_id"])),
                "end": self._row.get_indexer(pd.Index(plan["to_site_id"])),
            }
        )
        rows = pd.concat([*own, told], ignore_index=True).drop_duplicates(ignore_index=True)
        number_of_class = self._classes.get_indexer(pd.Index(rows["vehicle_class"]))
        rows["roads"] = rows["scenario"].to_numpy(np.int64) * len(self._classes) + number_of_class
        return rows[["scenario", "roads", "start", "end"]].astype(np.int64)

    def roads_without(self, s: int, losses: Losses, batch: Ints) -> list[RoadTimes]:
        """Give the minutes of scenario ``s``'s arcs and postings with each of a batch of losses by itself."""
        model = self.models[s]
        arcs, postings = self._arcs(s), self._postings(s)
        trips = pd.concat([arcs, postings], ignore_index=True)
        drive = self._drive_min(s, losses, batch, trips)
        more = drive[: len(arcs)] - arcs["drive_min"].to_numpy()[:, None]
        more[(arcs["type"] == LOCAL).to_numpy()] = 0.0
        table = self.second.postings.iloc[model.postings]
        horizon = self.second.recourse.due_min[-1:]
        return [
            RoadTimes(
                model.roads.cycle_min + 2 * more[:, lane],
                model.roads.arrival_min + more[:, lane],
                working_minutes(
                    self.region, self.first, table.assign(transfer_min=drive[len(arcs) :, lane]), horizon
                ).ravel(),
            )
            for lane in range(len(batch))
        ]

    def _used(self, s: int) -> pd.DataFrame:
        """Legs of scenario ``s`` that its solution takes."""
        arcs, postings, relief = self._arcs(s), self._postings(s), self.before[s]
        sent = (relief.shipped > USED).any(axis=1) & (arcs["type"] != LOCAL).to_numpy()
        rows = pd.concat([arcs[sent], postings[relief.posted > USED]], ignore_index=True)
        rows = rows[rows["start"] != rows["end"]].assign(scenario=s)
        return rows[["scenario", "vehicle_class", "start", "end"]]

    def _arcs(self, s: int) -> pd.DataFrame:
        """Arcs of scenario ``s``: ``type``, ``drive_min``, ``vehicle_class``, ``start``, ``end``."""
        arcs = self.second.arcs.iloc[self.models[s].arcs]
        sites = self.first.sources["site_id"].to_numpy()[arcs["source"].to_numpy(np.int64)]
        places = np.array(self.second.places, dtype=object)[arcs["place"].to_numpy(np.int64)]
        kind = arcs["type"].to_numpy(np.int64)
        return self._trips(sites, places, kind).assign(type=kind, drive_min=arcs["drive_min"].to_numpy())

    def _postings(self, s: int) -> pd.DataFrame:
        """Postings of scenario ``s``: from a vehicle's home to the source it works from."""
        rows = self.second.postings.iloc[self.models[s].postings]
        pools = self.second.pools.iloc[rows["pool"].to_numpy(np.int64)]
        sites = self.first.sources["site_id"].to_numpy()[rows["source"].to_numpy(np.int64)]
        return self._trips(pools["site_id"].to_numpy(), sites, pools["type"].to_numpy(np.int64))

    def _trips(self, starts: NDArray[np.object_], ends: NDArray[np.object_], kind: Ints) -> pd.DataFrame:
        classes = np.append(self._class_of, "none")[kind]
        at = {"start": self._row.get_indexer(pd.Index(starts)), "end": self._row.get_indexer(pd.Index(ends))}
        return pd.DataFrame({"vehicle_class": classes, **at})

    def _drive_min(self, s: int, losses: Losses, batch: Ints, trips: pd.DataFrame) -> Floats:
        """(trips, K) minutes from door to door; 0 from a site to itself."""
        node, access = self.region.snapping.node, self.region.snapping.access_min
        start, end = trips["start"].to_numpy(np.int64), trips["end"].to_numpy(np.int64)
        minutes = np.zeros((len(trips), len(batch)))
        for number, name in enumerate(self._classes):
            own = np.flatnonzero((trips["vehicle_class"] == name).to_numpy() & (start != end))
            if not len(own):
                continue
            starts, row = np.unique(start[own], return_inverse=True)
            ends, column = np.unique(end[own], return_inverse=True)
            lanes = losses.without(self.link_times[s * len(self._classes) + number], batch)
            times = travel_times_ms(self.region.roads, lanes, node[starts], node[ends])[row, column]
            driven = np.where(times == UNREACHABLE, np.inf, times / MS_A_MINUTE)
            minutes[own] = driven + access[start[own]][:, None] + access[end[own]][:, None]
        return minutes


def find_unmet(
    supply: Supply,
    losses: Losses,
    legs: pd.DataFrame,
    ways: tuple[NDArray[np.int32], ...],
    progress: Progress = silent,
) -> Unmet:
    """Solve each scenario anew with each loss that lies on a way it uses.

    Parameters
    ----------
    supply : Supply
    losses : Losses
    legs, ways
        Of ``supply``. Where a loss lies on none of a scenario's ways, what is shipped is shipped as before, and no way
        becomes shorter: the least that stays unmet is the same.
    progress : callable, optional
    """
    crossed = losses.crossed(ways).tocoo()
    pairs = pd.DataFrame({"loss": crossed.col, "scenario": legs["scenario"].to_numpy()[crossed.row]}).drop_duplicates()
    before = np.array([relief.unmet for relief in supply.before])
    more = np.zeros((len(losses.losses), len(before)))
    done = solved = 0
    for s in range(len(before)):
        group = pairs[pairs["scenario"] == s]
        for start, batch in batches(np.sort(group["loss"].to_numpy(np.int64))):
            at = done + start
            progress(Phrase("optimizer.critical.shipping", done=at, count=len(pairs)), at / len(pairs))
            roads = supply.roads_without(s, losses, batch)
            model, relief = supply.models[s], supply.before[s]
            anew = [not model.still_holds(relief, one) for one in roads]
            after = [model.solve(one).unmet if lost else before[s] for one, lost in zip(roads, anew, strict=True)]
            more[batch, s] = _above(np.array(after), before[s])
            solved += sum(anew)
        done += len(group)
    return Unmet(before, more, supply.second.recourse.probability, len(pairs), solved)


def _above(after: Floats, before: float) -> Floats:
    """What is more than before; the solver's tolerance is no want of anybody's."""
    more = after - before
    return np.where(more > 1e-6 * max(1.0, before), more, 0.0)


def _with_every_source(region: Region) -> Region:
    """Let every source serve every place."""
    parameters = region.settings.parameters.model_copy(update={"nearest_sources": max(len(region.sites), 1)})
    return replace(region, settings=region.settings.model_copy(update={"parameters": parameters}))
