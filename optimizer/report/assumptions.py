"""The modelling rules behind a plan, said in every report with the region's own numbers."""

from __future__ import annotations

import re

from network.words import Language, catalogue, say
from optimizer.region.region import Region

_OSM_OBJECT = re.compile(r"OpenStreetMap [nwr]\d+")
"""Rows name the very node or way that they come from; of sources, OpenStreetMap is one."""


def assumptions(region: Region, language: Language) -> list[str]:
    """State every modelling rule, one sentence each."""
    parameters = region.settings.parameters
    values = {
        "loading": f"{parameters.loading_min:g}",
        "unloading": f"{parameters.unloading_min:g}",
        "mobilise": f"{parameters.mobilise_min:g}",
        "hours": f"{parameters.late_horizon_h:g}",
        "months": f"{parameters.horizon_months:g}",
    }
    return [say(f"optimizer.assumptions.{name}", language, **values) for name in catalogue("optimizer", "assumptions")]


def is_synthetic(region: Region) -> bool:
    """Whether the roads do not exist."""
    return region.settings.roads_synthetic or region.roads.synthetic


def roads_source(region: Region, language: Language) -> str:
    """Say where the roads come from, with their licence; roads made by a script are nobody's."""
    if is_synthetic(region):
        return say("optimizer.plan.roads_synthetic", language, file=region.settings.roads)
    return region.roads.source


def sources(region: Region, language: Language) -> list[str]:
    """Name where the roads and the rows of the region's tables come from, each source once, most rows first."""
    found: dict[str, int] = {}
    for table in region.tables.values():
        for source in table.get("source", ()):
            name = _OSM_OBJECT.sub("OpenStreetMap", str(source))
            found[name] = found.get(name, 0) + 1
    rows = sorted((source for source in found if source.strip()), key=lambda source: -found[source])
    every = [roads_source(region, language), region.settings.source, *rows]
    return list(dict.fromkeys(source for source in every if source.strip()))
