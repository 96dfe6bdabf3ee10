"""Drawn incidents, what duty officers do by hand, the judge that finds false orders, and what the command tells."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import benchmarks.__main__ as command
from benchmarks.dispatch import incidents
from benchmarks.dispatch.incident import CLOSED_LINKS, Incident, draw
from benchmarks.dispatch.judge import BrokenOrdersError, judge_supplies, judge_teams
from benchmarks.dispatch.nearest_first import nearest_supplies, nearest_teams
from benchmarks.dispatch.orders import TeamOrders, TripOrders
from benchmarks.dispatch.rolling import (
    LATER_LINKS,
    NOW_MIN,
    changed_requests,
    changed_tasks,
    later_supplies,
    later_teams,
    supplies_again,
    teams_again,
)
from benchmarks.dispatch.row import DispatchRow
from benchmarks.dispatch.summary import mean_rows, summary
from benchmarks.row import Measured
from network.customization import UNREACHABLE
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams_problem import TeamsProblem

ROADS = Path(__file__).parents[2] / "datasets" / "yubei" / "roads.osm.pbf"


@pytest.fixture(scope="module")
def incident() -> Incident:
    return draw(ROADS, seed=3)


def some_teams(**changes: Any) -> TeamsProblem:
    """Three teams and three tasks: the second task's minutes to the third are many."""
    fields = {
        "team_ids": ("a", "b", "c"),
        "task_ids": ("fire", "slope", "flood"),
        "people": np.array([5, 5, 10]),
        "able": np.ones((3, 3), dtype=bool),
        "first_arrival_min": np.array([[10.0, 50, 90], [20, 60, 90], [60, 40, 90]]),
        "travel_min": np.array([[0.0, 30, 15], [30, 0, 100], [15, 100, 0]]),
        "need_people": np.array([8, 5, 10]),
        "work_min": np.array([60.0, 30, 20]),
        "deadline_min": np.array([60.0, 30, 100]),
        "weight": np.array([8.0, 5, 10]),
    }
    return TeamsProblem(**fields | changes)


def team_orders_by_hand() -> TeamOrders:
    return nearest_teams(some_teams(), np.array([1, 2, 3]))


def test_the_nearest_free_teams_go() -> None:
    # Fire: a (10 min) and b (20 min) are 10 people of 8. Slope: only c is free, 40 min. Flood: c is free first, at
    # 40 + 30, and 100 min away; a and b would be there at 20 + 60 + 15.
    orders = team_orders_by_hand()
    assert list(zip(orders.team.tolist(), orders.task.tolist(), orders.start_min.tolist(), strict=True)) == [
        *((0, 0, 20.0), (1, 0, 20.0), (2, 1, 40.0), (2, 2, 170.0)),
    ]
    verdict = judge_teams(some_teams(), orders)
    slope, flood = 5 * (0.3 + 0.7 * 10 / 720), 10 * (0.3 + 0.7 * 70 / 720)
    assert verdict.late == pytest.approx(slope + flood)
    assert (verdict.unserved, verdict.late_tasks, verdict.unserved_tasks) == (0.0, 2, 0)


