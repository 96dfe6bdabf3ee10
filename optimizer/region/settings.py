"""``region.yaml``: what the region is called, its coordinates, roads, standards and planning parameters."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from network.words import Language


class Strict(BaseModel):
    """A form whose unknown fields are refused, so that a misspelt one is never silently left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: ClassVar[str] = ""
    """Field with a list of entries that are each sound or not for themselves; empty where there is none."""


class Name(Strict):
    """A name in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """Give the name in ``language``."""
        return self.zh if language == "zh" else self.en


class Change(Strict):
    """A planner's change of a rule's number: who, when and why travel with it to every report."""

    value: float
    who: str
    when: date
    why: str


class StandardsChoice(Strict):
    """Which registers hold, what is adopted from another district, and what the plan must keep first.

    ``registers`` and the keys of ``adopt`` are names of files in ``datasets/standards`` or paths inside the region.
    """

    registers: tuple[str, ...] = ()
    adopt: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="register → ids of rules")
    mandatory: tuple[str, ...] = Field(default=(), description="expected or adopted rules to be kept as if binding")
    advisory: tuple[str, ...] = Field(default=(), description="rules to be kept after want is met")
    leave_out: tuple[str, ...] = ()
    change: dict[str, Change] = Field(default_factory=dict)


class Parameters(Strict):
    """Planning parameters: our defaults, none from the planners' documents unless said; all may be changed."""

    horizon_months: float = Field(
        default=12, gt=0, le=120, description="A lot that expires sooner counts as gone, months"
    )
    mobilise_min: float = Field(default=30, ge=0, le=1440, description="From the event to the first loading, minutes")
    loading_min: float = Field(default=30, ge=0, le=1440, description="Loading a vehicle, minutes")
    unloading_min: float = Field(default=20, ge=0, le=1440, description="Unloading a vehicle, minutes")
    late_horizon_h: float = Field(
        default=24, gt=0, le=240, description="What comes later than this counts as unmet, hours"
    )
    nearest_sources: int = Field(
        default=6, ge=1, le=200, description="Sources considered for a place: so many, nearest first"
    )
    snap_limit_m: float = Field(
        default=2000, gt=0, le=50000, description="A site farther from a road is not connected, metres"
    )
    move_cost_share: float = Field(
        default=0.03, ge=0, le=1, description="Moving stock to another depot, share of its price"
    )
    response_reading: Literal["drive", "handling"] = Field(
        default="drive", description="RESP-135: five minutes of driving, or five minutes from call to handling"
    )
    turnout_min: float = Field(
        default=3, ge=0, le=60, description="RESP-135 read as handling: call to wheels rolling, minutes"
    )
    multi_hazard_count: int = Field(
        default=2, ge=1, le=9, description="A town with so many hazards is exposed to several"
    )
    person_m2_shelter: float = Field(default=1.5, gt=0, le=50, description="Area a person in a shelter, m²")
    shelter_cost_cny_m2: float = Field(default=300, ge=0, description="Mend of SHELTER-M2, CNY a m²")
    post_cost_cny: float = Field(default=150_000, ge=0, description="Mend of a rescue circle: a new post, CNY")
    team_member_cost_cny: float = Field(
        default=8_000, ge=0, description="Mend of a team's size: equip and train one, CNY"
    )
    cvar_share: float = Field(
        default=0.2, gt=0, le=1, description="CVaR looks at so large a share of the worst outcomes"
    )
    priority_ratio: float = Field(
        default=10, ge=1, le=100, description="A want of priority p weighs so much more than p + 1"
    )


class SitingParameters(Strict):
    """Parameters of ``reserve site``: our defaults, none from the planners' documents; all may be changed."""

    closing_cost_cny: float = Field(
        default=50_000, ge=0, description="Closing a depot or station: clearing it and handing it back, CNY"
    )
    threatened_weight: float = Field(
        default=1, ge=0, le=100, description="A resident whom a hazard point threatens counts so much more than another"
    )
    lost_share: float = Field(
        default=0.5, gt=0, le=1, description="A depot that loses so large a share of its stock in a scenario is lost"
    )
    cvar_level: float = Field(
        default=0.8, ge=0, lt=1, description="CVaR looks at the outcomes beyond so large a share of the probability"
    )
    busy_share: float = Field(
        default=0.2, ge=0, lt=1, description="Share of the time that a station or depot is busy with another call"
    )
    first_cover_weight: float = Field(
        default=2, ge=0, le=100, description="A person's first depot counts so many times their backup"
    )
    supply_weight: float = Field(
        default=0.2, ge=0, le=100, description="A minute of supply from the level above, in minutes of service"
    )
    relief_days: float = Field(
        default=3, gt=0, le=60, description="Days of relief that a place wants where no scenario says how many"
    )
    minute_cost_cny_m3: float = Field(
        default=10, ge=0, le=10_000, description="What a minute on the road counts for a cubic metre of relief, CNY"
    )
    annuity_share: float = Field(
        default=0.05, gt=0, le=1, description="Share of the cost of building that counts as cost of a year"
    )


class DispatchParameters(Strict):
    """Parameters of ``reserve dispatch``: our defaults, none from the planners' documents; all may be changed."""

    horizon_h: float = Field(default=24, gt=0, le=240, description="What cannot begin or arrive by then is unserved, h")
    priority_ratio: float = Field(
        default=3, ge=1, le=10, description="A task or request of priority p weighs so much more than of p + 1"
    )
    change_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Giving a task to another team or a request to another depot when orders are renewed counts so "
        "large a share of its weight",
    )
    split_min: float = Field(
        default=30, ge=0, le=1440, description="Keeping a village's people together is worth so many minutes a person"
    )
    person_kg: float = Field(default=90, gt=0, le=300, description="A person with bags on a bus: its seats, kg")
    boarding_min: float = Field(default=15, ge=0, le=240, description="Boarding a bus, or leaving it, minutes")
    craft_loading_min: float = Field(default=20, ge=0, le=240, description="Loading a boat or helicopter, minutes")
    craft_unloading_min: float = Field(default=10, ge=0, le=240, description="Unloading it, minutes")
    craft_detour: float = Field(
        default=1.3, ge=1, le=5, description="A boat's way over the straight line between two piers, times"
    )
    foot_kmh: float = Field(default=3, gt=0, le=8, description="On foot, with goods or children, km/h")
    walk_min: float = Field(default=60, ge=0, le=600, description="People walk to a shelter that is so near, minutes")


class RegionSettings(Strict):
    """The content of ``region.yaml``."""

    schema_version: int
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")
    name: Name
    roads: str = Field(description="Roads beside this file: .npz as made by init, .osm or .osm.pbf")
    roads_synthetic: bool = Field(default=False, description="The roads are made by a script; no such roads exist")
    coordinates: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    plan_date: date
    standards: StandardsChoice = StandardsChoice()
    parameters: Parameters = Parameters()
    siting: SitingParameters = SitingParameters()
    dispatch: DispatchParameters = DispatchParameters()
    notes: tuple[Name, ...] = Field(default=(), description="Said in every report of this region")
    source: str = ""
