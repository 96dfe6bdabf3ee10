"""From a region's scenarios to the second stage of the reserve model: want, arcs, vehicles, losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.models.reserve_problem import LOCAL, Recourse
from optimizer.plan.demand import people_in_need, wanted_units
from optimizer.plan.first_stage import FirstStage
from optimizer.plan.reach import drive_min
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario
from optimizer.region.selection import SETTLEMENTS, selected


@dataclass(frozen=True)
class SecondStage:
    """The second stage as tables beside the model's arrays; row numbers are positions in the arrays.

    Attributes
    ----------
    scenarios : tuple of Scenario
    places : tuple of str
    need : tuple of DataFrame
        People in need by place, a table a scenario (see :func:`~optimizer.plan.demand.people_in_need`).
    arcs : DataFrame
        ``scenario``, ``source``, ``place``, ``type`` (vehicle type or ``LOCAL``), ``drive_min``, ``cycle_min``,
        ``arrival_min``.
    types : DataFrame
        Vehicle types: ``vehicle_class``, ``payload_kg``, ``volume_m3``.
    pools : DataFrame
        ``site_id``, ``type``, ``vehicles`` (with crews), ``cost_cny_km``.
    postings : DataFrame
        ``scenario``, ``pool``, ``source``, ``transfer_min``.
    reached : DataFrame
        Scenarios by villages and communities: whether a depot, candidate or supplier reaches the place by road.
    recourse : Recourse
    """

    scenarios: tuple[Scenario, ...]
    places: tuple[str, ...]
    need: tuple[pd.DataFrame, ...]
    arcs: pd.DataFrame
    types: pd.DataFrame
    pools: pd.DataFrame
    postings: pd.DataFrame
    reached: pd.DataFrame
    recourse: Recourse


def second_stage(region: Region, first: FirstStage, scenarios: tuple[Scenario, ...]) -> SecondStage:
    """Assemble the second stage of ``region`` over ``scenarios``."""
    need = tuple(people_in_need(region, scenario) for scenario in scenarios)
    places = tuple(sorted(set().union(*(table.index for table in need))))
    types, pools = _vehicles(region)
    roads = [_RoadTimes(region, first, scenario, table, types) for scenario, table in zip(scenarios, need, strict=True)]
    arcs = pd.concat([times.arcs(number, places, pools) for number, times in enumerate(roads)], ignore_index=True)
    postings = pd.concat([times.postings(number, pools) for number, times in enumerate(roads)], ignore_index=True)
    due = np.unique([*first.items["deadline_min"], region.settings.parameters.late_horizon_h * 60.0])
    want, per_person = _want(region, first, places, need)
    recourse = Recourse(
        probability=_weights(scenarios),
        want=want,
        per_person=per_person,
        kept=np.array([_kept(region, first, scenario) for scenario in scenarios]),
        arc_scenario=arcs["scenario"].to_numpy(np.int64),
        arc_source=arcs["source"].to_numpy(np.int64),
        arc_place=arcs["place"].to_numpy(np.int64),
        arc_class=arcs["type"].to_numpy(np.int64),
        cycle_min=arcs["cycle_min"].to_numpy(float),
        arrival_min=arcs["arrival_min"].to_numpy(float),
        load=vehicle_loads(first.items, types),
        pool_class=pools["type"].to_numpy(np.int64),
        pool_vehicles=np.array([s.outside_help.vehicle_share * pools["vehicles"].to_numpy(float) for s in scenarios]),
        posting_scenario=postings["scenario"].to_numpy(np.int64),
        posting_pool=postings["pool"].to_numpy(np.int64),
        posting_source=postings["source"].to_numpy(np.int64),
        posting_minutes=working_minutes(region, first, postings, due),
        due_min=due,
    )
    reached = pd.DataFrame([times.reached() for times in roads])
    return SecondStage(scenarios, places, need, arcs, types, pools, postings, reached, recourse)


def _weights(scenarios: tuple[Scenario, ...]) -> NDArray[np.float64]:
    probability = np.array([scenario.probability for scenario in scenarios])
    weights: NDArray[np.float64] = probability / probability.sum()
    return weights


def vehicle_loads(items: pd.DataFrame, types: pd.DataFrame) -> NDArray[np.float64]:
    """(I, C) vehicle loads that one unit takes: the larger of its share of the payload and of the loading volume."""
    mass = items["mass_kg"].to_numpy()[:, None] / types["payload_kg"].to_numpy()[None, :]
    volume = items["volume_m3"].to_numpy()[:, None] / types["volume_m3"].to_numpy()[None, :]
    loads: NDArray[np.float64] = np.maximum(mass, volume)
    return loads


def _vehicles(region: Region) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Vehicle types and the pools of each; a vehicle without crew or loading space carries nothing."""
    table = region.tables["vehicles"]
    usable = table[(table["payload_kg"] > 0) & (table["volume_m3"] > 0)].copy()
    usable["vehicles"] = usable[["count", "crews"]].min(axis=1).astype(float)
    kind = ["vehicle_class", "payload_kg", "volume_m3"]
    types = usable[kind].drop_duplicates().reset_index(drop=True)
    pools = usable.merge(types.reset_index(names="type"), on=kind)
    return types, pools[["site_id", "type", "vehicles", "cost_cny_km"]].reset_index(drop=True)


