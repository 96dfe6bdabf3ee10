"""What a siting was asked, stated anew from the folder's own region, with times that SciPy searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.siting.stated.sites import DEPOTS_DRIVE, class_of
from optimizer.siting.stated.statement import Statement
from optimizer.verify.roads import ScenarioRoads

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Restated:
    """K states, n places, m sites.

    Attributes
    ----------
    statement : Statement
    times_min : (K, n, m)
        Door to door by the vehicle that the site sends; infinite without a way, or where the state takes it.
    between_min : (K, m, m)
        From the site of the column to that of the row, by what depots drive; without rows where nothing supplies.
    """

    statement: Statement
    times_min: Floats
    between_min: Floats

    @property
    def counted(self) -> Floats:
        """(K, n) weight that the model's loss counts."""
        return self.statement.counted_weight(self.times_min)

    @property
    def existing(self) -> Flags:
        """(m,) sites that stand."""
        return self.statement.sites["existing"].to_numpy(dtype=bool)

    def minutes(self, opened: Flags) -> Floats:
        """(K, n) minutes from the nearest open site; infinite where none has a way."""
        least: Floats = np.min(self.times_min, axis=2, where=opened, initial=np.inf)
        return least

    def covering(self, opened: Flags) -> NDArray[np.int64]:
        """(K, n) open sites that arrive within their standard time, 0 where no rule judges."""
        arrives = np.isfinite(self.times_min) & (self.times_min <= self.statement.limit_min) & opened
        return np.where(self.statement.standard.judged, arrives.sum(axis=2), 0)

    def means(self, opened: Flags) -> tuple[Floats, Floats]:
        """(K,) mean minutes up to the cut-off, and share of the judged weight that is within its standard."""
        weight = self.statement.weight
        judged = weight * self.statement.standard.judged
        counted = np.minimum(self.minutes(opened), self.statement.standard.cut_off_min)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (weight * counted).sum(axis=1) / weight.sum(axis=1)
            share = (judged * (self.covering(opened) > 0)).sum(axis=1) / judged.sum(axis=1)
        return np.asarray(mean), np.asarray(share)

    def expected(self, values: Floats) -> float:
        """Mean over the states; one in which nothing has weight is left out."""
        chance, known = self.statement.probability, ~np.isnan(values)
        total = float(chance[known].sum())
        return float(chance[known] @ values[known]) / total if total > 0 else float("nan")

    def opened(self, joined: str) -> Flags:
        """(m,) whether a site is among the ids that are joined by ``;``."""
        return np.isin(np.array(self.statement.site_ids, dtype=object), joined.split(";"))


def restate(statement: Statement) -> Restated:
    """Search the times of a statement anew."""
    sites, places = statement.site_ids, statement.place_ids
    sent = np.array([class_of(str(kind)) for kind in statement.sites["station_kind"]])
    times, between = [], []
    for number, state in enumerate(statement.states):
        roads = {vehicle: ScenarioRoads.of(statement.region, state.roads, vehicle) for vehicle in sorted(set(sent))}
        least = np.full((len(places), len(sites)), np.inf)
        for vehicle, driven in roads.items():
            mine = np.flatnonzero(sent == vehicle)
            least[:, mine] = _matrix(driven, [sites[j] for j in mine], places)
        lost = statement.lost[number]
        times.append(np.where(lost, np.inf, least))
        if statement.traits.loss == "levels":
            apart = _matrix(roads[DEPOTS_DRIVE], sites, sites)
            between.append(np.where(lost[:, None] | lost[None, :], np.inf, apart))
    empty = np.zeros((len(times), 0, 0))
    return Restated(statement, np.array(times), np.array(between) if between else empty)


def _matrix(roads: ScenarioRoads, starts: list[str], ends: list[str]) -> Floats:
    """(ends, starts) minutes."""
    pairs = roads.minutes(np.repeat(starts, len(ends)).tolist(), np.tile(ends, len(starts)).tolist())
    return pairs.reshape(len(starts), len(ends)).T
