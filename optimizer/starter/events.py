"""``events.yaml`` of a starter region: the kinds of events of ``datasets/starter/events.yaml`` that can strike here.

A kind strikes at the sites that list its hazard, a flood also along the rivers, an earthquake anywhere among the roads.
A kind that finds none of these is left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from network.features import River
from network.plane import Plane
from network.roads import RoadNetwork
from network.shapes import Circle
from network.words import LANGUAGES, say
from optimizer.region.events import EventFile, EventKind, Slopes
from optimizer.region.schema import SCHEMA_VERSION
from optimizer.region.settings import Strict
from optimizer.starter.defaults import FOLDER

RIVERS_FILE = "river_zone.geojson"
LARGEST_M = 500_000.0
"""Radius that a circle of the form can have."""

_DEGREES = 1e-5
_SIMPLER_M = 10.0
"""Edges of the drawn zone may be so far off: corners of a river's line are nearer to each other than a road is wide."""


class EventDraft(Strict):
    """A kind of event without its zones, and which zone it is given."""

    zone: Literal["rivers", "roads", "none"]
    kind: dict[str, Any]


class EventRules(Strict):
    """The content of ``datasets/starter/events.yaml``; each figure is explained there."""

    river_zone_m: float
    margin_m: float
    zone_weight: float
    slopes: Slopes
    drafts: tuple[EventDraft, ...]


@dataclass(frozen=True)
class DraftedEvents:
    """What is written: the form, and the land along rivers in WGS-84 where a flood has it as its zone."""

    file: EventFile
    rivers: BaseGeometry | None

    def write_zones(self, folder: Path) -> None:
        """Write the file that a zone names, beside ``events.yaml``."""
        if self.rivers is not None:
            feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(self.rivers)}
            text = json.dumps({"type": "FeatureCollection", "features": [feature]})
            (folder / RIVERS_FILE).write_text(text, encoding="utf-8")


@cache
def read_event_rules(folder: Path = FOLDER) -> EventRules:
    """Read the kinds of events that are drafted."""
    return EventRules.model_validate(yaml.safe_load((folder / "events.yaml").read_text(encoding="utf-8")))


def draft_events(
    sites: pd.DataFrame, network: RoadNetwork, rivers: Sequence[River], least_river_m: float, rules: EventRules
) -> DraftedEvents:
    """Draft the events of a starter region.

    Parameters
    ----------
    sites : DataFrame
        The sites table; its hazards say where a kind can strike.
    network : RoadNetwork
    rivers : sequence of River
    least_river_m : float
        A shorter waterway is a stream and gives no zone.
    rules : EventRules
    """
    land = river_land(rivers, network, least_river_m, rules)
    hazards = {hazard for listed in sites["hazards"] for hazard in str(listed).split(";")}
    kinds = [_kind(draft, network, hazards, land is not None, rules) for draft in rules.drafts]
    found = tuple(kind for kind in kinds if kind is not None)
    used = any(zone.within.file for kind in found for zone in kind.zones)
    return DraftedEvents(
        EventFile(schema_version=SCHEMA_VERSION, slopes=rules.slopes, events=found), land if used else None
    )


def river_land(rivers: Sequence[River], network: RoadNetwork, least_m: float, rules: EventRules) -> BaseGeometry | None:
    """Land along rivers of ``least_m`` or more, as far as the roads go; None where that holds no road."""
    circle = _around(network, rules.margin_m)
    plane = Plane(circle.lon, circle.lat)
    lines = [shapely.transform(river.line, lambda at: plane.metres(at[:, 0], at[:, 1])) for river in rivers]
    wide = shapely.union_all([line.buffer(rules.river_zone_m) for line in lines if line.length >= least_m])
    land = wide.simplify(_SIMPLER_M).intersection(shapely.Point(0, 0).buffer(circle.radius_m))
    degrees = shapely.transform(land, lambda at: np.column_stack(plane.degrees(at)))
    area = shapely.set_precision(shapely.make_valid(degrees), _DEGREES)
    return area if area.area and len(network.links_touching(area)) else None


def _around(network: RoadNetwork, margin_m: float) -> Circle:
    """Draw a circle around all roads, which may lie on both sides of the date line."""
    plane = Plane.around(network.lon, network.lat)
    farthest = float(np.linalg.norm(plane.metres(network.lon, network.lat), axis=1).max())
    return Circle(lon=round(plane.lon, 4), lat=round(plane.lat, 4), radius_m=min(farthest + margin_m, LARGEST_M))


def _kind(
    draft: EventDraft, network: RoadNetwork, hazards: set[str], has_rivers: bool, rules: EventRules
) -> EventKind | None:
    """Give a kind with its zone, and its places where sites list its hazard; None where it has neither."""
    within: dict[str, Any] | None = None
    if draft.zone == "roads":
        within = {"around": _around(network, rules.margin_m)}
    elif draft.zone == "rivers" and has_rivers:
        within = {"file": RIVERS_FILE}
    kind = dict(draft.kind)
    if kind["hazard"] not in hazards:
        kind.pop("places", None)
    if within is not None:
        name = {language: say(f"optimizer.starter.zone_{draft.zone}", language) for language in LANGUAGES}
        kind["zones"] = [{"name": name, "within": within, "weight": rules.zone_weight}]
    return EventKind.model_validate(kind) if within is not None or "places" in kind else None
