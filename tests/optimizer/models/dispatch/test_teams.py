"""Teams sent: against every order and every cover of small problems, and by what must not change."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.dispatch.team_bound import bound_lateness, bound_unserved, isolate
from optimizer.models.dispatch.teams import TeamsSolution, dispatch_teams
from optimizer.models.dispatch.teams_problem import TeamsProblem, TeamsProblemError


def problem(**changes) -> TeamsProblem:
    """Two teams of 10 and 6, two tasks that either can do; what is given replaces the rest."""
    plain = {
        "team_ids": ("A", "B"),
        "task_ids": ("flood", "fire"),
        "people": [10, 6],
        "able": np.ones((2, 2), dtype=bool),
        "first_arrival_min": [[20.0, 50.0], [40.0, 30.0]],
        "travel_min": [[0.0, 15.0], [15.0, 0.0]],
        "need_people": [10, 6],
        "work_min": [60.0, 60.0],
        "deadline_min": [60.0, 60.0],
        "weight": [8.0, 4.0],
        "horizon_min": 600.0,
    }
    return TeamsProblem(**{**plain, **changes})


def drawn(seed: int, teams: int = 3, tasks: int = 3, horizon_min: float = 400.0) -> TeamsProblem:
    random = np.random.default_rng(seed)
    places = random.uniform(0, 60, (tasks, 2))
    travel = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    return TeamsProblem(
        team_ids=tuple(f"t{t}" for t in range(teams)),
        task_ids=tuple(f"j{j}" for j in range(tasks)),
        people=random.integers(4, 15, teams),
        able=random.random((teams, tasks)) < 0.8,
        first_arrival_min=np.where(random.random((teams, tasks)) < 0.1, np.inf, random.uniform(5, 90, (teams, tasks))),
        travel_min=travel,
        need_people=random.integers(4, 22, tasks),
        work_min=random.choice([30.0, 60.0, 120.0], tasks),
        deadline_min=random.choice([30.0, 60.0, 120.0, 180.0], tasks),
        weight=random.integers(1, 20, tasks).astype(float),
        horizon_min=horizon_min,
        change_penalty=random.choice([0.0, 0.5], (teams, tasks)),
        held_back=(((0, 1), 3),) if seed % 4 == 0 else (),
    )


def minimal_covers(given: TeamsProblem, task: int) -> list[tuple[int, ...]]:
    able = np.flatnonzero(given.able[:, task])
    need = given.need_people[task]
    return [
        cover
        for size in range(1, len(able) + 1)
        for cover in itertools.combinations(able, size)
        if given.people[list(cover)].sum() >= need
        and given.people[list(cover)].sum() - given.people[list(cover)].min() < need
    ]


def worked_out(given: TeamsProblem, chosen: list[tuple[int, tuple[int, ...]]]) -> tuple[float, float, float] | None:
    """Layers of tasks manned in this order by these teams; None where that cannot be."""
    left: dict[int, tuple[float, int]] = {}
    unserved, lateness, arrival = given.total_weight, 0.0, 0.0
    for task, cover in chosen:
        if not cover:
            continue
        arrivals = [
            left[t][0] + given.travel_min[t, left[t][1], task] if t in left else given.first_arrival_min[t, task]
            for t in cover
        ]
        start = max(arrivals)
        if start > given.horizon_min:
            return None
        unserved -= given.weight[task]
        after = start - given.deadline_min[task]
        lateness += given.weight[task] * (0.3 + 0.7 * min(1.0, after / 720)) if after > 1e-6 else 0.0
        lateness += given.change_penalty[list(cover), task].sum()
        arrival += given.weight[task] * start
        left |= dict.fromkeys(cover, (start + given.work_min[task], task))
    for members, held in given.held_back:
        if sum(int(given.people[t]) for t in members if t not in left) < held:
            return None
    return round(unserved, 6), round(lateness, 6), round(arrival, 6)


def brute_force(given: TeamsProblem) -> tuple[float, float, float]:
    """The least layers over all orders and minimal covers, or none, of each task."""
    tasks = range(len(given.task_ids))
    choices = [[(), *minimal_covers(given, task)] for task in tasks]
    return min(
        layers
        for covers in itertools.product(*choices)
        for order in itertools.permutations([j for j in tasks if covers[j]])
        if (layers := worked_out(given, [(j, covers[j]) for j in order])) is not None
    )


def nearest_first(given: TeamsProblem) -> tuple[float, float, float]:
    """The weightiest task first takes whoever arrives first."""
    free = dict.fromkeys(range(len(given.team_ids)))
    chosen: list[tuple[int, tuple[int, ...]]] = []
    for task in np.argsort(-given.weight, kind="stable"):
        near = sorted((t for t in free if given.able[t, task]), key=lambda t, j=task: given.first_arrival_min[t, j])
        cover: list[int] = []
        while near and given.people[cover].sum() < given.need_people[task]:
            cover.append(near.pop(0))
        if given.people[cover].sum() >= given.need_people[task]:
            tried = [*chosen, (int(task), tuple(cover))]
            if worked_out(given, tried) is not None:
                chosen = tried
                free = {t: None for t in free if t not in cover}
    layers = worked_out(given, chosen)
    assert layers is not None
    return layers


def layers_of(solution: TeamsSolution) -> tuple[float, float, float]:
    return round(solution.unserved, 6), round(solution.lateness, 6), round(solution.arrival, 6)


def assert_holds(given: TeamsProblem, solution: TeamsSolution) -> None:
    """The schedule keeps every rule, and its layers are those of its starts."""
    served = np.flatnonzero(~np.isnan(solution.task_start_min))
    in_time = [int(j) for j in served[np.argsort(solution.task_start_min[served], kind="stable")]]
    chosen = [(j, tuple(int(t) for t in np.flatnonzero(solution.manned[:, j]))) for j in in_time]
    assert all(cover in minimal_covers(given, j) for j, cover in chosen)
    assert worked_out(given, chosen) == pytest.approx(layers_of(solution), abs=1e-4)


@pytest.mark.parametrize("horizon", [150.0, 400.0])
def test_small_problems_are_solved_as_by_trying_everything(horizon):
    same = 0
    for seed in range(20):
        given = drawn(seed, teams=3 + seed % 2, horizon_min=horizon)
        least = brute_force(given)
        solution = dispatch_teams(given, 10.0, seed)
        assert_holds(given, solution)
        assert layers_of(solution)[:2] >= (least[0] - 1e-5, least[1] - 1e-5)
        assert solution.unserved_bound <= least[0] + 1e-6
        if abs(solution.unserved - least[0]) < 1e-6:
            assert solution.lateness_bound <= least[1] + 1e-6
            assert abs(solution.lateness - least[1]) > 1e-6 or solution.arrival_bound <= least[2] + 1e-6
        same += layers_of(solution) == pytest.approx(least, abs=1e-4)
    assert same >= 19


def test_four_tasks_and_four_teams():
    given = drawn(3, teams=4, tasks=4)
    assert layers_of(dispatch_teams(given, 10.0, 1)) == pytest.approx(brute_force(given), abs=1e-4)


def test_layers_by_hand():
    """A does the flood, then the fire with nobody else able to."""
    solution = dispatch_teams(problem(able=[[True, True], [False, False]]), 5.0, 1)
    start = 20 + 60 + 15  # first arrival, work, travel
    assert solution.task_start_min.tolist() == [20, start]
    assert solution.lateness == pytest.approx(4 * (0.3 + 0.7 * (start - 60) / 720))
    assert solution.arrival == pytest.approx(8 * 20 + 4 * start)
    assert solution.task_finish_min.tolist() == [80, start + 60]
    assert (solution.unserved, solution.unserved_bound) == (0, 0)


def test_several_teams_of_one_skill_start_when_all_are_there():
    given = problem(need_people=[16, 6])
    frame = dispatch_teams(given, 5.0, 1).to_frame().query("task == 'flood'")
    assert set(frame["team"]) == {"A", "B"}
    assert set(frame["start_min"]) == {frame["arrival_min"].max()}


def test_a_task_without_a_way_stays_unserved():
    solution = dispatch_teams(
        problem(first_arrival_min=[[np.inf, 50], [np.inf, 30]], travel_min=[[0, np.inf], [np.inf, 0]]), 5.0, 1
    )
    assert solution.unserved_ids == ("flood",)
    assert (solution.unserved, solution.unserved_bound, solution.status) == (8, 8, "proven")


def test_nothing_can_be_done():
    solution = dispatch_teams(problem(able=np.zeros((2, 2), dtype=bool)), 5.0, 1)
    assert (solution.unserved_bound, solution.status) == (12, "proven")
    assert solution.to_frame().empty


def test_held_back_people_stay():
    solution = dispatch_teams(problem(held_back=(((0, 1), 6),)), 5.0, 1)
    assert solution.manned.sum(axis=1).tolist() == [2, 0]


def test_a_penalty_keeps_a_team_where_it_was():
    given = problem(need_people=[6, 6], change_penalty=[[5.0, 0.0], [0.0, 5.0]])
    assert dispatch_teams(given, 5.0, 1).manned.tolist() == [[False, True], [True, False]]


def test_all_that_is_wrong_is_named_at_once():
    with pytest.raises(TeamsProblemError) as caught:
        problem(
            team_ids=("A", "A"),
            first_arrival_min=[[np.nan, 1], [1, -2]],
            need_people=[0, 6],
            weight=[np.nan, 4],
            held_back=(((0, 7), 3), ((0,), 11)),
        )
    told = str(caught.value)
    for part in ("'A' stands more", "[A, flood]: nan", "[A, fire]: -2.0", "need_people[flood]: 0", "weight[flood]"):
        assert part in told
    assert len(caught.value.problems) == 7
    with pytest.raises(TeamsProblemError, match="work_min: shape") as caught:
        problem(work_min=[1.0], people=[1, 2, 3])
    assert len(caught.value.problems) == 2


def test_the_time_limit_is_kept_and_a_bound_comes_back():
    given = drawn(5, teams=30, tasks=40, horizon_min=1440)
    dispatch_teams(given, 0.01, 1)
    began = time.monotonic()
    solution = dispatch_teams(given, 0.3, 1)
    assert time.monotonic() - began < 1.5
    assert 0 <= solution.lateness_bound <= solution.lateness
    assert solution.unserved_bound <= solution.unserved


def test_a_seed_says_all_and_nearest_first_is_no_better():
    given = drawn(6, teams=6, tasks=8)
    one, again = dispatch_teams(given, 20.0, 4), dispatch_teams(given, 20.0, 4)
    assert layers_of(one) == layers_of(again)
    assert (one.manned == again.manned).all()
    assert layers_of(one) <= nearest_first(given)


@settings(max_examples=12, derandomize=True, deadline=None)
@given(st.integers(0, 10_000))
def test_another_team_never_makes_it_worse(seed):
    more = drawn(4 * seed + 1, teams=4)
    kept = slice(0, 3)
    fewer = TeamsProblem(
        more.team_ids[kept], more.task_ids, more.people[kept], more.able[kept], more.first_arrival_min[kept],
        more.travel_min[kept], more.need_people, more.work_min, more.deadline_min, more.weight, more.horizon_min,
        more.penalties[kept],
    )  # fmt: skip
    best = brute_force(more)
    assert best <= brute_force(fewer)
    isolated = isolate(more)
    soon = time.monotonic() + 5
    assert bound_unserved(more, isolated, best[0], enough=best[0], deadline_s=soon).value <= best[0] + 1e-6
    assert bound_lateness(more, isolated, best[0], best[1], enough=best[1], deadline_s=soon).value <= best[1] + 1e-6
    assert (isolate(more).start <= isolate(fewer).start).all()


@settings(max_examples=8, derandomize=True, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(3)), st.permutations(range(3)))
def test_relabelling_changes_nothing_proven(seed, teams, tasks):
    given = drawn(4 * seed + 1)
    pair = np.ix_(teams, tasks)
    again = TeamsProblem(
        tuple(given.team_ids[t] for t in teams), tuple(given.task_ids[j] for j in tasks), given.people[teams],
        given.able[pair], given.first_arrival_min[pair], given.travel_min[np.ix_(teams, tasks, tasks)],
        given.need_people[tasks], given.work_min[tasks], given.deadline_min[tasks], given.weight[tasks],
        given.horizon_min, given.penalties[pair],
    )  # fmt: skip
    one, other = dispatch_teams(given, 5.0, 1), dispatch_teams(again, 5.0, 2)
    # The search may miss the least lateness; what is proven of one naming holds for the other.
    assert one.unserved == pytest.approx(other.unserved)
    assert one.lateness_bound <= other.lateness + 1e-4
    assert other.lateness_bound <= one.lateness + 1e-4
