"""Run a benchmark: ``python -m benchmarks NAME [options] [--json FILE]``; ``--help`` lists names and options."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from benchmarks.row import Row
from benchmarks.siting_cases import MODELS, cases
from benchmarks.siting_peers import PEERS

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
    siting = names.add_parser("siting", help="siting models on public instances, against published optima and spopt")
    _add_siting(siting)
    dispatch = names.add_parser("dispatch", help="dispatch of drawn incidents against nearest-first, and tours")
    _add_dispatch(dispatch)
    for one in (reserve, times, scaling, loading, siting, dispatch):
        one.add_argument("--json", type=Path, help="write the rows here")
    arguments = parser.parse_args()
    # What was started in groups of its own is ended as well, where this is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows = []
    for row in _rows(arguments):
        rows.append(row)
        print(_line(row), flush=True)
        _write(arguments.json, rows)
    if arguments.name == "siting":
        _finish_siting(rows, arguments)
    if arguments.name == "dispatch":
        _finish_dispatch(rows, arguments)


def _add_siting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--instances", type=Path, required=True, help="folder, searched with all below it")
    parser.add_argument("--optima", type=Path, help="CSV of problem, instance, value; read after all is solved")
    parser.add_argument("--model", type=_listed, default=MODELS, help=f"of {','.join(MODELS)}; default: all")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", action="store_true", help="let spopt solve the same")
    parser.add_argument("--peer-time-limit", type=float, default=300.0, help="seconds by the clock")
    parser.add_argument("--peer-solver", type=_listed, default=PEERS, help=f"of {','.join(PEERS)}; default: both")
    parser.add_argument("--only", type=_listed, default=(), help="instances by name, or by that of their file")
    parser.add_argument("--seed", type=int, default=1, help="of made-up instances")


def _add_dispatch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--incidents", type=int, default=20, help="so many seeds from --seed on; 0: none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=_numbers, default=(1.0,), help="times the district's counts, such as 1,2,5,10")
    parser.add_argument("--demand", type=_numbers, default=(1.0,), help="times its people in need, such as 1,4")
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds by the clock for a plan or for tours")
    parser.add_argument("--again-time-limit", type=float, default=3.0, help="seconds by the clock for a re-plan")
    parser.add_argument("--roads", type=Path, default=DEMO / "roads.osm.pbf", help=".osm.pbf; default: the demo's")
    parser.add_argument("--mdvrptw", type=Path, help="tour the .vrp files of this folder instead")
    parser.add_argument(
        "--optima", type=Path, help="as of siting; default: optima.csv beside the folder, if it is there"
    )


def _numbers(words: str) -> tuple[float, ...]:
    return tuple(float(word) for word in _listed(words))


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _rows(arguments: argparse.Namespace) -> Iterator[Row]:
    """Only what is asked for is imported: processes that measure import this file, and their memory counts."""
    if arguments.name == "siting":
        return _siting_rows(arguments)
    if arguments.name == "dispatch":
        return _dispatch_rows(arguments)
    if arguments.name == "reserve":
        from benchmarks.reserve import reserve_rows

        return reserve_rows(arguments.region, arguments.seconds)
    if arguments.name == "scaling":
        from benchmarks.scaling import scaling_rows

        return scaling_rows(arguments.roads[0], arguments.seed, arguments.figure)
    if arguments.name == "loading":
        from benchmarks.loading import loading_rows

        return loading_rows(arguments.roads)
    from benchmarks.times import times_rows

    return times_rows(arguments.roads, arguments.tiles, arguments.sites, arguments.scenarios, arguments.seed)


def _siting_rows(arguments: argparse.Namespace) -> Iterator[Row]:
    from benchmarks.siting import Asked, siting_rows

    for given, known in ((arguments.model, MODELS), (arguments.peer_solver, PEERS)):
        if unknown := set(given) - set(known):
            sys.exit(f"no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = cases(arguments.instances, arguments.model, arguments.only, arguments.seed)
    peers = arguments.peer_solver if arguments.peer else ()
    asked = Asked(arguments.time_limit, arguments.threads, peers, arguments.peer_time_limit)
    return siting_rows(chosen, asked)


def _dispatch_rows(arguments: argparse.Namespace) -> Iterator[Row]:
    if arguments.mdvrptw:
        from benchmarks.dispatch.mdvrptw import tour_rows

        return tour_rows(arguments.mdvrptw, arguments.time_limit, arguments.seed)
    from benchmarks.dispatch.incidents import Asked, incident_rows

    seeds = range(arguments.seed, arguments.seed + arguments.incidents)
    sizes = tuple(int(size) for size in arguments.size)
    limits = arguments.time_limit, arguments.again_time_limit
    return incident_rows(Asked(arguments.roads, seeds, sizes, arguments.demand, *limits))


def _finish_dispatch(rows: list[Row], arguments: argparse.Namespace) -> None:
    """Put means under the seeds and sum up, or put best known values beside the tours."""
    from benchmarks.dispatch.mdvrptw import with_best_known
    from benchmarks.dispatch.row import DispatchRow
    from benchmarks.dispatch.summary import mean_rows, summary, table

    told = [row for row in rows if isinstance(row, DispatchRow)]
    if arguments.mdvrptw:
        optima = arguments.optima or arguments.mdvrptw.parent / "optima.csv"
        added = with_best_known(told, optima) if optima.exists() else told
        _write(arguments.json, added)
        print(*map(_line, added), sep="\n")
        return
    means = mean_rows(told)
    _write(arguments.json, [*told, *means])
    print(*table(means), *summary(told), sep="\n")


def _finish_siting(rows: list[Row], arguments: argparse.Namespace) -> None:
    """Put published optima beside, now that all is solved, and sum up."""
    from benchmarks.siting import summary, with_references

    if arguments.optima:
        rows = with_references(rows, arguments.optima)
        _write(arguments.json, rows)
    print(*summary(rows), sep="\n")


def _write(path: Path | None, rows: Sequence[Row]) -> None:
    """Write after each row, so that an interrupted run keeps what it measured."""
    if path is None:
        return
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    text = json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8")


def _line(row: Row) -> str:
    """What is known of a row, named."""
    known = [(field.name, getattr(row, field.name)) for field in fields(row)]
    told = [f"{name} {_text(name, value)}" for name, value in known[2:] if value is not None and value != ""]
    return " | ".join([row.case, row.engine, *told])


def _text(name: str, value: object) -> str:
    """Values are told to the digit, for they are compared; what was measured is not that precise."""
    digits = 10 if name in ("value", "bound", "reference") else 4
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
