"""Check the rows of ``python -m benchmarks siting`` from the instances alone: ``python -m benchmarks.check_siting``.

Nothing of the optimizer or of the benchmark is imported: the instances are read here once more, by other means, and
every value is worked out from the chosen sites. A row fails whose sites are not of the instance or too many, whose
value its sites do not give, whose bound lies on the wrong side of its value or of the published optimum, whose value
is better than the published optimum, or which is called proven without being so. A value that is worse and not
called proven is told, and is no fault.

Maximal covering counts the weight covered, with a bound from above; everything else is minimised.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import eye_array, kron

Floats = NDArray[np.floating[Any]]
Sites = NDArray[np.int64]

RELATIVE, ABSOLUTE = 1e-6, 1e-4
"""Values that differ by less are the same: published costs are rounded to a thousandth."""

PEER = "spopt"
HIGHEST_IS_BEST = "maximal-covering"
KINDS = {
    "p-median": "p-median",
    "p-center": "p-center",
    "cflp": "capacitated",
    "mclp": "maximal-covering",
    "lscp": "set-covering",
}


MENDED = "_mended"
WHOLE = {11: (549, 5495), 34: (129, 12912)}
"""Customers of cap41–44 and cap51: what they want in copies that were cut short, and in what the optima are of."""


@dataclass(frozen=True)
class Checked:
    """What the sites give, and what is wrong."""

    value: float
    faults: tuple[str, ...]


@lru_cache(maxsize=2)
def shortest_paths(path: Path) -> tuple[Floats, int]:
    """All distances of a pmed file by Floyd and Warshall, and its number."""
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    nodes, number = int(lines[0][0]), int(lines[0][2])
    distances = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(distances, 0.0)
    for tail, head, length in lines[1:]:
        a, b = int(tail) - 1, int(head) - 1
        distances[a, b] = distances[b, a] = float(length)
    for k in range(nodes):
        np.minimum(distances, distances[:, k, None] + distances[None, k, :], out=distances)
    return distances, number


def san_jose(path: Path) -> tuple[Floats, Floats]:
    """Points of a San José file and the demands beside it."""
    points = np.loadtxt(path, skiprows=1)
    return points, np.loadtxt(path.parent / f"demand-{path.stem}.dat")


def apart(points: Floats, places: Floats) -> Floats:
    """Distance of each point from the nearest of ``places``."""
    nearest = np.full(len(points), np.inf)
    for place in places:
        np.minimum(nearest, np.hypot(points[:, 0] - place[0], points[:, 1] - place[1]), out=nearest)
    return nearest


def p_median(name: str, files: dict[str, Path], sites: Sites) -> tuple[float, int]:
    """Value of 1-based sites, and how many may be open; the same of every model below."""
    distances, number = shortest_paths(files[name])
    return float(distances[:, within(sites, len(distances))].min(axis=1).sum()), number


def p_center(name: str, files: dict[str, Path], sites: Sites) -> tuple[float, int]:
    """The longest of the distances from the nearest site."""
    distances, number = shortest_paths(files[name])
    return float(distances[:, within(sites, len(distances))].min(axis=1).max()), number


def set_covering(name: str, files: dict[str, Path], sites: Sites) -> tuple[float, int]:
    """How many sites, infinite where a point is left uncovered."""
    stem, how = name.split("_")
    if how == "quarter":
        distances, _ = shortest_paths(files[stem])
        count, radius = len(distances), float(np.floor(distances.max() / 4))
        nearest = distances[:, within(sites, count)].min(axis=1)
    else:
        points, _ = san_jose(files[stem])
        count, radius = len(points), float(how.removeprefix("r"))
        nearest = apart(points, points[within(sites, count)])
    return float(len(sites)) if (nearest <= radius).all() else float("inf"), count


def maximal_covering(name: str, files: dict[str, Path], sites: Sites) -> tuple[float, int]:
    """Weight within the radius of a site."""
    match = re.fullmatch(r"(\w+?)_r([\d.]+)_p(\d+)", re.sub(r"_seed\d+$", "", name))
    if match is None:
        raise ValueError(f"{name} says neither radius nor number")
    stem, radius, number = match[1], float(match[2]), int(match[3])
    if stem.startswith("uniform"):
        count, demand = (int(part) for part in stem.split("_")[1].split("x"))
        rng = np.random.default_rng(int(name.rpartition("_seed")[2]))
        places, points = rng.random((count, 2)) * 30, rng.random((demand, 2)) * 30
        weight = rng.integers(1, 101, demand).astype(float)
        # The model is given distances in single precision.
        nearest = apart(points, places[within(sites, count)]).astype(np.float32)
    else:
        points, weight = san_jose(files[stem])
        count = len(points)
        nearest = apart(points, points[within(sites, count)])
    return float(weight[nearest <= radius].sum()), number


def capacitated(name: str, files: dict[str, Path], sites: Sites) -> tuple[float, int]:
    """Fixed costs of the open sites and the least cost of carrying all demand from them, by a linear programme."""
    stem, _, said = name.partition("_")
    capacity = said if said.isdigit() else ""
    words = (files.get(name) or files[stem]).read_text(encoding="ascii").split()
    count, customers = int(words[0]), int(words[1])
    opened = within(sites, count)
    fixed = np.array([float(words[3 + 2 * j]) for j in opened])
    room = np.array([float(capacity or words[2 + 2 * j]) for j in opened])
    table = np.array(words[2 + 2 * count :], dtype=float).reshape(customers, count + 1)
    demand, cost = table[:, 0], table[:, 1:][:, opened]
    if name.endswith(MENDED):
        for customer, (_, wanted) in WHOLE.items():
            demand[customer - 1] = wanted
    # Columns: the share of each customer that each open site carries, customer by customer.
    carried = kron(demand[None, :], eye_array(len(opened)))
    whole = kron(eye_array(customers), np.ones((1, len(opened))))
    found = linprog(cost.ravel(), A_ub=carried, b_ub=room, A_eq=whole, b_eq=np.ones(customers), method="highs")
    return (float(found.fun + fixed.sum()) if found.status == 0 else float("inf")), count


def of_another(case: str, files: dict[str, Path]) -> bool:
    """Whether the optimum published of a case is one of other demands: its file's were cut short."""
    model, _, name = case.partition(" ")
    if model != "capacitated" or not re.fullmatch(r"cap\d+", name) or name not in files:
        return False
    words = files[name].read_text(encoding="ascii").split()
    sites, customers = int(words[0]), int(words[1])
    demand = words[2 + 2 * sites :: sites + 1]
    return customers == 50 and all(float(demand[one - 1]) == short for one, (short, _) in WHOLE.items())


