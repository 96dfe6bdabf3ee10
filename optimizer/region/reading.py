"""Read a region: a folder or a workbook in, a frozen :class:`~optimizer.region.region.Region` out, or all problems."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from network.coordinates import to_wgs84
from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.snap import snap
from network.words import Phrase
from optimizer.checksum import sha256
from optimizer.region.check_events import check_events
from optimizer.region.check_holdings import check_holdings
from optimizer.region.check_keys import check_keys
from optimizer.region.check_overrides import check_overrides
from optimizer.region.check_places import check_places, check_snapping
from optimizer.region.check_rules import check_rules
from optimizer.region.check_scenarios import check_scenarios
from optimizer.region.check_sites import check_sites
from optimizer.region.draft import Draft
from optimizer.region.events import shapes_of_events
from optimizer.region.files import RegionFiles, gather
from optimizer.region.region import Region
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.registers import read_rules, register_files, register_name
from optimizer.region.road_files import load_roads
from optimizer.region.scenarios import shapes_of
from optimizer.region.settings import RegionSettings
from optimizer.region.standards import Rule
from optimizer.region.temporary_links import add_temporary_links, ends_in_wgs84
from optimizer.region.typed_table import TypedTable, empty_table, typed_table

_CHECKS = (
    check_keys,
    check_sites,
    check_places,
    check_holdings,
    check_scenarios,
    check_events,
    check_overrides,
    check_rules,
)

_WHOLE_FILE = frozenset({"broken_csv", "empty_table", "no_headings", "missing_column"})
"""Words for what is wrong with a file as a whole though it is told with a row."""


def read_region(path: Path, scenarios: Path | None = None) -> Region:
    """Read the region at ``path``.

    Parameters
    ----------
    path : Path
        A folder with ``region.yaml``, ``scenarios.yaml`` and tables as CSV, layers or workbook; or one .xlsx workbook
        with sheets ``region``, ``scenarios`` and one a table. The roads are a file that the settings name.
    scenarios : Path, optional
        A scenario file that takes the place of the region's own scenarios; its shapes' files lie in the region.

    Returns
    -------
    Region
        Coordinates in WGS-84, sites on nodes; what is odd but bearable stands in its ``warnings``.

    Raises
    ------
    ProblemsError
        Something is wrong: every error and warning of all files at once.
    """
    path = Path(path)
    files = gather(path, scenarios)
    draft, problems = _draft(files)
    for check in _CHECKS:
        problems += check(draft)
    if draft.settings is None or draft.scenarios is None or draft.roads is None or _errors(problems):
        raise ProblemsError(_in_order(problems))
    region = _region(draft, draft.settings.form, draft.roads, files)
    problems += check_snapping(draft, region.snapping)
    return replace(region, warnings=tuple(_in_order(problems)))


@dataclass(frozen=True)
class _Loaded:
    roads: RoadNetwork | None
    problems: list[Problem]


def _draft(files: RegionFiles) -> tuple[Draft, list[Problem]]:
    """Type the tables, load the roads and bring the rules into force."""
    problems = list(files.problems)
    tables: dict[str, TypedTable] = {}
    for table in REGION_TABLES:
        raws = files.raws.get(table.name)
        tables[table.name], found = typed_table(table, raws) if raws else (empty_table(table), [])
        problems += found
    roads: RoadNetwork | None = None
    rules: tuple[Rule, ...] = ()
    if files.settings:
        loaded = _load(files.folder, files.settings.form)
        roads = loaded.roads
        rules, found = read_rules(files.settings.form, files.folder)
        problems += loaded.problems + found
        if roads is not None:
            roads, found = add_temporary_links(tables["temporary_links"], files.settings.form, roads)
            problems += found
    unread = frozenset(files.unread | (files.seen - files.raws.keys()))
    draft = Draft(
        files.folder, tables, files.settings, files.scenarios, files.overrides, rules, roads, unread, files.events
    )
    return draft, problems


def _load(folder: Path, settings: RegionSettings) -> _Loaded:
    path = folder / settings.roads
    if ".." in Path(settings.roads).parts or not path.resolve().is_relative_to(folder.resolve()):
        what, mend = Phrase("optimizer.region.roads_outside"), Phrase("optimizer.region.roads_outside_mend")
        return _Loaded(None, [Problem(what, mend, "region.yaml", None, "roads", settings.roads)])
    try:
        return _Loaded(load_roads(path, synthetic=settings.roads_synthetic), [])
    except ProblemsError as error:
        return _Loaded(None, list(error.problems))


def _region(draft: Draft, settings: RegionSettings, roads: RoadNetwork, files: RegionFiles) -> Region:
    """Put a sound draft into its final form."""
    assert draft.scenarios is not None
    tables = {name: table.frame for name, table in draft.tables.items()}
    for name in ("sites", "past_events"):
        placed = tables[name].copy()
        placed["lon"], placed["lat"] = to_wgs84(
            placed["lon"].to_numpy(), placed["lat"].to_numpy(), settings.coordinates
        )
        tables[name] = placed
    sites = tables["sites"]
    tables["temporary_links"] = ends_in_wgs84(tables["temporary_links"], settings.coordinates)
    return Region(
        settings=settings,
        tables=tables,
        scenarios=draft.scenarios.form.scenarios,
        rules=draft.rules,
        overrides=draft.overrides.form.overrides if draft.overrides else (),
        roads=roads,
        snapping=snap(roads, sites["lon"].to_numpy(), sites["lat"].to_numpy(), settings.parameters.snap_limit_m),
        folder=files.folder,
        inputs=_inputs(files, settings),
        warnings=(),
        events=files.events.form if files.events else None,
        elsewhere={name: file for name, file in files.read.items() if file != files.folder / name},
    )


def _inputs(files: RegionFiles, settings: RegionSettings) -> dict[str, str]:
    """SHA-256 of all files that the region was read from, its roads, registers and shapes included."""
    assert files.scenarios is not None
    read = dict(files.read)
    read[settings.roads] = files.folder / settings.roads
    shapes = [shape for scenario in files.scenarios.form.scenarios for shape in shapes_of(scenario)]
    shapes += shapes_of_events(files.events.form) if files.events else ()
    read |= {shape.file: files.folder / shape.file for shape in shapes if shape.file}
    registers = register_files(settings, files.folder.resolve()).values()
    read |= {register_name(path, files.folder): path for path in registers}
    return {name: sha256(file) for name, file in sorted(read.items())}


def _errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Errors before warnings; what concerns a whole file before its rows; each file's together, by row."""
    return sorted(problems, key=lambda p: (p.severity != "error", not _whole_file(p), p.file or "", p.row or 0))


def _whole_file(problem: Problem) -> bool:
    return problem.row is None or problem.what.key.removeprefix("optimizer.tables.") in _WHOLE_FILE
