"""One kind of event on the ground of one region: what it would do, for any centre and size.

Chance and consequence are apart. :class:`Chance` is all that is drawn: where, how large, when, and two sets of normal
numbers, one alike at near points (Z), one of each structure's own (e). What follows from it is arithmetic:

intensity   i(p) = I₀ (1 − (|p − centre| / reach)²)₊ exp(scatter · Z(p)),   0 outside the zones of a confined kind
structure   fails where i ≥ median · exp(beta · e), so with probability Φ(ln(i / median) / beta)
people      a share of residents by the curve ``in_need`` at i, times the share of them that is at home
depots      a share of stock by the curve ``depot_loss`` at i

so that more intensity never closes, hits or loses less. The field is common to roads, villages and depots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.plane import Metres
from network.random_field import RandomField
from network.shapes import geometry
from network.structures import KINDS, Structures
from optimizer.events.centres import Area, Around, Centre
from optimizer.events.ground import Ground, inside, links_near, lists
from optimizer.events.sizes import Magnitude, SizeCurve
from optimizer.region.check_events import past_events_of
from optimizer.region.events import Effect, EventKind, Fragility, Places
from optimizer.region.region import Region


@dataclass(frozen=True)
class PastEvents:
    """Past events as they are drawn from: how often, where, how large, at what hour (NaN where unknown)."""

    annual_rate: float
    around: Metres
    names: tuple[str, ...]
    magnitudes: tuple[Magnitude, ...]
    hours: NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """What is drawn of one event.

    Attributes
    ----------
    centre : Centre
    magnitude : Magnitude
    season : int
        Place among the kind's seasons.
    hour : int
    common : (s + k,) float64
        Z at the structures, then at the sites.
    own : (s,) float64
        e of each structure.
    """

    centre: Centre
    magnitude: Magnitude
    season: int
    hour: int
    common: NDArray[np.float64]
    own: NDArray[np.float64]


@dataclass(frozen=True)
class Striking:
    """A kind of event, ready to be drawn from.

    Attributes
    ----------
    kind : EventKind
    structures : Structures
        Those that can fail and that it can strike; s.
    log_median, beta : (s,) float64
        Of their strengths.
    exposed : (k,) bool
        Sites of the ground that it can strike.
    site_at : (k, 2) float64
    field : RandomField
        Over structures, then sites.
    sizes : SizeCurve
    sources : tuple of Area or Around
        Where its centre can be.
    weights : (…,) float64
        Of the sources, adding up to 1.
    past : PastEvents, optional
    """

    kind: EventKind
    structures: Structures
    log_median: NDArray[np.float64]
    beta: NDArray[np.float64]
    exposed: NDArray[np.bool_]
    site_at: Metres
    field: RandomField
    sizes: SizeCurve
    sources: tuple[Area | Around, ...]
    weights: NDArray[np.float64]
    past: PastEvents | None

    @classmethod
    def of(cls, kind: EventKind, region: Region, ground: Ground) -> Striking:
        """Prepare ``kind`` on the ground of ``region``."""
        fragility = [getattr(kind.fragility, name) for name in KINDS]
        links, exposed = _exposed(kind, region, ground)
        struck = np.zeros(ground.structures.count, dtype=np.bool_)
        owner = ground.structures.of_link[links]
        struck[owner[owner >= 0]] = True
        fallible = np.array([one is not None for one in fragility])[ground.structures.kind]
        structures = ground.structures.only(struck & fallible)
        strength = np.array([_strength(one) for one in fragility])[structures.kind].reshape(-1, 2)
        sources, weights = _sources(kind, region, ground)
        sizes = SizeCurve.of(kind)
        return cls(
            kind=kind,
            structures=structures,
            log_median=strength[:, 0],
            beta=strength[:, 1],
            exposed=exposed,
            site_at=ground.site_at,
            field=RandomField.over(np.concatenate([structures.middle, ground.site_at]), kind.correlation_m),
            sizes=sizes,
            sources=sources,
            weights=weights,
            past=_past(kind, region, ground, sizes),
        )

    @property
    def annual_rate(self) -> float:
        """Events a year: as stated, as counted in the past, or the mean of the two."""
        stated = self.kind.annual_rate if self.kind.annual_rate is not None else 0.0
        if self.kind.basis == "stated" or self.past is None:
            return stated
        counted = self.past.annual_rate
        return counted if self.kind.basis == "past_events" else (stated + counted) / 2

    def intensity(self, chance: Chance) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Intensity at the structures (s,) and at the sites (k,)."""
        points = np.concatenate([self.structures.middle, self.site_at])
        size = chance.magnitude
        square = ((points - chance.centre.at) ** 2).sum(axis=1) / size.reach_m**2
        felt = size.intensity * np.maximum(1 - square, 0.0) * np.exp(self.kind.scatter * chance.common)
        at_sites = np.where(self.exposed, felt[self.structures.count :], 0.0)
        return felt[: self.structures.count], at_sites

    def failing(self, felt: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.int64]:
        """Structures that fail at intensities (s,) and own numbers (s,)."""
        hit = np.flatnonzero(felt > 0)
        weak: NDArray[np.bool_] = np.log(felt[hit]) >= self.log_median[hit] + self.beta[hit] * own[hit]
        return hit[weak]


