"""All that a siting is asked, in one frozen place: sites, demand, states, standard times, groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.region.region import Region
from optimizer.region.selection import selected
from optimizer.siting.stated.demand import State, demand, states, volumes, weights
from optimizer.siting.stated.models import MODELS, ModelTraits
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.sites import SiteGroup, sites, town_groups
from optimizer.siting.stated.standard_times import StandardTimes, circle_kinds, circles, standard_times

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Statement:
    """K states, n places, m sites.

    Attributes
    ----------
    region : Region
    options : SitingOptions
    sites : DataFrame
        See :func:`optimizer.siting.stated.sites.sites`.
    places : DataFrame
        See :func:`optimizer.siting.stated.demand.demand`.
    states : tuple of State
    weight : (K, n) float
        People, or people times hazard; also of places that no rule judges.
    stated_weight : (K, n) float
        Of these what the model speaks of, or cubic metres of relief; what no site can reach or cover is still in it.
    standard : StandardTimes
    counts : (n, m) bool
        Whether the site's kind counts for the rule of the place; every site does where no rule judges.
    lost : (K, m) bool
        Sites that a state takes.
    groups : tuple of SiteGroup
    """

    region: Region
    options: SitingOptions
    sites: pd.DataFrame
    places: pd.DataFrame
    states: tuple[State, ...]
    weight: Floats
    stated_weight: Floats
    standard: StandardTimes
    counts: Flags
    lost: Flags
    groups: tuple[SiteGroup, ...]

    @property
    def traits(self) -> ModelTraits:
        """What the model asks of the statement."""
        return MODELS[self.options.model]

    @property
    def limit_min(self) -> Floats:
        """(n, m) standard time of a place when a site serves it: minus infinity where the site does not count for it.

        Not 0: a post stands in the place that proposes it, 0 minutes away, and must not cover it for that.
        """
        limit: Floats = np.where(self.counts, self.standard.minutes[:, None], -np.inf)
        return limit

    def counted_weight(self, times_min: Floats) -> Floats:
        """(K, n) weight that the model's loss counts, by (K, n, m) minutes: without what it cannot speak of.

        The longest time is of places that some allowed site reaches; a cover is asked for where some of them can give
        it. All others are told beside the result.
        """
        allowed = ~self.sites["forbidden"].to_numpy(dtype=bool)
        possible = np.isfinite(times_min) & allowed
        if self.traits.weighs == "coverable":
            possible &= times_min <= self.limit_min
        elif self.traits.weighs != "reachable":
            return self.stated_weight
        counted: Floats = self.stated_weight * possible.any(axis=2)
        return counted

    @property
    def unknown(self) -> pd.DataFrame:
        """Places whose residents are not known: they weigh what hazard points threaten there, often nothing."""
        return self.places[self.places["people"].isna()]

    @property
    def probability(self) -> Floats:
        """(K,) of the states."""
        return np.array([state.probability for state in self.states])

    @property
    def site_ids(self) -> list[str]:
        """Ids of the m sites."""
        return list(self.sites["site_id"])

    @property
    def place_ids(self) -> list[str]:
        """Ids of the n places."""
        return list(self.places["site_id"])


def state_siting(region: Region, options: SitingOptions) -> Statement:
    """State what is asked.

    Raises
    ------
    ProblemsError
        What was asked makes no sense for this region.
    """
    places = demand(region)
    if places.empty:
        what, mend = Phrase("optimizer.siting.no_places"), Phrase("optimizer.siting.no_places_mend")
        raise ProblemsError([Problem(what, mend, file="sites.csv", column="kind")])
    rows, chosen = sites(region, options), states(region, options)
    standard = standard_times(region, options, places)
    weight, weighs = weights(region, options, places, chosen), MODELS[options.model].weighs
    stated = weight * standard.judged if weighs in ("judged", "coverable") else weight
    statement = Statement(
        region,
        options,
        rows,
        places,
        chosen,
        weight,
        volumes(region, options, places, chosen) if weighs == "volume" else stated,
        standard,
        _counting(region, options, rows, standard),
        _lost(region, rows, chosen),
        town_groups(region, options, rows),
    )
    _check(statement)
    return statement


def _counting(region: Region, options: SitingOptions, rows: pd.DataFrame, standard: StandardTimes) -> Flags:
    """(n, m) whether the site's kind counts for the rule of the place."""
    counts = np.ones((len(standard.minutes), len(rows)), dtype=bool)
    if options.sites == "stations":
        for rule in circles(region):
            of_kind = rows["station_kind"].isin(rule.station_kinds).to_numpy()
            counts[np.ix_(standard.rule_id == rule.id, ~of_kind)] = False
    return counts


def _lost(region: Region, rows: pd.DataFrame, chosen: tuple[State, ...]) -> Flags:
    """(K, m) sites of which a state destroys so much that they count as lost."""
    table = region.sites
    row = pd.Index(table["site_id"]).get_indexer(pd.Index(rows["site_id"]))
    left = np.ones((len(chosen), len(table)))
    for number, state in enumerate(chosen):
        for loss in state.losses:
            left[number, selected(loss.where, table, region.folder)] *= 1 - loss.share
    lost: Flags = 1 - left[:, row] >= region.settings.siting.lost_share - 1e-9
    return lost


def _check(statement: Statement) -> None:
    """Refuse what has no answer that a planner could use, all of it at once."""
    problems = [*_wrong_options(statement), *_too_few_sites(statement)]
    if problems:
        raise ProblemsError(problems)


def _wrong_options(statement: Statement) -> Iterator[Problem]:
    """Options that do not go together, or that nobody and no scenario is meant by."""
    options = statement.options
    if statement.traits.bounded and options.number is None and options.budget_cny is None:
        yield _problem("bounded", model=options.model)
    if options.sites not in statement.traits.sites:
        yield _problem("depots_alone", model=options.model)
    if options.town_depots and options.sites != "depots":
        yield _problem("town_depots_of_stations")
    if options.post is not None and options.sites != "stations":
        yield _problem("post_of_depots", value=options.post)
    elif options.post is not None and options.post not in circle_kinds(statement.region):
        yield _problem("post_uncounted", value=options.post, kinds=", ".join(circle_kinds(statement.region)))
    if not statement.states:
        yield _problem("no_scenarios")
    elif not (statement.stated_weight > 0).any():
        threatened = statement.traits.weighs == "volume" and options.over == "base"
        yield _problem("nobody_threatened" if threatened else f"nobody_{options.over}")
    if options.measure != "expected" and options.over == "base":
        yield _problem("measure_of_base", value=options.measure)


def _too_few_sites(statement: Statement) -> Iterator[Problem]:
    """More sites asked for than there are, and towns that must have one and have none to choose from."""
    options = statement.options
    usable = int((statement.sites["counted"] & ~statement.sites["forbidden"]).sum())
    if options.number is not None and options.number > usable:
        yield _problem(f"number_above_{options.keep}", value=options.number, sites=usable)
    for group in statement.groups:
        if group.required and not group.members:
            town = statement.region.sites.set_index("site_id").loc[group.town_id, "name"]
            yield _problem("town_without_site", rule=group.rule_id, town=town)


def _problem(entry: str, **values: object) -> Problem:
    return Problem(Phrase(f"optimizer.siting.{entry}", **values), Phrase(f"optimizer.siting.{entry}_mend", **values))
