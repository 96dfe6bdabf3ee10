from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.siting.clash import clashes
from optimizer.models.siting.elastic import Elastic
from optimizer.models.siting.openings import Group
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError

from .drawn_problems import drawn, every_siting


def asked_too_much(seed):
    """A problem with every requirement, each likely too strict."""
    draw = np.random.default_rng(seed)
    fixed = draw.random(6) < 0.2
    forbidden = (draw.random(6) < 0.3) & ~fixed
    groups = [
        Group("west", np.arange(6) < 2, 1),
        Group("east", np.arange(6) > 2, 2),
        Group("dam", np.arange(6) > 3, 0, 1),
    ]
    return drawn(
        seed,
        scenarios=2,
        far=0.1,
        cut_off=60.0,
        number=int(draw.integers(0, 1 + min(3, (~forbidden).sum()))),
        budget=float(draw.integers(3, 14)),
        fixed=fixed,
        forbidden=forbidden,
        groups=[group for group in groups if draw.random() < 0.5],
        close_cost=draw.integers(0, 3, 6).astype(float),
    )


def relaxation(problem, opened, covers):
    """How much of every requirement ``opened`` would need."""
    allowed = problem.openings
    uncovered = ((problem.weight > 0) & ~(covers & opened).any(axis=2)).any(axis=0)
    count = [int((opened & group.members).sum()) for group in allowed.groups]
    most = [group.maximum if group.maximum is not None else 99 for group in allowed.groups]
    return {
        "number": max(int((opened & allowed.counted).sum()) - allowed.number, 0),
        "budget": max(allowed.cost(opened) - allowed.budget, 0.0),
        "group": sum(max(group.minimum - one, 0) for group, one in zip(allowed.groups, count, strict=True)),
        "group_most": sum(max(one - each, 0) for one, each in zip(count, most, strict=True)),
        "fixed": int((allowed.fixed & ~opened).sum()),
        "forbidden": int((allowed.forbidden & opened).sum()),
        "demand": float(problem.probability @ (problem.weight * uncovered).sum(axis=1)),
    }


def least_alone(needed, kind):
    return min((one[kind] for one in needed if not any(one[other] for other in one if other != kind)), default=None)


def fewest_together(needed):
    """All smallest sets of kinds that suffice."""
    kinds = list(needed[0])
    for count in range(len(kinds) + 1):
        enough = [
            set(some)
            for some in combinations(kinds, count)
            if any(all(one[k] == 0 or k in some for k in kinds) for one in needed)
        ]
        if enough:
            return enough
    return []


@given(st.integers(0, 10_000), st.sampled_from(["limit", "matrix"]))
@settings(max_examples=50, deadline=None)
def test_equals_trying_all_sitings(seed, by):
    problem = asked_too_much(seed)
    covers = problem.times_min <= problem.limit_min
    needed = [relaxation(problem, opened, covers) for opened in every_siting(6)]
    told = clashes(problem, True if by == "limit" else covers)
    found = [one for one in told if one.kind != "minutes"]
    assert all(one.proven for one in found)
    fewest = fewest_together(needed)
    if fewest == [set()]:
        assert found == []
    elif len(fewest[0]) == 1:
        assert all(one.alone for one in found)
        alone = {kind: least_alone(needed, kind) for kind in needed[0]}
        relaxed = {one.kind: abs(one.needed - one.given) for one in found}
        assert relaxed == {kind: pytest.approx(least) for kind, least in alone.items() if least is not None}
    elif len(told) > len(found):  # minutes suffice alone
        assert (by, found) == ("limit", [])
    else:
        assert not any(one.alone for one in found)
        assert {one.kind for one in found} in fewest


def without_time_for(monkeypatch, *undecided):
    """No time to see whether these sets of kinds suffice."""
    least = Elastic.least

    def limited(self, **limits):
        if set(self.price) in undecided:
            raise NoIncumbentError(0.0)
        return least(self, **limits)

    monkeypatch.setattr(Elastic, "least", limited)


def three_apart():
    times = [[1.0, np.inf, np.inf], [np.inf, 1.0, np.inf], [np.inf, np.inf, 1.0]]
    return siting_problem(times, weight=[5, 9, 2], number=2, demand_ids=["a", "b", "c"])


def test_what_the_time_left_undecided_is_not_said_to_need_others(monkeypatch):
    without_time_for(monkeypatch, {"number"}, {"demand"})
    told = clashes(three_apart(), False)
    # One of three given up counts 2 of 16, a third site 1 of 2: demand is the lesser, and does alone.
    assert [(one.kind, one.needed, one.alone, one.proven) for one in told] == [("demand", 14, True, False)]


