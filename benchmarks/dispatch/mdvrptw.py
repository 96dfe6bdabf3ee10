"""Multi-depot vehicle routing with time windows: public instances, toured by the function that the product uses.

The files are those of Vidal et al. (2013) in the form of VRPLIB. Their unit of length is taken for a minute. What tours
cost is worked out again from the file: distances in thousandths, rounded, as the best known values count them.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.dispatch.row import DispatchRow
from benchmarks.row import Unfinished, within
from optimizer.models.dispatch.tours import find_tours
from optimizer.models.dispatch.tours_problem import Tour, ToursProblem

Floats = NDArray[np.float64]

ENGINE = "tours, PyVRP"
PARTS = 1000
SPARE_S = 120.0
PROCESSES = 2


@dataclass(frozen=True, eq=False)
class Instance:
    """Places: depots first, then customers.

    Attributes
    ----------
    depots : int
    points : (D + N, 2)
    demand, service, earliest, latest : (D + N,)
    vehicle_depot : (V,) int
    capacity, longest : float
    """

    depots: int
    points: Floats
    demand: Floats
    service: Floats
    earliest: Floats
    latest: Floats
    vehicle_depot: NDArray[np.int64]
    capacity: float
    longest: float

    @property
    def distance(self) -> Floats:
        """(D + N, D + N) as the crow flies."""
        return np.asarray(np.linalg.norm(self.points[:, None] - self.points[None], axis=2))

    def problem(self) -> ToursProblem:
        """State it as tours: one class of vehicles, one trip each, no volume."""
        depots, vehicles = self.depots, len(self.vehicle_depot)
        customers = len(self.points) - depots
        return ToursProblem(
            visit_ids=tuple(str(number + depots + 1) for number in range(customers)),
            vehicle_ids=tuple(str(number + 1) for number in range(vehicles)),
            travel_min=self.distance[None],
            loading_min=np.zeros(1),
            service_min=self.service[None, depots:],
            visit_place=np.arange(customers),
            mass_kg=self.demand[depots:],
            volume_m3=np.zeros(customers),
            earliest_min=self.earliest[depots:],
            latest_min=self.latest[depots:],
            vehicle_class=np.zeros(vehicles, dtype=np.int64),
            vehicle_depot=self.vehicle_depot,
            ready_min=self.earliest[self.vehicle_depot],
            payload_kg=np.full(vehicles, self.capacity),
            payload_m3=np.zeros(vehicles),
            back_by_min=self.latest[self.vehicle_depot],
            away_min=np.full(vehicles, self.longest),
        )

    def cost(self, tours: tuple[Tour, ...]) -> int:
        """Thousandths of distance.

        Raises
        ------
        ValueError
            Where tours break a rule of the instance.
        """
        far = np.rint(self.distance * PARTS).astype(np.int64)
        visited = [visit for tour in tours for trip in tour.trips for visit in trip.visits]
        if sorted(visited) != list(range(len(self.points) - self.depots)):
            raise ValueError("not every customer is visited once")
        if len({tour.vehicle for tour in tours}) < len(tours) or any(len(tour.trips) != 1 for tour in tours):
            raise ValueError("a vehicle goes twice")
        return sum(self._tour_cost(tour, far) for tour in tours)

    def _tour_cost(self, tour: Tour, far: NDArray[np.int64]) -> int:
        depot, (trip,) = int(self.vehicle_depot[tour.vehicle]), tour.trips
        nodes = [depot, *(visit + self.depots for visit in trip.visits), depot]
        if self.demand[nodes[1:-1]].sum() > self.capacity:
            raise ValueError(f"vehicle {tour.vehicle} is overloaded")
        clock = left = max(trip.loading_begins_min, self.earliest[depot])
        for here, there in pairwise(nodes):
            clock = max(clock + self.service[here] * (here != depot) + far[here, there] / PARTS, self.earliest[there])
            if clock > self.latest[there] + 1e-6:
                raise ValueError(f"vehicle {tour.vehicle} is at {there} at {clock}, after {self.latest[there]}")
        if clock - left > self.longest + 1e-6:
            raise ValueError(f"vehicle {tour.vehicle} is away for {clock - left}, longer than {self.longest}")
        return int(far[nodes[:-1], nodes[1:]].sum())


def read_instance(path: Path) -> Instance:
    """Read a file of VRPLIB with depots first."""
    head, sections = _parts_of(path)
    rows = {name: np.array(lines, dtype=float)[:, 1:] for name, lines in sections.items() if name != "DEPOT"}
    depots = [int(line[0]) for line in sections["DEPOT"]]
    if depots != list(range(1, len(depots) + 1)):
        raise ValueError(f"{path.name}: depots are not the first places")
    if len(rows["NODE_COORD"]) != int(head["DIMENSION"]):
        raise ValueError(f"{path.name}: {len(rows['NODE_COORD'])} places, {head['DIMENSION']} were announced")
    return Instance(
        depots=len(depots),
        points=rows["NODE_COORD"],
        demand=rows["DEMAND"][:, 0],
        service=rows["SERVICE_TIME"][:, 0],
        earliest=rows["TIME_WINDOW"][:, 0],
        latest=rows["TIME_WINDOW"][:, 1],
        vehicle_depot=rows["VEHICLES_DEPOT"][:, 0].astype(np.int64) - 1,
        capacity=float(head["CAPACITY"]),
        longest=float(head["VEHICLES_MAX_DURATION"]),
    )


def _parts_of(path: Path) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
    """The head, and the lines of every section."""
    head: dict[str, str] = {}
    sections: dict[str, list[list[str]]] = {}
    lines: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if value:
            head[name.strip()] = value.strip()
        elif line.strip().endswith("_SECTION"):
            lines = sections.setdefault(line.strip().removesuffix("_SECTION"), [])
        elif line.strip() and line.strip() != "EOF":
            lines.append(line.split())
    return head, sections


@dataclass(frozen=True)
class Toured:
    """Tours' cost in thousandths, CPU seconds and seconds by the clock, rounds of the search."""

    cost: int
    seconds: float
    wall_seconds: float
    iterations: int


