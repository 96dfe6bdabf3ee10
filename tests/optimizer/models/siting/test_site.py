"""One call with a plain matrix of times, for every model."""

import numpy as np
import pandas as pd
import pytest

from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.levels import NestedLevels
from optimizer.models.siting.openings import openings
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.site import MODELS, site
from optimizer.models.siting.sizes import building_sizes

TIMES = pd.DataFrame(
    [[4.0, 9.0, 7.0], [8.0, 2.0, 3.0], [6.0, 5.0, 1.0]], index=["north", "south", "east"], columns=["a", "b", "c"]
)
OWN = {
    "capacitated": {"sizes": building_sizes([200.0, 200.0, 200.0], fixed_cost=5.0), "cost_per_minute": 1.0},
    "backup-covering": {"pairs": [[0, 0, 0, 2], [0, 1, 1, 2]]},
    "expected-covering": {"busy": 0.1},
    "nested-levels": {
        "levels": NestedLevels(
            (openings("abc"), openings("abc"), openings("abc")), np.full((2, 3, 3), 9.0), 0.1, budget=None
        )
    },
}
SIZE_AT_A = building_sizes([200.0] * 3, available=np.array([True, False, False]))
C_HAS_NO_LEVEL = NestedLevels(
    (openings("abc", forbidden=np.array([False, False, True])),) * 3, np.full((2, 3, 3), 9.0), 0.1
)


@pytest.mark.parametrize("model", MODELS)
def test_a_matrix_is_enough(model):
    found = site(TIMES, model=model, weight=[100, 10, 20], limit_min=7.0, number=2, **OWN.get(model, {}))
    assert found.model == model
    assert found.proven
    assert set(found.sites) <= {"a", "b", "c"}
    assert found.bound <= found.value + 1e-6


def test_the_median_of_a_frame_bears_its_names():
    found = site(TIMES, weight=[100, 10, 20], number=1)
    assert found.sites == ("a",)
    assert found.value == 100 * 4 + 10 * 8 + 20 * 6


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"times_min": [[1.0, np.nan]]}, "time not a number"),
        ({"times_min": [[1.0, -2.0]]}, "negative time"),
        ({"number": 4}, "number above sites"),
        ({"times_min": [[np.inf, np.inf]], "number": 1}, "unreachable"),
        ({"weight": [-1, 1, 1]}, "weight not positive"),
    ],
)
def test_bad_input_is_named(wrong, said):
    given = {"times_min": TIMES, "number": 1, **wrong}
    with pytest.raises(InvalidSitingError, match=said):
        site(given.pop("times_min"), **given)


def test_everything_wrong_is_told_at_once():
    with pytest.raises(InvalidSitingError) as refused:
        site([[1.0, np.nan], [-1.0, 2.0]], weight=[1, -1], number=7)
    assert {finding.what for finding in refused.value.findings} == {
        "time_not_a_number",
        "negative_time",
        "weight_not_positive",
        "number_above_sites",
    }


@pytest.mark.parametrize("model", MODELS)
def test_demand_that_nothing_reaches_is_named_by_every_model(model):
    times = TIMES.copy()
    times.loc[["north", "east"]] = np.inf
    with pytest.raises(InvalidSitingError, match=r"unreachable: count 2, where north \(1\); east \(1\)") as refused:
        site(times, model=model, limit_min=7.0, number=2, **OWN.get(model, {}))
    assert refused.value.findings[0].ids == ("north", "east")


@pytest.mark.parametrize(
    ("model", "given", "named"),
    [
        # Within 3.5 minutes north has no site, south b and c, east c alone.
        ("set-covering", {"limit_min": 3.5}, ("north",)),
        ("set-covering", {"limit_min": 3.5, "forbidden": np.array([False, False, True])}, ("north", "east")),
        ("capacitated", {"limit_min": 3.5}, ("north",)),
        ("capacitated", {"limit_min": 8.0, "sizes": SIZE_AT_A}, ()),
        ("capacitated", {"limit_min": 7.0, "sizes": SIZE_AT_A}, ("south",)),
        ("nested-levels", {"times_min": [[4.0, 9.0, 7.0], [np.inf, np.inf, 3.0]], "levels": C_HAS_NO_LEVEL}, ("2",)),
    ],
)
def test_demand_beyond_every_standard_is_named_where_it_must_be_served(model, given, named):
    asked = {"times_min": TIMES, **OWN.get(model, {}), **given}
    if not named:
        assert site(asked.pop("times_min"), model=model, **asked).proven
        return
    with pytest.raises(InvalidSitingError) as refused:
        site(asked.pop("times_min"), model=model, **asked)
    assert [finding.ids for finding in refused.value.findings] == [named]


def test_demand_without_weight_may_be_out_of_reach():
    assert site(TIMES, model="set-covering", weight=[0, 1, 1], limit_min=3.5).sites == ("c",)


def test_no_such_model():
    with pytest.raises(ValueError, match="p-median"):
        site(TIMES, model="p-mean")


def test_nothing_is_feasible():
    with pytest.raises(InfeasibleSitingError):
        site(TIMES, number=1, fixed=np.array([True, True, False]))
