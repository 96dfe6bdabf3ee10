"""``scenarios.yaml``: events that close roads, raise demand and destroy stock together.

One event, one scenario: place, size, season and hour drive road closures, speeds, demand, losses, communications and
flying weather together, with a yearly probability. Every list names what it does to what, by a :class:`Where`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from network.closures import Closure
from network.shapes import Shape
from network.speeds import Rain
from optimizer.region.settings import Name, Strict


class Where(Strict):
    """Which sites are meant. Selectors given together must all hold; none given means every site.

    A town stands for all sites of the town; ``hazards`` for sites that list one of them.
    """

    towns: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    within: Shape | None = None


class DemandEvent(Strict):
    """People in need: residents of villages and communities, or people whom hazard points threaten.

    ``threatened`` people are counted at the nearest village or community of the hazard point's town; a village never
    has more people in need than residents, where its residents are known.
    """

    people: Literal["residents", "threatened"]
    where: Where = Where()
    share: float = Field(gt=0, le=1, description="Share of them in need")
    days: float = Field(default=3, gt=0, le=60, description="Days until supply comes from outside")


class Loss(Strict):
    """Stock destroyed at depots. Stock that is merely out of reach is no loss: its roads are closed instead."""

    where: Where
    share: float = Field(gt=0, le=1)


class RoadState(Strict):
    """What the event does to the roads."""

    speed_factor: float = Field(default=1.0, gt=0, le=1, description="Speeds times this: snow, smoke, crowds")
    rain: Rain = Field(default="dry", description="Speeds times the table's factor for it")
    night: bool = False
    closures: tuple[Closure, ...] = ()


class OutsideHelp(Strict):
    """How much of the suppliers' contracts and of the vehicles is there: a regional event takes both down."""

    supplier_share: float = Field(default=1.0, ge=0, le=1)
    vehicle_share: float = Field(default=1.0, ge=0, le=1)


class Event(Strict):
    """The event itself, in words for people and a hazard for the rules."""

    hazard: str
    place: str = ""
    size: str = ""
    season: str = ""
    hour: int | None = Field(default=None, ge=0, le=23)
    return_period_years: float | None = Field(
        default=None, gt=0, description="Of this size or more, for people; the scenario's own counts in the plan"
    )


class Scenario(Strict):
    """One event with all that it does, as the plan's second stage sees it."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    name: Name
    event: Event
    annual_probability: float | None = Field(default=None, gt=0, le=1)
    return_period_years: float | None = Field(default=None, ge=1)
    roads: RoadState = RoadState()
    demand: tuple[DemandEvent, ...] = Field(min_length=1)
    losses: tuple[Loss, ...] = ()
    outside_help: OutsideHelp = OutsideHelp()
    communications: Literal["up", "partial", "down"] = "up"
    flying: bool = True
    estimated: bool = False
    source: str = ""

    @model_validator(mode="after")
    def _one_probability(self) -> Scenario:
        if (self.annual_probability is None) == (self.return_period_years is None):
            raise ValueError("one_probability")
        return self

    @property
    def probability(self) -> float:
        """Yearly probability; a return period of T years is 1 / T."""
        if self.annual_probability is not None:
            return self.annual_probability
        assert self.return_period_years is not None
        return 1 / self.return_period_years


def shapes_of(scenario: Scenario) -> Iterator[Shape]:
    """Give every shape by which a scenario selects sites or roads."""
    areas = [event.where.within for event in scenario.demand]
    areas += [loss.where.within for loss in scenario.losses]
    areas += [closure.within for closure in scenario.roads.closures]
    yield from (area for area in areas if area is not None)


class Drawn(Strict):
    """How scenarios were drawn at random: the same again from the same ``events.yaml``, sites and roads."""

    seed: int
    draws: int = Field(ge=1)
    annual_rate: float = Field(gt=0, description="Events a year; each draw stands for this over the draws")


class ScenarioFile(Strict):
    """The content of ``scenarios.yaml``."""

    entries: ClassVar[str] = "scenarios"

    schema_version: int
    drawn: Drawn | None = Field(default=None, description="Where the scenarios are random draws")
    scenarios: tuple[Scenario, ...] = Field(min_length=1)
