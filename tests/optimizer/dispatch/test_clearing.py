"""Which closure is cleared first: in cases with the minutes written out, and against every order of drawn ones."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from network.closures import Closure
from optimizer.dispatch.clearing.clearing import plan_clearing
from optimizer.dispatch.clearing.let_through import LetThrough
from optimizer.dispatch.clearing.work import works_of
from optimizer.dispatch.places import places_of
from optimizer.dispatch.resume.resume import first_orders

KM = 60 / (25 * 0.9)
BOTH = (Closure(name="四号路", ways=(4,)), Closure(name="二号路", ways=(2,)), Closure(name="三号路", ways=(3,)))
CREWS = [{"id": "C1", "name": "一队", "site": "D0", "ready_min": 10}]


def _task(number, site, priority, deadline):
    return {
        "id": f"T{number}", "site": site, "skill": "flood_control", "people": 5, "work_min": 30,
        "priority": priority, "deadline_min": deadline,
    }  # fmt: skip


def _planned(district, incident, tasks, works, crews=CREWS, closures=BOTH):
    clearing = {"crews": crews, "work": [{"closure": name, "hours": hours} for name, hours in works]}
    given = incident(*closures, tasks=tasks, clearing=clearing)
    works_found, places = works_of(district, given.form, places_of(district, given.form))
    through = LetThrough(district, given.form, places, first_orders(district, given).still)
    return plan_clearing(through, given.form.clearing.crews, works_found), through


def test_the_closure_that_lets_more_through_is_cleared_first(district, incident):
    # V2 lies behind ways 2 and 3, V4 behind way 4; town teams stand at T (node 0) and at V4 itself.
    tasks = [_task(1, "V2", 1, 100), _task(2, "V4", 5, 100)]
    plan, _ = _planned(district, incident, tasks, [("四号路", 1), ("二号路", 1)])
    # From node 0 it is 1 km to node 1, where way 2 begins; ready at 10, an hour of work; on over ways 5 and 6 to
    # node 3 at the near end of way 4: 2.2 km, and an hour more.
    assert [step.work.closure for step in plan.steps] == ["二号路", "四号路"]
    assert plan.steps[0].starts_min == pytest.approx(10 + KM, abs=1e-3)
    assert plan.cleared_min == pytest.approx({"二号路": 70 + KM, "四号路": 130 + KM + 2.2 * KM}, abs=2e-3)


def test_a_closure_behind_another_is_reached_when_that_is_open(district, incident):
    # With way 1 closed nothing but itself can be reached from node 0.
    closures = (Closure(name="一号路", ways=(1,)), Closure(name="二号路", ways=(2,)), Closure(name="三号路", ways=(3,)))
    plan, _ = _planned(district, incident, [_task(1, "V2", 1, 60)], [("二号路", 1), ("一号路", 0.5)], closures=closures)
    assert [step.work.closure for step in plan.steps] == ["一号路", "二号路"]
    assert plan.steps[1].starts_min == pytest.approx(10 + 30 + KM, abs=1e-3)


def test_the_order_is_the_best_of_all_and_the_bound_below_it(district, incident):
    rng = np.random.default_rng(5)
    names = ["二号路", "三号路", "四号路"]
    for _ in range(6):
        sites = rng.choice(["V2", "V3", "V4", "V6"], 3, replace=False)
        tasks = [
            _task(number, str(site), int(rng.integers(1, 4)), float(rng.integers(20, 300)))
            for number, site in enumerate(sites)
        ]
        works = [(name, float(rng.integers(1, 5))) for name in names]
        plan, through = _planned(district, incident, tasks, works)
        minutes = dict(works)
        best = through.loss([])
        for order in permutations(names):
            at, free, openings = "D0", 10.0, []
            for name in order:
                place = f"point:clearing/{name}"
                cleared = frozenset(one for one, _ in openings)
                free = float(through.times(cleared, "light_truck", [at], [place]).arrive_min(free)[0, 0])
                if np.isinf(free):
                    break
                free += minutes[name] * 60
                at = place
                openings.append((name, free))
            best = min(best, through.loss(openings))
        assert plan.loss == pytest.approx(best)
        assert plan.bound <= plan.loss + 1e-12


def test_two_crews_share_the_work(district, incident):
    crews = [*CREWS, {"id": "C2", "name": "二队", "site": "V4", "ready_min": 0}]
    plan, _ = _planned(
        district, incident, [_task(1, "V2", 1, 60), _task(2, "V3", 1, 60)], [("四号路", 1), ("二号路", 2)], crews=crews
    )
    assert {step.work.closure: step.crew.id for step in plan.steps} == {"四号路": "C2", "二号路": "C1"}
