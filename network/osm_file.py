"""Reading objects from an OpenStreetMap file; what is wrong with the file is told in words."""

from __future__ import annotations

import bz2
import gzip
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


def read_points(path: Path, node_ids: NDArray[np.int64], keep: Callable[[Any], bool] | None = None) -> Points:
    """Find where nodes lie; only these are held.

    Parameters
    ----------
    path : Path
    node_ids : (k,) int64
        Any order, repeats allowed.
    keep : function of an osmium node, optional
        Nodes for which it says no are left out, as are those that the file lacks.
    """
    needed = np.unique(node_ids)
    found, lon, lat = np.empty(len(needed), dtype=np.int64), np.empty(len(needed)), np.empty(len(needed))
    count = 0
    # An id filter without ids would let all pass.
    wanted = objects(path, osmium.osm.NODE, [osmium.filter.IdFilter(needed.tolist())]) if len(needed) else ()
    for node in wanted:
        if count < len(needed) and node.location.valid() and (keep is None or keep(node)):
            found[count], lon[count], lat[count] = node.id, node.location.lon, node.location.lat
            count += 1
    node_id, place = np.unique(found[:count], return_index=True)
    return Points(node_id, lon[place], lat[place])


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
