"""What an event closes, written as the closures of ``scenarios.yaml``."""

from __future__ import annotations

from collections.abc import Iterable

from network.closures import Closure
from network.roads import RoadNetwork
from network.words import Language, say
from optimizer.starter.structures import Piece


def closures(network: RoadNetwork, pieces: Iterable[Piece], language: Language) -> tuple[Closure, ...]:
    """Write pieces as closures: bridges and tunnels by their OSM ways, stretches of road by their links."""
    return tuple(_closure(network, piece, language) for piece in pieces)


def _closure(network: RoadNetwork, piece: Piece, language: Language) -> Closure:
    if piece.whole_ways:
        kind = "bridge" if network.bridge[piece.links].any() else "tunnel"
        ways = tuple(sorted({int(way) for way in network.way_id[piece.links]}))
        return Closure(name=_name(network, piece, kind, language), ways=ways)
    links = tuple(str(link) for link in network.link_id[piece.links])
    return Closure(name=_name(network, piece, "road", language), links=links)


def _name(network: RoadNetwork, piece: Piece, kind: str, language: Language) -> str:
    """Name by the road's number and name, else by its OSM way."""
    link = int(piece.links[0])
    called = [str(network.texts[number[link]]) for number in (network.ref, network.name)]
    road = " ".join(text for text in called if text)
    road = road or say("optimizer.starter.unnamed_road", language, way=network.way_id[link])
    return say(f"optimizer.starter.closure_{kind}", language, road=road)
