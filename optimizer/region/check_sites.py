"""Check that every site says what its kind needs: a town for a village, a volume for a depot, sizes for a candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from network.problem import Problem
from optimizer.region.draft import Draft
from optimizer.region.estimates import is_estimated
from optimizer.region.region_tables import SITE_KINDS
from optimizer.region.typed_table import TypedTable

PLACES = ("village", "community")
INHABITED = ("town", *PLACES)


@dataclass(frozen=True)
class Need:
    """A column that a kind of site cannot do without.

    Attributes
    ----------
    kinds : tuple of str
    column : str
    severity : {"error", "warning"}
        A warning where the plan can do without, less well.
    """

    kinds: tuple[str, ...]
    column: str
    severity: Literal["error", "warning"] = "error"


NEEDS: tuple[Need, ...] = (
    Need(PLACES, "town_id"),
    Need(("station",), "station_kind"),
    Need(("depot", "candidate"), "level"),
    Need(("depot",), "storage_m3"),
    Need(("candidate",), "payer_id"),
    Need(("hazard_point",), "people_threatened"),
    Need(("hazard_point",), "hazards", "warning"),
    Need(("shelter",), "usable_area_m2", "warning"),
)
"""The words for each stand in the catalogue as ``need_<column>``."""


def check_sites(draft: Draft) -> Iterator[Problem]:
    """What sites lack for their kind, and towns that are none."""
    sites = draft.tables["sites"]
    for need in NEEDS:
        yield from _unmet(sites, need)
    yield from _population(sites)
    yield from _towns(draft, sites)
    yield from _sizes(draft, sites)
    yield from _payers_of_towns(draft, sites)


def _unmet(sites: TypedTable, need: Need) -> Iterator[Problem]:
    frame = sites.frame
    lacking = frame["kind"].isin(need.kinds) & (frame[need.column].isna() | (frame[need.column] == ""))
    for row in np.flatnonzero(lacking).tolist():
        if sites.sound(row, need.column, "kind"):
            kind = frame["kind"].iloc[row]
            words = {"kind": SITE_KINDS[kind], "code": kind, "name": frame["name"].iloc[row]}
            yield sites.problem(row, need.column, f"need_{need.column}", severity=need.severity, **words)


def _population(sites: TypedTable) -> Iterator[Problem]:
    """Residents size the demand: a missing number is refused unless its row says that it is not known."""
    frame = sites.frame
    known_unknown = is_estimated(frame["estimated"], "population")
    for row in np.flatnonzero(frame["kind"].isin(INHABITED) & frame["population"].isna()).tolist():
        if not sites.sound(row, "population"):
            continue
        name = frame["name"].iloc[row]
        if known_unknown[row]:
            yield sites.problem(row, "population", "population_unknown", severity="warning", name=name)
        else:
            yield sites.problem(row, "population", "population_missing", name=name)


def _towns(draft: Draft, sites: TypedTable) -> Iterator[Problem]:
    """References to a town that lead to a site of another kind, in all tables that have them."""
    kinds = draft.kinds()
    for table in (sites, draft.tables["payers"]):
        for row, town in enumerate(table.frame["town_id"]):
            if town in kinds and kinds[town] not in {"town", ""}:
                kind = kinds[town]
                words: dict[str, Any] = {"kind": SITE_KINDS[kind], "code": kind}
                yield table.problem(row, "town_id", "town_is_none", value=town, **words)


def _sizes(draft: Draft, sites: TypedTable) -> Iterator[Problem]:
    """Candidates without sizes, and sizes of what cannot be built."""
    sizes = draft.tables["sizes"]
    sized = set(sizes.frame["site_id"])
    for row in np.flatnonzero(sites.frame["kind"] == "candidate").tolist():
        site = sites.frame["site_id"].iloc[row]
        if site not in sized and "sizes" not in draft.unread:
            yield sites.problem(row, "site_id", "candidate_without_sizes", value=site)
    yield from misplaced(draft, sizes, ("candidate", "depot"), "sizes_misplaced")
    for row in np.flatnonzero(sizes.frame["storage_m3"] == 0).tolist():
        yield sizes.problem(row, "storage_m3", "size_of_nothing", value=0)


def _payers_of_towns(draft: Draft, sites: TypedTable) -> Iterator[Problem]:
    """Town-level payers that name no town, a town with two payers, and towns that no payer pays for."""
    payers = draft.tables["payers"]
    frame = payers.frame
    first: dict[str, int] = {}
    for row in np.flatnonzero(frame["level"] == "town").tolist():
        town = frame["town_id"].iloc[row]
        if not town and payers.sound(row, "town_id"):
            yield payers.problem(row, "town_id", "payer_without_town")
        elif town in first:
            yield payers.problem(
                row, "town_id", "town_with_two_payers", value=town, other=payers.places[first[town]][1]
            )
        first.setdefault(town, row)
    towns = sites.frame[sites.frame["kind"] == "town"]
    without = [name for site, name in zip(towns["site_id"], towns["name"], strict=True) if site not in first]
    if without and payers.places and draft.whole("payers"):
        told: dict[str, Any] = {"count": len(without), "towns": shortened(without)}
        yield replace(payers.problem(0, None, "towns_without_payer", severity="warning", **told), row=None)


def misplaced(draft: Draft, table: TypedTable, allowed: tuple[str, ...], words: str) -> Iterator[Problem]:
    """Rows whose ``site_id`` names a site of a kind that cannot have them."""
    kinds = draft.kinds()
    for row, site in enumerate(table.frame["site_id"]):
        kind = kinds.get(site, "")
        if kind and kind not in allowed:
            fitting = ", ".join(f"{code} {SITE_KINDS[code]}" for code in allowed)
            values: dict[str, Any] = {"kind": SITE_KINDS[kind], "code": kind, "allowed": fitting}
            yield table.problem(row, "site_id", words, value=site, **values)


def shortened(names: list[str], most: int = 8) -> str:
    """Join names, of many the first ones and ``…``."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
