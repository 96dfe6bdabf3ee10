"""Where crews work: each closure that can be cleared, and the place on the open roads from which it is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from network.closed_links import matched_links
from network.times import travel_times_ms
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import POINT, Place, Places
from optimizer.region.region import Region

DRIVES = "light_truck"
"""What crews come by."""


@dataclass(frozen=True)
class Work:
    """A closure that crews can clear.

    Attributes
    ----------
    closure : str
        Its name; all closures of that name are cleared together.
    lasts_min : float
    place_id : str
        Where the crew works from.
    """

    closure: str
    lasts_min: float
    place_id: str


def works_of(region: Region, form: IncidentForm, places: Places) -> tuple[tuple[Work, ...], Places]:
    """Find where crews work.

    It is the end of the closed stretch that a crew reaches soonest when all else that can be cleared is open.

    Returns
    -------
    tuple of Work
    Places
        With the points of work.
    """
    names = [one.closure for one in form.clearing.work]
    crews = places.rows([crew.site for crew in form.clearing.crews])
    works, points = [], []
    for one in form.clearing.work:
        ends = _ends(region, form, one.closure)
        others = dict.fromkeys((name for name in names if name != one.closure), 0.0)
        link_ms = road_phases(region, form.roads, others).link_ms(DRIVES)[:, 0]
        reached = travel_times_ms(region.roads, np.ascontiguousarray(link_ms), places.node[crews], ends)
        node = int(ends[int(reached.min(axis=0).argmin())])
        lon, lat = float(region.roads.lon[node]), float(region.roads.lat[node])
        place = Place(f"{POINT}clearing/{one.closure}", one.closure, lon, lat)
        works.append(Work(one.closure, one.hours * 60.0, place.place_id))
        points.append(place)
    return tuple(works), places.with_points(points, region)


def _ends(region: Region, form: IncidentForm, name: str) -> np.ndarray:
    """Nodes at which the closed links of a name begin and end."""
    closures = [one for one in form.roads.closures if one.name == name]
    links = np.concatenate([matched_links(one, region.roads, region.folder) for one in closures])
    ends: np.ndarray = np.unique(np.concatenate([region.roads.tail[links], region.roads.head[links]]))
    return ends


def subset_minutes(openings: Sequence[tuple[str, float]]) -> list[tuple[frozenset[str], float]]:
    """Give, for works that open one after another, what is open from which minute on, beginning with nothing at 0."""
    steps: list[tuple[frozenset[str], float]] = [(frozenset(), 0.0)]
    for name, minute in sorted(openings, key=lambda one: one[1]):
        steps.append((steps[-1][0] | {name}, minute))
    return steps
