"""What the reserve model is given and what it returns: labelled arrays, frozen.

Indices are positions in the label tuples; the sets and parameters bear the names of the formulation in
:mod:`optimizer.models.reserve`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.models.layer import Layer

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Risk = Literal["expected", "cvar", "worst"]
Tier = Literal["decided", "mandatory", "advisory"]
TIERS: tuple[Tier, ...] = ("decided", "mandatory", "advisory")
LOCAL = -1
"""Vehicle class of an arc that needs no vehicle: stock held where it is wanted."""


@dataclass(frozen=True)
class Sizes:
    """Sizes z: (Z,) arrays of source, storage, this year's cost and payer."""

    source: Ints
    storage_m3: Floats
    cost_cny: Floats
    payer: Ints


@dataclass(frozen=True)
class Holdings:
    """Holdings (j, i, o) of relief items: (H,) arrays. ``movable`` ones may be moved between sources of one payer."""

    source: Ints
    item: Ints
    payer: Ints
    existing: Floats
    movable: NDArray[np.bool_]


@dataclass(frozen=True)
class Lines:
    """Purchase lines l of relief: (L,) arrays; ``holding`` is where the packs go."""

    holding: Ints
    pack: Floats
    cost_cny: Floats


@dataclass(frozen=True)
class Offers:
    """Offers k of suppliers: (K,) arrays; each is a source of its own that gives one item."""

    source: Ints
    item: Ints
    most: Floats
    fee_cny: Floats
    payer: Ints


@dataclass(frozen=True)
class Equipment:
    """Equipment wanted, in classes q of equal sites: (Q,) arrays.

    ``units`` are missing in all; each short unit weighs ``weight[q, tier]`` (tiers as in :data:`TIERS`) and costs
    ``price_cny``, paid by ``payer``.
    """

    units: Floats
    price_cny: Floats
    payer: Ints
    weight: Floats


@dataclass(frozen=True)
class DepotWish:
    """A depot wanted in a place: at least one size of ``sizes`` is to be built; ``weight`` by tier."""

    label: str
    sizes: tuple[int, ...]
    weight: tuple[float, float, float]


@dataclass(frozen=True)
class StockWish:
    """So much of an item is wanted at a source, whoever owns it; ``weight`` by tier for all of it."""

    label: str
    source: int
    item: int
    units: float
    weight: tuple[float, float, float]


@dataclass(frozen=True)
class Recourse:
    """The second stage of all scenarios.

    Attributes
    ----------
    probability : (S,)
        Sums to 1.
    want, per_person : (S, V, I)
        Units wanted, and units that one person needs.
    kept : (S, J)
    arc_scenario, arc_source, arc_place, arc_class : (A,)
    cycle_min, arrival_min : (A,)
    load : (I, C)
        Vehicle loads a unit.
    pool_class : (P,)
    pool_vehicles : (S, P)
    posting_scenario, posting_pool, posting_source : (N,)
    posting_minutes : (N, D)
    due_min : (D,)
        Increasing; the last is the late horizon.
    """

    probability: Floats
    want: Floats
    per_person: Floats
    kept: Floats
    arc_scenario: Ints
    arc_source: Ints
    arc_place: Ints
    arc_class: Ints
    cycle_min: Floats
    arrival_min: Floats
    load: Floats
    pool_class: Ints
    pool_vehicles: Floats
    posting_scenario: Ints
    posting_pool: Ints
    posting_source: Ints
    posting_minutes: Floats
    due_min: Floats


@dataclass(frozen=True)
class ReserveProblem:
    """One instance of the reserve model."""

    sources: tuple[str, ...]
    items: tuple[str, ...]
    payers: tuple[str, ...]
    places: tuple[str, ...]
    scenarios: tuple[str, ...]
    vehicle_classes: tuple[str, ...]
    storage_m3: Floats
    volume_m3: Floats
    move_cost_cny: Floats
    priority: Ints
    deadline_min: Floats
    budget_cny: Floats
    sizes: Sizes
    forbidden_sizes: tuple[int, ...]
    holdings: Holdings
    lines: Lines
    offers: Offers
    equipment: Equipment
    depot_wishes: tuple[DepotWish, ...]
    stock_wishes: tuple[StockWish, ...]
    recourse: Recourse
    risk: Risk = "expected"
    cvar_share: float = 0.2
    priority_ratio: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what is no instance: a defect of the caller, named by array."""
        for name, values in (("want", self.recourse.want), ("cycle_min", self.recourse.cycle_min)):
            if not np.isfinite(values).all() or (values < 0).any():
                raise ValueError(f"{name} holds a negative or missing number")
        if not np.isclose(self.recourse.probability.sum(), 1):
            raise ValueError("probabilities do not sum to 1")
        shape = (len(self.scenarios), len(self.places), len(self.items))
        if self.recourse.want.shape != shape:
            raise ValueError(f"want has shape {self.recourse.want.shape}, not {shape}")


@dataclass(frozen=True)
class ReserveSolution:
    """What to do, by position in the problem's arrays, and how well that is proven.

    Attributes
    ----------
    build : (Z,) of 0 and 1
    packs : (L,) whole numbers
    moved_in, moved_out : (H,)
    contract : (K,)
    bought : (Q,) whole units of equipment
    shipments : DataFrame
        ``arc``, ``item``, ``late`` (bool), ``units``; positive rows only.
    posted : (N,)
    unmet : (S, V, I)
    layers : tuple of Layer
    """

    build: Ints
    packs: Ints
    moved_in: Floats
    moved_out: Floats
    contract: Floats
    bought: Ints
    shipments: pd.DataFrame
    posted: Floats
    unmet: Floats
    layers: tuple[Layer, ...]
