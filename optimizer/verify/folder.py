"""Read a plan folder for verification: its document, its tables, and the region and roads that lie in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.snap import snap
from network.words import Phrase
from optimizer.checksum import sha256
from optimizer.plan.plan_tables import EXPENSES, PLAN_TABLES
from optimizer.plan.table_files import read_plan_tables
from optimizer.region.reading import read_region
from optimizer.region.region import Region
from optimizer.region.schema import Kind, Table
from optimizer.verify.outcome import MONEY, UNITS, Claims, Outcome, Tolerance, equal_text, holds, number, said

DOCUMENT = "plan.json"
REGION = "region"
DOCUMENT_VERSION = 1
"""The form of ``plan.json`` that is known here."""

_SITE_COLUMNS = ("site_id", "from_site_id", "to_site_id", "home_site_id", "work_site_id", "landing_site_id")
_PAYER_COLUMNS = ("payer_id", "owner")
_MAY_BE_EMPTY = {("fleet", "item_id"), ("standards", "item_id"), ("depots", "payer_id"), ("unmet", "landing_site_id")}


def read_claims(folder: Path) -> Claims:
    """Read what a plan folder claims.

    Raises
    ------
    ProblemsError
        It is no plan folder, a table is missing or broken, or its region cannot be read.
    """
    document = read_document(folder)
    tables = read_plan_tables(folder)
    return Claims(region_of(folder, document), tables, document)


def read_document(folder: Path, name: str = DOCUMENT) -> dict[str, Any]:
    """Read the document of a folder, ``plan.json`` or the like.

    Raises
    ------
    ProblemsError
        It is missing, broken, or of a newer form than is known here.
    """
    path = folder / name
    if not path.is_file():
        raise _problem("not_plan_folder", "not_plan_folder_mend", path=folder)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = int(content["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _problem("broken_json", "broken_mend", file=name, reason=error) from error
    if version > DOCUMENT_VERSION:
        raise _problem("newer_schema", "newer_mend", file=name, found=version, known=DOCUMENT_VERSION)
    return dict(content)


def region_of(folder: Path, document: Mapping[str, Any]) -> Region:
    """The folder's copy of the region, on the very roads that the plan was made on.

    A road file of OpenStreetMap is compiled by the program that reads it, which may be newer than the one that planned;
    the compiled roads lie in the folder, so they are taken.
    """
    region = read_region(folder / REGION)
    path = folder / str(_part(document, "region").get("roads", ""))
    if path.suffix != ".npz" or not path.is_file() or path == folder / REGION / region.settings.roads:
        return region
    roads = RoadNetwork.load(path)
    if _same(roads, region.roads):
        return region
    lon, lat = region.sites["lon"].to_numpy(), region.sites["lat"].to_numpy()
    limit = region.settings.parameters.snap_limit_m
    return replace(region, roads=roads, snapping=snap(roads, lon, lat, limit))


def _same(one: RoadNetwork, other: RoadNetwork) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("node_id", "lon", "lat", "tail", "head", "length_m", "road_class", "surface", "bridge", "tunnel")
    )


def verify_inputs(folder: Path, claims: Claims) -> Outcome:
    """Every file is the one that was written, every input the one that was read; so are rules and parameters."""
    overrides = [override.model_dump(mode="json") for override in claims.region.overrides]
    same = alike("overrides", claims.document.get("overrides"), overrides)
    return verify_origin(folder, claims) + same


def verify_origin(folder: Path, claims: Claims) -> Outcome:
    """Every file is the one that was written, every input the one that was read; so are rules and parameters."""
    document, region = claims.document, claims.region
    files = _part(document, "files")
    outcome = said("files_missing", right=bool(files))
    for name, digest in files.items():
        path = folder / name
        right = path.is_file() and sha256(path) == digest
        outcome += said("file_changed", right=right, file=name)
    inputs = _part(document, "inputs")
    for name in sorted(set(inputs) | set(region.inputs)):
        outcome += said("input_changed", right=inputs.get(name) == region.inputs.get(name), file=name)
    settings = region.settings
    for what, stated, found in (
        ("region", _part(document, "region").get("id"), settings.id),
        ("parameters", document.get("parameters"), settings.parameters.model_dump(mode="json")),
        ("rules", document.get("rules"), [rule.model_dump(mode="json") for rule in region.rules]),
    ):
        outcome += alike(what, stated, found)
    return outcome


def alike(what: str, stated: object, found: object) -> Outcome:
    """Compare a part of the document with what it was taken from."""
    return said("document_differs", right=stated == found, what=Phrase(f"optimizer.verify.what_{what}"))


def verify_tables(claims: Claims) -> Outcome:
    """No row twice, and no id that the region does not have."""
    outcome = Outcome()
    for table in PLAN_TABLES:
        rows = claims.tables[table.name]
        outcome += holds(table.name, rows, "duplicate_key", ~rows.duplicated(list(table.key)))
        outcome += _known(claims, table.name, rows)
    return outcome


def verify_names(claims: Claims) -> Outcome:
    """Names and units beside the ids are the region's; a choice is one of those that the table allows."""
    outcome = Outcome()
    for table in PLAN_TABLES:
        rows = claims.tables[table.name]
        outcome += _named(claims, table, rows)
        for column in table.columns:
            if column.kind is Kind.CHOICE:
                right = rows[column.name].isin([*column.choices, ""])
                outcome += holds(table.name, rows, "unknown_choice", right, word=rows[column.name])
    return outcome


