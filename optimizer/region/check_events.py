"""Check kinds of events and past events against the sites and the roads: that each can strike somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from network.problem import Problem, ProblemsError
from network.shapes import Shape, geometry
from optimizer.region.check_scenarios import check_hazard, problems_at
from optimizer.region.draft import Draft
from optimizer.region.events import EventFile, EventKind
from optimizer.region.yaml_form import FormFile, FormPath


def check_events(draft: Draft) -> Iterator[Problem]:
    """Ids used twice, unknown hazards, zones off the roads, hazards that no site lists, past events without a size."""
    yield from _past_events(draft)
    if draft.events is None:
        return
    file = draft.events
    yield from _slopes(draft, file)
    first: dict[str, int] = {}
    for entry, kind in enumerate(file.form.events):
        place = file.place(entry)
        path: FormPath = ("events", place)
        if kind.id in first:
            row = file.row_of(("events", first[kind.id], "id"))
            yield file.problem((*path, "id"), "event_twice", value=kind.id, other=row)
        first.setdefault(kind.id, place)
        for number, zone in enumerate(kind.zones):
            yield from _zone(draft, file, (*path, "zones", number, "within"), zone.within)
        unknown = [*check_hazard(file, (*path, "hazard"), kind.hazard)]
        yield from unknown or _listed(draft, file, path, kind)


def past_events_of(kind: EventKind, past_events: pd.DataFrame) -> pd.DataFrame:
    """Give the past events that ``kind`` is drawn from: of its hazard, within its years."""
    if kind.past is None or kind.basis == "stated":
        return past_events.iloc[:0]
    year = past_events["date"].dt.year
    within = year.between(kind.past.first_year, kind.past.last_year)
    counted: pd.DataFrame = past_events.loc[(past_events["hazard"] == kind.hazard) & within]
    return counted


def _slopes(draft: Draft, file: FormFile[EventFile]) -> Iterator[Problem]:
    slopes = file.form.slopes
    for number, hazard in enumerate(slopes.hazards):
        yield from check_hazard(file, ("slopes", "hazards", number), hazard)
    for number, shape in enumerate(slopes.within):
        yield from _zone(draft, file, ("slopes", "within", number), shape)


def _zone(draft: Draft, file: FormFile[EventFile], path: FormPath, shape: Shape) -> Iterator[Problem]:
    """An area that cannot be read, or that no road touches."""
    try:
        area = geometry(shape, draft.folder)
    except ProblemsError as error:
        yield from problems_at(error, file, path)
        return
    if draft.roads is not None and not len(draft.roads.links_touching(area)):
        roads = draft.roads
        sides = {"west": roads.lon.min(), "east": roads.lon.max(), "south": roads.lat.min(), "north": roads.lat.max()}
        bounds: dict[str, Any] = {side: f"{degrees:.3f}" for side, degrees in sides.items()}
        yield file.problem(path, "zone_off_roads", **bounds)


def _listed(draft: Draft, file: FormFile[EventFile], path: FormPath, kind: EventKind) -> Iterator[Problem]:
    """A hazard that no site lists; past events of which there are none, or some that the years leave out."""
    listed = draft.tables["sites"].frame["hazards"].str.split(";")
    if kind.places is not None and draft.whole("sites") and not listed.map(lambda own: kind.hazard in own).any():
        yield file.problem((*path, "places"), "no_site_lists", hazard=kind.hazard)
    if kind.past is None or kind.basis == "stated" or "past_events" in draft.unread:
        return
    past = draft.tables["past_events"].frame
    counted = len(past_events_of(kind, past))
    left_out = int((past["hazard"] == kind.hazard).sum()) - counted
    years: dict[str, Any] = {"first": kind.past.first_year, "last": kind.past.last_year, "hazard": kind.hazard}
    if not counted:
        yield file.problem((*path, "past"), "no_past_events", **years)
    elif left_out:
        yield file.problem((*path, "past"), "past_left_out", severity="warning", count=left_out, **years)


def _past_events(draft: Draft) -> Iterator[Problem]:
    """Past events off the Earth, or without a size."""
    table = draft.tables["past_events"]
    frame = table.frame
    for column, limit in (("lon", 180), ("lat", 90)):
        for row in np.flatnonzero(frame[column].abs() > limit).tolist():
            yield table.problem(row, column, f"{column}_impossible", value=frame[column].iloc[row])
    sized = (frame["intensity"] > 0) | (frame["return_period_years"] > 0)
    for row in np.flatnonzero(~sized).tolist():
        if table.sound(row, "intensity", "return_period_years"):
            yield table.problem(row, "intensity", "past_without_size")
