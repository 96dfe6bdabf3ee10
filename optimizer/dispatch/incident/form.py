"""The incident file: what has happened to a district, what must be done there, and what is asked for.

Hours and minutes count from ``began``. A place is a site of the region, by its id or its name, or a point of its own.
``docs/incidents.md`` tells every field to planners.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, Field, NaiveDatetime, field_validator, model_validator

from network.closures import Closure
from network.coordinates import CoordinateSystem
from network.forms import PlainText
from optimizer.region.scenarios import Event, RoadState
from optimizer.region.settings import Strict

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
People = Annotated[int, Field(ge=1, le=10_000_000)]
Priority = Annotated[int, Field(ge=1, le=9)]
Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Minutes = Annotated[float, Field(ge=0, le=100_000)]


class Window(Strict):
    """Hours in which the weather keeps craft at home; without an end, until further notice."""

    from_h: float = Field(default=0.0, ge=0, le=10_000)
    to_h: float | None = Field(default=None, gt=0, le=10_000)

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.to_h is not None and self.to_h <= self.from_h:
            raise ValueError("window_hours")
        return self


class LostDepot(Strict):
    """Stock destroyed at a site. Stock merely out of reach is no loss: its roads are closed instead."""

    site: PlainText
    share: float = Field(default=1.0, gt=0, le=1)


class LostVehicles(Strict):
    """So many vehicles of a pool that cannot be used."""

    site: PlainText
    vehicle_class: PlainText
    count: int = Field(ge=1)


class Lost(Strict):
    """What the event has taken of the district's own means; teams by id or name."""

    depots: tuple[LostDepot, ...] = ()
    teams: tuple[PlainText, ...] = ()
    vehicles: tuple[LostVehicles, ...] = ()


class Located(Strict):
    """Something at a place: a site, or a point."""

    id: Id
    name: str = ""
    site: PlainText | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)

    @model_validator(mode="after")
    def _somewhere(self) -> Located:
        given = (self.site is not None, self.lon is not None, self.lat is not None)
        if given not in {(True, False, False), (False, True, True)}:
            raise ValueError("site_or_point")
        return self


class Task(Located):
    """Work for teams: so many people of one skill for so many minutes, begun by the deadline."""

    skill: PlainText
    people: People
    work_min: float = Field(gt=0, le=20_160)
    deadline_min: float
    priority: Priority
    note: str = ""


class Request(Strict):
    """Units of an item wanted at a site; what is left out comes from the item's norm and the site's residents."""

    id: Id
    site: PlainText
    item: PlainText
    quantity: int = Field(gt=0, le=1_000_000_000)
    deadline_min: float | None = None
    priority: Priority | None = None
    people: People | None = None


class Evacuation(Strict):
    """People of a place who must leave it; by default all whom it threatens, or its residents."""

    site: PlainText
    people: People | None = None
    deadline_min: float | None = None
    priority: Priority = 1


class HoldBack(Strict):
    """So many people of some teams stay for a next event. Selectors given together must all hold; none: every team."""

    name: PlainText
    team_kinds: tuple[PlainText, ...] = ()
    teams: tuple[PlainText, ...] = ()
    towns: tuple[PlainText, ...] = ()
    people: People


class Neighbour(Located):
    """A team of a neighbouring district, at the place where it enters this one from ``ready_min`` on."""

    skills: tuple[PlainText, ...] = Field(min_length=1)
    people: People
    ready_min: Minutes
    vehicle_class: PlainText
    contact: str = ""
    phone: str = ""


class Craft(Strict):
    """Boats at a pier or helicopters at a landing point, all alike."""

    id: Id
    kind: Literal["boat", "helicopter"]
    site: PlainText
    count: int = Field(ge=1, le=1000)
    payload_kg: Above0
    volume_m3: Above0
    speed_kmh: Annotated[float, Field(gt=0, le=500)]
    range_km: Annotated[float, Field(gt=0, le=5000)]
    ready_min: Minutes = 0.0
    contact: str = ""
    phone: str = ""


class Crew(Strict):
    """A crew that reopens roads."""

    id: Id
    name: str = ""
    site: PlainText
    ready_min: Minutes = 0.0


class ClearingWork(Strict):
    """Hours that a crew works on a closure, called by its name, until the road is open again."""

    closure: PlainText
    hours: float = Field(gt=0, le=10_000)


class Clearing(Strict):
    """Who can reopen which closures."""

    crews: tuple[Crew, ...] = ()
    work: tuple[ClearingWork, ...] = ()


class IncidentForm(Strict):
    """The content of an incident file."""

    schema_version: int
    id: Id
    name: PlainText
    began: NaiveDatetime = Field(description="Local date and time from which minutes and hours count")
    coordinates: CoordinateSystem | None = Field(default=None, description="Of its points; by default the region's")
    event: Event
    roads: RoadState = RoadState()
    no_flying: tuple[Window, ...] = ()
    no_boating: tuple[Window, ...] = ()
    lost: Lost = Lost()
    tasks: tuple[Task, ...] = ()
    requests: tuple[Request, ...] = ()
    evacuations: tuple[Evacuation, ...] = ()
    hold_back: tuple[HoldBack, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    crafts: tuple[Craft, ...] = ()
    clearing: Clearing = Clearing()
    source: str = ""

    @field_validator("began", mode="before")
    @classmethod
    def _with_time(cls, began: object) -> object:
        # A bare date would pass for midnight, and a bare number for seconds since 1970.
        is_moment = isinstance(began, datetime) or (isinstance(began, str) and ":" in began)
        if began is not None and not is_moment:
            raise ValueError("no_time" if isinstance(began, str | date) else "moment")
        return began


LISTS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        "roads.closures": Closure,
        "no_flying": Window,
        "no_boating": Window,
        "lost.depots": LostDepot,
        "lost.vehicles": LostVehicles,
        "tasks": Task,
        "requests": Request,
        "evacuations": Evacuation,
        "hold_back": HoldBack,
        "neighbours": Neighbour,
        "crafts": Craft,
        "clearing.crews": Crew,
        "clearing.work": ClearingWork,
    }
)
"""Lists of the form by the way to them, each entry sound or not for itself."""
