"""Requests for supplies, the stock and the vehicles that may meet them; all that is wrong is named at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class InvalidSuppliesError(ValueError):
    """A problem that makes no sense.

    Attributes
    ----------
    faults : tuple of str
        Each names the field, the place in it and the value.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class SuppliesProblem:
    """Minutes count from the start of the dispatch; places of ``travel_min`` are the depots, then the other places.

    Raises
    ------
    InvalidSuppliesError
        With all that is wrong.

    Attributes
    ----------
    depot_ids, place_ids, item_ids, class_ids, vehicle_ids, request_ids : tuple of str
        D depots, P places, M items, C classes, V vehicles, R requests.
    mass_kg, volume_m3 : (M,)
        Of one unit.
    loading_min, unloading_min : (C,)
        Of a trip, of a stop.
    travel_min : (C, D + P, D + P)
        From row to column; infinite where this class has no way.
    vehicle_class, vehicle_depot : (V,) int
        A vehicle loads at its home depot and returns to it.
    ready_min, payload_kg, payload_m3 : (V,)
        ``ready_min`` may be infinite: not to be had.
    stock : (D, M)
        Units.
    last_resort : (D,) bool
        Suppliers, called upon where others do not suffice.
    available_min : (D,)
        When loading may begin.
    request_place, request_item : (R,) int
        Place of 0 … P - 1, item of 0 … M - 1.
    quantity : (R,)
        Whole units.
    people, weight : (R,)
    deadline_min : (R,)
    change_penalty : (R, D)
        Weight lost if all of a request comes from a depot other than promised before.
    horizon_min : float
        Nothing arrives after it.
    opens_min : (C, D + P, D + P), optional
        Minute from which on a way is open; who comes sooner waits where it is. 0 if left out.
    vehicle_node : (V,) int, optional
        Place of ``travel_min`` where a vehicle is at ``ready_min``, from where it goes home first; its home depot if
        left out.
    """

    depot_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    class_ids: tuple[str, ...]
    vehicle_ids: tuple[str, ...]
    request_ids: tuple[str, ...]
    mass_kg: Floats
    volume_m3: Floats
    loading_min: Floats
    unloading_min: Floats
    travel_min: Floats
    vehicle_class: Integers
    vehicle_depot: Integers
    ready_min: Floats
    payload_kg: Floats
    payload_m3: Floats
    stock: Floats
    last_resort: NDArray[np.bool_]
    available_min: Floats
    request_place: Integers
    request_item: Integers
    quantity: Floats
    people: Floats
    weight: Floats
    deadline_min: Floats
    change_penalty: Floats
    horizon_min: float
    vehicle_node: Integers | None = None
    opens_min: Floats | None = None

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise InvalidSuppliesError(faults)

    @property
    def start_min(self) -> Floats:
        """(V,) minute at which a vehicle may begin to load first."""
        home, at = self.vehicle_depot, self.nodes_of_vehicles
        way_home = np.where(at == home, 0.0, self.travel_min[self.vehicle_class, at, home])
        leaves = np.where(at == home, self.ready_min, np.maximum(self.ready_min, self.opened[self.vehicle_class, at, home]))
        return np.maximum(leaves + way_home, self.available_min[home])

    @property
    def opened(self) -> Floats:
        """(C, D + P, D + P) minute from which on a way is open."""
        return np.zeros_like(self.travel_min, dtype=float) if self.opens_min is None else self.opens_min

    @property
    def nodes_of_vehicles(self) -> Integers:
        """(V,) place of ``travel_min`` where a vehicle is at ``ready_min``."""
        return self.vehicle_depot if self.vehicle_node is None else self.vehicle_node


MAY_BE_INFINITE = ("travel_min", "ready_min", "available_min", "deadline_min")
MUST_BE_WHOLE = ("quantity",)
MAY_BE_LEFT_OUT = ("vehicle_node", "opens_min")


def _faults(problem: SuppliesProblem) -> list[str]:
    """Everything wrong, field by field."""
    faults = [
        f"{field.name}: {name!r} stands there twice"
        for field in fields(problem)
        if field.name.endswith("_ids")
        for name in sorted({one for one in getattr(problem, field.name) if getattr(problem, field.name).count(one) > 1})
    ]
    for name, shape in _shapes(problem).items():
        values = getattr(problem, name)
        if values is None and name in MAY_BE_LEFT_OUT:
            continue
        if np.shape(values) != shape:
            faults.append(f"{name}: its shape is {np.shape(values)}, {shape} is wanted")
        else:
            faults += _wrong_numbers(name, np.asarray(values, dtype=float))
    for name, size in _index_sizes(problem).items():
        if getattr(problem, name) is None and name in MAY_BE_LEFT_OUT:
            continue
        values = np.asarray(getattr(problem, name))
        if values.dtype.kind not in "iu":
            faults.append(f"{name}: whole numbers are wanted, not {values.dtype}")
            continue
        faults += [
            f"{name}[{place}]: {values[place]} is not one of 0 to {size - 1}"
            for place in np.flatnonzero((values < 0) | (values >= size))
        ]
    return faults


def _shapes(problem: SuppliesProblem) -> dict[str, tuple[int, ...]]:
    depots, places, items = len(problem.depot_ids), len(problem.place_ids), len(problem.item_ids)
    classes, vehicles, requests = len(problem.class_ids), len(problem.vehicle_ids), len(problem.request_ids)
    return {
        **dict.fromkeys(("mass_kg", "volume_m3"), (items,)),
        **dict.fromkeys(("loading_min", "unloading_min"), (classes,)),
        **dict.fromkeys(("travel_min", "opens_min"), (classes, depots + places, depots + places)),
        **dict.fromkeys(("vehicle_class", "vehicle_depot", "vehicle_node"), (vehicles,)),
        **dict.fromkeys(("ready_min", "payload_kg", "payload_m3"), (vehicles,)),
        "stock": (depots, items),
        **dict.fromkeys(("last_resort", "available_min"), (depots,)),
        **dict.fromkeys(("request_place", "request_item", "quantity", "people", "weight", "deadline_min"), (requests,)),
        "change_penalty": (requests, depots),
        "horizon_min": (),
    }


def _index_sizes(problem: SuppliesProblem) -> dict[str, int]:
    return {
        "vehicle_class": len(problem.class_ids),
        "vehicle_depot": len(problem.depot_ids),
        "vehicle_node": len(problem.depot_ids) + len(problem.place_ids),
        "request_place": len(problem.place_ids),
        "request_item": len(problem.item_ids),
    }


def _wrong_numbers(name: str, values: Floats) -> list[str]:
    """Name each number that is none, negative, infinite or broken where it must not be."""
    if name in ("vehicle_class", "vehicle_depot", "vehicle_node", "request_place", "request_item"):
        return []
    wrong = np.isnan(values) | (values < 0)
    if name not in MAY_BE_INFINITE:
        wrong |= np.isinf(values)
    if name in MUST_BE_WHOLE:
        wrong |= values != np.round(values)
    wanted = "a whole number" if name in MUST_BE_WHOLE else "a number"
    return [
        f"{name}{list(map(int, place)) if place else ''}: {values[place]} is not {wanted} of 0 or more"
        for place in zip(*np.nonzero(np.atleast_1d(wrong)), strict=True)
        if values.ndim
    ] + ([f"{name}: {values} is not {wanted} of 0 or more"] if not values.ndim and bool(wrong) else [])
