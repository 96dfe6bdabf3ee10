"""The part of a road network that touches an area."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.roads import RoadNetwork

_OF_A_NODE = ("node_id", "lon", "lat")
_SHAPES = ("shape_first", "shape_lon", "shape_lat")
_OF_THE_WHOLE = ("texts", "source", "synthetic")
_MADE_ANEW = {*_OF_A_NODE, *_SHAPES, "tail", "head"}
_OF_A_LINK = tuple(field.name for field in fields(RoadNetwork) if field.name not in {*_MADE_ANEW, *_OF_THE_WHOLE})


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
    return only_links(network, network.links_touching(within))


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
