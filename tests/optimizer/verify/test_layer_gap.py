import pytest

from optimizer.verify.layers import _gap


@pytest.mark.parametrize(
    ("name", "value", "bound", "scale", "gap"),
    [
        ("late", 10.0, 0.0, 400.0, 0.025),
        ("late", 0.0, 0.0, 400.0, 0.0),
        ("unmet", 10.0, 8.0, 400.0, 0.2),
        ("cost", 10.0, 0.0, 400.0, 1.0),
    ],
)
def test_lateness_is_a_share_of_all_that_is_wanted_and_other_gaps_are_of_the_value(name, value, bound, scale, gap):
    assert _gap(name, value, bound, scale) == pytest.approx(gap)
