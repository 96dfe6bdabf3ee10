"""The district made by hand of ``tests/optimizer/analysis/conftest.py``, with teams, vehicles and an incident."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from network.closures import Closure
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.incident.skills import Skills, read_skills
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import places_of
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region


def _made_district() -> Any:
    name = "made_district"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "analysis" / "conftest.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


TEAMS = [
    {"team_id": "FIRE", "name": "消防站队伍", "team_kind": "fire_rescue", "site_id": "S0", "people": 30},
    {"team_id": "TOWN", "name": "东镇队", "team_kind": "town_team", "site_id": "T", "people": 20},
    {"team_id": "FOUR", "name": "四村队", "team_kind": "town_team", "site_id": "V4", "people": 15},
]
VEHICLES = [
    {"site_id": "D0", "vehicle_class": "light_truck", "count": 2, "crews": 2, "payload_kg": 100, "volume_m3": 10},
    {"site_id": "D4", "vehicle_class": "light_truck", "count": 1, "crews": 1, "payload_kg": 100, "volume_m3": 10},
]
SHELTERS = [
    {"site_id": "A1", "name": "一号避难场所", "kind": "shelter", "usable_area_m2": 150.0, "town_id": "T"},
    {"site_id": "A4", "name": "四号避难场所", "kind": "shelter", "usable_area_m2": 300.0, "town_id": "T"},
]
LOTS = [
    {"lot_id": "L1", "site_id": "D0", "item_id": "water", "quantity": 600, "expiry": "2026-12-01"},
    {"lot_id": "L2", "site_id": "D0", "item_id": "water", "quantity": 400, "expiry": "2026-03-01"},
    {"lot_id": "L3", "site_id": "D0", "item_id": "quilt", "quantity": 50},
    {"lot_id": "L4", "site_id": "D4", "item_id": "water", "quantity": 100, "expiry": "2025-12-31"},
    {"lot_id": "L5", "site_id": "D4", "item_id": "food", "quantity": 80},
    {"lot_id": "L6", "site_id": "V6", "item_id": "water", "quantity": 30},
    {"lot_id": "L7", "site_id": "V6", "item_id": "generator", "quantity": 1},
]


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = _made_district()
    sites, nodes = [*made.SITES, *SHELTERS], made.NODES | {"A1": 1, "A4": 4}
    region = made.region_of(made.roads_of(made.WAYS, made.PLACES), sites, nodes, tmp_path_factory.mktemp("district"))
    items = [one | {"mass_kg": 1.0, "volume_m3": 0.01, "price_cny": 1.0} for one in made.ITEMS]
    changed = {
        "teams": made.table("teams", TEAMS),
        "vehicles": made.table("vehicles", VEHICLES),
        "stock": made.table("stock", LOTS),
        "items": made.table("items", items),
    }
    return replace(region, tables=region.tables | changed)


@pytest.fixture(scope="session")
def skills(district: Region) -> Skills:
    return read_skills(district)


@pytest.fixture(scope="session")
def incident(skills: Skills) -> Callable[..., Incident]:
    """An incident on the second of January, with what the test says of it."""

    def make(*closures: Closure, **fields: Any) -> Incident:
        plain = {
            "schema_version": 1,
            "id": "made",
            "name": "虚构事件",
            "began": datetime(2026, 1, 2, 8, 0),
            "event": {"hazard": "flood"},
            "roads": {"closures": [one.model_dump(exclude_defaults=True) for one in closures]},
        }
        return Incident(IncidentForm.model_validate(plain | fields), skills)

    return make


@pytest.fixture(scope="session")
def roads(district: Region, incident: Callable[..., Incident]) -> Callable[..., Roads]:
    """The district's roads under closures."""

    def make(*closures: Closure, cleared: dict[str, float] | None = None) -> Roads:
        form = incident(*closures).form
        return Roads(road_phases(district, form.roads, cleared), places_of(district, form), foot_kmh=3.0)

    return make
