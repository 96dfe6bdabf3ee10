"""A small reserve problem that can be solved by trying everything."""

from collections.abc import Callable

import numpy as np
import pytest

from optimizer.models.reserve_problem import (
    LOCAL,
    DepotWish,
    Equipment,
    Holdings,
    Lines,
    Offers,
    Recourse,
    ReserveProblem,
    Sizes,
)


def whole(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def small_problem(seed: int = 0, *, risk: str = "expected", budget: float | None = None) -> ReserveProblem:
    """Two depots (the second a candidate of two sizes), two items, two places, two scenarios, one lorry each.

    Place 1 also holds a little of item 0 itself.
    """
    rng = np.random.default_rng(seed)
    want = rng.integers(0, 9, (2, 2, 2)).astype(float)
    minutes = rng.integers(10, 60, (2, 2, 2)).astype(float)  # scenario, source, place
    arcs = [(s, j, v, 0, minutes[s, j, v]) for s in range(2) for j in range(2) for v in range(2)]
    arcs = [arc for arc in arcs if rng.random() < 0.8] + [(s, 2, 1, LOCAL, 0.0) for s in range(2)]
    scenario, source, place, kind, drive = (np.array(column) for column in zip(*arcs, strict=True))
    due = np.array([120.0, 300.0])
    return ReserveProblem(
        sources=("depot", "candidate", "village"),
        items=("water", "quilt"),
        payers=("district",),
        places=("near", "far"),
        scenarios=("flood", "quake"),
        vehicle_classes=("lorry",),
        storage_m3=np.array([8.0, 0.0, 1.0]),
        volume_m3=np.array([1.0, 2.0]),
        move_cost_cny=np.array([0.5, 0.5]),
        priority=whole(1, 2),
        deadline_min=np.array([120.0, 120.0]),
        budget_cny=np.array([float(rng.integers(10, 40)) if budget is None else budget]),
        sizes=Sizes(whole(1, 1), np.array([4.0, 9.0]), np.array([7.0, 12.0]), whole(0, 0)),
        forbidden_sizes=(),
        holdings=Holdings(
            source=whole(0, 0, 1, 2),
            item=whole(0, 1, 0, 0),
            payer=whole(0, 0, 0, 0),
            existing=np.array([1.0, 2.0, 0.0, 1.0]),
            movable=np.zeros(4, dtype=bool),
        ),
        lines=Lines(whole(0, 2), np.array([3.0, 3.0]), np.array([5.0, 4.0])),
        offers=Offers(whole(), whole(), np.empty(0), np.empty(0), whole()),
        equipment=Equipment(
            np.array([1.0, 1.0]), np.array([6.0, 9.0]), whole(0, 0), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        ),
        depot_wishes=(DepotWish("town", (0, 1), (0.0, 0.0, 1.0)),),
        stock_wishes=(),
        recourse=Recourse(
            probability=np.array([0.7, 0.3]),
            want=want,
            per_person=np.broadcast_to(np.array([2.0, 1.0]), want.shape).copy(),
            kept=np.array([[1.0, 1.0, 1.0], [0.5, 1.0, 1.0]]),
            arc_scenario=scenario.astype(np.int64),
            arc_source=source.astype(np.int64),
            arc_place=place.astype(np.int64),
            arc_class=kind.astype(np.int64),
            cycle_min=np.where(kind == LOCAL, 0.0, 20 + 2 * drive),
            arrival_min=np.where(kind == LOCAL, 0.0, 30 + drive),
            load=np.array([[0.5], [1.0]]),
            pool_class=whole(0, 0),
            pool_vehicles=np.ones((2, 2)),
            posting_scenario=whole(0, 0, 0, 1, 1, 1),
            posting_pool=whole(0, 0, 1, 0, 0, 1),
            posting_source=whole(0, 1, 1, 0, 1, 1),
            posting_minutes=np.array([due - 30, due - 50, due - 30] * 2),
            due_min=due,
        ),
        risk=risk,  # type: ignore[arg-type]
    )


@pytest.fixture
def reserve_problem() -> Callable[..., ReserveProblem]:
    """Build :func:`small_problem` of a seed."""
    return small_problem
