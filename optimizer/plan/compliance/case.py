"""What the standards are checked on, and the form in which each check hands back what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from network.words import Language, say
from optimizer.plan.reach import FREE
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.standards import Rule

TOLERANCE = 1e-6
"""A figure so near its number, relative to it, meets it: holdings come out of sums of decimals."""


@dataclass(frozen=True)
class ScenarioResults:
    """How a plan does in the scenarios.

    Attributes
    ----------
    unmet, shipments : DataFrame
        Plan tables of these names.
    relief_before : mapping of str to float
        By scenario, what :func:`optimizer.plan.compliance.relief.relief_share` gives without the plan, where known.
    """

    unmet: pd.DataFrame
    shipments: pd.DataFrame
    relief_before: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A region before and after a plan.

    Attributes
    ----------
    region : Region
    before, after : Series
        Units held physically and usable at the horizon, by (site_id, item_id).
    depots : DataFrame
        Plan table ``depots``.
    results : ScenarioResults, optional
        Without them no rule on relief is checked.
    language : {"zh", "en"}
        Of names and units in the result.
    state : RoadState
        Of the roads that the rescue circles are driven on.
    """

    region: Region
    before: pd.Series
    after: pd.Series
    depots: pd.DataFrame
    results: ScenarioResults | None
    language: Language
    state: RoadState = FREE

    def sites(self, *kinds: str) -> pd.DataFrame:
        """Sites of the given kinds, in the region's order."""
        sites = self.region.sites
        return sites[sites["kind"].isin(kinds)].reset_index(drop=True)

    def town_names(self, town_ids: pd.Series) -> NDArray[np.object_]:
        """Name of each town, empty where the id is."""
        sites = self.region.sites
        names = town_ids.map(dict(zip(sites["site_id"], sites["name"], strict=True)))
        return names.fillna("").to_numpy(dtype=object)

    def item_names(self) -> dict[str, str]:
        """Name of every item in the case's language; the Chinese one where there is no other."""
        items = self.region.tables["items"]
        if self.language == "zh":
            return dict(zip(items["item_id"], items["name"], strict=True))
        english = items["name_en"].where(items["name_en"] != "", items["name"])
        return dict(zip(items["item_id"], english, strict=True))

    def word(self, name: str) -> str:
        """Give a word of the compliance catalogue."""
        return say(f"optimizer.compliance.{name}", self.language)

    def district(self) -> pd.DataFrame:
        """One row that stands for the whole district, in the form of :meth:`subjects`."""
        settings = self.region.settings
        return pd.DataFrame(
            {"subject_id": [settings.id], "subject_name": [settings.name.say(self.language)], "town_name": [""]}
        )

    def subjects(self, sites: pd.DataFrame) -> pd.DataFrame:
        """Columns ``subject_id``, ``subject_name``, ``town_name`` of ``sites``."""
        return pd.DataFrame(
            {
                "subject_id": sites["site_id"].to_numpy(),
                "subject_name": sites["name"].to_numpy(),
                "town_name": self.town_names(sites["town_id"]),
            }
        )


@dataclass(frozen=True)
class Measured:
    """What one check found at n subjects.

    Attributes
    ----------
    subjects : DataFrame
        Columns ``subject_id``, ``subject_name``, ``town_name`` and, for equipment, ``item_id``.
    required, reached, before : (n,) float
        Infinite where a place cannot be reached at all.
    unit : str or (n,) str
    at_most : bool
        The rule asks for no more than ``required``.
    above : bool
        ``required`` itself is not enough.
    applies : (n,) bool
        Where not, the figures are for information.
    reached_slow, reached_fast : (n,) float
        At 20 % lower and higher speed; NaN where no speed plays a part.
    mend : (n,) str
        Used where the rule is short; see :mod:`optimizer.plan.compliance.mends`.
    mend_quantity, mend_cost_cny : (n,) float
        NaN: no cost is known.
    estimated : mapping of str to (n,) bool
        Which of the columns rest on estimates.
    """

    subjects: pd.DataFrame
    required: ArrayLike
    reached: ArrayLike
    before: ArrayLike
    unit: ArrayLike
    at_most: bool = False
    above: bool = False
    applies: ArrayLike = True
    reached_slow: ArrayLike = np.nan
    reached_fast: ArrayLike = np.nan
    mend: ArrayLike = ""
    mend_quantity: ArrayLike = np.nan
    mend_cost_cny: ArrayLike = np.nan
    estimated: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def table(self, rule: Rule) -> pd.DataFrame:
        """Rows of the plan table ``standards``, columns not yet in its order."""
        rows = self.subjects.assign(rule_id=rule.id, standing=rule.standing, mandatory=rule.mandatory)
        if "item_id" not in rows:
            rows = rows.assign(item_id="")
        for name in ("required", "reached", "before", "reached_slow", "reached_fast", "mend_quantity", "mend_cost_cny"):
            rows[name] = np.broadcast_to(np.asarray(getattr(self, name), dtype=float), len(rows))
        rows["unit"] = np.broadcast_to(np.asarray(self.unit, dtype=object), len(rows))
        rows["outcome"] = self._outcomes(rows)
        short = rows["outcome"] == "short"
        mend = np.broadcast_to(np.asarray(self.mend, dtype=object), len(rows))
        rows["mend"] = np.where(short, mend, "")
        rows.loc[~short, ["mend_quantity", "mend_cost_cny"]] = np.nan
        rows["estimated"] = join_marks(self.estimated) if self.estimated else ""
        return rows

    def _outcomes(self, rows: pd.DataFrame) -> NDArray[np.object_]:
        slack = TOLERANCE * np.maximum(1.0, np.abs(rows["required"]))
        if self.at_most:
            met = rows["reached"] <= rows["required"] + slack
        elif self.above:
            met = rows["reached"] > rows["required"] + slack
        else:
            met = rows["reached"] >= rows["required"] - slack
        return np.where(np.asarray(self.applies), np.where(met, "met", "short"), "not_applicable").astype(object)


def number_of(rule: Rule) -> float:
    """The rule's number; a percentage as a share, and 1 where the rule says no number."""
    number = rule.at_most if rule.at_most is not None else rule.at_least
    if number is None:
        return 1.0
    return number / 100 if rule.unit in ("%", "％") else number


def held(holdings: pd.Series, site_ids: ArrayLike, item_ids: ArrayLike) -> NDArray[np.float64]:
    """Units held of ``item_ids[k]`` at ``site_ids[k]``, 0 where there are none."""
    pairs = pd.MultiIndex.from_arrays([np.asarray(site_ids, dtype=object), np.asarray(item_ids, dtype=object)])
    found: NDArray[np.float64] = holdings.reindex(pairs).fillna(0.0).to_numpy(dtype=float)
    return found


def by_site_and_item(holdings: pd.DataFrame) -> pd.Series:
    """Sum ``quantity`` by (site_id, item_id)."""
    return holdings.groupby(["site_id", "item_id"])["quantity"].sum()


def estimated_sites(region: Region, site_ids: ArrayLike, *columns: str) -> NDArray[np.bool_]:
    """(n,) whether one of ``columns`` of the site is an estimate; an empty id is none."""
    sites = region.sites
    flags = pd.Series(is_estimated(sites["estimated"], *columns), index=sites["site_id"].to_numpy())
    found: NDArray[np.bool_] = flags.reindex(np.asarray(site_ids, dtype=object)).fillna(False).to_numpy(dtype=bool)
    return found
