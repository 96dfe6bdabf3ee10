"""Check that sites lie where the roads are: coordinates in range, not swapped, not shifted, near a road."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.coordinates import to_wgs84
from network.problem import Problem
from network.roads import RoadNetwork
from network.snap import Snapping
from optimizer.region.draft import Draft
from optimizer.region.typed_table import TypedTable

MARGIN_DEG = 0.1
"""A site may lie so far (about 10 km) outside the box around the roads before its coordinates are doubted."""

NEAR_OTHERS_DEG = 1.5
"""Without roads: a district's sites lie so near their median."""

_SHIFTS = (1.0, 0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6, 10.0, 100.0)
"""A decimal point lost or misplaced."""


@dataclass(frozen=True)
class Box:
    """Where sites can lie, degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Whether a point lies in the box."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def check_places(draft: Draft) -> Iterator[Problem]:
    """Coordinates that cannot be, or that lie outside the area of the roads."""
    sites = draft.tables["sites"]
    lon, lat = sites.frame["lon"].to_numpy(), sites.frame["lat"].to_numpy()
    given = np.isfinite(lon) & np.isfinite(lat)
    possible = given & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    box = _box(draft, lon[possible], lat[possible])
    system = draft.settings.form.coordinates if draft.settings else "wgs84"
    east, north = to_wgs84(np.where(possible, lon, 0.0), np.where(possible, lat, 0.0), system)
    outside = [row for row in np.flatnonzero(possible).tolist() if box and not box.holds(east[row], north[row])]
    if draft.roads is None:  # being far from the others is no mistake by itself
        outside = [row for row in outside if _meant(lon[row], lat[row], box)]
    elif box and len(outside) > 1 and 2 * len(outside) > possible.sum():
        named = _named(lon, lat, outside, box)
        if not named:
            yield _all_outside(sites, outside, len(lon), box)
            outside = []
    for row in sorted({*np.flatnonzero(given & ~possible), *outside}):
        yield _doubted(sites, int(row), lon[row], lat[row], box)


def check_snapping(draft: Draft, snapping: Snapping) -> Iterator[Problem]:
    """Sites that stand far from any road, or nearest to a piece of road cut off from the rest."""
    sites = draft.tables["sites"]
    assert draft.settings is not None
    limit = draft.settings.form.parameters.snap_limit_m
    for row, status in enumerate(snapping.status):
        if status == "ok" or not np.isfinite(snapping.distance_m[row]):
            continue
        name = sites.frame["name"].iloc[row]
        metres = f"{snapping.distance_m[row]:.0f}"
        words = "cut_off_unreachable" if snapping.node[row] < 0 and status == "cut_off_piece" else str(status)
        yield sites.problem(row, "lon", words, severity="warning", name=name, metres=metres, limit=f"{limit:.0f}")


def _box(draft: Draft, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Box | None:
    """Where sites can lie: around the roads, or without roads around the other sites."""
    if draft.roads is not None:
        return _around(draft.roads)
    if len(lon) < 3:
        return None
    east, north = float(np.median(lon)), float(np.median(lat))
    near = NEAR_OTHERS_DEG
    return Box(east - near, north - near, east + near, north + near)


def _around(roads: RoadNetwork) -> Box:
    return Box(
        float(roads.lon.min()) - MARGIN_DEG,
        float(roads.lat.min()) - MARGIN_DEG,
        float(roads.lon.max()) + MARGIN_DEG,
        float(roads.lat.max()) + MARGIN_DEG,
    )


def _meant(lon: float, lat: float, box: Box | None) -> tuple[str, float, float] | None:
    """What was probably meant: the two swapped, or a decimal point elsewhere; None if nothing fits."""
    if box is None:
        return None
    if box.holds(lat, lon):
        return "swapped", lat, lon
    shifted = [(lon * a, lat * b) for a, b in product(_SHIFTS, _SHIFTS) if box.holds(lon * a, lat * b)]
    if shifted:
        return "shifted", *min(shifted, key=lambda place: _changes((lon, lat), place))
    both = [(lat * a, lon * b) for a, b in product(_SHIFTS, _SHIFTS) if box.holds(lat * a, lon * b)]
    return ("swapped", *both[0]) if both else None


def _changes(given: tuple[float, float], place: tuple[float, float]) -> int:
    return sum(a != b for a, b in zip(given, place, strict=True))


def _named(lon: NDArray[np.float64], lat: NDArray[np.float64], rows: list[int], box: Box) -> bool:
    """Whether a mend can be named for any of these rows."""
    return any(_meant(lon[row], lat[row], box) for row in rows)


def _doubted(sites: TypedTable, row: int, lon: float, lat: float, box: Box | None) -> Problem:
    """Report one place, with the place that was probably meant."""
    meant = _meant(lon, lat, box)
    if meant and meant[0] == "swapped":
        shown = f"{lon:.10g}, {lat:.10g}"
        return sites.problem(row, "lon", "swapped", value=shown, lon=f"{meant[1]:.9g}", lat=f"{meant[2]:.9g}")
    column = _wrong_column(lon, lat, box, meant)
    value = lon if column == "lon" else lat
    low, high = (-180, 180) if column == "lon" else (-90, 90)
    possible = low <= value <= high
    words = f"{column}_outside" if possible else f"{column}_impossible"
    bounds = _bounds(box, column)
    if meant:
        mended = meant[1] if column == "lon" else meant[2]
        return sites.problem(row, column, f"{words}_shifted", value=f"{value:.10g}", meant=f"{mended:.9g}", **bounds)
    return sites.problem(row, column, words, value=f"{value:.10g}", **bounds)


def _wrong_column(lon: float, lat: float, box: Box | None, meant: tuple[str, float, float] | None) -> str:
    if meant:
        return "lon" if meant[1] != lon else "lat"
    if abs(lat) > 90:
        return "lat"
    if abs(lon) > 180 or box is None:
        return "lon"
    return "lon" if not box.west <= lon <= box.east else "lat"


def _bounds(box: Box | None, column: str) -> dict[str, Any]:
    if box is None:
        return {"low": "", "high": ""}
    low, high = (box.west, box.east) if column == "lon" else (box.south, box.north)
    return {"low": f"{low:.4g}", "high": f"{high:.4g}"}


def _all_outside(sites: TypedTable, rows: list[int], count: int, box: Box) -> Problem:
    """One problem instead of hundreds when the roads are of another place."""
    where = {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
    first = sites.frame["name"].iloc[rows[0]]
    values: dict[str, Any] = {side: f"{degrees:.2f}" for side, degrees in where.items()}
    return sites.problem(rows[0], "lon", "all_outside", count=len(rows), all=count, name=first, **values)