def test_a_task_that_too_few_can_do_is_left() -> None:
    problem = some_teams(able=np.array([[True, True, True], [True, True, True], [True, True, False]]))
    orders = nearest_teams(problem, np.array([1, 2, 3]))
    # Flood needs 10 people: a and b together, free at 80, 15 min away.
    assert orders.start_min[orders.task == 2].tolist() == [95.0, 95.0]
    few = some_teams(need_people=np.array([8, 5, 25]))
    assert judge_teams(few, nearest_teams(few, np.array([1, 2, 3]))).unserved == 10.0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"team": [0, 1, 0, 2]}, "a on slope: claims to be there at 40.00, can be at 110.00"),
        ({"team": [0, 1, 7, 2]}, "there is no team 7"),
        ({"task": [0, 0, 1, 9]}, "there is no task 9"),
        ({"arrival_min": [9.0, 20, 40, 170]}, "a on fire: claims to be there at 9.00, can be at 10.00"),
        ({"start_min": [20.0, 20, 39, 170], "finish_min": [80.0, 80, 69, 190]}, "slope: begins at 39.00, the last"),
        ({"start_min": [20.0, 21, 40, 170]}, "fire: begins at 20.00 and at 21.00"),
        ({"team": [0, 0, 2, 2]}, "fire: a team is sent twice"),
        ({"finish_min": [80.0, 80, 70, 189]}, "flood: 20.00 minutes of work do not lie"),
        ({"start_min": [20.0, 20, 40, 1500], "finish_min": [80.0, 80, 70, 1520]}, "after the horizon"),
    ],
)
def test_the_judge_finds_false_team_orders(changes: dict[str, list[float]], fault: str) -> None:
    orders = replace(team_orders_by_hand(), **{name: np.array(values) for name, values in changes.items()})
    with pytest.raises(BrokenOrdersError) as broken:
        judge_teams(some_teams(), orders)
    assert any(fault in one for one in broken.value.faults), broken.value.faults


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"need_people": np.array([11, 5, 10])}, "fire: 10 people of 11"),
        ({"able": np.array([[False, True, True], [True] * 3, [True] * 3])}, "a on fire: it lacks the skill"),
        ({"travel_min": np.full((3, 3), np.inf)}, "c on flood: there is no way"),
        ({"held_back": (((0, 2), 10),)}, "group 0: 0 people stay, 10 are held back"),
    ],
)
def test_the_judge_knows_who_may_go(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(BrokenOrdersError, match=fault):
        judge_teams(some_teams(**changes), team_orders_by_hand())


def some_supplies(**changes: Any) -> SuppliesProblem:
    """Two depots with a truck each, 10 units a load; A has 12 units."""
    road = np.array([[0.0, 60, 30, 40], [60, 0, 50, 20], [30, 50, 0, 10], [40, 20, 10, 0]])
    fields = {
        "depot_ids": ("A", "B"),
        "place_ids": ("P", "Q"),
        "item_ids": ("tent",),
        "class_ids": ("truck",),
        "vehicle_ids": ("a", "b"),
        "request_ids": ("first", "second"),
        "mass_kg": np.array([10.0]),
        "volume_m3": np.array([0.1]),
        "loading_min": np.array([10.0]),
        "unloading_min": np.array([5.0]),
        "travel_min": road[None],
        "vehicle_class": np.array([0, 0]),
        "vehicle_depot": np.array([0, 1]),
        "ready_min": np.zeros(2),
        "payload_kg": np.array([100.0, 100]),
        "payload_m3": np.array([2.0, 2]),
        "stock": np.array([[12.0], [100]]),
        "last_resort": np.zeros(2, dtype=bool),
        "available_min": np.zeros(2),
        "request_place": np.array([0, 1]),
        "request_item": np.array([0, 0]),
        "quantity": np.array([15.0, 4]),
        "people": np.array([60.0, 16]),
        "weight": np.array([60.0, 8]),
        "deadline_min": np.array([60.0, 45]),
        "change_penalty": np.zeros((2, 2)),
        "horizon_min": 1440.0,
    }
    return SuppliesProblem(**fields | changes)


def drops(orders: TripOrders) -> list[tuple[int, int, float, float]]:
    """Vehicle, request, units and arrival of each."""
    columns = orders.vehicle[orders.trip], orders.request, orders.units, orders.arrival_min
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_the_nearest_depot_serves_one_request_a_trip() -> None:
    # a: loads to 10, at P at 40 with 10 units, back at 75; again, at P at 75 + 10 + 30 with A's last 2. b: at P at
    # 10 + 50 with 3, back at 60 + 5 + 50; then at Q at 115 + 10 + 20.
    problem = some_supplies()
    orders = nearest_supplies(problem, np.array([1, 2]))
    assert drops(orders) == [(0, 0, 10, 40), (0, 0, 2, 115), (1, 0, 3, 60), (1, 1, 4, 145)]
    assert orders.returns_min.tolist() == [75, 150, 115, 170]
    verdict = judge_supplies(problem, orders)
    first, second = 60 * 2 / 15 * (0.3 + 0.7 * 55 / 720), 8 * (0.3 + 0.7 * 100 / 720)
    assert verdict.late == pytest.approx(first + second)
    assert verdict.late_people == pytest.approx(60 * 2 / 15 + 16)
    assert (verdict.unmet, verdict.unmet_people, verdict.vehicle_min) == (0.0, 0.0, 75 + 75 + 115 + 55)


def test_loads_are_consolidated_with_near_places() -> None:
    # b has room left at P at 65 and Q is 10 minutes further: there at 75, back at 75 + 5 + 20.
    orders = nearest_supplies(some_supplies(), np.array([1, 2]), fills_up=True)
    assert drops(orders) == [(0, 0, 10, 40), (0, 0, 2, 115), (1, 0, 3, 60), (1, 1, 4, 75)]
    assert orders.returns_min.tolist() == [75, 150, 100]
    far = some_supplies(deadline_min=np.array([60.0, 45]), stock=np.array([[12.0], [3]]))
    assert judge_supplies(far, nearest_supplies(far, np.array([1, 2]), fills_up=True)).unmet_people == 16.0


def test_helicopters_are_called_only_where_no_road_is_open() -> None:
    road = some_supplies().travel_min[0]
    air = np.where(np.eye(4, dtype=bool), 0.0, 9.0)
    cut = np.where((np.arange(4) == 3)[:, None] ^ (np.arange(4) == 3), np.inf, road)
    problem = some_supplies(
        class_ids=("truck", "helicopter"),
        vehicle_class=np.array([0, 1]),
        loading_min=np.array([10.0, 10]),
        unloading_min=np.array([5.0, 5]),
        travel_min=np.stack([cut, air]),
        stock=np.array([[100.0], [100]]),
    )
    assert drops(nearest_supplies(problem, np.array([1, 2]))) == [(0, 0, 10, 40), (0, 0, 5, 115), (1, 1, 4, 19)]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"vehicle": [0, 0, 9]}, "there is no vehicle 9"),
        ({"request": [0, 0, 0, 5]}, "there is no request 5"),
        ({"trip": [0, 1, 2, 3]}, "there is no trip 3"),
        ({"trip": [0, 1, 1, 1]}, "trip 2 of b: brings nothing"),
        ({"begins_min": [0.0, 70, 0]}, "a: loads at 70.00, is back at 75.00"),
        ({"begins_min": [-5.0, 75, 0]}, "a: loads at -5.00, may from 0.00"),
        ({"returns_min": [75.0, 150, 99]}, "trip 2 of b: claims to be back at 99.00, is at 100.00"),
        ({"arrival_min": [40.0, 115, 59, 75]}, "trip 2 of b: claims to arrive at 59.00, arrives at 60.00"),
        ({"stop": [0, 0, 0, 0]}, "trip 2 of b: one stop at two places"),
        ({"units": [11.0, 1, 3, 4]}, "trip 0 of a: carries 110.00 kg of 100.00"),
        ({"units": [10.0, 2, 4, 4]}, "first: gets 16 of the 15 that it wants"),
        ({"units": [10.0, 2, 2.5, 4]}, "first: 2.5 units are dropped"),
        ({"units": [10.0, 2, 0, 4]}, "first: 0.0 units are dropped"),
        ({"units": [10.0, 3, 2, 4]}, "A: gives 13 of 12 tent"),
    ],
)
def test_the_judge_finds_false_trip_orders(changes: dict[str, list[float]], fault: str) -> None:
    orders = nearest_supplies(some_supplies(), np.array([1, 2]), fills_up=True)
    wrong = replace(orders, **{name: np.array(values) for name, values in changes.items()})
    with pytest.raises(BrokenOrdersError) as broken:
        judge_supplies(some_supplies(), wrong)
    assert any(fault in one for one in broken.value.faults), broken.value.faults


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"payload_m3": np.array([2.0, 0.5])}, r"trip 2 of b: carries 0.70 m³ of 0.50"),
        ({"horizon_min": 100.0}, "trip 1 of a: arrives after the horizon"),
        ({"available_min": np.array([0.0, 3])}, "b: loads at 0.00, may from 3.00"),
        ({"travel_min": np.where(np.eye(4) == 1, 0.0, np.inf)[None]}, "trip 0 of a: there is no way to P"),
    ],
)
def test_the_judge_knows_what_vehicles_can_do(changes: dict[str, Any], fault: str) -> None:
    orders = nearest_supplies(some_supplies(), np.array([1, 2]), fills_up=True)
    with pytest.raises(BrokenOrdersError, match=fault):
        judge_supplies(some_supplies(**changes), orders)