def _want(
    region: Region, first: FirstStage, places: tuple[str, ...], need: tuple[pd.DataFrame, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    place, item = pd.Index(places), pd.Index(first.items["item_id"])
    want = np.zeros((len(need), len(place), len(item)))
    per_person = np.ones_like(want)
    for number, table in enumerate(need):
        units = wanted_units(region, table)
        at = number, place.get_indexer(pd.Index(units["site_id"])), item.get_indexer(pd.Index(units["item_id"]))
        want[at] = units["units"]
        per_person[at] = units["per_person"]
    return want, per_person


def _kept(region: Region, first: FirstStage, scenario: Scenario) -> NDArray[np.float64]:
    """(J,) share of each source's stock that the event leaves; what the planner has closed gives nothing."""
    left = np.ones(len(region.sites))
    for loss in scenario.losses:
        left[selected(loss.where, region.sites, region.folder)] *= 1 - loss.share
    by_site = pd.Series(left, index=region.sites["site_id"])
    promised = (first.sources["mode"] != "physical").to_numpy()
    closed = first.sources["closed"].to_numpy(bool)
    share = by_site.reindex(first.sources["site_id"]).to_numpy(float)
    share = np.where(promised, share * scenario.outside_help.supplier_share, share)
    return np.where(closed, 0.0, share)


def working_minutes(
    region: Region, first: FirstStage, postings: pd.DataFrame, due: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N, D) minutes that a posted vehicle can work: from both goods and vehicle being there until the due time."""
    mobilise = region.settings.parameters.mobilise_min
    lead = first.sources["lead_min"].to_numpy()[postings["source"].to_numpy(np.int64)]
    ready = np.maximum(np.maximum(mobilise, lead), mobilise + postings["transfer_min"].to_numpy())
    minutes: NDArray[np.float64] = np.maximum(due[None, :] - ready[:, None], 0.0)
    return minutes


class _RoadTimes:
    """Driving times of one scenario between homes, sources and places, by vehicle class."""

    def __init__(
        self, region: Region, first: FirstStage, scenario: Scenario, need: pd.DataFrame, types: pd.DataFrame
    ) -> None:
        self.region, self.first, self.types = region, first, types
        self.need = list(need.index)
        self.origins = list(dict.fromkeys(first.sources["site_id"]))
        homes = list(dict.fromkeys(region.tables["vehicles"]["site_id"]))
        starts = list(dict.fromkeys([*self.origins, *homes]))
        sites = region.sites
        self.settlements = list(sites.loc[sites["kind"].isin(SETTLEMENTS), "site_id"])
        ends = list(dict.fromkeys([*self.settlements, *self.origins]))
        classes = types["vehicle_class"].unique()
        self.minutes = {name: drive_min(region, scenario.roads, name, starts, ends) for name in classes}

    def reached(self) -> pd.Series:
        """Tell of every village and community whether a source reaches it by road, in any vehicle."""
        shops = [minutes.loc[self._shops(), self.settlements].to_numpy() for minutes in self.minutes.values()]
        return pd.Series(np.isfinite(np.vstack(shops)).any(axis=0), index=self.settlements)

    def arcs(self, number: int, places: tuple[str, ...], pools: pd.DataFrame) -> pd.DataFrame:
        """Arcs of this scenario: the nearest sources of each place by every vehicle type, and stock on the spot."""
        place = pd.Index(places)
        sources = self.first.sources.reset_index(names="source")
        parts = [self._local(sources, place)]
        chosen = self._nearest()
        for kind in pools["type"].unique():
            minutes = self.minutes[self.types["vehicle_class"].iloc[kind]]
            pairs = chosen.assign(
                drive_min=minutes.to_numpy()[
                    minutes.index.get_indexer(pd.Index(chosen["origin"])),
                    minutes.columns.get_indexer(pd.Index(chosen["place_id"])),
                ]
            )
            pairs = pairs[np.isfinite(pairs["drive_min"])]
            rows = pairs.merge(sources[["source", "site_id", "lead_min"]], left_on="origin", right_on="site_id")
            parts.append(rows.assign(place=place.get_indexer(pd.Index(rows["place_id"])), type=kind))
        arcs = pd.concat(parts, ignore_index=True)
        settings = self.region.settings.parameters
        moving = arcs["type"] != LOCAL
        handling = settings.loading_min + settings.unloading_min
        ready = np.maximum(settings.mobilise_min, arcs["lead_min"])
        return pd.DataFrame(
            {
                "scenario": number,
                "source": arcs["source"],
                "place": arcs["place"],
                "type": arcs["type"],
                "drive_min": arcs["drive_min"],
                "cycle_min": np.where(moving, handling + 2 * arcs["drive_min"], 0.0),
                "arrival_min": np.where(moving, ready + settings.loading_min + arcs["drive_min"], 0.0),
            }
        )

    def _local(self, sources: pd.DataFrame, place: pd.Index) -> pd.DataFrame:
        own = sources[(sources["mode"] == "physical") & sources["site_id"].isin(self.need)]
        rows = own[["source", "site_id", "lead_min"]]
        return rows.assign(place=place.get_indexer(pd.Index(rows["site_id"])), type=LOCAL, drive_min=0.0)

    def _shops(self) -> list[str]:
        """Sites from which vehicles carry goods: all sources but villages that hold some for themselves."""
        sources = self.first.sources
        return list(sources.loc[~sources["kind"].isin(SETTLEMENTS), "site_id"].unique())

    def _nearest(self) -> pd.DataFrame:
        """``place_id``, ``origin``: nearest depots and candidates, half as many suppliers, and all district depots."""
        quickest = np.minimum.reduce([frame.to_numpy() for frame in self.minutes.values()])
        frame = next(iter(self.minutes.values()))
        minutes = pd.DataFrame(quickest, index=frame.index, columns=frame.columns)[self.need]
        kind = self.first.sources.drop_duplicates("site_id").set_index("site_id")["kind"]
        level = self.region.sites.set_index("site_id")["level"]
        depots = [site for site in self._shops() if kind[site] != "supplier"]
        suppliers = [site for site in self._shops() if kind[site] == "supplier"]
        number = self.region.settings.parameters.nearest_sources
        district = [site for site in depots if kind[site] == "depot" and level[site] == "district"]
        pairs = [
            *_closest(minutes.loc[depots], number),
            *_closest(minutes.loc[suppliers], -(-number // 2)),
            *_closest(minutes.loc[district], len(district)),
        ]
        return pd.DataFrame(pairs, columns=["origin", "place_id"]).drop_duplicates()

    def postings(self, number: int, pools: pd.DataFrame) -> pd.DataFrame:
        """Pools that may work from a source: at home, in their town, at district depots; the district's anywhere."""
        sites = self.region.sites.set_index("site_id")
        sources = self.first.sources.reset_index(names="source")
        shops = sources[~sources["kind"].isin(SETTLEMENTS)]
        pairs = pools.reset_index(names="pool").merge(shops[["source", "site_id"]], how="cross", suffixes=("_home", ""))
        home, work = sites.loc[pairs["site_id_home"]], sites.loc[pairs["site_id"]]
        town = home["town_id"].where(home["kind"] != "town", home.index.to_series()).to_numpy()
        anywhere = (home["level"] == "district").to_numpy() | (town == "")
        allowed = (
            anywhere
            | (pairs["site_id_home"] == pairs["site_id"]).to_numpy()
            | (town == work["town_id"].to_numpy())
            | ((work["kind"] == "depot") & (work["level"] == "district")).to_numpy()
        )
        pairs = pairs[allowed]
        classes = self.types["vehicle_class"].to_numpy()[pairs["type"].to_numpy(np.int64)]
        transfer = [
            self.minutes[name].loc[home_id, work_id]
            for name, home_id, work_id in zip(classes, pairs["site_id_home"], pairs["site_id"], strict=True)
        ]
        rows = pd.DataFrame(
            {"scenario": number, "pool": pairs["pool"], "source": pairs["source"], "transfer_min": transfer}
        )
        reached: pd.DataFrame = rows.loc[np.isfinite(rows["transfer_min"])]
        return reached


def _closest(minutes: pd.DataFrame, number: int) -> list[tuple[str, str]]:
    """Pairs of a row and a column: for each column the ``number`` rows with the least finite minutes."""
    values = minutes.to_numpy()
    order = np.argsort(values, axis=0, kind="stable")[:number]
    return [
        (minutes.index[row], place)
        for column, place in enumerate(minutes.columns)
        for row in order[:, column]
        if np.isfinite(values[row, column])
    ]