def within(sites: Sites, count: int) -> Sites:
    """Places of 1-based sites, refused where they are not of the instance."""
    if len(sites) == 0 or len(set(sites.tolist())) < len(sites) or sites.min() < 1 or sites.max() > count:
        raise ValueError(f"sites are not different ones of 1 to {count}")
    return sites - 1


MODELS: dict[str, Callable[[str, dict[str, Path], Sites], tuple[float, int]]] = {
    "p-median": p_median,
    "p-center": p_center,
    "capacitated": capacitated,
    "maximal-covering": maximal_covering,
    "set-covering": set_covering,
}


def check(row: dict[str, Any], files: dict[str, Path], optimum: float | None) -> Checked:
    """Check one row; the optimum is what is published, where anything is."""
    model, _, name = row["case"].partition(" ")
    sites = np.array(row["sites"].split(), dtype=np.int64)
    try:
        value, most = MODELS[model](name, files, sites)
    except (KeyError, ValueError, OSError) as error:
        return Checked(float("nan"), (f"{type(error).__name__}: {error}",))
    faults = [f"{len(sites)} sites, {most} are allowed"] if len(sites) > most else []
    told, bound = row["value"], row.get("bound")
    if told is None or not alike(told, value):
        faults.append(f"value {told}, its sites give {value:.10g}")
    sign = -1.0 if model == HIGHEST_IS_BEST else 1.0
    faults += _bound_faults(sign, value, bound, optimum, proven=row.get("status") == "proven")
    return Checked(value, tuple(faults))


def _bound_faults(
    sign: float, value: float, bound: float | None, optimum: float | None, *, proven: bool
) -> Iterator[str]:
    """Faults of value, bound and optimum against each other; with ``sign`` all are minimised."""
    if bound is not None and below(sign * value, sign * bound):
        yield f"bound {bound:.10g} beyond the value"
    if proven and (bound is None or below(sign * bound, sign * value)):
        yield f"called proven, bound {bound}"
    if optimum is None:
        return
    if below(sign * value, sign * optimum):
        yield f"better than the published {optimum:.10g}"
    if bound is not None and below(sign * optimum, sign * bound):
        yield f"bound {bound:.10g} beyond the published {optimum:.10g}"
    if proven and not alike(value, optimum):
        yield f"called proven, published is {optimum:.10g}"


def alike(one: float, other: float) -> bool:
    """Whether two values differ by rounding alone."""
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def below(one: float, other: float) -> bool:
    """Whether ``one`` is less than ``other`` by more than rounding."""
    return one < other and not alike(one, other)


def published(path: Path) -> dict[str, float]:
    """Optima by model and instance."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if (line.get("status") or "optimal").strip() == "optimal"]
    kinds = [KINDS.get(line["problem"].split()[0].lower()) for line in lines]
    return {f"{kind} {line['instance']}": float(line["value"]) for kind, line in zip(kinds, lines, strict=True) if kind}


def main() -> None:
    """Check every row that names sites, print a table, and exit with 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check_siting", description=__doc__)
    parser.add_argument("rows", type=Path, help="what --json wrote")
    parser.add_argument("--instances", type=Path, required=True)
    parser.add_argument("--optima", type=Path)
    arguments = parser.parse_args()
    files = {path.stem: path for path in arguments.instances.rglob("*") if path.suffix in ("", ".txt")}
    optima = published(arguments.optima) if arguments.optima else {}
    rows = json.loads(arguments.rows.read_text(encoding="utf-8"))["rows"]
    wrong = unanswered = unproven = 0
    print("case | engine | told | from its sites | bound | published | verdict")
    for row in rows:
        optimum = None if of_another(row["case"], files) else optima.get(row["case"].removesuffix(MENDED))
        if not row["sites"]:
            unanswered += 1
            wrong += not row["engine"].startswith(PEER)
            print(f"{row['case']} | {row['engine']} | | | | {_text(optimum)} | no answer: {row['status']}")
            continue
        checked = check(row, files, optimum)
        wrong += bool(checked.faults)
        unproven += row.get("status") not in ("proven", "optimal")
        told = [_text(one) for one in (row["value"], checked.value, row.get("bound"), optimum)]
        verdict = "; ".join(checked.faults) or _verdict(checked.value, optimum, row.get("status"))
        print(" | ".join([row["case"], row["engine"], *told, verdict]))
    print(f"{len(rows)} rows: {wrong} wrong, {unproven} without proof, {unanswered} without answer")
    sys.exit(bool(wrong))


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _verdict(value: float, optimum: float | None, status: str | None) -> str:
    """What is to be said of a row without faults."""
    if optimum is None:
        return f"right, {status}"
    if alike(value, optimum):
        return f"right, {status}, the published optimum"
    return f"right, {status}, {abs(value - optimum) / abs(optimum):.3%} from the published optimum"


if __name__ == "__main__":
    main()