def test_an_incident_is_known_by_its_seed(incident: Incident) -> None:
    assert (len(incident.teams.team_ids), len(incident.teams.task_ids)) == (30, 40)
    supplies = incident.supplies
    assert (len(supplies.request_ids), len(supplies.vehicle_ids), len(supplies.depot_ids)) == (60, 40, 12)
    again, fourfold = draw(ROADS, seed=3), draw(ROADS, seed=3, demand=4)
    assert np.array_equal(again.travel_min, incident.travel_min)
    assert np.array_equal(fourfold.supplies.people, np.round(4 * supplies.people))
    assert not np.array_equal(draw(ROADS, seed=4).teams.people, incident.teams.people)
    assert ((incident.link_ms >= UNREACHABLE).all(axis=1)).sum() >= CLOSED_LINKS
    by_road = incident.travel_min[2, :12]
    assert np.isfinite(by_road[:, :12]).all()
    cut_off = np.isinf(by_road[:, 12:]).all(axis=0)
    assert 0 < cut_off.sum() < 12
    assert supplies.people[cut_off[supplies.request_place]].max() <= 300
    held, wanted = supplies.stock.sum(axis=0), np.bincount(supplies.request_item, supplies.quantity, 8)
    assert (held >= wanted).all()


def test_teams_that_have_left_keep_their_tasks(incident: Incident) -> None:
    orders = nearest_teams(incident.teams, incident.task_priority)
    later, frozen = later_teams(incident, orders, seed=1)
    assert ((later.link_ms != incident.link_ms).any(axis=1)).sum() == LATER_LINKS
    first = np.array([row for row in range(len(orders.team)) if (orders.team[:row] != orders.team[row]).all()])
    assert frozen[first].all()
    base, tasks = incident.base[orders.team[first]], orders.task[first]
    ways = [one.teams.first_arrival_min[orders.team[first], tasks] for one in (incident, later)]
    assert np.array_equal(*ways), base
    arguments = teams_again(later, orders, frozen, 0.05)
    problem = TeamsProblem(**arguments)
    assert set(problem.task_ids) == {f"task {j}" for j in range(40)} - {f"task {j}" for j in orders.task[frozen]}
    reached = np.isfinite(problem.first_arrival_min)
    assert problem.first_arrival_min[reached].min() >= NOW_MIN
    # A team that works until f and then drives for r minutes cannot be anywhere before f + r.
    row = first[np.argmax(orders.finish_min[first])]
    if (orders.team == orders.team[row]).sum() == 1:
        drive = later.team_arguments["travel_min"][orders.task[row]]
        remaining = [int(name.split()[-1]) for name in problem.task_ids]
        assert problem.first_arrival_min[orders.team[row]] == pytest.approx(orders.finish_min[row] + drive[remaining])


