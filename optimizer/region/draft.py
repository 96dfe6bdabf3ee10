"""What was read of a region, before it is found sound: the input of every check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from network.roads import RoadNetwork
from optimizer.region.events import EventFile
from optimizer.region.overrides import OverrideFile
from optimizer.region.scenarios import ScenarioFile
from optimizer.region.settings import RegionSettings
from optimizer.region.standards import Rule
from optimizer.region.typed_table import TypedTable
from optimizer.region.yaml_form import FormFile


@dataclass(frozen=True)
class Draft:
    """A region that may still be wrong.

    Attributes
    ----------
    folder : Path
    tables : dict of str to TypedTable
        Every table; coordinates as the files have them.
    settings, scenarios, overrides, events : FormFile, optional
        None where the file is missing or not sound.
    rules : tuple of Rule
    roads : RoadNetwork, optional
    unread : frozenset of str
        Tables of which some file could not be read: what they hold is not known.
    """

    folder: Path
    tables: dict[str, TypedTable]
    settings: FormFile[RegionSettings] | None
    scenarios: FormFile[ScenarioFile] | None
    overrides: FormFile[OverrideFile] | None
    rules: tuple[Rule, ...]
    roads: RoadNetwork | None
    unread: frozenset[str] = frozenset()
    events: FormFile[EventFile] | None = None

    def whole(self, table: str) -> bool:
        """Whether all rows of a table are known, so that what is not among them does not exist.

        A table without a single id has been reported as a whole, as unread or missing, or has a key column that is.
        """
        typed = self.tables[table]
        key = typed.frame[typed.table.key[0]]
        return table not in self.unread and bool((key != "").any())

    def kinds(self) -> dict[str, str]:
        """Kind of every site by its id."""
        sites = self.tables["sites"].frame
        return dict(zip(sites["site_id"], sites["kind"], strict=True))
