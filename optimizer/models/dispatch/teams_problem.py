"""Teams and tasks of the first hours, checked once and all at once.

Sets
    t ∈ T    teams                      j, k ∈ J    tasks                      g ∈ G    groups held back

Parameters (arrays of `TeamsProblem`)
    n_t      people                     people of team t
    a_tj     able                       t has the skill that j needs
    r_tj     first_arrival_min          turnout and travel from where t is (min; infinite: no way)
    τ_tjk    travel_min                 travel of t from j to k (min; infinite: no way)
    o_tjk    opens_min                  minute from which on that way is open; who comes sooner waits at j
    N_j      need_people                people that j needs, all of one skill
    p_j      work_min                   minutes of work once all have arrived
    d_j      deadline_min               minutes until which a start is on time
    w_j      weight                     priority weight
    H        horizon_min                a task is started by then or is unserved
    c_tj     change_penalty             weight lost where t is put on j and was not on it before
    (T_g, h_g) held_back                of the teams T_g, h_g people stay unused, for a next event
    f_t      asking_cost                weight × min lost where t goes at all: a neighbour's team to be asked for

A plan is taken up again with r_tj from where t will be once it has done what it has begun; what has begun is left out
of J and of T_g, and r, d and H go on counting from the first minute of the event.

Lateness of a start at s:  ℓ_j(s) = 0 if s ≤ d_j, else w_j (b + (1 − b) min(1, (s − d_j) / m)),  b = ``late_at_once``,
m = ``late_fully_min``. A start less than `SLACK_MIN` after its deadline is on time: sums of minutes are rounded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SLACK_MIN = 1e-6
"""Minutes by which a sum of minutes may be wrong."""


class TeamsProblemError(ValueError):
    """All that is wrong with the teams and tasks given."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, eq=False)
class TeamsProblem:
    """Teams, tasks and the minutes between them.

    Parameters
    ----------
    team_ids, task_ids : (T,) and (J,)
        Each id once.
    people : (T,) int
        People of a team, more than 0.
    able : (T, J) bool
    first_arrival_min : (T, J)
        Minutes from now, 0 or more; infinite where there is no way.
    travel_min : (J, J) or (T, J, J)
        Minutes between tasks, 0 or more; infinite where there is no way. Kept as (T, J, J).
    opens_min : (J, J) or (T, J, J), optional
        Minute from which on a way between tasks is open; 0 by default. Kept as (T, J, J).
    need_people : (J,) int
    work_min, deadline_min, weight : (J,)
        Work and weight more than 0.
    horizon_min : float
    change_penalty : (T, J), optional
        In the unit of ``weight``; none by default.
    held_back : tuple of (team indices, people)
    asking_cost : (T,), optional
        In the unit of ``weight`` times minutes; none by default.
    late_at_once, late_fully_min : float
        Share of the weight that is lost just after the deadline, and minutes until all of it is.

    Raises
    ------
    TeamsProblemError
        Names all that is wrong.
    """

    team_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    people: Ints
    able: Bools
    first_arrival_min: Floats
    travel_min: Floats
    need_people: Ints
    work_min: Floats
    deadline_min: Floats
    weight: Floats
    horizon_min: float = 1440.0
    change_penalty: Floats | None = None
    held_back: tuple[tuple[tuple[int, ...], int], ...] = ()
    opens_min: Floats | None = None
    late_at_once: float = 0.3
    late_fully_min: float = 720.0
    asking_cost: Floats | None = None

    def __post_init__(self) -> None:
        teams, tasks = len(self.team_ids), len(self.task_ids)
        if self.change_penalty is None:
            object.__setattr__(self, "change_penalty", np.zeros((teams, tasks)))
        if self.asking_cost is None:
            object.__setattr__(self, "asking_cost", np.zeros(teams))
        problems = _wrong_shapes(self)
        if not problems:
            for name, kind in KINDS.items():
                object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=kind))
            travel = np.broadcast_to(np.asarray(self.travel_min, dtype=np.float64), (teams, tasks, tasks))
            object.__setattr__(self, "travel_min", travel)
            opens = np.zeros(()) if self.opens_min is None else np.asarray(self.opens_min, dtype=np.float64)
            object.__setattr__(self, "opens_min", np.broadcast_to(opens, (teams, tasks, tasks)))
            problems = _wrong_values(self)
        problems += _wrong_ids("team_ids", self.team_ids) + _wrong_ids("task_ids", self.task_ids)
        if problems:
            raise TeamsProblemError(problems)

    @property
    def total_weight(self) -> float:
        """W, what is lost if nothing is served."""
        return float(self.weight.sum())

    @property
    def opened(self) -> Floats:
        """o_tjk, (T, J, J)."""
        assert self.opens_min is not None
        return self.opens_min

    @property
    def penalties(self) -> Floats:
        """c_tj, (T, J)."""
        assert self.change_penalty is not None
        return self.change_penalty

    @property
    def asking(self) -> Floats:
        """f_t, (T,)."""
        assert self.asking_cost is not None
        return self.asking_cost

    def lateness(self, start_min: ArrayLike, tasks: Ints | slice = slice(None)) -> Floats:
        """ℓ_j(s) for starts (min) of ``tasks``."""
        after = np.asarray(start_min, dtype=np.float64) - self.deadline_min[tasks]
        share = self.late_at_once + (1.0 - self.late_at_once) * np.clip(after / self.late_fully_min, 0.0, 1.0)
        return np.where(after > SLACK_MIN, self.weight[tasks] * share, 0.0)


