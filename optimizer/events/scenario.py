"""What an event does, written as a scenario: the same form that a planner writes by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from network.closures import Closure
from network.structures import KINDS
from network.words import LANGUAGES, Language, say
from optimizer.events.ground import DEPOTS, Ground, lists
from optimizer.events.striking import Chance, Striking, share_at
from optimizer.region.events import EventKind
from optimizer.region.scenarios import DemandEvent, Event, Loss, OutsideHelp, RoadState, Scenario, Where
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.settings import Name

_SHARE_DIGITS = 2
"""Shares are told in whole per cent, so that places alike stand in one entry."""


def scenario_of(
    striking: Striking, ground: Ground, chance: Chance, number: int, probability: float, language: Language
) -> Scenario:
    """Write what the event does.

    Parameters
    ----------
    striking : Striking
    ground : Ground
    chance : Chance
    number : int
        Of the draw; names the scenario.
    probability : float
        A year.
    language : {"zh", "en"}
        Of names and places that are told in one language.
    """
    kind = striking.kind
    at_structures, at_sites = striking.intensity(chance)
    season, night = kind.seasons[chance.season], kind.hours.is_night(chance.hour)
    size = chance.magnitude.intensity
    return Scenario(
        id=f"{kind.id}-{number:04d}",
        name=_name(kind, chance),
        event=_event(kind, chance, language),
        annual_probability=probability,
        roads=RoadState(
            speed_factor=season.speed_factor,
            night=night,
            closures=_closures(striking, ground, striking.failing(at_structures, chance.own), language),
        ),
        demand=_demand(striking, ground, chance, at_sites, night=night),
        losses=_losses(kind, ground, at_sites),
        outside_help=_help(kind, size),
        communications=_communications(kind, size),
        flying=season.flying and not _reaches(size, kind.grounded_from),
        estimated=kind.estimated,
        source=kind.source,
    )


def _event(kind: EventKind, chance: Chance, language: Language) -> Event:
    magnitude = chance.magnitude
    words = "size_or_more" if magnitude.or_more else "size"
    figures = {"years": _years(magnitude.return_period_years), "intensity": f"{magnitude.intensity:.3g}"}
    return Event(
        hazard=kind.hazard,
        place=chance.centre.place,
        size=say(f"optimizer.events.{words}", language, unit=kind.intensity_unit.say(language), **figures),
        season=kind.seasons[chance.season].name.say(language),
        hour=chance.hour,
        return_period_years=round(magnitude.return_period_years, 3),
    )


def _name(kind: EventKind, chance: Chance) -> Name:
    years, place = _years(chance.magnitude.return_period_years), chance.centre.place
    words = "optimizer.events.name_at" if place else "optimizer.events.name"
    zh, en = (say(words, one, kind=kind.name.say(one), years=years, place=place) for one in LANGUAGES)
    return Name(zh=zh, en=en)


def _years(years: float) -> str:
    return f"{years:.0f}" if years >= 1 else f"{years:.2g}"


def _closures(
    striking: Striking, ground: Ground, failing: NDArray[np.int64], language: Language
) -> tuple[Closure, ...]:
    """One closure a structure, until it is open again as forecast."""
    structures = striking.structures
    closures = []
    for structure in failing.tolist():
        kind = KINDS[structures.kind[structure]]
        links = structures.links[structures.first[structure] : structures.first[structure + 1]]
        ids = tuple(ground.link_id[links].tolist())
        road = ground.link_name[links[0]] or say("optimizer.events.unnamed_road", language, way=ids[0].split(":")[0])
        fragility = getattr(striking.kind.fragility, kind)
        name = say(f"optimizer.events.closure_{kind}", language, road=road)
        closures.append(Closure(name=name, links=ids, to_h=fragility.reopening_h))
    return tuple(closures)


def _demand(
    striking: Striking, ground: Ground, chance: Chance, felt: NDArray[np.float64], *, night: bool
) -> tuple[DemandEvent, ...]:
    """Residents by the intensity where they live, and whom struck hazard points threaten."""
    kind = striking.kind
    home = kind.hours.home_by_night if night else kind.hours.home_by_day
    settlements = ground.sites["kind"].isin(SETTLEMENTS).to_numpy()
    share = np.where(settlements, share_at(kind.in_need, felt) * home, 0.0)
    nearest = _nearest(striking, ground, chance, settlements)
    share[nearest] = np.maximum(share[nearest], kind.least_in_need)
    demand = [
        DemandEvent(people="residents", where=where, share=one, days=kind.days) for one, where in _alike(ground, share)
    ]
    if kind.threatened_from is not None:
        threatening = (ground.sites["kind"] == "hazard_point").to_numpy() & (felt >= kind.threatened_from)
        threatening &= lists(ground.sites, (kind.hazard,)) & (ground.sites["people_threatened"] > 0).to_numpy()
        sites = tuple(ground.sites["site_id"][threatening])
        demand += [DemandEvent(people="threatened", where=Where(sites=sites), share=1, days=kind.days)] if sites else []
    return tuple(demand)


def _nearest(striking: Striking, ground: Ground, chance: Chance, settlements: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the settlement nearest to the centre, among those that the kind can strike if there are any.

    After every event somebody is in need: one that nobody needs help after is none to plan reserves for.
    """
    struck = settlements & striking.exposed
    away = np.linalg.norm(ground.site_at - chance.centre.at, axis=1)
    return np.argsort(np.where(struck if struck.any() else settlements, away, np.inf), kind="stable")[:1]


def _losses(kind: EventKind, ground: Ground, felt: NDArray[np.float64]) -> tuple[Loss, ...]:
    """Stock lost at depots by the intensity where they stand."""
    depots = ground.sites["kind"].isin(DEPOTS).to_numpy()
    share = np.where(depots, share_at(kind.depot_loss, felt), 0.0)
    return tuple(Loss(where=where, share=one) for one, where in _alike(ground, share))


def _alike(ground: Ground, share: NDArray[np.float64]) -> Iterator[tuple[float, Where]]:
    """Sites by their share, in whole per cent, largest first; those of none left out."""
    rounded = np.round(share, _SHARE_DIGITS)
    for one in np.unique(rounded[rounded > 0])[::-1]:
        yield float(one), Where(sites=tuple(ground.sites["site_id"][rounded == one]))


def _help(kind: EventKind, size: float) -> OutsideHelp:
    """What the largest step reached leaves."""
    reached = [step for step in kind.outside_help if step.from_intensity <= size]
    if not reached:
        return OutsideHelp()
    return OutsideHelp(supplier_share=reached[-1].supplier_share, vehicle_share=reached[-1].vehicle_share)


def _communications(kind: EventKind, size: float) -> Literal["up", "partial", "down"]:
    if _reaches(size, kind.communications_down_from):
        return "down"
    return "partial" if _reaches(size, kind.communications_partial_from) else "up"


def _reaches(size: float, threshold: float | None) -> bool:
    return threshold is not None and size >= threshold
