"""Run a benchmark: ``python -m benchmarks NAME [options] [--json FILE]``; ``--help`` lists names and options."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

from benchmarks.loading import loading_rows
from benchmarks.reserve import reserve_rows
from benchmarks.row import Row
from benchmarks.scaling import scaling_rows
from benchmarks.times import times_rows

DEMO = Path(__file__).parents[1] / "datasets" / "yubei"
ROADS = Path(__file__).parents[2] / "shared" / "data" / "roads"
LUXEMBOURG = ROADS / "luxembourg_graph.npz"
EXTRACTS = [ROADS / f"{name}.osm.pbf" for name in ("andorra", "legazpi")]


def main() -> None:
    """Parse the command line, run, print each row as it comes, and write all where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    names = parser.add_subparsers(dest="name", required=True)
    reserve = names.add_parser("reserve", help="the annual plan against HiGHS on the extensive form")
    reserve.add_argument("--region", type=Path, default=DEMO, help="region folder; default: the demo")
    reserve.add_argument("--seconds", type=float, default=120.0, help="time limit of each engine")
    times = names.add_parser("times", help="travel times under closures against networkx, SciPy and pandana")
    times.add_argument("--tiles", type=int, nargs="+", default=[1, 2], help="so many copies a side, stitched")
    times.add_argument("--sites", type=int, default=1000)
    times.add_argument("--scenarios", type=int, default=1000)
    scaling = names.add_parser("scaling", help="what times cost against nodes and against sites")
    scaling.add_argument("--figure", type=Path, help="draw it here, as PNG")
    for one in (times, scaling):
        one.add_argument("--roads", type=Path, nargs="+", default=[LUXEMBOURG], help=".osm.pbf or .npz")
        one.add_argument("--seed", type=int, default=1)
    loading = names.add_parser("loading", help="from an OpenStreetMap file to the first matrix")
    loading.add_argument("--roads", type=Path, nargs="+", default=EXTRACTS, help=".osm.pbf files")
    for one in (reserve, times, scaling, loading):
        one.add_argument("--json", type=Path, help="write the rows here")
    arguments = parser.parse_args()
    rows = []
    for row in _rows(arguments):
        rows.append(row)
        print(_line(row), flush=True)
    if arguments.json:
        machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
        text = json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1)
        arguments.json.write_text(text, encoding="utf-8")


def _rows(arguments: argparse.Namespace) -> Iterator[Row]:
    if arguments.name == "reserve":
        return reserve_rows(arguments.region, arguments.seconds)
    if arguments.name == "scaling":
        return scaling_rows(arguments.roads[0], arguments.seed, arguments.figure)
    if arguments.name == "loading":
        return loading_rows(arguments.roads)
    return times_rows(arguments.roads, arguments.tiles, arguments.sites, arguments.scenarios, arguments.seed)


def _line(row: Row) -> str:
    """What is known of a row, named."""
    known = [(field.name, getattr(row, field.name)) for field in fields(Row)]
    told = [f"{name} {_text(value)}" for name, value in known[2:] if value is not None and value != ""]
    return " | ".join([row.case, row.engine, *told])


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
