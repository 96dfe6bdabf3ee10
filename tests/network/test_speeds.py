"""Link times, with the arithmetic of the speed table written out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from network.customization import UNREACHABLE
from network.roads import ROAD_CLASSES, SURFACES, RoadNetwork
from network.speeds import (
    MARGINS,
    SPEED_TABLE,
    VEHICLE_CLASSES,
    SpeedTable,
    VehicleClass,
    link_times_ms,
    margin_times_ms,
    speeds_kmh,
)
from network.times import travel_times_ms

Build = Callable[..., RoadNetwork]
CAR, HEAVY, FIRE = (VEHICLE_CLASSES[name] for name in ("car", "heavy_truck", "fire_engine"))


def one_link(make_network: Build, road: str, surface: str = "unknown", **given: object) -> RoadNetwork:
    given = {name: [value] for name, value in given.items()}
    classes = {"road_class": [ROAD_CLASSES.index(road)], "surface": [SURFACES.index(surface)]}
    return make_network([106.6, 106.61], [29.7, 29.7], [0], [1], **classes, **given)


def test_the_table_covers_every_class_and_surface() -> None:
    assert set(SPEED_TABLE.free_kmh) == set(ROAD_CLASSES)
    assert set(SPEED_TABLE.surface_factor) == set(SURFACES)


@pytest.mark.parametrize(
    ("road", "surface", "given", "vehicle", "kmh"),
    [
        ("primary", "paved", {}, CAR, 65.0),
        ("primary", "paved", {}, HEAVY, 65.0 * 0.75),
        ("motorway", "paved", {}, HEAVY, 90.0 * 0.75),
        ("motorway", "paved", {"maxspeed_kmh": 120.0}, CAR, 120.0 * 0.8),
        ("motorway", "paved", {"maxspeed_kmh": 120.0}, FIRE, 120.0 * 0.8 * 0.85),
        ("residential", "paved", {"maxspeed_kmh": 30.0}, CAR, 30.0 * 0.8),
        ("tertiary", "gravel", {}, CAR, 40.0 * 0.75),
        ("track", "unknown", {}, CAR, 25.0 * 0.5),
        ("track", "paved", {}, CAR, 25.0),
        ("secondary", "paved", {"bridge": True}, CAR, 55.0 * 0.95),
        ("motorway", "paved", {"tunnel": True}, CAR, 80.0),
        ("tertiary", "paved", {"grade": 0.08}, CAR, 40.0 / (1 + 3 * 0.05)),
        ("tertiary", "paved", {"grade": -0.08}, HEAVY, 40.0 * 0.75 / (1 + 8 * 0.05)),
        ("tertiary", "paved", {"grade": 0.02}, HEAVY, 40.0 * 0.75),
    ],
)
def test_speed(make_network: Build, road: str, surface: str, given: dict, vehicle: object, kmh: float) -> None:
    network = one_link(make_network, road, surface, **given)
    assert speeds_kmh(network, vehicle)[0] == pytest.approx(kmh, rel=1e-6)


def test_time_night_and_margin(make_network: Build) -> None:
    network = one_link(make_network, "primary", "paved", length_m=6500.0)
    assert link_times_ms(network, CAR).tolist() == [360_000]  # 6.5 km at 65 km/h: 6 min
    assert link_times_ms(network, CAR, speed_factor=0.8).tolist() == [450_000]  # 6 min / 0.8
    assert link_times_ms(network, CAR, night=True).tolist() == [423_529]  # 6 min / 0.85
    assert link_times_ms(network, CAR).dtype == np.int32


def test_rain_night_and_margin_are_multiplied(make_network: Build) -> None:
    network = one_link(make_network, "primary", "paved", length_m=6500.0)
    assert link_times_ms(network, CAR, rain="dry").tolist() == [360_000]
    assert link_times_ms(network, CAR, rain="rain").tolist() == [400_000]  # 6 min / 0.9
    assert link_times_ms(network, CAR, rain="heavy_rain").tolist() == [480_000]  # 6 min / 0.75
    # 6 min / (0.85 × 0.75 × 0.8)
    assert link_times_ms(network, CAR, night=True, rain="heavy_rain", speed_factor=0.8).tolist() == [705_882]
    # A limit holds before the weather: 100 km/h × 0.8, and the tunnel's 80 km/h, then × 0.9.
    tunnel = one_link(make_network, "motorway", "paved", maxspeed_kmh=120.0, tunnel=True)
    assert speeds_kmh(tunnel, CAR, rain="rain")[0] == pytest.approx(80 * 0.9)
    drizzle = SpeedTable(rain_factor={"dry": 1.0, "rain": 0.5, "heavy_rain": 0.25})
    assert link_times_ms(network, CAR, rain="rain", table=drizzle).tolist() == [720_000]


def test_all_three_margins_at_once(make_network: Build) -> None:
    network = one_link(make_network, "primary", "paved", length_m=6500.0)
    lanes = margin_times_ms(network, CAR, night=True)
    assert lanes.shape == (1, 3)
    assert lanes.dtype == np.int32
    # 6 min / 0.85, at 0.8, 1 and 1.2 of that speed.
    assert lanes[0].tolist() == [round(360_000 / 0.85 / margin) for margin in (0.8, 1.0, 1.2)]
    assert MARGINS == (0.8, 1.0, 1.2)
    both_ways = travel_times_ms(network, lanes, [0], [1])
    assert both_ways[0, 0].tolist() == lanes[0].tolist()


def test_a_bridge_too_weak_sends_the_truck_alone_round(make_network: Build) -> None:
    """Nodes 0 and 1 with a bridge of 1 km between them, and a way round by 2 of twice 5 km."""
    network = make_network(
        [106.6, 106.61, 106.605],
        [29.7, 29.7, 29.74],
        [0, 0, 2],
        [1, 2, 1],
        length_m=[1000.0, 5000.0, 5000.0],
        road_class=[ROAD_CLASSES.index("primary")] * 3,
        surface=[SURFACES.index("paved")] * 3,
        maxweight_t=[10.0, np.nan, np.nan],
    )

    def minutes(vehicle: VehicleClass) -> float:
        return float(travel_times_ms(network, link_times_ms(network, vehicle), [0], [1])[0, 0]) / 60_000

    assert minutes(CAR) == pytest.approx(1 / 65 * 60, abs=1e-4)
    assert minutes(VEHICLE_CLASSES["light_truck"]) == pytest.approx(1 / (65 * 0.9) * 60, abs=1e-4)
    # 25 t: 10 km at 65 × 0.75 km/h.
    assert minutes(HEAVY) == pytest.approx(10 / (65 * 0.75) * 60, abs=1e-4)


def test_weak_and_low_roads_are_closed_to_those_too_heavy_or_high(make_network: Build) -> None:
    weak = one_link(make_network, "primary", maxweight_t=10.0)
    low = one_link(make_network, "primary", maxheight_m=3.2)
    open_to = {name for name, vehicle in VEHICLE_CLASSES.items() if link_times_ms(weak, vehicle)[0] < UNREACHABLE}
    assert open_to == {"car", "light_truck"}
    open_to = {name for name, vehicle in VEHICLE_CLASSES.items() if link_times_ms(low, vehicle)[0] < UNREACHABLE}
    assert open_to == {"car", "light_truck"}
    exact = one_link(make_network, "primary", maxweight_t=25.0, maxheight_m=4.0)
    assert link_times_ms(exact, HEAVY)[0] < UNREACHABLE


def test_a_region_may_bring_its_own_table(make_network: Build) -> None:
    network = one_link(make_network, "primary", length_m=1000.0)
    assert link_times_ms(network, CAR, table=SpeedTable(free_kmh=dict.fromkeys(ROAD_CLASSES, 36.0)))[0] == 100_000


def test_a_link_of_no_length_still_takes_time_and_no_speed_is_refused(make_network: Build) -> None:
    network = one_link(make_network, "primary", length_m=0.0)
    assert link_times_ms(network, CAR).tolist() == [1]
    with pytest.raises(ValueError, match="speed_factor"):
        link_times_ms(network, CAR, speed_factor=0.0)
