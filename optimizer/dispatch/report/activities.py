"""What every carrier does from when to when: the rows of the timetables and the bars of the figure of times."""

from __future__ import annotations

import pandas as pd

from optimizer.dispatch.dispatch import Dispatch

ACTIVITIES = ("loading", "moving", "gathering", "working", "unloading", "waiting")
"""Gathering is waiting for the others of a task; waiting is between two other activities."""
COLUMNS = (
    "carrier_id",
    "carrier_kind",
    "activity",
    "start_min",
    "end_min",
    "place_id",
    "to_place_id",
    "for_id",
    "trip_id",
    "stop",
    "way_id",
    "drive_min",
    "wait_min",
    "deadline_min",
    "late",
    "frozen",
)
LATE_MIN = 1e-6
"""What arrives later than this after its deadline is late."""
SHORTEST_WAIT_MIN = 0.5


def activities(dispatch: Dispatch) -> pd.DataFrame:
    """All that is done, by carrier and time.

    Returns
    -------
    DataFrame
        ``COLUMNS``; ``carrier_kind`` is said of moving alone, ``deadline_min`` is that of the task, or the soonest of
        the requests that are unloaded. Empty texts and NaN stand where a column says nothing of an activity.
    """
    tables = dispatch.tables
    parts = [_loading(tables["trips"]), _moving(tables["legs"]), *_at_tasks(tables["work"], tables["tasks"])]
    parts += [
        _unloading(tables["loads"], tables["trips"], tables["requests"]),
        _clearing(tables["clearing"], tables["legs"]),
    ]
    known = [_shaped(part) for part in parts if len(part)]
    rows = pd.concat(known, ignore_index=True) if known else _shaped(pd.DataFrame())
    rows["rank"] = rows["activity"].map({name: place for place, name in enumerate(ACTIVITIES)})
    ordered = rows.sort_values(["carrier_id", "start_min", "end_min", "rank"], kind="stable", ignore_index=True)
    return ordered.drop(columns="rank")


def waits(rows: pd.DataFrame) -> pd.DataFrame:
    """What lies idle between the activities of each carrier, in the form of :func:`activities`."""
    same = rows["carrier_id"] == rows["carrier_id"].shift(-1)
    busy_until = rows.groupby("carrier_id")["end_min"].cummax()
    idle = same & (rows["start_min"].shift(-1) > busy_until + SHORTEST_WAIT_MIN)
    gaps = pd.DataFrame(
        {
            "carrier_id": rows["carrier_id"],
            "activity": "waiting",
            "start_min": busy_until,
            "end_min": rows["start_min"].shift(-1),
            "place_id": rows["to_place_id"].where(rows["to_place_id"] != "", rows["place_id"]),
        }
    )
    return _shaped(gaps[idle])


def _shaped(rows: pd.DataFrame) -> pd.DataFrame:
    """``COLUMNS``, each of one type."""
    numbers = [name for name in COLUMNS if name.endswith("_min") or name == "stop"]
    empty = {name: float("nan") if name in numbers else False if name == "late" else "" for name in COLUMNS}
    types = {name: float if name in numbers else bool if name == "late" else object for name in COLUMNS}
    return pd.DataFrame({name: rows.get(name, empty[name]) for name in COLUMNS}, index=rows.index).astype(types)


def _loading(trips: pd.DataFrame) -> pd.DataFrame:
    return trips.assign(
        activity="loading", start_min=trips["loading_min"], end_min=trips["depart_min"], place_id=trips["depot_id"]
    )


def _moving(legs: pd.DataFrame) -> pd.DataFrame:
    """Every leg that has a way; the others stay where they are."""
    legs = legs[legs["way_id"] != ""]
    return legs.rename(columns={"from_place_id": "place_id", "purpose": "for_id"}).assign(
        activity="moving", start_min=legs["depart_min"], end_min=legs["arrive_min"]
    )


def _at_tasks(work: pd.DataFrame, tasks: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gathering until all are there, and the work; late where the task is."""
    task = tasks.set_index("task_id")
    rows = work.rename(columns={"team_id": "carrier_id", "task_id": "for_id"})
    judged = {
        "deadline_min": rows["for_id"].map(task["deadline_min"]),
        "late": rows["for_id"].map(task["status"]) == "late",
    }
    gathering = rows[rows["start_min"] > rows["arrive_min"] + SHORTEST_WAIT_MIN]
    return (
        gathering.assign(activity="gathering", end_min=gathering["start_min"], start_min=gathering["arrive_min"]),
        rows.assign(activity="working", end_min=rows["finish_min"], **judged),
    )


def _unloading(loads: pd.DataFrame, trips: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """One row a stop; what is handed out where it lies is on no trip."""
    loads = loads[loads["trip_id"].isin(trips["trip_id"])]
    due = requests.set_index("request_id")["deadline_min"].astype(float)
    rows = loads.assign(deadline_min=loads["request_id"].map(due).astype(float))
    stops = rows.groupby(["trip_id", "stop"], as_index=False, sort=False).agg(
        place_id=("place_id", "first"),
        start_min=("arrive_min", "min"),
        end_min=("leave_min", "max"),
        deadline_min=("deadline_min", "min"),
        for_id=("request_id", lambda ids: ";".join(dict.fromkeys(ids))),
    )
    trip = trips.set_index("trip_id")
    known = {name: stops["trip_id"].map(trip[name]) for name in ("carrier_id", "frozen")}
    late = stops["start_min"] > stops["deadline_min"] + LATE_MIN
    return stops.assign(activity="unloading", late=late, **known)


def _clearing(clearing: pd.DataFrame, legs: pd.DataFrame) -> pd.DataFrame:
    """A crew's work on a closure, at the place to which it went for it."""
    rows = clearing[clearing["crew_id"] != ""].rename(columns={"crew_id": "carrier_id", "closure": "for_id"})
    went = legs[["carrier_id", "purpose", "to_place_id"]].set_axis(["carrier_id", "for_id", "place_id"], axis=1)
    known = rows.merge(went.drop_duplicates(["carrier_id", "for_id"], keep="last"), how="left")
    return known.fillna({"place_id": ""}).assign(activity="working", end_min=known["opens_min"])
