"""Measures over scenarios, with the arithmetic written out."""

import numpy as np
import pytest

from optimizer.models.siting.measure import Measure, conditional_value_at_risk

LOSSES = np.array([4.0, 10.0, 2.0, 6.0])
PROBABILITY = np.array([0.5, 0.1, 0.2, 0.2])


def test_tail_counts_edge_in_part() -> None:
    # the worst 20 %: all of the 0.1 at 10, then 0.1 of the 0.2 at 6
    assert conditional_value_at_risk(LOSSES, PROBABILITY, 0.8) == pytest.approx((0.1 * 10 + 0.1 * 6) / 0.2)
    assert conditional_value_at_risk(LOSSES, PROBABILITY, 0.0) == pytest.approx(LOSSES @ PROBABILITY)


@pytest.mark.parametrize("level", [0.0, 0.5, 0.9])
def test_infinite_loss_is_never_unknown(level: float) -> None:
    losses = np.array([np.inf, 1.0, 2.0, 3.0])
    assert Measure("cvar", level).of(losses, PROBABILITY) == np.inf


def test_infinite_loss_of_no_probability_does_not_count() -> None:
    losses = np.array([np.inf, 1.0, 2.0])
    assert conditional_value_at_risk(losses, np.array([0.0, 0.5, 0.5]), 0.5) == pytest.approx(2.0)


def test_measures_agree_on_one_scenario() -> None:
    one, sure = np.array([7.0]), np.array([1.0])
    assert {Measure(name).of(one, sure) for name in ("expected", "worst", "cvar")} == {7.0}
    assert Measure("regret").of(one, sure, np.array([5.0])) == 2.0
    with pytest.raises(ValueError, match="least loss of every scenario"):
        Measure("regret").of(one, sure)
