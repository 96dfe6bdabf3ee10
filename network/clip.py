"""The part of a road network that touches an area."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.roads import RoadNetwork

_OF_A_NODE = ("node_id", "lon", "lat")
_SHAPES = ("shape_first", "shape_lon", "shape_lat")
_OF_THE_WHOLE = ("texts", "source", "synthetic")
_MADE_ANEW = {*_OF_A_NODE, *_SHAPES, "tail", "head"}
_OF_A_LINK = tuple(field.name for field in fields(RoadNetwork) if field.name not in {*_MADE_ANEW, *_OF_THE_WHOLE})


def link_lines(network: RoadNetwork) -> NDArray[np.object_]:
    """(m,) shapely lines of the links, both ends included."""
    count = np.diff(network.shape_first) + 2
    first = np.concatenate([[0], np.cumsum(count)])
    points = np.empty((int(first[-1]), 2))
    inner = np.ones(len(points), dtype=np.bool_)
    inner[first[:-1]] = inner[first[1:] - 1] = False
    points[first[:-1]] = np.column_stack([network.lon[network.tail], network.lat[network.tail]])
    points[first[1:] - 1] = np.column_stack([network.lon[network.head], network.lat[network.head]])
    points[inner] = np.column_stack([network.shape_lon, network.shape_lat])
    lines: NDArray[np.object_] = shapely.linestrings(points, indices=np.repeat(np.arange(network.link_count), count))
    return lines


def clip(network: RoadNetwork, within: BaseGeometry) -> RoadNetwork:
    """Keep the links that touch ``within``, whole: a road that crosses the edge reaches its next junction outside.

    Parameters
    ----------
    network : RoadNetwork
    within : shapely geometry
        WGS-84 degrees.

    Returns
    -------
    RoadNetwork
        Without links if the area has no road.
    """
    shapely.prepare(within)
    return only_links(network, np.flatnonzero(shapely.intersects(link_lines(network), within)))


def only_links(network: RoadNetwork, links: NDArray[np.int64]) -> RoadNetwork:
    """Keep ``links``, in the order given, and the nodes that they join."""
    node = np.unique(np.concatenate([network.tail[links], network.head[links]]))
    first, last = network.shape_first[links], network.shape_first[links + 1]
    count = last - first
    shape_first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    shape = np.arange(shape_first[-1]) - np.repeat(shape_first[:-1], count) + np.repeat(first, count)
    kept = {name: getattr(network, name)[links] for name in _OF_A_LINK}
    kept |= {name: getattr(network, name)[node] for name in _OF_A_NODE}
    return replace(
        network,
        tail=np.searchsorted(node, network.tail[links]).astype(np.int32),
        head=np.searchsorted(node, network.head[links]).astype(np.int32),
        shape_first=shape_first,
        shape_lon=network.shape_lon[shape],
        shape_lat=network.shape_lat[shape],
        **kept,
    )
