"""Crews by now: works that a crew has set out for stay, all others are open; crews go on from where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import Clearing, IncidentForm
from optimizer.dispatch.phases import cleared
from optimizer.dispatch.resume.kept import Kept
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.rows import rows_by, rows_of


@dataclass(frozen=True, eq=False)
class ClearingUnderway:
    """What is begun and what is open.

    Attributes
    ----------
    form : IncidentForm
        Closures that are being cleared end when they are, only open works are named, crews stand where they are.
    rows : DataFrame
        Rows of ``CLEARING`` that stay.
    legs : DataFrame
        Of the crews, for them.
    """

    form: IncidentForm
    rows: pd.DataFrame
    legs: pd.DataFrame


def clearing_underway(form: IncidentForm, before: Previous, at_min: float) -> ClearingUnderway:
    """Find out what crews are about."""
    clearing, legs = before.tables["clearing"], before.tables["legs"]
    legs = legs[legs["carrier_kind"] == "crew"]
    depart = {leg.purpose: leg.depart_min for leg in rows_of(legs)}
    known = {one.closure for one in form.clearing.work}
    stays = [
        row.crew_id != "" and row.closure in known and depart.get(row.closure, row.start_min) <= at_min
        for row in rows_of(clearing)
    ]
    rows = clearing[np.array(stays, dtype=bool)]
    own = rows_by(rows, "closure")
    opens_min = {name: float(row.opens_min) for name, row in own.items()}
    closures = tuple(cleared(one, opens_min.get(one.name)) for one in form.roads.closures)
    legs = legs[legs["purpose"].isin(own)]
    last = {leg.carrier_id: leg for leg in rows_of(legs.sort_values("depart_min"))}
    crews = tuple(
        crew.model_copy(update={"ready_min": max(crew.ready_min, at_min)})
        if crew.id not in last
        else crew.model_copy(
            update={"site": last[crew.id].to_place_id, "ready_min": max(at_min, own[last[crew.id].purpose].opens_min)}
        )
        for crew in form.clearing.crews
    )
    work = tuple(one for one in form.clearing.work if one.closure not in own)
    changed = {
        "roads": form.roads.model_copy(update={"closures": closures}),
        "clearing": Clearing(crews=crews, work=work),
    }
    return ClearingUnderway(form.model_copy(update=changed), rows, legs)


def keep_crews(underway: ClearingUnderway, kept: Kept) -> None:
    """Keep the crews' ways."""
    for leg in rows_of(underway.legs):
        kept.keep(leg)
