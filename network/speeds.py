"""How long a vehicle takes over each link: one documented table of speeds.

Free speed of a road class
    A car's average over the whole link on a dry day, bends and junctions included, in km/h. Classes are taken as OSM
    tags them in China: motorway 高速公路, trunk 国道 and 城市快速路, primary 省道, secondary 县道, tertiary 乡道,
    unclassified 村道. Motorway 90, primary 65, secondary 55, tertiary 40, unclassified and residential 25, living
    street 10 and service 15 are those of OSRM's car profile (``profiles/car.lua``); they lie within or below the design
    speeds of JTG B01-2014 《公路工程技术标准》 (expressway 80-120, class I 60-100, class II 60-80, class III 30-40,
    class IV 20-30 km/h). Trunk stands at 70, not at OSRM's 85, because most 国道 are class II. Ramps at half the speed
    of their road and tracks at 25: assumption.
Tagged limit
    80 % of it replaces the free speed, as OSRM does (``speed_reduction``): nobody keeps the limit the whole way. The
    right of vehicles on an emergency task to pass a limit (道路交通安全法 第五十三条) is not counted on: supply trucks
    lack it.
Surface
    Gravel × 0.75, earth × 0.5: assumption, of the order of OSRM's caps by surface. A track of unknown surface counts as
    earth.
Grade
    Where rise or fall over run g passes 3 %: × 1 / (1 + 3 (g - 0.03)) for a vehicle of up to 4.5 t, × 1 / (1 + 8
    (g - 0.03)) for a heavier one. Unknown grade counts as level: assumption. At 8 % a loaded truck keeps 71 %.
Bridge, tunnel
    × 0.95 each, and in a tunnel at most 80 km/h, the usual posted limit: assumption.
Night
    × 0.85: assumption.
Rain
    Rain × 0.9, heavy rain × 0.75. The FHWA (Road Weather Management Program, "How Do Weather Events Impact Roads?")
    gives losses of 10 to 25 % on wet arterial roads, and on freeways of 2 to 13 % in light and 3 to 16 % in heavy rain.
    Supply takes more arterial roads than freeways, so their two ends are taken: assumption. A flooded road is no matter
    of rain: it is closed or slowed.
All together
    Factors are multiplied, as if they had nothing to do with one another: assumption. Limits and top speeds hold before
    night, rain and ``speed_factor``, which is for what else slows everything (snow, smoke, crowds) and for the margins.

Every circle that a plan reports is shown at ±20 % of these speeds, because they are no survey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.roads import ROAD_CLASSES, SURFACES, RoadNetwork

MILLISECONDS_AT_1_KMH = 3600.0
"""What a metre takes at 1 km/h."""

SLOWEST_KMH = 3.0
"""No open link is slower: on foot beside the vehicle."""

MARGINS = (0.8, 1.0, 1.2)
"""Shares of the speeds at which a circle is shown."""

Rain = Literal["dry", "rain", "heavy_rain"]


@dataclass(frozen=True)
class VehicleClass:
    """A kind of vehicle.

    Attributes
    ----------
    name : str
    factor : float
        Share of the car's speed that it reaches on the same road.
    laden_mass_t : float
        A bridge or road whose ``maxweight`` is less is closed to it.
    height_m : float
        A road whose ``maxheight`` is less is closed to it.
    top_kmh : float
    """

    name: str
    factor: float
    laden_mass_t: float
    height_m: float
    top_kmh: float


VEHICLE_CLASSES: Mapping[str, VehicleClass] = MappingProxyType(
    {
        vehicle.name: vehicle
        for vehicle in (
            VehicleClass("car", factor=1.0, laden_mass_t=2.5, height_m=2.0, top_kmh=120.0),
            VehicleClass("light_truck", factor=0.9, laden_mass_t=4.5, height_m=2.8, top_kmh=90.0),
            VehicleClass("bus", factor=0.85, laden_mass_t=18.0, height_m=3.5, top_kmh=90.0),
            VehicleClass("fire_engine", factor=0.85, laden_mass_t=18.0, height_m=3.6, top_kmh=90.0),
            VehicleClass("heavy_truck", factor=0.75, laden_mass_t=25.0, height_m=4.0, top_kmh=80.0),
        )
    }
)
"""Vehicle classes by name.