def test_only_what_is_not_frozen_can_change(incident: Incident) -> None:
    orders = nearest_teams(incident.teams, incident.task_priority)
    frozen = orders.start_min <= np.median(orders.start_min)
    again = replace(orders, **{name: getattr(orders, name)[~frozen] for name in vars(orders)})
    ids = incident.teams.task_ids
    assert changed_tasks(orders, frozen, again, ids)[0] == 0
    other = replace(again, team=(again.team + 1) % 30)
    changed, among = changed_tasks(orders, frozen, other, ids)
    assert changed == among == len(set(orders.task[~frozen].tolist()))


def test_what_started_trips_bring_is_not_wanted_again(incident: Incident) -> None:
    orders = nearest_supplies(incident.supplies, incident.request_priority)
    later, frozen = later_supplies(incident, orders, seed=1)
    problem, remaining = supplies_again(later, orders, frozen, 0.05)
    rows = frozen[orders.trip]
    assert 0 < rows.sum() < len(rows)
    brought = orders.units[rows].sum()
    assert problem.quantity.sum() == incident.supplies.quantity.sum() - brought
    assert problem.stock.sum() == incident.supplies.stock.sum() - brought
    assert problem.weight.sum() < incident.supplies.weight.sum()
    busy = orders.vehicle[frozen]
    assert (problem.ready_min[busy] >= orders.returns_min[frozen]).all()
    # Trips under way come through what has closed since.
    kept = np.flatnonzero(frozen)
    begun = TripOrders(
        *(getattr(orders, name)[kept] for name in ("vehicle", "begins_min", "returns_min")),
        np.searchsorted(kept, orders.trip[rows]),
        *(getattr(orders, name)[rows] for name in ("stop", "request", "units", "arrival_min")),
    )
    assert judge_supplies(later.supplies, begun).unmet_people < incident.supplies.people.sum()
    promised = set(orders.request[~rows].tolist())
    for place, request in enumerate(remaining):
        free_depots = (problem.change_penalty[place] == 0).sum()
        assert (free_depots < 12) == (int(request) in promised)
    again = nearest_supplies(problem, incident.request_priority[remaining])
    changed, among = changed_requests(incident, orders, frozen, again, remaining)
    assert 0 <= changed <= among == len(promised)