def distinct_travel(problem: TeamsProblem) -> tuple[Floats, Floats, Ints]:
    """(K, J, J) travel between tasks and when it opens (min), each pair once, and (T,) which of them is a team's."""
    together = [problem.travel_min, problem.opened]
    if not problem.team_ids or all(one.strides[0] == 0 for one in together):
        travel, opens = (np.ascontiguousarray(one[:1]) for one in together)
        return travel, opens, np.zeros(len(problem.team_ids), dtype=np.int64)
    digests = [
        hashlib.blake2b(b"".join(np.ascontiguousarray(one[team]).tobytes() for one in together)).digest()
        for team in range(len(problem.team_ids))
    ]
    first = {digest: team for team, digest in reversed(list(enumerate(digests)))}
    place = {digest: number for number, digest in enumerate(first)}
    travel, opens = (np.ascontiguousarray(one[list(first.values())]) for one in together)
    return travel, opens, np.array([place[digest] for digest in digests], dtype=np.int64)


KINDS: dict[str, type] = {
    "people": np.int64,
    "able": np.bool_,
    "first_arrival_min": np.float64,
    "need_people": np.int64,
    "work_min": np.float64,
    "deadline_min": np.float64,
    "weight": np.float64,
    "change_penalty": np.float64,
    "asking_cost": np.float64,
}


def _wrong_shapes(problem: TeamsProblem) -> list[str]:
    teams, tasks = len(problem.team_ids), len(problem.task_ids)
    a_pair: list[tuple[int, ...]] = [(teams, tasks)]
    a_task: list[tuple[int, ...]] = [(tasks,)]
    shapes: dict[str, list[tuple[int, ...]]] = {
        "people": [(teams,)],
        "able": a_pair,
        "first_arrival_min": a_pair,
        "travel_min": [(tasks, tasks), (teams, tasks, tasks)],
        "opens_min": [(), (tasks, tasks), (teams, tasks, tasks)],
        "need_people": a_task,
        "work_min": a_task,
        "deadline_min": a_task,
        "weight": a_task,
        "change_penalty": a_pair,
        "asking_cost": [(teams,)],
    }
    return [
        f"{name}: shape {np.shape(getattr(problem, name))}, expected {' or '.join(str(one) for one in allowed)}"
        for name, allowed in shapes.items()
        if np.shape(getattr(problem, name)) not in allowed
    ]


def _wrong_ids(name: str, ids: tuple[str, ...]) -> list[str]:
    again = sorted({one for one in ids if ids.count(one) > 1})
    return [f"{name}: {one!r} stands more than once" for one in again]


def _wrong_values(problem: TeamsProblem) -> list[str]:
    problems = []
    rules = (
        ("people", problem.people > 0, "more than 0"),
        ("first_arrival_min", problem.first_arrival_min >= 0, "0 or more, or infinite"),
        ("travel_min", problem.travel_min >= 0, "0 or more, or infinite"),
        ("opens_min", np.isfinite(problem.opened) & (problem.opened >= 0), "finite and 0 or more"),
        ("need_people", problem.need_people > 0, "more than 0"),
        ("work_min", _finite_above(problem.work_min), "finite and more than 0"),
        ("deadline_min", np.isfinite(problem.deadline_min) & (problem.deadline_min >= 0), "finite and 0 or more"),
        ("weight", _finite_above(problem.weight), "finite and more than 0"),
        ("change_penalty", np.isfinite(problem.penalties) & (problem.penalties >= 0), "finite and 0 or more"),
        ("asking_cost", np.isfinite(problem.asking) & (problem.asking >= 0), "finite and 0 or more"),
        ("horizon_min", _finite_above(np.asarray(problem.horizon_min)), "finite and more than 0"),
        ("late_fully_min", _finite_above(np.asarray(problem.late_fully_min)), "finite and more than 0"),
        ("late_at_once", np.asarray(0.0 <= problem.late_at_once <= 1.0), "from 0 to 1"),
    )
    for name, right, expected in rules:
        values = np.asarray(getattr(problem, name))
        for index in np.argwhere(~np.asarray(right)):
            where = _where(problem, name, tuple(int(one) for one in index))
            problems.append(f"{name}{where}: {values[tuple(index)]} is not {expected}")
    return problems + _wrong_groups(problem)


def _finite_above(values: Floats) -> Bools:
    return np.asarray(np.isfinite(values) & (values > 0))


def _where(problem: TeamsProblem, name: str, index: tuple[int, ...]) -> str:
    """The ids at an index: of teams where an array begins with them, of tasks for the rest."""
    if not index:
        return ""
    begins_with_teams = name in {
        "people", "first_arrival_min", "change_penalty", "travel_min", "opens_min", "asking_cost"
    }  # fmt: skip
    ids = [
        str(problem.team_ids[one] if begins_with_teams and place == 0 else problem.task_ids[one])
        for place, one in enumerate(index)
    ]
    return f"[{', '.join(ids)}]"


def _wrong_groups(problem: TeamsProblem) -> list[str]:
    problems = []
    for number, (members, held) in enumerate(problem.held_back):
        strange = [one for one in members if not 0 <= one < len(problem.team_ids)]
        if strange:
            problems.append(f"held_back[{number}]: there is no team {strange}")
        elif len(set(members)) < len(members):
            problems.append(f"held_back[{number}]: a team stands more than once")
        elif not 0 <= held <= int(problem.people[list(members)].sum()):
            total = int(problem.people[list(members)].sum())
            problems.append(f"held_back[{number}]: {held} people cannot stay of {total}")
    return problems