def toured(path: Path, time_limit_s: float, seed: int, processes: int = PROCESSES) -> Toured:
    """Read an instance, tour it, and work out what that costs."""
    instance = read_instance(path)
    began, clock = cpu_seconds(), time.perf_counter()
    found = find_tours(instance.problem(), time_limit_s=time_limit_s, seed=seed, processes=processes)
    seconds, wall = cpu_seconds() - began, time.perf_counter() - clock
    if found is None:
        raise ValueError(f"{path.name}: no tours were found")
    return Toured(instance.cost(found.tours), seconds, wall, found.iterations)


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])


def tour_rows(folder: Path, time_limit_s: float, seed: int) -> Iterator[DispatchRow]:
    """Tour every instance of a folder, each in a process of its own."""
    files = sorted(folder.rglob("*.vrp"))
    if not files:
        raise FileNotFoundError(f"{folder} holds no .vrp file")
    for path in files:
        run = within(time_limit_s + SPARE_S, toured, path, time_limit_s, seed)
        row = DispatchRow(path.stem, ENGINE, run.seconds, run.peak_mb, part="tours", seed=seed)
        if isinstance(run, Unfinished):
            yield replace(row, status=run.why)
        else:
            found = run.answer
            told = f"{found.iterations} rounds, no bound"
            yield replace(
                row, seconds=found.seconds, wall_seconds=found.wall_seconds, value=float(found.cost), status=told
            )


def with_best_known(rows: list[DispatchRow], optima: Path) -> list[DispatchRow]:
    """Put what is published beside, and how far above it the tours are."""
    with optima.open(encoding="utf-8", newline="") as file:
        known = {
            line["instance"]: float(line["value"]) for line in csv.DictReader(file) if line["problem"] == "MDVRPTW"
        }
    return [
        row
        if row.value is None or row.case not in known
        else replace(row, reference=known[row.case], gap=row.value / known[row.case] - 1.0)
        for row in rows
    ]
