"""Roads that reopen phase by phase, and the times on them, on the district made by hand.

A truck takes 60 / (25 · 0.9) = 2⅔ minutes for a kilometre; D0 lies at node 0, V3 at node 3: by ways 1, 2, 3 it is
3 km = 8 minutes, by ways 1, 5, 6 it is 3.2 km = 8.533 minutes.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.closures import Closure
from optimizer.dispatch.phases import MOST_PHASES, road_phases
from optimizer.dispatch.travel import FOOT, PhasedTimes
from optimizer.region.scenarios import RoadState

KM = 60 / (25 * 0.9)
BOTH = (Closure(name="二号路", ways=(2,), to_h=2), Closure(name="五号路", ways=(5,), to_h=1))


def test_a_road_is_waited_for_where_that_is_sooner(roads):
    times = roads(*BOTH).times("light_truck", ["D0"], ["V3"])
    assert times.opens_min.tolist() == [0.0, 60.0, 120.0]
    # Phase 0: no way. Phase 1: over way 5. Phase 2: over way 2, shorter by 0.2 km.
    assert times.minutes[0, 0] == pytest.approx([np.inf, 3.2 * KM, 3 * KM], abs=1e-3)
    assert times.arrive_min(10.0)[0, 0] == pytest.approx(60 + 3.2 * KM, abs=1e-3)
    assert times.arrive_min(119.8)[0, 0] == pytest.approx(120 + 3 * KM, abs=1e-3)
    assert (times.phase(0, 0, 10.0), times.phase(0, 0, 119.8)) == (1, 2)


def test_a_closure_that_begins_later_counts_from_the_start(roads):
    later = Closure(name="二号路", ways=(2,), from_h=5, to_h=9)
    times = roads(later).times("light_truck", ["D0"], ["V3"])
    assert times.minutes[0, 0] == pytest.approx([3.2 * KM, 3 * KM], abs=1e-3)
    assert times.opens_min.tolist() == [0.0, 540.0]


def test_a_closure_without_an_end_never_reopens_but_by_a_crew(roads):
    shut = Closure(name="一号路", ways=(1,))
    assert np.isinf(roads(shut).times("light_truck", ["D0"], ["V3"]).minutes).all()
    cleared = roads(shut, cleared={"一号路": 45.0}).times("light_truck", ["D0"], ["V3"])
    assert cleared.arrive_min(0.0)[0, 0] == pytest.approx(45 + 3 * KM, abs=1e-3)


def test_a_crew_does_not_make_a_road_open_later_than_forecast(roads):
    cleared = roads(Closure(name="一号路", ways=(1,), to_h=0.5), cleared={"一号路": 45.0})
    assert cleared.phases.opens_min.tolist() == [0.0, 30.0]


def test_people_walk_where_a_car_may_drive(roads):
    times = roads(Closure(name="三号路", ways=(3,))).times(FOOT, ["V2"], ["V3"])
    # 2 → 1 → 5 → 3: 1 + 1 + 1.2 km at 3 km/h.
    assert times.minutes[0, 0, 0] == pytest.approx(3.2 / 3 * 60, abs=1e-2)


def test_a_place_without_roads_is_reached_by_nobody(roads):
    times = roads().times("light_truck", ["D0", "V9"], ["V9", "D0"])
    assert np.isinf([times.minutes[0, 0, 0], times.minutes[1, 1, 0]]).all()
    assert times.minutes[0, 1, 0] == 0.0


def test_many_hours_are_gathered_into_few_phases_that_open_nothing_too_soon(district):
    closures = tuple(Closure(name=f"{hour}", ways=(2,), to_h=hour) for hour in range(1, 30))
    phases = road_phases(district, RoadState(closures=closures))
    assert len(phases.opens_min) == MOST_PHASES
    for minute, state in zip(phases.opens_min, phases.states, strict=True):
        assert len(state.closures) == sum(hour * 60 > minute for hour in range(1, 30))


@given(
    opens=st.lists(st.floats(1, 500), min_size=0, max_size=3, unique=True).map(lambda rest: [0.0, *sorted(rest)]),
    drives=st.lists(st.floats(1, 300), min_size=4, max_size=4),
    departs=st.tuples(st.floats(0, 600), st.floats(0, 600)),
)
def test_who_leaves_later_never_arrives_sooner(opens, drives, departs):
    minutes = np.minimum.accumulate(np.array(drives[: len(opens)]))[None, None, :]
    times = PhasedTimes(np.array(opens), minutes)
    first, last = sorted(departs)
    assert times.arrive_min(first)[0, 0] <= times.arrive_min(last)[0, 0]
    phase = times.phase(0, 0, first)
    assert times.arrive_min(first)[0, 0] == max(first, opens[phase]) + minutes[0, 0, phase]
