"""Crews by now: works that a crew has set out for stay, all others are open; crews go on from where they are."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from optimizer.dispatch.incident.form import Clearing, IncidentForm
from optimizer.dispatch.phases import cleared
from optimizer.dispatch.resume.kept import Kept
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.rows import rows_of


@dataclass(frozen=True, eq=False)
class ClearingUnderway:
    """What is begun and what is open.

    Attributes
    ----------
    form : IncidentForm
        Closures that are being cleared end when they are, only open works are named, crews stand where they are.
    rows : DataFrame
        Rows of ``CLEARING`` that stay.
    """

    form: IncidentForm
    rows: pd.DataFrame


def clearing_underway(form: IncidentForm, before: Previous, kept: Kept) -> ClearingUnderway:
    """Find out what crews are about; a crew that a closure stops on its way is free where it stopped."""
    at_min, clearing = kept.tracks.at_min, before.tables["clearing"]
    legs = before.tables["legs"]
    legs = legs[legs["carrier_kind"] == "crew"].sort_values("depart_min")
    site = {crew.id: crew.site for crew in form.clearing.crews}
    free = {crew.id: max(crew.ready_min, at_min) for crew in form.clearing.crews}
    opens = {row.closure: row.opens_min for row in rows_of(clearing) if row.crew_id in site}
    begun = {row.closure for row in rows_of(clearing) if row.start_min <= at_min and row.crew_id in site}
    for leg in rows_of(legs[(legs["depart_min"] <= at_min) & legs["carrier_id"].isin(site)]):
        stop = kept.tracks.stopped(leg) if leg.arrive_min > at_min else None
        if stop is not None:
            site[leg.carrier_id], free[leg.carrier_id] = kept.stop(leg, stop, []), at_min
            continue
        kept.keep(leg)
        begun.add(leg.purpose)
        site[leg.carrier_id], free[leg.carrier_id] = leg.to_place_id, max(at_min, opens.get(leg.purpose, at_min))
    known = {one.closure for one in form.clearing.work}
    rows = clearing[(clearing["closure"].isin(begun & known) & clearing["crew_id"].isin(site)).to_numpy(dtype=bool)]
    stays = dict(zip(rows["closure"], rows["opens_min"].astype(float), strict=True))
    closures = tuple(cleared(one, stays.get(one.name)) for one in form.roads.closures)
    crews = tuple(
        one.model_copy(update={"site": site[one.id], "ready_min": free[one.id]}) for one in form.clearing.crews
    )
    work = tuple(one for one in form.clearing.work if one.closure not in stays)
    changed = {
        "roads": form.roads.model_copy(update={"closures": closures}),
        "clearing": Clearing(crews=crews, work=work),
    }
    return ClearingUnderway(form.model_copy(update=changed), rows)
