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


def test_no_such_model():
    with pytest.raises(ValueError, match="p-median"):
        site(TIMES, model="p-mean")


def test_nothing_is_feasible():
    with pytest.raises(InfeasibleSitingError):
        site(TIMES, number=1, fixed=np.array([True, True, False]))
