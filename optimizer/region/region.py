"""A district as the models see it: frozen, validated, every table present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from network.problem import Problem
from network.roads import RoadNetwork
from network.snap import Snapping
from optimizer.region.events import EventFile
from optimizer.region.overrides import Override
from optimizer.region.scenarios import Scenario
from optimizer.region.settings import RegionSettings
from optimizer.region.standards import Rule


@dataclass(frozen=True)
class Region:
    """What a planner gave, read and found sound.

    Attributes
    ----------
    settings : RegionSettings
    tables : dict of str to DataFrame
        Every table of :data:`~optimizer.region.region_tables.REGION_TABLES` by name, with all its columns, typed; rows
        in the file's order, coordinates in WGS-84. An empty text is ``""``, a missing number NaN, a missing date NaT.
    scenarios : tuple of Scenario
    rules : tuple of Rule
        In force: registers, adoptions, changes and standings of ``region.yaml`` applied.
    overrides : tuple of Override
    roads : RoadNetwork
        With the region's temporary links.
    snapping : Snapping
        Of the sites, in the order of ``tables["sites"]``.
    folder : Path
        Where the region was read from; shapes named in scenarios are read relative to it.
    inputs : dict of str to str
        SHA-256 of each file read, by name.
    warnings : tuple of Problem
        What was found odd but bearable.
    events : EventFile, optional
        Kinds of events to draw scenarios from; None where the region has no ``events.yaml``.
    elsewhere : mapping of str to Path
        Those of ``inputs`` that do not lie in ``folder`` under their name, with where they do.
    """

    settings: RegionSettings
    tables: dict[str, pd.DataFrame]
    scenarios: tuple[Scenario, ...]
    rules: tuple[Rule, ...]
    overrides: tuple[Override, ...]
    roads: RoadNetwork
    snapping: Snapping
    folder: Path
    inputs: dict[str, str]
    warnings: tuple[Problem, ...]
    events: EventFile | None = None
    elsewhere: Mapping[str, Path] = field(default_factory=dict)

    @property
    def sites(self) -> pd.DataFrame:
        """The sites table."""
        return self.tables["sites"]
