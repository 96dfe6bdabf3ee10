"""Event scenarios of a starter region, built from its roads: bridges, tunnels and main roads fail together with demand.

flood
    The bridges over the waterway whose bridges carry most supply; people near it and people cut off are in need.
landslide
    Tunnels and the busiest spots of the main roads; people in places exposed to landslides or cut off.
earthquake
    A share of the busiest bridges and tunnels, part of the district depot's stock, half of the outside help.
snow, typhoon or rainstorm, by latitude
    Slow roads and the last minor roads to the places farthest away.
volcano
    Only where places lie near one: ash slows the roads, people near it are in need.

Closures are taken one after another, busiest first, each tried by a shortest path search: what would cut off more than
a share of the places is passed over, and as long as too little is cut off, more is closed
(``datasets/starter/rules.yaml``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import LANGUAGES, Language, say
from optimizer.region.scenarios import DemandEvent, Event, Loss, OutsideHelp, RoadState, Scenario, Where
from optimizer.region.settings import Name
from optimizer.starter.closures import closures
from optimizer.starter.defaults import Rules, ScenarioRules
from optimizer.starter.nearby import in_space, nearest
from optimizer.starter.structures import (
    Chosen,
    Closable,
    Mask,
    Piece,
    choose,
    cut_spots,
    lonely_spots,
    main_road_spots,
    minor_roads,
    structures,
)
from optimizer.starter.waters import Waters


@dataclass(frozen=True)
class Drafted:
    """A scenario with what is known of it.

    Attributes
    ----------
    scenario : Scenario
    people : (k,) float64
        In need, by place.
    closed : Chosen
    """

    scenario: Scenario
    people: NDArray[np.float64]
    closed: Chosen


@dataclass(frozen=True)
class Events:
    """What the scenarios are made from.

    Attributes
    ----------
    places : DataFrame
        With hazards, area_type, residents, node.
    roads : Closable
    waters : Waters
    depot_id : str
    rules : Rules
    language : {"zh", "en"}
        Of the closures' names.
    """

    places: pd.DataFrame
    roads: Closable
    waters: Waters
    depot_id: str
    rules: Rules
    language: Language

    @property
    def figures(self) -> ScenarioRules:
        """Rules of the scenarios."""
        return self.rules.scenarios

    @property
    def most_places(self) -> int:
        """Places that an event may cut off at most: one in any case, all never but where there is only one."""
        return max(1, int(self.figures.most_cut_share * len(self.places)))

    @property
    def aim_places(self) -> int:
        """Places that the flood, the landslide and the weather are to cut off."""
        return min(self.most_places, max(1, round(self.figures.aim_cut_share * len(self.places))))

    def exposed(self, hazard: str) -> Mask:
        """(k,) places that list the hazard."""
        return np.array([hazard in listed.split(";") for listed in self.places["hazards"]], dtype=np.bool_)

    def close(self, *offered: Sequence[Piece]) -> Chosen:
        """Choose among pieces, list after list."""
        return choose(self.roads, offered, self.aim_places, self.most_places, self.figures.most_closed_ways)

    def spots(self, eligible: Mask) -> list[Piece]:
        """Cut links among those eligible."""
        return cut_spots(self.roads, self.most_places, eligible)


def draft_scenarios(events: Events) -> list[Drafted]:
    """Make the scenarios of a starter region, four or five."""
    drafts = [_flood(events), _landslide(events), _earthquake(events), _weather(events)]
    if events.exposed("volcano").any():
        drafts.append(_volcano(events))
    return drafts


def _flood(events: Events) -> Drafted:
    """Close the bridges over the busiest waterway; where none is named, the busiest bridges."""
    roads, figures = events.roads, events.figures
    bridge = roads.network.bridge
    distance, water = np.full(len(bridge), np.inf), np.full(len(bridge), -1, dtype=np.int64)
    distance[bridge], water[bridge] = events.waters.nearest(roads.middle[bridge])
    crossing = bridge & (distance <= figures.river_bridge_m + roads.network.length_m / 2)
    busiest = _busiest(water[crossing], roads.travel[crossing])
    over = crossing & (water == busiest) if busiest >= 0 else bridge
    others = structures(roads, crossing if busiest >= 0 else bridge)
    closed = events.close(structures(roads, over), others, events.spots(bridge))
    near = np.zeros(len(events.places), dtype=np.bool_)
    if busiest >= 0:
        which = np.arange(len(events.waters.names)) == busiest
        at = in_space(events.places["lon"], events.places["lat"])
        near = events.waters.distance_m(at, which) <= figures.water_place_m
    name = events.waters.names[busiest] if busiest >= 0 else ""
    return _draft(
        events,
        "flood",
        closed,
        near | closed.cut,
        figures.flood_share,
        place=name,
        communications="partial",
        speed=figures.rain_speed,
    )


def _busiest(water: NDArray[np.int64], travel: NDArray[np.float64]) -> int:
    """Waterway whose bridges carry most; −1 where there is no bridge that supply uses."""
    if not len(water) or travel.max() <= 0:
        return -1
    return int(np.bincount(water, weights=travel).argmax())


def _landslide(events: Events) -> Drafted:
    """Close tunnels and spots of the main roads."""
    roads = events.roads
    steep = [*structures(roads, roads.network.tunnel), *main_road_spots(roads)]
    main = ~minor_roads(roads.network)
    everywhere = np.ones(roads.network.link_count, dtype=np.bool_)
    closed = events.close(steep, events.spots(main), events.spots(everywhere))
    if not closed.cut.any():
        closed = events.close(steep, lonely_spots(roads, events.figures.most_closed_ways))
    need = events.exposed("landslide") | closed.cut
    return _draft(events, "landslide", closed, need, events.figures.landslide_share, speed=events.figures.rain_speed)


def _earthquake(events: Events) -> Drafted:
    """Close a share of the busiest bridges and tunnels, and lose stock and outside help."""
    roads, figures = events.roads, events.figures
    all_structures = structures(roads, roads.network.bridge | roads.network.tunnel)
    count = min(figures.most_closed_ways, int(np.ceil(figures.earthquake_link_share * len(all_structures))))
    closed = choose(roads, [all_structures], len(events.places), events.most_places, count)
    everyone = np.ones(len(events.places), dtype=np.bool_)
    return _draft(
        events,
        "earthquake",
        closed,
        everyone,
        figures.earthquake_share,
        communications="down",
        losses=(Loss(where=Where(sites=(events.depot_id,)), share=figures.earthquake_loss),),
        outside_help=OutsideHelp(
            supplier_share=figures.earthquake_supplier_share, vehicle_share=figures.earthquake_vehicle_share
        ),
    )


def _weather(events: Events) -> Drafted:
    """Slow every road and close the last minor roads to the places farthest away."""
    roads, figures = events.roads, events.figures
    latitude = float(np.abs(events.places["lat"]).median())
    low, high = events.rules.hazards.typhoon_latitude
    hazard = "snow" if latitude > high else "typhoon" if latitude >= low else "flood"
    words = "rainstorm" if hazard == "flood" else hazard
    far = _farthest_first(events.spots(minor_roads(roads.network)), roads)
    closed = events.close(far, events.spots(np.ones(roads.network.link_count, dtype=np.bool_)))
    everyone = np.ones(len(events.places), dtype=np.bool_)
    extra = closed.cut | (events.places["area_type"] == "remote").to_numpy()
    return _draft(
        events,
        hazard,
        closed,
        everyone,
        figures.weather_share,
        extra=extra,
        words=words,
        communications="partial",
        speed=figures.weather_speed,
        flying=False,
    )


def _farthest_first(pieces: list[Piece], roads: Closable) -> list[Piece]:
    """Order pieces by how far from the depot the place nearest to them lies, farthest first."""
    if not pieces:
        return []
    network = roads.network
    places = in_space(network.lon[roads.place_node], network.lat[roads.place_node])
    _, place = nearest(roads.middle[[piece.links[0] for piece in pieces]], places)
    far = roads.open_ms[place]
    return [pieces[row] for row in np.argsort(-far, kind="stable")]


def _volcano(events: Events) -> Drafted:
    """Slow the roads by ash; those near the volcano are in need."""
    figures = events.figures
    nothing = choose(events.roads, [], 0, 0, 0)
    return _draft(
        events,
        "volcano",
        nothing,
        events.exposed("volcano"),
        figures.volcano_share,
        communications="partial",
        speed=figures.rain_speed,
        flying=False,
    )


def _draft(
    events: Events,
    hazard: str,
    closed: Chosen,
    need: Mask,
    share: float,
    *,
    extra: Mask | None = None,
    words: str = "",
    place: str = "",
    speed: float = 1.0,
    communications: str = "up",
    **others: object,
) -> Drafted:
    """Put a scenario together; without a place in need, a small share of everyone is."""
    figures, words = events.figures, words or hazard
    if not need.any():
        need, share = np.ones_like(need), figures.background_share
    demand = [_demand(events.places, need, share, figures.days)]
    people = np.where(need, share, 0.0)
    if extra is not None and extra.any():
        demand.append(_demand(events.places, extra, figures.landslide_share, figures.days))
        people = people + np.where(extra, figures.landslide_share, 0.0)
    entry = f"optimizer.starter.{words}_at" if place else f"optimizer.starter.{words}"
    return_years = figures.return_years[words]
    scenario = Scenario.model_validate(
        {
            "id": words,
            "name": Name(**{language: say(entry, language, place=place) for language in LANGUAGES}),
            "event": Event(hazard=hazard, place=place),
            "return_period_years": return_years,
            "roads": RoadState(
                speed_factor=speed, closures=closures(events.roads.network, closed.pieces, events.language)
            ),
            "demand": tuple(demand),
            "communications": communications,
            "estimated": True,
            "source": say("optimizer.starter.scenario_source", "zh")
            + " "
            + say("optimizer.starter.scenario_source", "en"),
            **others,
        }
    )
    residents = events.places["residents"].to_numpy(dtype=np.float64)
    return Drafted(scenario, residents * np.minimum(people, 1.0), closed)


def _demand(places: pd.DataFrame, need: Mask, share: float, days: float) -> DemandEvent:
    """Give residents of the places marked; of all places where all are."""
    where = Where() if need.all() else Where(sites=tuple(places.loc[need, "site_id"]))
    return DemandEvent(people="residents", where=where, share=share, days=days)