def share_at(curve: Sequence[Effect], felt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share by a curve: linear between its points, nothing below the first, the last one's beyond it."""
    if not curve:
        return np.zeros(len(felt))
    at, share = [point.intensity for point in curve], [point.share for point in curve]
    shares: NDArray[np.float64] = np.interp(felt, at, share, left=0.0)
    return shares


def _strength(fragility: Fragility | None) -> tuple[float, float]:
    """Logarithm of the median and beta."""
    return (np.nan, np.nan) if fragility is None else (float(np.log(fragility.median)), fragility.beta)


def _exposed(kind: EventKind, region: Region, ground: Ground) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(m,) links and (k,) sites that the kind can strike: all, but for a confined one."""
    links = np.full(region.roads.link_count, not kind.confined)
    sites = np.full(len(ground.sites), not kind.confined)
    if not kind.confined:
        return links, sites
    for zone in kind.zones:
        area = geometry(zone.within, region.folder)
        links[region.roads.links_touching(area)] = True
        sites |= inside(area, ground.sites)
    if kind.places is not None:
        places = _places(kind.places, kind.hazard, ground)
        links |= links_near(region.roads, ground.structures.plane, places.points, places.radius_m)
        sites |= lists(ground.sites, (kind.hazard,))
    return links, sites


def _places(places: Places, hazard: str, ground: Ground) -> Around:
    listing = lists(ground.sites, (hazard,))
    return Around(ground.site_at[listing], tuple(ground.sites["name"][listing]), places.radius_m)


def _sources(kind: EventKind, region: Region, ground: Ground) -> tuple[tuple[Area | Around, ...], NDArray[np.float64]]:
    """Zones, then the sites that list the hazard, with the weights that the planner gave."""
    sources: list[Area | Around] = []
    weights: list[float] = []
    for zone in kind.zones:
        sources.append(Area.of(zone.name, geometry(zone.within, region.folder), ground.structures.plane))
        weights.append(zone.weight)
    if kind.places is not None:
        sources.append(_places(kind.places, kind.hazard, ground))
        weights.append(kind.places.weight)
    return tuple(sources), np.array(weights) / sum(weights) if weights else np.empty(0)


def _past(kind: EventKind, region: Region, ground: Ground, sizes: SizeCurve) -> PastEvents | None:
    """Past events of the kind; the rate is their count over the years covered."""
    rows = past_events_of(kind, region.tables["past_events"])
    if kind.past is None or rows.empty:
        return None
    told = zip(rows["intensity"], rows["return_period_years"], strict=True)
    return PastEvents(
        annual_rate=len(rows) / kind.past.years,
        around=ground.structures.plane.metres(rows["lon"], rows["lat"]),
        names=tuple(rows["place"]),
        magnitudes=tuple(sizes.at_intensity(i) if i > 0 else sizes.at_return_period(years) for i, years in told),
        hours=rows["hour"].to_numpy(dtype=np.float64),
    )
