"""Take up orders: what stays, and what is to be decided again from where everybody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from optimizer.dispatch.fleet import standing_vehicles
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.parts import Open
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import Place, Places, places_of
from optimizer.dispatch.resume.clearing_underway import clearing_underway
from optimizer.dispatch.resume.held_up import Tracks
from optimizer.dispatch.resume.kept import HeldUp, Kept
from optimizer.dispatch.resume.previous import Previous, from_now_on
from optimizer.dispatch.resume.rides_underway import rides_underway
from optimizer.dispatch.resume.teams_underway import teams_underway
from optimizer.dispatch.resume.trips_underway import trips_underway
from optimizer.dispatch.rows import rows_by, rows_of
from optimizer.dispatch.sources import relief_sources
from optimizer.dispatch.tables import CLEARING, EVACUEES, LEGS, LOADS, TRIPS, WAYS, WORK
from optimizer.dispatch.team_case import roster
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class Underway:
    """What has become of orders, and what is still open.

    Attributes
    ----------
    form : IncidentForm
        To be planned with: new closures begin now, closures that are being cleared end when they are.
    told : IncidentForm
        To be told: as given, but that new closures begin now.
    places : Places
    still : Open
    legs, ways, work, trips, loads, evacuees, clearing : DataFrame
        Rows that stay of the tables of these names.
    held_up : tuple of HeldUp
    """

    form: IncidentForm
    told: IncidentForm
    places: Places
    still: Open
    legs: pd.DataFrame
    ways: pd.DataFrame
    work: pd.DataFrame
    trips: pd.DataFrame
    loads: pd.DataFrame
    evacuees: pd.DataFrame
    clearing: pd.DataFrame
    held_up: tuple[HeldUp, ...]


def first_orders(region: Region, incident: Incident) -> Underway:
    """Begin: nothing has been ordered, all is open."""
    form = incident.form
    still = Open(
        at_min=0.0,
        tasks=form.tasks,
        requests=form.requests,
        evacuations=form.evacuations,
        teams=roster(region, form, incident.skills),
        vehicles=standing_vehicles(region, form),
        sources=relief_sources(region, form),
    )
    nothing = {
        table.name: pd.DataFrame(columns=[column.name for column in table.columns])
        for table in (LEGS, WAYS, WORK, TRIPS, LOADS, EVACUEES, CLEARING)
    }
    return Underway(form=form, told=form, places=places_of(region, form), still=still, held_up=(), **nothing)


def resume(region: Region, incident: Incident, before: Previous, at_min: float) -> Underway:
    """Find out what stays of orders at a minute.

    Raises
    ------
    ProblemsError
        The incident no longer names what is under way.
    """
    told = from_now_on(incident.form, before.form, at_min)
    places = places_of(region, told).with_points(_points(before, places_of(region, told)), region)
    parameters = region.settings.dispatch
    roads = Roads(road_phases(region, told.roads), places, parameters.foot_kmh)
    kept = Kept(Tracks(region, roads, rows_by(before.tables["ways"], "way_id"), at_min), f"S{at_min:g}-")
    clearing = clearing_underway(told, before, kept)
    form = clearing.form
    # What crews are about to open, those who come after them count on.
    reopening = Roads(road_phases(region, form.roads), places, parameters.foot_kmh)
    kept.tracks = replace(kept.tracks, roads=reopening)
    teams = teams_underway(form, before, roster(region, form, incident.skills), kept)
    mobilise = region.settings.parameters.mobilise_min
    rides = rides_underway(
        form, before, standing_vehicles(region, form), kept, parameters.person_kg, parameters.boarding_min,
        max(before.at_min, mobilise),
    )  # fmt: skip
    trips = trips_underway(form, before, rides.vehicles, relief_sources(region, form), kept)
    still = Open(
        at_min=at_min,
        tasks=teams.tasks,
        requests=trips.requests,
        evacuations=rides.evacuations,
        teams=teams.teams,
        vehicles=trips.vehicles,
        sources=trips.sources,
        taken=rides.taken,
        teams_before=teams.before,
        depots_before=trips.before,
        craft_free_min=trips.craft_free_min,
        planned=trips.planned,
    )
    return Underway(
        form=form,
        told=told,
        places=places.with_points(tuple(kept.points), region),
        still=still,
        legs=kept.legs_table(),
        ways=kept.ways_table(before.tables["ways"]),
        work=teams.work,
        trips=trips.trips,
        loads=trips.loads,
        evacuees=rides.evacuees,
        clearing=clearing.rows,
        held_up=tuple(kept.held_up),
    )


def _points(before: Previous, places: Places) -> Sequence[Place]:
    """Points of the last orders that are no places of the incident."""
    known = set(places.table["place_id"])
    rows = before.tables["places"]
    return [
        Place(row.place_id, row.place_name, row.lon, row.lat, row.contact, row.phone)
        for row in rows_of(rows[rows["site_id"] == ""])
        if row.place_id not in known
    ]
