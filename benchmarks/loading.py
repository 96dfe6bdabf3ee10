"""From an OpenStreetMap file to the first matrix: with nothing kept from before, and again; and memory by buildings.

Each run is a Python of its own, timed from its start to its end by the clock. *Cold* begins with empty caches, the
compiler's included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium

from benchmarks.row import Row

SITES = 500
BUILDING_NODES = (3_000_000, 12_000_000)
ROAD_NODES = 20_000

_LOAD = """
import sys, time
began = time.perf_counter()
from pathlib import Path
import numpy as np
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import travel_times_ms
from optimizer.region.road_files import load_roads
imported = time.perf_counter() - began
roads = load_roads(Path(sys.argv[1]))
sites = np.random.default_rng(1).integers(0, roads.node_count, int(sys.argv[2]))
travel_times_ms(roads, link_times_ms(roads, VEHICLE_CLASSES["car"]), sites, sites)
print(roads.node_count, time.perf_counter() - began, imported)
"""

_READ = """
import sys
from pathlib import Path
from network.osm import read_osm
print(read_osm(Path(sys.argv[1])).node_count, 0, 0)
"""

_WITH_PEAK = """
import json, pathlib, resource, threading, time
class Peak(threading.Thread):
    most = 0
    def run(self):
        while True:
            lines = pathlib.Path("/proc/self/status").read_text().splitlines()
            self.most = max(self.most, next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0))
            time.sleep(0.01)
peak = Peak(daemon=True)
peak.start()
"""
"""Memory that cannot be given back: pages of files are left out."""

_TELL_PEAK = """
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, peak.most / 1024]))
"""


def loading_rows(paths: list[Path]) -> Iterator[Row]:
    """Load each file cold and again; then one of made-up buildings, few and many."""
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            for state in ("cold", "again"):
                run = _run(_LOAD, [str(path), str(SITES)], Path(folder))
                case = f"{path.name}, {run.nodes} nodes, file to first {SITES}x{SITES} matrix"
                yield Row(
                    case, f"hierarchy, {state}, imports of {run.imports:.2f} s included", run.seconds, run.peak_mb
                )
    for count in BUILDING_NODES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "buildings.osm.pbf"
            write_buildings(path, count)
            run = _run(_READ, [str(path)], Path(folder))
            case = f"{ROAD_NODES} nodes of roads, {count} of buildings"
            yield Row(case, "read_osm, memory without pages of files", run.seconds, run.anonymous_mb)


@dataclass(frozen=True)
class _Run:
    """What a Python of its own told."""

    nodes: int
    seconds: float
    imports: float
    peak_mb: float
    anonymous_mb: float


def _run(code: str, arguments: list[str], cache: Path) -> _Run:
    """Run ``code`` in a Python of its own, with caches of its own."""
    caches = {"XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache), "NUMBA_CACHE_DIR": str(cache / "numba")}
    command = [sys.executable, "-c", _WITH_PEAK + code + _TELL_PEAK, *arguments]
    done = subprocess.run(command, env=os.environ | caches, capture_output=True, text=True, check=True)  # noqa: S603
    said, peaks = done.stdout.splitlines()
    peak, anonymous = json.loads(peaks)
    nodes, seconds, imports = said.split()
    return _Run(int(nodes), float(seconds), float(imports), peak, anonymous)


def write_buildings(path: Path, nodes: int) -> None:
    """Write a grid of roads, and square buildings of ``nodes`` nodes in all."""
    rng = np.random.default_rng(0)
    side = 200
    with osmium.SimpleWriter(str(path)) as writer:
        for i in range(ROAD_NODES):
            place = 100 + i % side * 0.001, 30 + i // side * 0.001
            writer.add_node(osmium.osm.mutable.Node(id=i + 1, location=place, version=1))
        for i, (east, north) in enumerate(rng.random((nodes, 2)).tolist(), ROAD_NODES + 1):
            writer.add_node(osmium.osm.mutable.Node(id=i, location=(100 + east, 30 + north), version=1))
        for row in range(ROAD_NODES // side):
            along = list(range(row * side + 1, (row + 1) * side + 1))
            writer.add_way(osmium.osm.mutable.Way(id=row + 1, nodes=along, tags={"highway": "primary"}, version=1))
        for first in range(ROAD_NODES + 1, ROAD_NODES + nodes, 4):
            ring = [first, first + 1, first + 2, first + 3, first]
            writer.add_way(osmium.osm.mutable.Way(id=first, nodes=ring, tags={"building": "yes"}, version=1))
