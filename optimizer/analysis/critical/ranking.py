"""Which road matters most: every bridge, tunnel and used stretch, ranked by what its loss does to people and the plan.

Each is lost by itself. Driving times to villages and communities change on the roads by day, dry and all open (or in
one event, if that is asked for); want stays unmet in the plan's events. What is damage, in order of precedence:

1. people cut off: no depot reaches them any more. Nothing by road mends that, so it outweighs all else; places without
   known residents count next;
2. unmet want: what the stock, as the plan leaves it, can no longer meet of want in the events, by priority;
3. people beyond a standard time: help comes, but later than a rescue circle or the hours of relief allow;
4. person-minutes: help comes in time, but later than before.

No stretch that nothing uses is tried: every way that is taken stays, and without a link no other gets shorter.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Phrase
from optimizer.analysis.critical.losses import Losses, find_losses
from optimizer.analysis.critical.people import Harm, find_harm
from optimizer.analysis.critical.places import described
from optimizer.analysis.critical.services import Reach, find_services
from optimizer.analysis.critical.stock import Stock
from optimizer.analysis.critical.table import CRITICAL
from optimizer.analysis.critical.unmet import Supply, Unmet, find_unmet
from optimizer.analysis.critical.ways import shortest_ways
from optimizer.plan.reach import FREE
from optimizer.progress import Progress, part, silent
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.scenarios import Scenario

DAMAGES = ("people_cut_off", "places_cut_off", "unmet", "people_beyond", "person_min")
"""Columns by which losses are ranked, the first first."""
DIGITS = 3
"""Damages that differ by less than so many decimals are equal."""
MOST_PLACES = 8
"""So many places are named in a row."""


@dataclass(frozen=True)
class Tried:
    """What was looked at.

    Attributes
    ----------
    bridges, tunnels, stretches : int
        Tried: all bridges and tunnels, and the stretches that something uses.
    unused_stretches : int
        Not tried.
    searched : int
        Losses on a way to a settlement, for which times were searched anew.
    checked : int
        Pairs of a loss and a scenario whose shipments or vehicles go over it.
    solved : int
        Those of them that were solved anew; in the others all that was shipped still can be.
    """

    bridges: int
    tunnels: int
    stretches: int
    unused_stretches: int
    searched: int
    checked: int
    solved: int


@dataclass(frozen=True)
class CriticalLinks:
    """Losses of road, ranked.

    Attributes
    ----------
    stock : Stock
        What they were judged by.
    scenario : Scenario or None
        The event on whose roads times were taken; None for open roads.
    table : DataFrame
        :data:`~optimizer.analysis.critical.table.CRITICAL`, worst first.
    losses : Losses
        In the order of the table.
    unmet_before : float
        Weighted person-items expected to stay unmet with nothing more lost.
    tried : Tried
    seconds : float
    """

    stock: Stock
    scenario: Scenario | None
    table: pd.DataFrame
    losses: Losses
    unmet_before: float
    tried: Tried
    seconds: float


def find_critical(stock: Stock, scenario_id: str | None = None, *, progress: Progress = silent) -> CriticalLinks:
    """Rank every bridge, tunnel and used stretch of road.

    Parameters
    ----------
    stock : Stock
        The region with what is held in it.
    scenario_id : str, optional
        Look at this event alone: at its roads for the times, at its want for what stays unmet.
    progress : callable, optional

    Raises
    ------
    ProblemsError
        There is no such scenario.
    """
    began = time.monotonic()
    progress(Phrase("optimizer.critical.ways"), 0.0)
    stock = stock if scenario_id is None else stock.of(scenario_id)
    scenario = None if scenario_id is None else stock.scenarios[0]
    region = stock.region
    reach = Reach(region, FREE if scenario is None else scenario.roads, find_services(region, stock.depots))
    supply = Supply(stock)
    ways, legs = reach.ways(), supply.legs()
    leg_ways = shortest_ways(region, supply.link_times, legs)
    every = find_losses(region.roads, region.snapping.node)
    on_way, on_leg = (every.crossed(links).sum(axis=0) > 0 for links in (ways.links, leg_ways))
    structure = np.array([loss.kind != "road" for loss in every.losses], dtype=np.bool_)
    used = on_way | on_leg
    chosen = np.flatnonzero(structure | used)
    losses = Losses(region.roads, tuple(every.losses[loss] for loss in chosen))
    harm = find_harm(reach, losses, ways, part(progress, 0.1, 0.5))
    unmet = find_unmet(supply, losses, legs, leg_ways, part(progress, 0.5, 0.95))
    table = _ranked(stock, reach, losses, harm, unmet, used[chosen])
    kinds = [loss.kind for loss in losses.losses]
    tried = Tried(
        kinds.count("bridge"),
        kinds.count("tunnel"),
        kinds.count("road"),
        len(every.losses) - len(chosen),
        int(on_way.sum()),
        unmet.checked,
        unmet.solved,
    )
    ordered = Losses(region.roads, tuple(losses.losses[row] for row in table.index))
    before = float(unmet.before @ unmet.weight)
    table = table.reset_index(drop=True)
    return CriticalLinks(stock, scenario, table, ordered, before, tried, time.monotonic() - began)


def _ranked(
    stock: Stock, reach: Reach, losses: Losses, harm: tuple[Harm, ...], unmet: Unmet, used: NDArray[np.bool_]
) -> pd.DataFrame:
    """Rows of the table, worst first, indexed by the place among ``losses``."""
    rows = pd.concat([described(stock.region, losses), _people(reach, harm)], axis=1)
    expected = unmet.more * unmet.weight
    names = np.array([scenario.id for scenario in stock.scenarios], dtype=object)
    rows["used"] = used
    rows["unmet"] = expected.sum(axis=1).round(DIGITS)
    rows["unmet_scenario"] = np.where(rows["unmet"] > 0, names[expected.argmax(axis=1)], "")
    rows["estimated"] = _marks(stock, reach, rows, harm)
    # Of equal ones, structures stand before stretches, and longer before shorter.
    ties = rows.assign(stretch=rows["kind"] == "road", shortness=-rows["length_m"])
    keys = [*DAMAGES, "stretch", "shortness", "loss_id"]
    rows = rows.loc[ties.sort_values(keys, ascending=[key not in DAMAGES for key in keys]).index]
    damage = rows[list(DAMAGES)]
    rank = (damage != damage.shift()).any(axis=1).cumsum().astype(float)
    rows["rank"] = rank.where((damage > 0).any(axis=1))
    return rows[[column.name for column in CRITICAL.columns]]


def _people(reach: Reach, harm: tuple[Harm, ...]) -> pd.DataFrame:
    """Columns on people, a row a loss."""
    names, residents = reach.settlements["name"].to_numpy(dtype=object), reach.residents
    return pd.DataFrame(
        {
            "places_cut_off": [float(len(one.cut_off)) for one in harm],
            "people_cut_off": [float(residents[one.cut_off].sum()) for one in harm],
            "people_beyond": [float(residents[one.beyond].sum()) for one in harm],
            "people_beyond_response": [float(residents[one.beyond_response].sum()) for one in harm],
            "people_beyond_relief": [float(residents[one.beyond_relief].sum()) for one in harm],
            "person_min": np.round([one.person_min for one in harm], DIGITS),
            "places": [_named(names, residents, one) for one in harm],
        }
    )


def _named(names: NDArray[np.object_], residents: NDArray[np.float64], harm: Harm) -> str:
    """Name the settlements hit: those cut off first, those with more residents before others."""
    groups = harm.cut_off, np.setdiff1d(harm.beyond, harm.cut_off)
    ordered = np.concatenate([group[np.argsort(-residents[group], kind="stable")] for group in groups])
    told = "、".join(str(names[place]) for place in ordered[:MOST_PLACES])
    return f"{told}…" if len(ordered) > MOST_PLACES else told


def _marks(stock: Stock, reach: Reach, rows: pd.DataFrame, harm: tuple[Harm, ...]) -> NDArray[np.object_]:
    """Mark the figures that rest on estimated residents, norms or events."""
    settlements, norms = reach.settlements, stock.region.tables["norms"]
    guessed = np.asarray(is_estimated(settlements["estimated"], "population", "lon", "lat"), dtype=bool)
    wanted = bool(np.any(is_estimated(norms["estimated"], "quantity", "share")))
    doubted = wanted or bool(guessed.any()) or any(scenario.estimated for scenario in stock.scenarios)
    marks = {
        "people_cut_off": [guessed[one.cut_off].any() for one in harm],
        "people_beyond": [guessed[one.beyond].any() for one in harm],
        "unmet": (rows["unmet"] > 0) & doubted,
        "person_min": (rows["person_min"] > 0) & bool(guessed.any()),
    }
    return join_marks({name: np.asarray(mask, dtype=bool) for name, mask in marks.items()})