def _named(claims: Claims, table: Table, rows: pd.DataFrame) -> Outcome:
    """Check names and units against the rows that the ids mean; an item may be named in either language."""
    sites, items = claims.region.sites.set_index("site_id"), claims.region.tables["items"].set_index("item_id")
    payers = claims.region.tables["payers"].set_index("payer_id")
    town = sites["town_id"].where(sites["kind"] != "town", sites.index.to_series()).map(sites["name"]).fillna("")
    names: dict[tuple[str, str], pd.Series] = {
        ("site_id", "site_name"): sites["name"],
        ("site_id", "town_name"): town,
        ("site_id", "kind"): sites["kind"],
        ("site_id", "level"): sites["level"],
        ("payer_id", "payer_name"): payers["name"],
    }
    columns = {column.name for column in table.columns}
    outcome = Outcome()
    for (key, column), name in names.items():
        if key in table.key and column in columns:
            outcome += equal_text(table.name, rows, column, name.reindex(rows[key]).fillna(""))
    if "item_name" in columns:
        found = items.reindex(rows["item_id"])
        word = rows["item_name"].to_numpy()
        right = (word != "") & ((word == found["name"]) | (word == found["name_en"]))
        outcome += holds(table.name, rows, "name_wrong", right, word=rows["item_name"])
        outcome += equal_text(table.name, rows, "unit", found["unit"].fillna(""))
    return outcome


def _known(claims: Claims, name: str, rows: pd.DataFrame) -> Outcome:
    """Check sites, items, scenarios, payers and vehicle classes against the region."""
    region = claims.region
    carriers = {*region.tables["vehicles"]["vehicle_class"], *(["none"] if name == "shipments" else [])}
    known: dict[str, tuple[str, set[str]]] = {
        **{column: ("unknown_site", set(region.sites["site_id"])) for column in _SITE_COLUMNS},
        **{column: ("unknown_payer", set(region.tables["payers"]["payer_id"])) for column in _PAYER_COLUMNS},
        "item_id": ("unknown_item", set(region.tables["items"]["item_id"])),
        "scenario_id": ("unknown_scenario", {scenario.id for scenario in region.scenarios}),
        "vehicle_class": ("unknown_class", carriers),
    }
    outcome = Outcome()
    for column, (entry, ids) in known.items():
        if column in rows:
            allowed = ids | ({""} if (name, column) in _MAY_BE_EMPTY else set())
            outcome += holds(name, rows, entry, rows[column].isin(allowed), id=rows[column])
    return outcome


def verify_headline(claims: Claims) -> Outcome:
    """The figures that a reader asks first follow from the tables."""
    stated, tables = _part(claims.document, "headline"), claims.tables
    budgets, depots, scenarios = tables["budgets"], tables["depots"], tables["scenarios"]
    numbers: list[tuple[str, object, float, Tolerance]] = [
        ("budget_cny", stated.get("budget_cny"), float(budgets["budget_cny"].sum()), MONEY),
        ("spent_cny", stated.get("spent_cny"), float(budgets["spent_cny"].sum()), MONEY),
        ("purchase_lines", stated.get("purchase_lines"), float(len(tables["purchases"])), UNITS),
        ("purchases_cny", stated.get("purchases_cny"), float(tables["purchases"]["cost_cny"].sum()), MONEY),
    ]
    expenses, expected = _part(stated, "expenses_cny"), _part(stated, "expected")
    numbers += [
        (f"expenses_cny.{kind}", expenses.get(kind), float(budgets[f"{kind}_cny"].sum()), MONEY) for kind in EXPENSES
    ]
    for part in ("want", "on_time", "late", "unmet"):
        mean = float((scenarios[part] * scenarios["weight"]).sum())
        numbers.append((f"expected.{part}", expected.get(part), mean, UNITS))
    outcome = Outcome()
    for what, claim, found, tolerance in numbers:
        right = isinstance(claim, int | float) and abs(claim - found) <= float(tolerance.slack(claim, found))
        outcome += said("headline_differs", right=right, what=what, claim=claim, value=number(found))
    for decision in ("opened", "enlarged", "closed"):
        found_sites = sorted(depots.loc[depots["decision"] == decision, "site_id"])
        claimed_sites = sorted(map(str, stated.get(decision) or ()))
        values = {"what": decision, "claim": ", ".join(claimed_sites), "value": ", ".join(found_sites)}
        outcome += said("headline_differs", right=found_sites == claimed_sites, **values)
    layers = claims.document.get("layers")
    proven = all(bool(layer["proven"]) for layer in layers) if isinstance(layers, list) else False
    claim = claims.document.get("proven")
    return outcome + said("headline_differs", right=claim == proven, what="proven", claim=claim, value=proven)


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside a JSON object; empty where there is none."""
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}


def _problem(what: str, mend: str, *, file: str | None = None, **values: object) -> ProblemsError:
    phrase = Phrase(f"optimizer.plan.{what}", **values)
    return ProblemsError([Problem(phrase, Phrase(f"optimizer.plan.{mend}", **values), file=file)])
