"""Which links cross a named waterway: on a bridge, over a culvert or through a ford, but not in a tunnel below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from network.features import River
from network.roads import RoadNetwork
from network.texts import SEPARATOR, with_texts


def with_rivers(network: RoadNetwork, rivers: Sequence[River]) -> RoadNetwork:
    """Mark each link with the waterways whose line it meets.

    Parameters
    ----------
    network : RoadNetwork
    rivers : sequence of River
        A name at most once.

    Returns
    -------
    RoadNetwork
        With ``river``; the names are added to ``texts``.
    """
    parts = [shapely.get_parts(river.line) for river in rivers]
    owner = np.repeat(np.arange(len(rivers)), [len(part) for part in parts])
    lines = np.concatenate([np.empty(0, dtype=object), *parts])
    line, link = network.link_tree.query(lines, predicate="intersects")
    crossed: dict[int, list[str]] = {}
    for pair in np.unique(np.column_stack([link, owner[line]])[~network.tunnel[link]], axis=0).tolist():
        crossed.setdefault(pair[0], []).append(rivers[pair[1]].name)
    texts, places = with_texts(network.texts, [SEPARATOR.join(names) for names in crossed.values()])
    river = np.zeros(network.link_count, dtype=np.int32)
    river[list(crossed)] = places
    return replace(network, river=river, texts=texts)
