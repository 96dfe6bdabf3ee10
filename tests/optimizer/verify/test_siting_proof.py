"""A siting folder's claim of a proof, in whatever units its value is."""

import pytest

from optimizer.verify.siting.totals import _verify_proof


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(("bound", "status", "holds"), [
    (0.5, "proven", False), (0.5, "time_limit", True), (1.0 - 1e-7, "proven", True), (1.0 + 1e-3, "proven", False),
])  # fmt: skip
def test_a_bound_proves_by_its_share_of_the_value(unit, bound, status, holds):
    result = {"value": unit, "bound": bound * unit, "gap": max(1.0 - bound, 0.0), "status": status}
    assert (not _verify_proof(result).failures) is holds


@pytest.mark.parametrize(("bound", "status", "holds"), [(0.0, "proven", True), (-1e-8, "proven", False)])
def test_nothing_lost_is_proven_by_nothing_alone(bound, status, holds):
    result = {"value": 0.0, "bound": bound, "gap": 0.0, "status": status}
    assert (not _verify_proof(result).failures) is holds
