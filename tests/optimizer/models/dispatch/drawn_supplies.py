"""Districts drawn at random, tiny problems to be tried out or reckoned by hand, and what any schedule must hold."""

import numpy as np
import pytest

from optimizer.models.dispatch.supplies_problem import SuppliesProblem

MASS_KG = np.array([25.0, 3, 12, 8, 25, 10, 80, 40])
VOLUME_M3 = np.array([0.12, 0.02, 0.015, 0.02, 0.035, 0.04, 0.4, 0.03])
PEOPLE_A_UNIT = np.array([4.0, 1, 4, 4, 20, 50, 100, 5])
CLASSES = ("heavy", "medium", "light", "helicopter", "boat")
PAYLOAD_KG = np.array([10_000.0, 4_000, 1_200, 1_200, 1_000])
PAYLOAD_M3 = np.array([40.0, 18, 6, 5, 4])
LOADING_MIN = np.array([60.0, 35, 20, 20, 20])
UNLOADING_MIN = np.array([40.0, 25, 15, 10, 15])
WEIGHT_OF_PRIORITY = np.array([0.0, 1, 2, 4, 8, 16])


def district(seed: int, *, demand: float = 1.0, depots: int = 12, places: int = 36, requests: int = 60, scale: int = 1):
    """Build roads with obstacles, places cut off but for boats and helicopters, and scarce bridges.

    8 items, 40 vehicles times ``scale``; stock of 1.3 times the demand.
    """
    rng = np.random.default_rng(seed)
    travel = _travel(rng, depots, places, 60.0 * np.sqrt(scale))
    cut = rng.choice(places, max(1, places // 7), replace=False)
    no_heavy = rng.random(places) < 0.25
    cut_nodes, no_heavy_nodes = cut + depots, np.flatnonzero(no_heavy) + depots
    for kind in range(3):
        travel[kind][cut_nodes, :] = travel[kind][:, cut_nodes] = np.inf
    travel[0][no_heavy_nodes, :] = travel[0][:, no_heavy_nodes] = np.inf
    dry = np.setdiff1d(np.arange(places), cut) + depots
    travel[4][dry, :] = travel[4][:, dry] = np.inf
    item = rng.integers(0, 8, requests)
    place = np.concatenate([np.arange(places), rng.integers(0, places, max(0, requests - places))])[:requests]
    people = np.clip(np.round(rng.lognormal(6.6, 0.7, requests)), 100, 3000)
    people = np.where(np.isin(place, cut), np.minimum(people, 300), people) * demand
    quantity = np.ceil(people / PEOPLE_A_UNIT[item])
    stock = np.zeros((depots, 8))
    for one in range(8):
        holders = rng.choice(depots, min(depots, 5 * scale), replace=False)
        shares = rng.dirichlet(np.full(len(holders), 2.0))
        stock[holders, one] = np.floor(1.3 * quantity[item == one].sum() * shares) + 5
    kind = np.repeat(np.arange(5), np.array([10, 16, 10, 2, 2]) * scale)
    return SuppliesProblem(
        depot_ids=tuple(f"depot {d}" for d in range(depots)),
        place_ids=tuple(f"place {p}" for p in range(places)),
        item_ids=tuple(f"item {m}" for m in range(8)),
        class_ids=CLASSES,
        vehicle_ids=tuple(f"vehicle {v}" for v in range(len(kind))),
        request_ids=tuple(f"request {r}" for r in range(requests)),
        mass_kg=MASS_KG,
        volume_m3=VOLUME_M3,
        loading_min=LOADING_MIN,
        unloading_min=UNLOADING_MIN,
        travel_min=travel,
        vehicle_class=kind,
        vehicle_depot=rng.integers(0, depots, len(kind)),
        ready_min=np.full(len(kind), 15.0),
        payload_kg=PAYLOAD_KG[kind],
        payload_m3=PAYLOAD_M3[kind],
        stock=stock,
        last_resort=np.zeros(depots, dtype=bool),
        available_min=np.zeros(depots),
        request_place=place,
        request_item=item,
        quantity=quantity,
        people=people,
        weight=WEIGHT_OF_PRIORITY[rng.choice([1, 2, 3, 4, 5], requests, p=[0.15, 0.25, 0.3, 0.2, 0.1])] * people / 100,
        deadline_min=rng.choice([180.0, 240, 360, 480, 720, 1080], requests),
        change_penalty=np.zeros((requests, depots)),
        horizon_min=1440.0,
    )


def _travel(rng: np.random.Generator, depots: int, places: int, side_km: float) -> np.ndarray:
    """(5, D + P, D + P) minutes before anything is closed."""
    centres = rng.uniform(0.1, 0.9, (6, 2)) * side_km
    points = np.clip(centres[rng.integers(0, 6, depots + places)] + rng.normal(0, 7, (depots + places, 2)), 0, side_km)
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    slow = np.triu(rng.uniform(1.2, 1.9, km.shape) * np.where(rng.random(km.shape) < 0.35, 2.5, 1.0), 1)
    road = km * (slow + slow.T) / 35 * 60 + 3
    np.fill_diagonal(road, 0)
    for via in range(len(road)):
        road = np.minimum(road, road[:, via, None] + road[None, via])
    flight, water = km / 180 * 60 + 8, km * 1.3 / 20 * 60
    np.fill_diagonal(flight, 0)
    return np.stack([road * 1.25, road, road * 0.9, flight, water])


def tiny(seed: int = 0, *, requests: int = 3, vehicles: int = 2, **changes) -> SuppliesProblem:
    """Two depots, three places, two items; few units, so that all schedules can be tried."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 100, (5, 2))
    minutes = np.round(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)))
    given = {
        "depot_ids": ("east", "west"),
        "place_ids": ("a", "b", "c"),
        "item_ids": ("tent", "rice"),
        "class_ids": ("truck", "van"),
        "vehicle_ids": tuple(f"v{v}" for v in range(vehicles)),
        "request_ids": tuple(f"r{r}" for r in range(requests)),
        "mass_kg": np.array([25.0, 10]),
        "volume_m3": np.array([0.1, 0.3]),
        "loading_min": np.array([30.0, 10]),
        "unloading_min": np.array([20.0, 10]),
        "travel_min": np.stack([minutes, minutes * 0.8]),
        "vehicle_class": np.arange(vehicles) % 2,
        "vehicle_depot": rng.integers(0, 2, vehicles),
        "ready_min": rng.integers(0, 60, vehicles).astype(float),
        "payload_kg": np.full(vehicles, 50.0),
        "payload_m3": np.full(vehicles, 0.6),
        "stock": rng.integers(0, 5, (2, 2)).astype(float),
        "last_resort": np.array([False, False]),
        "available_min": np.zeros(2),
        "request_place": rng.integers(0, 3, requests),
        "request_item": rng.integers(0, 2, requests),
        "quantity": rng.integers(1, 4, requests).astype(float),
        "people": np.full(requests, 10.0),
        "weight": rng.integers(1, 9, requests).astype(float),
        "deadline_min": rng.integers(60, 300, requests).astype(float),
        "change_penalty": np.zeros((requests, 2)),
        "horizon_min": 400.0,
    }
    return SuppliesProblem(**(given | changes))


def one_of_each(**changes) -> SuppliesProblem:
    """One truck at east, 40 minutes from a; 4 tents wanted, weight 8, deadline 100, horizon 400."""
    travel = np.full((2, 5, 5), np.inf)
    travel[0, 0, 2], travel[0, 2, 0] = 40, 50
    given = {
        "travel_min": travel,
        "vehicle_class": np.array([0]),
        "vehicle_depot": np.array([0]),
        "ready_min": np.array([10.0]),
        "stock": np.array([[4.0, 0], [0, 0]]),
        "request_place": np.array([0]),
        "request_item": np.array([0]),
        "quantity": np.array([4.0]),
        "weight": np.array([8.0]),
        "deadline_min": np.array([100.0]),
    }
    return tiny(requests=1, vehicles=1, **(given | changes))


def assert_holds(problem: SuppliesProblem, trips) -> dict[str, float]:
    """Replay a schedule from its words alone; units brought by request."""
    stock = problem.stock.copy()
    brought = dict.fromkeys(problem.request_ids, 0.0)
    free = dict(zip(problem.vehicle_ids, problem.start_min, strict=True))
    for trip in trips:
        vehicle = problem.vehicle_ids.index(trip.vehicle)
        kind, depot = problem.vehicle_class[vehicle], problem.vehicle_depot[vehicle]
        assert trip.depot == problem.depot_ids[depot]
        assert trip.loading_begins_min >= free[trip.vehicle] - 1e-6
        assert trip.departs_min == pytest.approx(trip.loading_begins_min + problem.loading_min[kind])
        now, node, load = trip.departs_min, depot, np.zeros(2)
        for stop in trip.stops:
            there = problem.place_ids.index(stop.place) + len(problem.depot_ids)
            assert stop.arrives_min == pytest.approx(now + problem.travel_min[kind, node, there])
            assert stop.arrives_min <= problem.horizon_min + 1e-6
            assert stop.leaves_min == pytest.approx(stop.arrives_min + problem.unloading_min[kind])
            now, node = stop.leaves_min, there
            for drop in stop.deliveries:
                r = problem.request_ids.index(drop.request)
                assert problem.request_place[r] + len(problem.depot_ids) == there
                assert drop.units == round(drop.units) > 0
                item = problem.request_item[r]
                load += drop.units * np.array([problem.mass_kg[item], problem.volume_m3[item]])
                stock[depot, item] -= drop.units
                brought[drop.request] += drop.units
        assert load[0] <= problem.payload_kg[vehicle] + 1e-3
        assert load[1] <= problem.payload_m3[vehicle] + 1e-3
        assert trip.returns_min == pytest.approx(now + problem.travel_min[kind, node, depot])
        free[trip.vehicle] = trip.returns_min
    assert (stock >= -1e-6).all()
    assert all(units <= q for units, q in zip(brought.values(), problem.quantity, strict=True))
    return brought
