"""Which sites may be open, what opening and closing them costs, and what the planner has decided of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.compliance.response import DRIVES
from optimizer.plan.requirements import depots_of_town, town_depot_rules
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.running import running_cost_cny
from optimizer.siting.stated.standard_times import circle_kinds, circles

DEPOTS_DRIVE = "light_truck"
"""What carries supplies from a depot."""
COLUMNS = [
    "site_id", "name", "town_id", "kind", "level", "station_kind", "existing", "size", "fixed_cost_cny",
    "yearly_cost_cny", "running_cost_cny", "open_cost_cny", "close_cost_cny", "fixed", "forbidden", "counted",
    "override", "estimated",
]  # fmt: skip


@dataclass(frozen=True)
class SiteGroup:
    """Sites of which at least one must be open, by a rule that asks for a depot in a town."""

    rule_id: str
    town_id: str
    members: tuple[str, ...]
    required: bool


def sites(region: Region, options: SitingOptions) -> pd.DataFrame:
    """List the sites that may be open, existing ones first.

    Returns
    -------
    DataFrame
        ``site_id``, ``name``, ``town_id``, ``kind``, ``level``, ``station_kind`` (empty for a depot), ``existing``,
        ``size`` (that is built), ``fixed_cost_cny``, ``yearly_cost_cny`` (of that size), ``running_cost_cny`` (a year,
        of what stands and may be closed), ``open_cost_cny`` (building and the first year), ``close_cost_cny``,
        ``fixed``, ``forbidden``, ``counted`` (against the number), ``override`` (a planner's decision, in words),
        ``estimated`` (marks of these columns).

    Raises
    ------
    ProblemsError
        There is nothing to choose from.
    """
    rows = _depots(region, options) if options.sites == "depots" else _stations(region, options)
    rows = _decided(region, _kept(region, options, rows))
    if rows.empty or bool((rows["fixed"] | rows["forbidden"]).all()):
        what = Phrase(f"optimizer.siting.no_candidate_{options.sites}")
        mend = Phrase(f"optimizer.siting.no_candidate_{options.sites}_mend")
        raise ProblemsError([Problem(what, mend, file="sites.csv", column="kind")])
    return rows[COLUMNS].reset_index(drop=True)


def class_of(station_kind: str) -> str:
    """Class of vehicle that a site sends first; ``""`` is a depot."""
    return DRIVES[station_kind] if station_kind else DEPOTS_DRIVE


def post_kind(region: Region, options: SitingOptions) -> str:
    """Kind of station that a new post becomes: the one asked for, else the first of those that most circles name."""
    if options.post is not None:
        return options.post
    named = [kind for rule in circles(region) for kind in rule.station_kinds]
    return max(circle_kinds(region), key=named.count, default="")


def town_groups(region: Region, options: SitingOptions, rows: pd.DataFrame) -> tuple[SiteGroup, ...]:
    """Towns in which a rule asks for a depot, as its check judges them, with the sites that would do.

    Required where the rule is mandatory in the region or was asked to be kept.
    """
    if options.sites != "depots":
        return ()
    listed = region.sites[region.sites["site_id"].isin(rows["site_id"])]
    return tuple(
        SiteGroup(
            asked.rule.id,
            town,
            tuple(depots_of_town(listed, town, ("depot", "candidate"))["site_id"]),
            asked.rule.mandatory or options.town_depots,
        )
        for asked in town_depot_rules(region)
        for town in asked.town_ids
    )


def _depots(region: Region, options: SitingOptions) -> pd.DataFrame:
    """Depots that stand, and candidates at their cheapest size or the one that the planner has decided.

    A depot's running counts where closing it saves it.
    """
    table = region.sites
    rows = table[table["kind"].isin(["depot", "candidate"])].copy()
    rows["existing"] = rows["kind"] == "depot"
    rows = rows.sort_values("existing", ascending=False, kind="stable").reset_index(drop=True)
    decided = {one.site_id: one.size for one in region.overrides if one.decision == "open" and one.size}
    built = [_size_built(region, str(site), decided.get(str(site), "")) for site in rows["site_id"]]
    for number, column in enumerate(("size", "fixed_cost_cny", "yearly_cost_cny")):
        values = [one[number] for one in built]
        as_it_stands = rows["existing"] & ~rows["site_id"].isin(list(decided))
        rows[column] = pd.Series(values).mask(as_it_stands, "" if column == "size" else 0.0)
    runs = rows["existing"].to_numpy(dtype=bool) & (options.keep != "existing")
    rows["running_cost_cny"] = np.where(runs, running_cost_cny(region, rows), 0.0)
    doubt = runs | (np.array([bool(one[3]) for one in built]) & (rows["size"] != "").to_numpy())
    rows["estimated"] = join_marks({"open_cost_cny": doubt, "site_id": is_estimated(rows["estimated"], "lon", "lat")})
    return rows.assign(station_kind="")


def _size_built(region: Region, site_id: str, size: str) -> tuple[str, float, float, bool]:
    """Size, cost of building, yearly cost and whether they are estimates; no size where the site has none."""
    sizes = region.tables["sizes"]
    own = sizes[(sizes["site_id"] == site_id) & ((sizes["size"] == size) | (size == ""))]
    if own.empty:
        return "", 0.0, 0.0, False
    row = int((own["fixed_cost_cny"] + own["yearly_cost_cny"]).to_numpy().argmin())
    doubt = is_estimated(own["estimated"], "fixed_cost_cny", "yearly_cost_cny")
    one = own.iloc[row]
    return str(one["size"]), float(one["fixed_cost_cny"]), float(one["yearly_cost_cny"]), bool(doubt[row])


def _stations(region: Region, options: SitingOptions) -> pd.DataFrame:
    """Stations of the kinds that the circles name, and a post that could be built at every settlement and town."""
    table, kinds = region.sites, circle_kinds(region)
    standing = table[(table["kind"] == "station") & table["station_kind"].isin(kinds)].assign(existing=True)
    places = table[table["kind"].isin([*SETTLEMENTS, "town"])]
    places = places.assign(existing=False, station_kind=post_kind(region, options))
    rows = pd.concat([standing, places], ignore_index=True)
    new = ~rows["existing"].to_numpy(dtype=bool)
    cost = np.where(new, region.settings.parameters.post_cost_cny, 0.0)
    marks = {"open_cost_cny": new, "site_id": is_estimated(rows["estimated"], "lon", "lat")}
    no_cost = {"yearly_cost_cny": 0.0, "running_cost_cny": 0.0}
    return rows.assign(size="", fixed_cost_cny=cost, **no_cost, estimated=join_marks(marks))


def _kept(region: Region, options: SitingOptions, rows: pd.DataFrame) -> pd.DataFrame:
    """Columns that say what becomes of existing sites; a candidate that has no size cannot be built."""
    existing = rows["existing"].to_numpy(dtype=bool)
    stays = options.keep == "existing"
    closing = region.settings.siting.closing_cost_cny if options.keep != "none" else 0.0
    unsized = ~existing & (rows["kind"] == "candidate").to_numpy() & (rows["size"] == "").to_numpy()
    return rows.assign(
        open_cost_cny=rows[["fixed_cost_cny", "yearly_cost_cny", "running_cost_cny"]].astype(float).sum(axis=1),
        close_cost_cny=np.where(existing, closing, 0.0),
        fixed=existing & stays,
        forbidden=unsized,
        counted=~existing if stays else np.ones(len(rows), dtype=bool),
        override="",
    )


def _decided(region: Region, rows: pd.DataFrame) -> pd.DataFrame:
    """Hold open and closed what the planner has decided; their word goes before ``keep``."""
    ids = rows["site_id"].to_numpy()
    for override in region.overrides:
        if override.decision == "hold":
            continue
        mine, opens = ids == override.site_id, override.decision == "open"
        rows.loc[mine, "fixed"], rows.loc[mine, "forbidden"] = opens, not opens
        rows.loc[mine, "override"] = f"{override.decision}: {override.who}, {override.when:%Y-%m-%d}, {override.why}"
    return rows
