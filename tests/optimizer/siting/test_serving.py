"""Who serves a place: the nearest open site that counts for its standard; where none does, that is told."""

import numpy as np
import pytest

from optimizer.siting.reached import serving
from optimizer.siting.siting import site_region
from optimizer.siting.siting_case import siting_case
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.statement import state_siting

STATIONS = SitingOptions("maximal-covering", sites="stations", number=3, study_limit_s=0.0)


@pytest.fixture(scope="module")
def case(demo):
    return siting_case(state_siting(demo, STATIONS))


def of_kind(case, kind):
    return (case.statement.sites["station_kind"] == kind).to_numpy()


def area(case, kind):
    return (case.statement.places["area_type"] == kind).to_numpy()


def test_a_team_that_does_not_count_serves_no_built_up_place(demo):
    made = site_region(demo, STATIONS, "en")
    rows, sites = made.tables["allocation"], made.case.statement.sites.set_index("site_id")
    built_up = rows["site_id"].isin(
        made.case.statement.place_ids[i] for i in np.flatnonzero(area(made.case, "built_up"))
    )
    kinds = sites.loc[rows["server_id"], "station_kind"].to_numpy()
    # The rule of 1, 3 and 5 minutes speaks of fire stations and brigades; the district team is none.
    assert not (kinds[built_up] == "district_team").any()
    assert rows["counts"].all()
    assert (rows.loc[built_up, "standard_min"] == 5).all()


def test_who_serves_is_the_nearest_of_those_that_count(case):
    opened = case.statement.sites["existing"].to_numpy(dtype=bool)
    found, times = serving(case, opened)[0], case.problem.times_min[0]
    nearer = 0
    for place, counts in enumerate(case.statement.counts):
        able = np.flatnonzero(opened & counts)
        assert times[place, found[place]] == times[place, able].min()
        nearer += times[place, opened].min() < times[place, able].min()
    # Otherwise the test would not tell the nearest of all from the nearest that counts.
    assert nearer > 0


def test_whoever_comes_first_is_named_where_none_counts(case):
    team = of_kind(case, "district_team")
    found, built_up = serving(case, team)[0], area(case, "built_up")
    assert (found[built_up] == np.flatnonzero(team)[0]).all()
    assert not case.statement.counts[np.ix_(built_up, team)].any()


def test_nobody_serves_where_nothing_is_open(case):
    assert (serving(case, np.zeros(len(case.statement.sites), dtype=bool)) == -1).all()


def test_a_post_of_a_kind_that_does_not_count_does_not_cover_the_place_where_it_stands(demo):
    options = SitingOptions("maximal-covering", sites="stations", number=3, post="district_team", study_limit_s=0.0)
    made = site_region(demo, options, "en")
    statement, problem = made.case.statement, made.case.problem
    # Worked out from what counts and the standard minutes alone.
    near = np.isfinite(problem.times_min[0]) & (problem.times_min[0] <= statement.standard.minutes[:, None])
    covered = (near & statement.counts & made.solution.opened).any(axis=1)
    assert made.solution.value == pytest.approx(float(problem.weight[0] @ ~covered))
    assert made.solution.proven
    rows = made.tables["allocation"].set_index("site_id")["within"]
    judged = np.isfinite(statement.standard.minutes)
    places = np.array(statement.place_ids)
    assert rows.reindex(places[judged]).tolist() == covered[judged].tolist()
