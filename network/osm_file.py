"""Reading objects from an OpenStreetMap file; what is wrong with the file is told in words."""

from __future__ import annotations

import bz2
import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from network.links import Points
from network.problem import Problem, ProblemsError
from network.words import Phrase

ENDINGS = (".osm", ".osm.pbf", ".pbf", ".osm.gz", ".osm.bz2", ".osm.xml")

_ANY_WAY = b'<osm version="0.6"><way id="1" version="1"><nd ref="1"/></way></osm>'
"""The first way makes an index put itself in order, which it has to be where a file's nodes are not."""

_INDEX_IN_MEMORY_BYTES = 20_000_000
"""A file up to this size holds some 3 million nodes, of 16 bytes each in the index; the buildings' are among them."""


def check_osm_file(path: Path) -> None:
    """Refuse a path that is no file, an empty file, or a file of another kind.

    Raises
    ------
    ProblemsError
    """
    if not path.is_file():
        raise _problem(path, "file_missing")
    if not path.name.lower().endswith(ENDINGS):
        raise _problem(path, "file_kind", endings=", ".join(ENDINGS))
    try:
        beginning = _beginning(path)
    except OSError as error:
        raise _problem(path, "file_unreadable", detail=error) from error
    except (EOFError, zlib.error) as error:
        raise _problem(path, "file_truncated", detail=error) from error
    if not beginning:
        raise _problem(path, "file_empty")
    if b"OSMHeader" not in beginning and b"<osm" not in beginning:
        raise _problem(path, "file_not_osm", detail=repr(beginning[:20])[1:])


def objects(path: Path, entities: osmium.osm.osm_entity_bits, filters: Iterable[object] = ()) -> Iterator[Any]:
    """Give the objects of ``path`` one by one, with no more in memory than the one at hand.

    Parameters
    ----------
    path : Path
    entities : osm_entity_bits
        Kinds of object.
    filters : iterable of osmium filters
        All of them have to let an object pass.

    Raises
    ------
    ProblemsError
        The file breaks off or is damaged.
    """
    processor = osmium.FileProcessor(str(path), entities)
    for one in filters:
        processor.with_filter(one)
    try:
        yield from processor
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise _problem(path, "file_truncated", detail=error) from error


def header(path: Path) -> dict[str, str]:
    """Tell the ``generator`` and ``timestamp`` of the file, where it states them."""
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            said = reader.header()
            names = {"generator": "generator", "timestamp": "osmosis_replication_timestamp"}
            return {name: said.get(key) for name, key in names.items() if said.get(key)}
    except RuntimeError as error:
        raise _problem(path, "file_truncated", detail=error) from error


def read_points(path: Path, node_ids: NDArray[np.int64]) -> Points:
    """Find where nodes lie.

    The positions of all nodes pass through an index, in memory for a file of usual size and in a temporary file for a
    large one; only those asked for are kept.

    Parameters
    ----------
    path : Path
    node_ids : (k,) int64
        Any order, repeats allowed; nodes that the file lacks are left out.
    """
    needed = np.unique(node_ids)
    if (needed < 0).any():
        # Drawn by hand and never uploaded: the index knows no negative ids, and such files are small.
        wanted = set(needed.tolist())
        nodes = objects(path, osmium.osm.NODE)
        places = [(node.id, node.location.lon, node.location.lat) for node in nodes if node.id in wanted]
        return _points(places)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        small = path.stat().st_size <= _INDEX_IN_MEMORY_BYTES
        index = osmium.index.create_map("sparse_mem_array" if small else f"sparse_file_array,{folder}/nodes")
        handler = osmium.NodeLocationsForWays(index)
        handler.ignore_errors()
        try:
            with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
                osmium.apply(reader, handler)
            osmium.apply(osmium.io.FileBuffer(_ANY_WAY, "osm"), handler)
        except RuntimeError as error:
            raise _problem(path, "file_truncated", detail=error) from error
        return _points(_looked_up(index, needed))


def _looked_up(index: osmium.index.LocationTable, node_ids: NDArray[np.int64]) -> Iterator[tuple[int, float, float]]:
    """Give id, longitude and latitude of the nodes that the index holds."""
    for node_id in node_ids.tolist():
        try:
            location = index.get(node_id)
        except KeyError:
            continue
        if location.valid():
            yield node_id, location.lon, location.lat


def _points(places: Iterable[tuple[int, float, float]]) -> Points:
    """Put nodes into arrays, in ascending order."""
    found = np.array(sorted(places), dtype=[("id", np.int64), ("lon", np.float64), ("lat", np.float64)])
    node_id, first = np.unique(found["id"], return_index=True)
    return Points(node_id, found["lon"][first], found["lat"][first])


def _beginning(path: Path) -> bytes:
    """Read the first bytes, unpacked."""
    unpack: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open}
    with unpack.get(path.suffix.lower(), Path.open)(path, "rb") as stream:
        beginning: bytes = stream.read(4096)
    return beginning


def _problem(path: Path, entry: str, **values: object) -> ProblemsError:
    """One problem of the file."""
    what, mend = Phrase(f"network.roads.{entry}", **values), Phrase(f"network.roads.{entry}_mend", **values)
    return ProblemsError([Problem(what, mend, file=path.name)])