def test_the_command_writes_rows_and_means(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        incidents,
        "solve_apart",
        lambda work, problems, limit_s, seed: Measured(work(problems, limit_s, seed), 1.0, 2.0),
    )
    path = tmp_path / "rows.json"
    asked = ["--incidents", "1", "--seed", "3", "--time-limit", "0.6", "--again-time-limit", "0.4"]
    monkeypatch.setattr(sys, "argv", ["benchmarks", "dispatch", *asked, "--json", str(path)])
    command.main()
    told = json.loads(path.read_text(encoding="utf-8"))["rows"]
    rows, means = [row for row in told if row["seed"] == 3], [row for row in told if row["seed"] is None]
    parts = {(row["part"], row["engine"]) for row in rows}
    assert len(parts) == len(rows) == len(means) == 9
    own = [row for row in rows if row["engine"].startswith("model")]
    assert all(row["exact"] and row["bound"] <= row["value"] + 1e-6 for row in own)
    for row in own:
        assert row["gap"] == pytest.approx((row["value"] - row["bound"]) / row["total_weight"], abs=1e-6)
    supplies = [row for row in rows if row["part"] == "supplies"]
    assert all(row["short_people"] == pytest.approx(row["unmet_people"] + row["late_people"]) for row in supplies)


def row_of(engine: str, seed: int, **values: float) -> DispatchRow:
    part = "teams" if "unserved_weight" in values else "supplies"
    return DispatchRow("x", engine, 1.0, 5.0, value=1.0, part=part, seed=seed, size=1, demand=1.0, **values)


def test_the_summary_names_the_seeds_at_which_a_peer_is_better() -> None:
    rows = [
        row_of("model", 1, unserved_weight=0.0, late_weight=6.0, total_weight=100.0),
        row_of("nearest-first", 1, unserved_weight=4.0, late_weight=8.0, total_weight=100.0),
        row_of("model", 2, unserved_weight=2.0, late_weight=1.0, total_weight=100.0),
        row_of("nearest-first", 2, unserved_weight=0.0, late_weight=4.0, total_weight=100.0),
    ]
    said = list(summary(rows))
    # 1 - 9 / 16 of the sums; halves and quarters: (1 - 6/12 + 1 - 3/4) / 2.
    assert any("43.8 % less in sum, 37.5 % on average over seeds (least 25.0 %)" in line for line in said)
    assert any("unserved_weight worse than nearest-first at seeds 2" in line for line in said)
    means = mean_rows(rows)
    assert [(row.engine, row.unserved_weight, row.late_weight) for row in means] == [
        *(("model", 1.0, 3.5), ("nearest-first", 2.0, 6.0)),
    ]
    assert all(one.case == two.case for one, two in pairwise(means))
