"""Check a planner's decisions: that they name what there is, and do not contradict one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from network.problem import Problem
from optimizer.region.check_keys import nearest_id
from optimizer.region.draft import Draft
from optimizer.region.overrides import Override, OverrideFile
from optimizer.region.region_tables import SITE_KINDS
from optimizer.region.yaml_form import FormFile

_OPENED = ("candidate", "depot")


def check_overrides(draft: Draft) -> Iterator[Problem]:
    """Unknown sites, items and sizes, decisions on sites that cannot have them, and decisions that clash."""
    if draft.overrides is None:
        return
    kinds = draft.kinds()
    for entry, override in enumerate(draft.overrides.form.overrides):
        yield from _unknown(draft, draft.overrides, draft.overrides.place(entry), override, kinds)
    yield from _clashing(draft.overrides)
    yield from _beyond_storage(draft, draft.overrides)


def _unknown(
    draft: Draft, file: FormFile[OverrideFile], place: int, override: Override, kinds: dict[str, str]
) -> Iterator[Problem]:
    path = ("overrides", place)
    site = override.site_id
    if site not in kinds and not draft.whole("sites"):
        pass  # the table itself is reported
    elif site not in kinds:
        yield from _no_such(file, (*path, "site_id"), site, set(kinds))
    elif override.decision != "hold" and kinds[site] not in _OPENED:
        kind = kinds[site]
        values: dict[str, Any] = {"kind": SITE_KINDS.get(kind, kind), "code": kind}
        yield file.problem((*path, "site_id"), "decision_misplaced", value=site, **values)
    items = set(draft.tables["items"].frame["item_id"])
    if override.item_id and override.item_id not in items and draft.whole("items"):
        yield from _no_such(file, (*path, "item_id"), override.item_id, items)
    sizes = draft.tables["sizes"].frame
    known = sizes["size"][sizes["site_id"] == site].tolist()
    if override.size and site in kinds and override.size not in known and "sizes" not in draft.unread:
        yield file.problem((*path, "size"), "unknown_size", value=override.size, site=site, known=", ".join(known))
    if override.quantity is not None and not math.isfinite(override.quantity):
        yield file.problem((*path, "quantity"), "not_finite", value=override.quantity)


def _no_such(
    file: FormFile[OverrideFile], path: tuple[int | str, ...], value: str, known: set[str]
) -> Iterator[Problem]:
    nearest = nearest_id(value, known)
    yield file.problem(path, "nearly_listed" if nearest else "not_listed", value=value, nearest=nearest)


def _clashing(file: FormFile[OverrideFile]) -> Iterator[Problem]:
    """Decisions of which only one can be kept."""
    overrides = file.form.overrides
    for later, override in enumerate(overrides):
        for earlier in range(later):
            if overrides[earlier].site_id == override.site_id and _clash(overrides[earlier], override):
                row = file.row_of(("overrides", file.place(earlier), "site_id"))
                yield file.problem(
                    ("overrides", file.place(later)), "overrides_clash", value=override.site_id, other=row
                )


def _clash(one: Override, other: Override) -> bool:
    decisions = {one.decision, other.decision}
    if decisions == {"open", "close"}:
        return True
    if decisions == {"close", "hold"}:
        held = one if one.decision == "hold" else other
        return bool(held.quantity)
    if decisions == {"open"}:
        return one.size != other.size
    return decisions == {"hold"} and one.item_id == other.item_id and one.quantity != other.quantity


def _beyond_storage(draft: Draft, file: FormFile[OverrideFile]) -> Iterator[Problem]:
    """Depots at which more shall be held than fits, even if they are built or enlarged to their largest size."""
    items, sites, sizes = (draft.tables[name].frame for name in ("items", "sites", "sizes"))
    volume = dict(zip(items["item_id"], items["volume_m3"].fillna(0.0), strict=True))
    largest = sizes.groupby("site_id")["storage_m3"].max()
    depots = sites[sites["kind"].isin(_OPENED)]
    for site, kind, name, storage in depots[["site_id", "kind", "name", "storage_m3"]].itertuples(index=False):
        own = storage if kind == "depot" else 0.0
        room = (0.0 if math.isnan(own) else own) + float(largest.get(site, 0.0))
        held, last = 0.0, 0
        for entry, override in enumerate(file.form.overrides):
            if override.site_id == site and override.decision == "hold":
                held, last = held + (override.quantity or 0.0) * volume.get(override.item_id, 0.0), entry
        if room < held < math.inf:
            values: dict[str, Any] = {"name": name, "held": f"{held:.1f}", "storage": f"{room:.1f}"}
            path = ("overrides", file.place(last), "quantity")
            quantity = file.form.overrides[last].quantity
            yield file.problem(path, "hold_beyond_storage", value=quantity, severity="warning", **values)
