"""``events.yaml``: kinds of events that can strike the district, from which scenarios are drawn at random.

A kind says how often it comes and how large, where, when in the year and the day, and what so much of it does to roads,
people, depots, communications and flying. Every figure is the planner's: none has a default here.

Intensity is in the unit of the kind's own choice (``intensity_unit``): metres of water, seismic intensity, millimetres
of rain. Where its size is I₀ at the centre, at a distance d from it the intensity is, but for chance,
I₀ (1 − (d / reach_m)²), and nothing from ``reach_m`` on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from network.shapes import Shape
from optimizer.region.settings import Name, Strict

Intensity = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_SUM_ERROR = 1e-6
"""By which shares may miss 1, as decimals do."""


class Size(Strict):
    """An intensity at the centre that is reached or passed once in ``return_period_years``, and how far it reaches."""

    return_period_years: float = Field(gt=0, le=1_000_000)
    intensity: Intensity
    reach_m: float = Field(gt=0, le=2_000_000)


class Season(Strict):
    """A part of the year with the weather that comes along."""

    name: Name
    share: float = Field(gt=0, le=1, description="Share of the events that come in it")
    speed_factor: float = Field(gt=0, le=1, description="Speeds times this: rain, snow, smoke")
    flying: bool = Field(description="Whether the weather lets helicopters fly")


class Hours(Strict):
    """Night and day: driving in the dark, and how many of the residents are where they live."""

    night_from_h: int = Field(ge=0, le=23)
    night_to_h: int = Field(ge=0, le=23, description="First hour of the day")
    night_share: float = Field(ge=0, le=1, description="Share of the events that come by night")
    home_by_night: float = Field(gt=0, le=1, description="Share of residents at home")
    home_by_day: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _both(self) -> Hours:
        if self.night_from_h == self.night_to_h:
            raise ValueError("night_hours")
        return self

    def is_night(self, hour: int) -> bool:
        """Whether ``hour``, 0 to 23, is dark."""
        return (hour - self.night_from_h) % 24 < (self.night_to_h - self.night_from_h) % 24


class Zone(Strict):
    """An area in which the event can have its centre; among zones and places by ``weight``."""

    name: Name
    within: Shape
    weight: float = Field(gt=0, le=1_000_000)


class Places(Strict):
    """Sites that list the hazard, hazard points above all: the centre lies within ``radius_m`` of one of them.

    ``weight`` is that of all of them together, each as likely as the other.
    """

    radius_m: float = Field(gt=0, le=100_000)
    weight: float = Field(gt=0, le=1_000_000)


class Fragility(Strict):
    """A structure fails where the intensity passes its strength: lognormal, with so much of spread (beta)."""

    median: Intensity = Field(description="Intensity at which one in two fails")
    beta: float = Field(gt=0, le=3, description="Standard deviation of the logarithm")
    reopening_h: float = Field(gt=0, le=100_000, description="Hours until it is open again, as forecast")


class Fragilities(Strict):
    """Of each kind of structure; one left out does not fail."""

    bridge: Fragility | None = None
    tunnel: Fragility | None = None
    slope: Fragility | None = None
    plain: Fragility | None = None


class Effect(Strict):
    """A point of a curve: at this intensity, so large a share."""

    intensity: Intensity
    share: float = Field(ge=0, le=1)


class Help(Strict):
    """What is left of outside help from this size on."""

    from_intensity: Intensity
    supplier_share: float = Field(ge=0, le=1)
    vehicle_share: float = Field(ge=0, le=1)


class Past(Strict):
    """The years that the table of past events covers, and how far off the next one may lie (standard deviation)."""

    first_year: int = Field(ge=1, le=9999)
    last_year: int = Field(ge=1, le=9999)
    spread_m: float = Field(ge=0, le=100_000)

    @model_validator(mode="after")
    def _in_order(self) -> Past:
        if self.last_year < self.first_year:
            raise ValueError("past_years")
        return self

    @property
    def years(self) -> int:
        """Years covered, both ends included."""
        return self.last_year - self.first_year + 1


class EventKind(Strict):
    """One kind of event.

    ``basis``: ``stated``: as often as ``annual_rate`` says, in its zones and places. ``past_events``: as the table of
    past events has it. ``both``: each counts half.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    name: Name
    hazard: str
    basis: Literal["stated", "past_events", "both"]
    annual_rate: float | None = Field(
        default=None, gt=0, le=1000, description="Events of the least size or more a year"
    )
    past: Past | None = None
    intensity_unit: Name
    sizes: tuple[Size, ...] = Field(min_length=1)
    seasons: tuple[Season, ...] = Field(min_length=1)
    hours: Hours
    zones: tuple[Zone, ...] = ()
    places: Places | None = None
    confined: bool = Field(description="Strikes only inside its zones and around its places, not all within reach")
    correlation_m: float = Field(gt=0, le=1_000_000, description="Distance over which chance is alike")
    scatter: float = Field(ge=0, le=2, description="Standard deviation of the logarithm of chance in the intensity")
    fragility: Fragilities
    in_need: tuple[Effect, ...] = Field(min_length=1, description="Share of residents in need by intensity")
    least_in_need: float = Field(gt=0, le=1, description="Share in need at the place nearest to the centre, at least")
    threatened_from: Intensity | None = Field(
        default=None, description="People whom hazard points threaten are in need"
    )
    days: float = Field(gt=0, le=60, description="Days until supply comes from outside")
    depot_loss: tuple[Effect, ...] = Field(default=(), description="Share of a depot's stock lost by intensity")
    outside_help: tuple[Help, ...] = ()
    communications_partial_from: Intensity | None = None
    communications_down_from: Intensity | None = None
    grounded_from: Intensity | None = Field(default=None, description="No flying from this size on")
    estimated: bool = False
    source: str = ""

    @model_validator(mode="after")
    def _basis(self) -> EventKind:
        if self.basis != "past_events" and self.annual_rate is None:
            raise ValueError("rate_missing")
        if self.basis != "stated" and self.past is None:
            raise ValueError("past_missing")
        if (self.basis != "past_events" or self.confined) and not self.zones and self.places is None:
            raise ValueError("nowhere")
        return self

    @model_validator(mode="after")
    def _in_order(self) -> EventKind:
        if not _grows([size.return_period_years for size in self.sizes], strictly=True):
            raise ValueError("sizes_order")
        grown = ([size.intensity for size in self.sizes], [size.reach_m for size in self.sizes])
        if not all(_grows(column, strictly=False) for column in grown):
            raise ValueError("sizes_shrink")
        for curve in (self.in_need, self.depot_loss):
            if not _grows([point.intensity for point in curve], strictly=True):
                raise ValueError("curve_order")
            if not _grows([point.share for point in curve], strictly=False):
                raise ValueError("curve_falls")
        if not _grows([step.from_intensity for step in self.outside_help], strictly=True):
            raise ValueError("curve_order")
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> EventKind:
        if abs(sum(season.share for season in self.seasons) - 1) > _SUM_ERROR:
            raise ValueError("season_shares")
        least = self.sizes[0].return_period_years
        if self.annual_rate is not None and self.annual_rate * least > 1 + _SUM_ERROR:
            raise ValueError("rate_and_least_size")
        return self


class Slopes(Strict):
    """Which roads lie on slopes: near sites that list one of ``hazards``, or in an area."""

    hazards: tuple[str, ...] = ()
    radius_m: float = Field(gt=0, le=10_000)
    within: tuple[Shape, ...] = ()


class EventFile(Strict):
    """The content of ``events.yaml``."""

    entries: ClassVar[str] = "events"

    schema_version: int
    slopes: Slopes
    events: tuple[EventKind, ...] = Field(min_length=1)


def shapes_of_events(file: EventFile) -> Iterator[Shape]:
    """Give every shape of the file."""
    yield from file.slopes.within
    yield from (zone.within for kind in file.events for zone in kind.zones)


def _grows(values: Sequence[float], *, strictly: bool) -> bool:
    return all(low < high or (low == high and not strictly) for low, high in pairwise(values))
