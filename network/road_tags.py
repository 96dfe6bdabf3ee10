"""What the tags of one OSM way say to an emergency vehicle.

Used
    The classes of :data:`~network.roads.ROAD_CLASSES`, and bus ways as service roads. A gate, ``access=private``,
    ``permit`` or ``destination`` and a ban on motor vehicles do not stop an emergency vehicle. A pedestrian street is
    used where it is tagged for emergency or motor vehicles or is at least 4.0 m wide (the fire lane of GB 50016-2014);
    a footway, path, cycleway or bridleway only where it is tagged for them.
Left out
    ``access=no`` or ``military`` with no tag that opens it to some vehicle, since OSM marks closed roads so;
    ``emergency=no``; roads proposed, under construction, abandoned or collapsed; steps; tracks of ``tracktype=grade5``;
    ways called impassable or (very) horrible; ways less than 2.0 m wide; areas; ferries.
One-way
    Binds emergency vehicles too, save where ``oneway:emergency=no``. Roundabouts and motorways are one-way unless
    tagged otherwise. A reversible or alternating road counts both ways: whoever directs the traffic can turn it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from network.roads import ROAD_CLASSES, SURFACES

Tags = Mapping[str, str]

FIRE_LANE_M = 4.0
"""Least clear width of a fire lane, GB 50016-2014 7.1.8."""

NARROWEST_M = 2.0
"""No car, let alone a truck, gets through less."""

_OPEN = frozenset({"yes", "designated", "official", "permissive", "destination", "private", "permit", "delivery"})
_VEHICLE_KEYS = ("emergency", "motor_vehicle", "vehicle", "motorcar", "hgv", "bus", "psv")
_ON_ASKING = {"pedestrian": "service", "footway": "track", "path": "track", "cycleway": "track", "bridleway": "track"}
_RENAMED = {"busway": "service", "bus_guideway": "service"}
_IMPASSABLE = frozenset({"impassable", "very_horrible", "horrible"})
_GONE = frozenset({"collapsed", "abandoned", "proposed", "razed", "demolished"})

_SURFACE_GROUPS = {
    "paved": "paved asphalt concrete concrete:plates concrete:lanes cement paving_stones paving_stones:lanes sett "
    "bricks brick cobblestone unhewn_cobblestone cobblestone:flattened chipseal metal metal_grid wood tartan stone",
    "gravel": "gravel fine_gravel compacted pebblestone grass_paver shells salt",
    "earth": "unpaved ground dirt earth soil mud sand clay grass rock rocky terra woodchips snow ice laterite",
}
_SURFACE = {value: SURFACES.index(group) for group, values in _SURFACE_GROUPS.items() for value in values.split()}
_TRACK_SURFACE = {"grade1": "paved", "grade2": "gravel", "grade3": "earth", "grade4": "earth"}

_TONNES = {"": 1.0, "t": 1.0, "ton": 1.0, "tons": 1.0, "tonnes": 1.0, "kg": 1e-3, "st": 0.90718474, "lt": 1.0160469}
_TONNES |= {"lb": 0.45359237e-3, "lbs": 0.45359237e-3}
_METRES = {"": 1.0, "m": 1.0, "meter": 1.0, "metre": 1.0, "cm": 0.01, "ft": 0.3048, "in": 0.0254}
_KMH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_WALK_KMH = 7.0
# 道路交通安全法实施条例 第四十五条, one lane each way; the motorway's by 第七十八条.
_IMPLIED_KMH = {"walk": _WALK_KMH, "CN:urban": 50.0, "CN:rural": 70.0, "CN:motorway": 120.0}

_QUANTITY = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z/]*)\s*$")
_FEET = re.compile(r"^\s*(\d+)\s*(?:'|ft|′)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|in|''|″))?\s*$")
_INCLINE = re.compile(r"^\s*([-+−]?\d+(?:[.,]\d+)?)\s*(%|°)?\s*$")


@dataclass(frozen=True, slots=True)
class RoadTags:
    """One usable way; the fields are those of :class:`~network.roads.RoadNetwork`.

    Attributes
    ----------
    forward, backward : bool
        May be driven in the order of its nodes, against it.
    maxspeed_forward_kmh, maxspeed_backward_kmh : float
        NaN where OSM says nothing, as in the other figures.
    grade : float
        Rise over run in the order of its nodes.
    """

    road_class: int
    surface: int
    forward: bool
    backward: bool
    maxspeed_forward_kmh: float
    maxspeed_backward_kmh: float
    maxweight_t: float
    maxheight_m: float
    grade: float
    bridge: bool
    tunnel: bool
    name: str
    ref: str


def road_tags(tags: Tags) -> RoadTags | None:
    """Read ``tags``, or return None where no emergency vehicle can count on the way."""
    road_class = _road_class(tags)
    if road_class is None or not _passable(tags):
        return None
    forward, backward = _directions(tags, road_class)
    limit = tags.get("maxspeed", "")
    return RoadTags(
        road_class=ROAD_CLASSES.index(road_class),
        surface=_surface(tags),
        forward=forward,
        backward=backward,
        maxspeed_forward_kmh=speed_kmh(tags.get("maxspeed:forward", limit)),
        maxspeed_backward_kmh=speed_kmh(tags.get("maxspeed:backward", limit)),
        maxweight_t=mass_t(tags.get("maxweight", "")),
        maxheight_m=_least(length_m(tags.get("maxheight", "")), length_m(tags.get("maxheight:physical", ""))),
        grade=grade(tags.get("incline", "")),
        bridge=tags.get("bridge", "no") not in {"no", "aqueduct"},
        tunnel=tags.get("tunnel", "no") in {"yes", "avalanche_protector"},
        name=tags.get("name") or tags.get("name:zh") or tags.get("bridge:name") or "",
        ref=tags.get("ref", ""),
    )


def mass_t(text: str) -> float:
    """``10``, ``3.5 t``, ``3500 kg``, ``10 st``, ``20000 lbs`` in tonnes; the least of ``10;12``; else NaN."""
    return _least(*(_quantity(part, _TONNES) for part in text.split(";")))


def length_m(text: str) -> float:
    """``4``, ``3.8 m``, ``380 cm``, ``13'6"``, ``12 ft`` in metres; the least of several; else NaN (``default``)."""
    return _least(*(_feet(part) for part in text.split(";")))