Masses are the most that GB 1589-2016 allows (two axles 18 t, three axles 25 t; height 4.0 m), and 4.5 t for 轻型货车;
the car is a laden off-road command car. Heights of the light truck, bus and fire engine, top speeds and factors:
assumption.
"""


@dataclass(frozen=True)
class SpeedTable:
    """The figures of the module's text; a region may bring its own.

    Attributes
    ----------
    free_kmh : mapping of road class to km/h
    surface_factor : mapping of surface group to share of speed
    limit_share : float
        Share of a tagged limit that is driven.
    level_grade : float
        Rise over run up to which nothing is lost.
    light_grade_loss, heavy_grade_loss : float
        Loss of pace for each unit of grade above it.
    light_to_t : float
        Laden mass up to which a vehicle climbs as a light one.
    bridge_factor, tunnel_factor, night_factor : float
    tunnel_top_kmh : float
    rain_factor : mapping of state of the weather to share of speed
    """

    free_kmh: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "motorway": 90.0,
                "motorway_link": 45.0,
                "trunk": 70.0,
                "trunk_link": 35.0,
                "primary": 65.0,
                "primary_link": 32.5,
                "secondary": 55.0,
                "secondary_link": 27.5,
                "tertiary": 40.0,
                "tertiary_link": 20.0,
                "unclassified": 25.0,
                "residential": 25.0,
                "living_street": 10.0,
                "road": 25.0,
                "service": 15.0,
                "track": 25.0,
            }
        )
    )
    surface_factor: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"unknown": 1.0, "paved": 1.0, "gravel": 0.75, "earth": 0.5})
    )
    limit_share: float = 0.8
    level_grade: float = 0.03
    light_grade_loss: float = 3.0
    heavy_grade_loss: float = 8.0
    light_to_t: float = 4.5
    bridge_factor: float = 0.95
    tunnel_factor: float = 0.95
    tunnel_top_kmh: float = 80.0
    night_factor: float = 0.85
    rain_factor: Mapping[Rain, float] = field(
        default_factory=lambda: MappingProxyType({"dry": 1.0, "rain": 0.9, "heavy_rain": 0.75})
    )


SPEED_TABLE = SpeedTable()


def speeds_kmh(
    network: RoadNetwork,
    vehicle_class: VehicleClass,
    *,
    night: bool = False,
    rain: Rain = "dry",
    table: SpeedTable = SPEED_TABLE,
) -> NDArray[np.float64]:
    """(m,) km/h at which ``vehicle_class`` drives each link, weight and height aside."""
    free = np.array([table.free_kmh[name] for name in ROAD_CLASSES])[network.road_class]
    stated = network.maxspeed_kmh * np.where(network.temporary != 0, 1.0, table.limit_share)
    speed = np.where(np.isnan(stated), free, stated)
    speed = (
        speed * vehicle_class.factor * _surface_factor(network, table) * _grade_factor(network, vehicle_class, table)
    )
    speed = speed * np.where(network.bridge, table.bridge_factor, 1.0)
    speed = speed * np.where(network.tunnel, table.tunnel_factor, 1.0)
    speed = np.where(network.tunnel, np.minimum(speed, table.tunnel_top_kmh), speed)
    speed = np.minimum(speed, vehicle_class.top_kmh) * (table.night_factor if night else 1.0)
    speed = speed * table.rain_factor[rain]
    return np.maximum(speed, SLOWEST_KMH)


def link_times_ms(
    network: RoadNetwork,
    vehicle_class: VehicleClass,
    *,
    speed_factor: float = 1.0,
    night: bool = False,
    rain: Rain = "dry",
    table: SpeedTable = SPEED_TABLE,
) -> NDArray[np.int32]:
    """Milliseconds that ``vehicle_class`` takes over each link, temporary ones as if they were laid.

    Parameters
    ----------
    network : RoadNetwork
    vehicle_class : VehicleClass
    speed_factor : float
        Share of the table's speeds that is driven: 0.8 and 1.2 for the margins, less in snow or smoke.
    night : bool
    rain : {"dry", "rain", "heavy_rain"}
    table : SpeedTable

    Returns
    -------
    (m,) int32
        At least 1; ``UNREACHABLE`` on a link that is too weak or too low for the vehicle.
    """
    if not speed_factor > 0:
        raise ValueError(f"speed_factor is {speed_factor}, it must be above 0")
    speed = speeds_kmh(network, vehicle_class, night=night, rain=rain, table=table) * speed_factor
    time = np.clip(np.rint(network.length_m * MILLISECONDS_AT_1_KMH / speed), 1, UNREACHABLE - 1).astype(np.int32)
    # NaN compares as false: a link without a tag is open.
    too_weak = network.maxweight_t < vehicle_class.laden_mass_t
    too_low = network.maxheight_m < vehicle_class.height_m
    return np.where(too_weak | too_low, np.int32(UNREACHABLE), time)


def margin_times_ms(
    network: RoadNetwork,
    vehicle_class: VehicleClass,
    *,
    speed_factor: float = 1.0,
    night: bool = False,
    rain: Rain = "dry",
    table: SpeedTable = SPEED_TABLE,
) -> NDArray[np.int32]:
    """(m, 3) times over each link at each of :data:`MARGINS` of the speeds, else as :func:`link_times_ms`.

    :func:`~network.closed_times.apply_closures` and :func:`~network.times.travel_times_ms` take the lanes at once.
    """
    lanes = [
        link_times_ms(network, vehicle_class, speed_factor=speed_factor * margin, night=night, rain=rain, table=table)
        for margin in MARGINS
    ]
    return np.stack(lanes, axis=-1)


def _surface_factor(network: RoadNetwork, table: SpeedTable) -> NDArray[np.float64]:
    """Share of the speed left by the surface."""
    unknown_track = (network.road_class == ROAD_CLASSES.index("track")) & (network.surface == SURFACES.index("unknown"))
    surface = np.where(unknown_track, SURFACES.index("earth"), network.surface)
    factors: NDArray[np.float64] = np.array([table.surface_factor[name] for name in SURFACES])[surface]
    return factors


def _grade_factor(network: RoadNetwork, vehicle_class: VehicleClass, table: SpeedTable) -> NDArray[np.float64]:
    """Share of the speed left by climbing or descending."""
    loss = table.light_grade_loss if vehicle_class.laden_mass_t <= table.light_to_t else table.heavy_grade_loss
    steep = np.maximum(np.abs(np.nan_to_num(network.grade.astype(np.float64))) - table.level_grade, 0.0)
    return 1.0 / (1.0 + loss * steep)
