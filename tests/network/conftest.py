"""Small networks made by hand, and the real extracts where they are present."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from network.roads import ROAD_CLASSES, RoadNetwork

REAL_ROADS = Path(__file__).parents[2] / ".." / "shared" / "data" / "roads"


def network_of(lon: Any, lat: Any, tail: Any, head: Any, **given: Any) -> RoadNetwork:
    """A network of straight residential links 1 km long unless ``given`` says otherwise."""
    n, m = len(lon), len(tail)
    empty = np.empty(0)
    fields: dict[str, Any] = {
        "node_id": np.arange(1, n + 1, dtype=np.int64),
        "lon": np.asarray(lon, dtype=np.float64),
        "lat": np.asarray(lat, dtype=np.float64),
        "tail": np.asarray(tail, dtype=np.int32),
        "head": np.asarray(head, dtype=np.int32),
        "way_id": np.arange(100, 100 + m, dtype=np.int64),
        "length_m": np.full(m, 1000.0),
        "road_class": np.full(m, ROAD_CLASSES.index("residential"), dtype=np.int8),
        "surface": np.zeros(m, dtype=np.int8),
        "maxspeed_kmh": np.full(m, np.nan, dtype=np.float32),
        "maxweight_t": np.full(m, np.nan, dtype=np.float32),
        "maxheight_m": np.full(m, np.nan, dtype=np.float32),
        "grade": np.full(m, np.nan, dtype=np.float32),
        "bridge": np.zeros(m, dtype=np.bool_),
        "tunnel": np.zeros(m, dtype=np.bool_),
        "name": np.zeros(m, dtype=np.int32),
        "ref": np.zeros(m, dtype=np.int32),
        "texts": np.array([""]),
        "shape_first": np.zeros(m + 1, dtype=np.int64),
        "shape_lon": empty,
        "shape_lat": empty,
        "source": "made by hand",
        "synthetic": True,
    }
    for name, value in given.items():
        kind = np.str_ if name == "texts" else getattr(fields[name], "dtype", None)
        fields[name] = np.asarray(value, dtype=kind) if kind is not None else value
    return RoadNetwork(**fields)


@pytest.fixture(scope="session")
def make_network() -> Callable[..., RoadNetwork]:
    return network_of


@pytest.fixture(scope="session", params=["andorra", "legazpi"])
def real_extract(request: pytest.FixtureRequest) -> Path:
    path = REAL_ROADS / f"{request.param}.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/roads")
    return path