def test_what_suffices_alone_is_told_where_others_are_undecided(monkeypatch):
    without_time_for(monkeypatch, {"demand"})
    assert [(one.kind, one.alone, one.proven) for one in clashes(three_apart(), False)] == [("number", True, True)]


def test_nothing_decided_is_not_nothing_clashing(monkeypatch):
    without_time_for(monkeypatch, {"number"}, {"demand"}, {"number", "demand"})
    with pytest.raises(NoIncumbentError):
        clashes(three_apart(), False)
    with pytest.raises(NoIncumbentError):
        clashes(three_apart(), False, time_limit_s=0.0)


def released(problem, clash):
    """The problem with the relaxation that a clash tells."""
    allowed = problem.openings
    chosen = np.isin(allowed.ids, clash.ids)
    if clash.kind == "number":
        return problem.with_openings(replace(allowed, number=int(clash.needed)))
    if clash.kind == "budget":
        return problem.with_openings(replace(allowed, budget=clash.needed))
    if clash.kind == "fixed":
        return problem.with_openings(replace(allowed, fixed=allowed.fixed & ~chosen))
    if clash.kind == "forbidden":
        return problem.with_openings(replace(allowed, forbidden=allowed.forbidden & ~chosen))
    if clash.kind == "minutes":
        return replace(problem, limit_min=problem.limit_min + clash.needed)
    if clash.kind == "demand":
        return replace(problem, weight=problem.weight * ~np.isin(problem.demand_ids, clash.ids))
    less = dict(zip(clash.ids, clash.amounts, strict=True))
    sign = -1 if clash.kind == "group" else 0
    groups = tuple(
        replace(
            group,
            minimum=group.minimum + sign * round(less.get(group.name, 0)),
            maximum=None if group.maximum is None else group.maximum + (1 + sign) * round(less.get(group.name, 0)),
        )
        for group in allowed.groups
    )
    return problem.with_openings(replace(allowed, groups=groups))


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_what_is_told_makes_a_siting_feasible(seed):
    problem = asked_too_much(seed)
    found = clashes(problem, True)
    for clash in found:
        if clash.alone:
            assert clashes(released(problem, clash), True) == ()
    if found and not found[0].alone:
        for clash in found:
            assert clashes(problem, True) != ()
            problem = released(problem, clash)
        assert clashes(problem, True) == ()


@pytest.mark.parametrize("seed", range(8))
def test_a_minute_less_does_not_do(seed):
    problem = drawn(seed, number=1, forbidden=np.arange(6) == 1, cut_off=60.0)
    (minutes,) = [clash for clash in clashes(problem, True) if clash.kind == "minutes"]
    assert clashes(replace(problem, limit_min=problem.limit_min + minutes.needed), True) == ()
    assert clashes(replace(problem, limit_min=problem.limit_min + minutes.needed - 1), True) != ()
    assert set(minutes.ids) <= set(problem.demand_ids)
    assert max(minutes.amounts) == minutes.needed


def test_demand_that_must_be_reached():
    problem = three_apart()
    with pytest.raises(InfeasibleSitingError):
        solve_p_median(problem)
    number, demand = clashes(problem, False)
    assert (number.kind, number.given, number.needed, number.unit) == ("number", 2, 3, "sites")
    assert (demand.kind, demand.given, demand.needed, demand.ids) == ("demand", 16, 14, ("c",))
    assert solve_p_median(released(problem, number)).value == 16
    assert clashes(replace(problem, cut_off_min=9.0), False) == ()


def test_capacity_and_sizes():
    problem = siting_problem(
        [[1.0, 1.0], [1.0, 1.0]], weight=[6, 5], budget=10.0, open_cost=[4.0, 5.0], site_ids=["a", "b"]
    )
    sizes, cost = np.array([[3.0, 7.0], [3.0, 4.0]]), np.array([[0.0, 3.0], [0.0, 1.0]])
    assert clashes(problem, False, capacity=sizes) == ()  # 7 + 4 = 11 = 6 + 5
    budget, demand, capacity = clashes(problem, False, capacity=sizes, size_cost=cost)
    assert (budget.kind, budget.needed) == ("budget", 4 + 5 + 3 + 1)
    assert (demand.kind, demand.ids, demand.amounts) == ("demand", ("2",), (5.0,))
    # For 10 CNY: a large and nothing else, or a and b small, or b large and a small: 3 + 4 of 11.
    assert (capacity.kind, capacity.given, capacity.needed) == ("capacity", 11, 11 + 4)
    assert clashes(problem, False, capacity=sizes[:, 0])[-1].needed == 6 + 5


def test_cover_needs_standard_times():
    with pytest.raises(ValueError, match="limit_min"):
        clashes(siting_problem([[1.0]]), True)
