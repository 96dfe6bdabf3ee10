from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.siting.alternatives import alternatives
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Group
from optimizer.models.siting.programme import NoIncumbentError

from .drawn_problems import MODELS, all_values, drawn, losses_of_limits, median, value_of

RULES = {
    "number": {"number": 3, "fixed": np.arange(6) == 1},
    "budget": {"budget": 12.0, "cut_off": 40.0},
    "group": {"number": 2, "groups": [Group("west", np.arange(6) < 3, 1)]},
    "worst of three": {"number": 2, "scenarios": 3, "far": 0.2, "cut_off": 50.0, "measure": Measure("worst")},
}


def within_and_apart(problem, losses_of, before, apart, most):
    """Values of all sitings within the gap that lack enough sites of every one before."""
    free = ~problem.openings.fixed
    return [
        value
        for one, value in all_values(problem, losses_of)
        if value <= most + 1e-6 and all((earlier & free & ~one).sum() >= apart for earlier in before)
    ]


@given(
    st.integers(0, 10_000), st.sampled_from(list(MODELS)), st.sampled_from(list(RULES)),
    st.integers(1, 2), st.sampled_from([0.0, 0.1, 0.4]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_equals_trying_all_sitings(seed, model, rules, apart, within):
    solve, losses_of = MODELS[model]
    problem = drawn(seed, **RULES[rules])
    plan = solve(problem)
    most = plan.value * (1 + within)
    told = alternatives(plan, solve, within=within, count=64, apart=apart)
    before = [plan.opened]
    for one in told.sitings:
        assert problem.openings.allow(one.opened)
        assert one.value == pytest.approx(value_of(problem, one.opened, losses_of))
        left = within_and_apart(problem, losses_of, before, apart, most)
        assert one.value == pytest.approx(min(left))
        assert one.bound == pytest.approx(one.value, rel=1e-5)
        before.append(one.opened)
    assert told.complete
    assert within_and_apart(problem, losses_of, before, apart, most) == []


def test_no_more_than_asked_for_and_that_is_said():
    problem = drawn(0, number=3)
    plan = median(problem)
    every = alternatives(plan, median, within=0.5, count=64)
    assert every.complete
    assert len(every.sitings) > 2
    some = alternatives(plan, median, within=0.5, count=2)
    assert [one.value for one in some.sitings] == [one.value for one in every.sitings[:2]]
    assert not some.complete
    exactly = alternatives(plan, median, within=0.5, count=len(every.sitings))
    assert exactly.complete


def test_an_idle_site_besides_is_no_alternative():
    problem = drawn(4, number=6)
    plan = median(problem)
    assert not any(
        (plan.opened & ~one.opened).sum() == 0 for one in alternatives(plan, median, within=1, count=9).sitings
    )


def test_what_is_not_proven_is_not_complete():
    problem = drawn(0, number=2)
    plan = median(problem)

    def hurried(asked):
        return replace(median(asked), bound=0.0, status="time_limit")

    def too_late(asked):
        raise NoIncumbentError(plan.value)

    assert not alternatives(plan, hurried, within=0.1, count=9).complete
    assert not alternatives(plan, too_late, within=0.1, count=9).complete


def test_apart_by_none_is_refused():
    plan = median(drawn(0, number=2))
    with pytest.raises(ValueError, match="at least 1"):
        alternatives(plan, median, within=0.1, count=3, apart=0)


def test_groups_have_a_most():
    problem = drawn(0, groups=[Group("dam", np.arange(6) < 2, 0, 1), Group("all", np.arange(6) < 6, 1, 3)])
    allowed = problem.openings
    for one, _ in all_values(problem, losses_of_limits):
        matrix, lower, upper = allowed.rows()
        assert one[:2].sum() <= 1
        assert 1 <= one.sum() <= 3
        assert (lower <= matrix @ one).all()
        assert (matrix @ one <= upper).all()
    assert not allowed.allow(np.arange(6) < 2)
    assert not allowed.counts_alone
    found = median(problem)
    assert found.value == min(value for _, value in all_values(problem, MODELS["median"][1]))
