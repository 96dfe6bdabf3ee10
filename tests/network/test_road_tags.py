"""Every form of tag that decides who may drive where, and how fast, heavy and high."""

from __future__ import annotations

import math

import pytest

from network.road_tags import grade, length_m, mass_t, road_tags, speed_kmh
from network.roads import ROAD_CLASSES, SURFACES


def tagged(text: str) -> dict[str, str]:
    """``a=b; c=d`` as tags."""
    return dict(part.strip().split("=", 1) for part in text.split("; "))


@pytest.mark.parametrize(
    ("tags", "road"),
    [
        ("highway=motorway", "motorway"),
        ("highway=trunk_link", "trunk_link"),
        ("highway=track", "track"),
        ("highway=track; tracktype=grade4", "track"),
        ("highway=busway", "service"),
        ("highway=residential; access=private", "residential"),
        ("highway=service; access=destination; motor_vehicle=no", "service"),
        ("highway=service; access=no; emergency=yes", "service"),
        ("highway=service; access=no; bus=yes", "service"),
        ("highway=pedestrian; emergency=yes", "service"),
        ("highway=pedestrian; width=4.5", "service"),
        ("highway=path; motor_vehicle=yes", "track"),
        ("highway=footway; emergency=designated", "track"),
    ],
)
def test_ways_that_are_used(tags: str, road: str) -> None:
    found = road_tags(tagged(tags))
    assert found is not None
    assert ROAD_CLASSES[found.road_class] == road


@pytest.mark.parametrize(
    "tags",
    [
        "highway=proposed",
        "highway=construction",
        "highway=footway",
        "highway=path",
        "highway=steps; emergency=yes",
        "highway=cycleway",
        "highway=pedestrian",
        "highway=pedestrian; width=3",
        "highway=track; tracktype=grade5",
        "highway=track; smoothness=horrible",
        "highway=residential; access=no",
        "highway=residential; access=military",
        "highway=residential; emergency=no",
        "highway=service; area=yes",
        "highway=service; width=1.5",
        "highway=service; maxwidth=1.8 m",
        "highway=primary; bridge=collapsed",
        "highway=unclassified; abandoned=yes",
        "route=ferry; motor_vehicle=yes; duration=00:20",
        "building=yes",
    ],
)
def test_ways_that_are_left_out(tags: str) -> None:
    assert road_tags(tagged(tags)) is None


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ("highway=primary", True, True),
        ("highway=primary; oneway=yes", True, False),
        ("highway=primary; oneway=1", True, False),
        ("highway=primary; oneway=-1", False, True),
        ("highway=primary; oneway=reverse", False, True),
        ("highway=primary; oneway=no", True, True),
        ("highway=primary; oneway=reversible", True, True),
        ("highway=primary; oneway=alternating", True, True),
        ("highway=primary; oneway=yes; oneway:emergency=no", True, True),
        ("highway=primary; junction=roundabout", True, False),
        ("highway=primary; junction=circular", True, False),
        ("highway=primary; junction=roundabout; oneway=-1", False, True),
        ("highway=motorway", True, False),
        ("highway=motorway; oneway=no", True, True),
        ("highway=motorway_link", True, True),
    ],
)
def test_direction(tags: str, forward: bool, backward: bool) -> None:
    found = road_tags(tagged(tags))
    assert found is not None
    assert (found.forward, found.backward) == (forward, backward)


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("10", 10.0),
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("7.5 t", 7.5),
        ("7.5t", 7.5),
        ("3500 kg", 3.5),
        ("10 st", 9.0718474),
        ("20000 lbs", 9.0718474),
        ("12;8 t", 8.0),
        ("none", None),
        ("default", None),
        ("unsigned", None),
        ("", None),
        ("-5", None),
    ],
)
def test_mass(text: str, tonnes: float | None) -> None:
    assert mass_t(text) == pytest.approx(math.nan if tonnes is None else tonnes, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("4", 4.0),
        ("3.8 m", 3.8),
        ("3.8m", 3.8),
        ("380 cm", 3.8),
        ("13'6\"", 4.1148),
        ("13'", 3.9624),
        ("12 ft", 3.6576),
        ("12 ft 6 in", 3.81),
        ("4.5; 4.2", 4.2),
        ("default", None),
        ("none", None),
        ("below_default", None),
    ],
)
def test_length(text: str, metres: float | None) -> None:
    assert length_m(text) == pytest.approx(math.nan if metres is None else metres, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("60", 60.0),
        ("60 km/h", 60.0),
        ("40 mph", 64.37376),
        ("CN:urban", 50.0),
        ("CN:rural", 70.0),
        ("CN:motorway", 120.0),
        ("walk", 7.0),
        ("80;60", 60.0),
        ("none", None),
        ("signals", None),
        ("DE:urban", None),
    ],
)
def test_speed(text: str, kmh: float | None) -> None:
    assert speed_kmh(text) == pytest.approx(math.nan if kmh is None else kmh, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "rise"),
    [
        ("8%", 0.08),
        ("-8%", -0.08),
        ("−8 %", -0.08),
        ("5°", 0.0874887),
        ("0", 0.0),
        ("12,5%", 0.125),
        ("up", None),
        ("down", None),
        ("700%", None),
        ("", None),
    ],
)
def test_grade(text: str, rise: float | None) -> None:
    assert grade(text) == pytest.approx(math.nan if rise is None else rise, nan_ok=True, abs=1e-6)


def test_limits_by_direction_surface_and_structures() -> None:
    found = road_tags(
        tagged(
            "highway=primary; maxspeed=60; maxspeed:backward=40; maxheight=default; maxheight:physical=4.1; "
            "surface=asphalt; bridge=viaduct; tunnel=no; name:zh=嘉陵江大桥; ref=G319;G210"
        )
    )
    assert found is not None
    assert (found.maxspeed_forward_kmh, found.maxspeed_backward_kmh, found.maxheight_m) == (60.0, 40.0, 4.1)
    assert (found.bridge, found.tunnel, SURFACES[found.surface]) == (True, False, "paved")
    assert (found.name, found.ref) == ("嘉陵江大桥", "G319;G210")


@pytest.mark.parametrize(
    ("tags", "surface"),
    [
        ("highway=track; tracktype=grade1", "paved"),
        ("highway=track; tracktype=grade2", "gravel"),
        ("highway=track; tracktype=grade3", "earth"),
        ("highway=track; tracktype=grade1; surface=mud", "earth"),
        ("highway=service; surface=compacted", "gravel"),
        ("highway=service; surface=asphalt;gravel", "gravel"),
        ("highway=service; surface=rubber", "unknown"),
        ("highway=service", "unknown"),
    ],
)
def test_surface(tags: str, surface: str) -> None:
    found = road_tags(tagged(tags))
    assert found is not None
    assert SURFACES[found.surface] == surface


@pytest.mark.parametrize(
    ("tags", "bridge", "tunnel"),
    [
        ("highway=primary; bridge=yes", True, False),
        ("highway=primary; bridge=no", False, False),
        ("highway=primary; tunnel=yes", False, True),
        ("highway=primary; tunnel=avalanche_protector", False, True),
        ("highway=primary; tunnel=culvert", False, False),
        ("highway=primary; tunnel=building_passage", False, False),
    ],
)
def test_bridges_and_tunnels(tags: str, bridge: bool, tunnel: bool) -> None:
    found = road_tags(tagged(tags))
    assert found is not None
    assert (found.bridge, found.tunnel) == (bridge, tunnel)