def speed_kmh(text: str) -> float:
    """``60``, ``60 km/h``, ``40 mph``, ``walk``, ``CN:urban`` in km/h; the least of several; else NaN (``none``)."""
    parts = (part.strip() for part in text.split(";"))
    return _least(*(_IMPLIED_KMH.get(part, _quantity(part, _KMH)) for part in parts))


def grade(text: str) -> float:
    """``-8%`` or ``5°`` as rise over run; NaN for ``up``, ``down`` and what is no figure or steeper than 1 in 1."""
    found = _INCLINE.match(text)
    if not found:
        return math.nan
    figure = float(found[1].replace(",", ".").replace("−", "-"))
    rise = math.tan(math.radians(figure)) if found[2] == "°" else figure / 100
    return rise if abs(rise) < 1 else math.nan


def _road_class(tags: Tags) -> str | None:
    """Give the class that the way is used as."""
    highway = tags.get("highway", "")
    if highway in ROAD_CLASSES:
        return highway
    if highway in _RENAMED:
        return _RENAMED[highway]
    if highway not in _ON_ASKING:
        return None
    asked = tags.get("emergency") in _OPEN or tags.get("motor_vehicle") in _OPEN
    wide = highway == "pedestrian" and length_m(tags.get("width", "")) >= FIRE_LANE_M
    return _ON_ASKING[highway] if asked or wide else None


def _passable(tags: Tags) -> bool:
    """Nothing on the ground, and no closure, keeps an emergency vehicle out."""
    if tags.get("emergency") == "no" or (tags.get("access") in {"no", "military"} and not _opened(tags)):
        return False
    broken = tags.get("smoothness") in _IMPASSABLE or tags.get("tracktype") == "grade5"
    gone = "yes" in {tags.get(key) for key in ("abandoned", "disused", "impassable", "area")}
    gone = gone or tags.get("bridge") in _GONE or tags.get("status") == "impassable"
    narrow = _least(length_m(tags.get("width", "")), length_m(tags.get("maxwidth", ""))) < NARROWEST_M
    return not (broken or gone or narrow)


def _opened(tags: Tags) -> bool:
    """Tell whether a tag for some kind of vehicle overrules ``access=no``."""
    return any(
        tags.get(key) in _OPEN for key in ("emergency", "motor_vehicle", "vehicle", "motorcar", "hgv", "bus", "psv")
    )


def _directions(tags: Tags, road_class: str) -> tuple[bool, bool]:
    """Forward and backward."""
    oneway = tags.get("oneway", "")
    if tags.get("oneway:emergency") == "no":
        return True, True
    if oneway in {"-1", "reverse"}:
        return False, True
    if oneway in {"yes", "true", "1"}:
        return True, False
    implied = tags.get("junction") in {"roundabout", "circular"} or road_class == "motorway"
    return True, not (implied and oneway not in {"no", "false", "0", "reversible", "alternating"})


def _surface(tags: Tags) -> int:
    """Place in SURFACES; where there is no surface, what a track's grade implies."""
    surfaces = [_SURFACE[part.strip()] for part in tags.get("surface", "").split(";") if part.strip() in _SURFACE]
    # Groups are ordered from good to bad: a way of two surfaces is as good as its worse one.
    return max(surfaces) if surfaces else SURFACES.index(_TRACK_SURFACE.get(tags.get("tracktype", ""), "unknown"))


def _quantity(text: str, units: Mapping[str, float]) -> float:
    """Read a figure and its unit; NaN for anything else."""
    found = _QUANTITY.match(text)
    factor = units.get(found[2].lower()) if found else None
    return float(found[1].replace(",", ".")) * factor if found and factor else math.nan


def _feet(text: str) -> float:
    """Feet and inches, or any other length."""
    found = _FEET.match(text)
    if found:
        return float(found[1]) * _METRES["ft"] + float(found[2] or 0) * _METRES["in"]
    return _quantity(text, _METRES)


def _least(*figures: float) -> float:
    """Give the least of the figures that are known; NaN if none is."""
    known = [figure for figure in figures if not math.isnan(figure)]
    return min(known, default=math.nan)
