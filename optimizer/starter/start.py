"""A starter region from OpenStreetMap: ``reserve init``.

What the file shows is taken, what it does not is supposed by the rules of ``datasets/starter`` and marked as estimated,
so that any place has a region that can be validated and planned at once, and corrected from there.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.features import River, read_features, read_rivers
from network.osm import read_osm
from network.osm_file import ENDINGS
from network.place import download_place
from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.snap import snap
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import main_component
from network.words import LANGUAGES, Language, Phrase, say
from optimizer.progress import Progress, part, silent
from optimizer.region.schema import SCHEMA_VERSION
from optimizer.region.settings import Name, Parameters, RegionSettings, StandardsChoice
from optimizer.region.writing import write_region
from optimizer.starter.defaults import Defaults, read_defaults
from optimizer.starter.depots import DISTRICT_DEPOT, Depots, depots
from optimizer.starter.district import District, people_want
from optimizer.starter.events import draft_events, read_event_rules
from optimizer.starter.exposure import exposed, town_access, wardens
from optimizer.starter.features import is_place, selected
from optimizer.starter.folder import check_out, region_id, whole_folder
from optimizer.starter.report import StarterReport, report
from optimizer.starter.scenarios import Drafted, Events, draft_scenarios
from optimizer.starter.settlements import Settlements, settle
from optimizer.starter.sites import FoundSites, Nearby, found_sites
from optimizer.starter.structures import closable
from optimizer.starter.tables import starter_tables
from optimizer.starter.waters import Waters

STANDARDS = StandardsChoice(
    registers=("chongqing",),
    adopt={
        "wuxing": ("KIT-5X", "KIT-5X-SAT", "KIT-4S", "RESP-135", "RESP-15", "WARDEN"),
        "national": ("RELIEF-10H",),
    },
    mandatory=("KIT-5X",),
    # Yubei's own numbers, beside the municipal team of 20 in every town: they bind no other district.
    leave_out=("TEAM-TOWN-YB", "TEAM-ZONE-YB"),
)
"""A first choice, said to be one in the README and in the notes of every report."""

_TRUCK = "light_truck"
_LARGER_TOWNS = 6


@dataclass(frozen=True)
class _Source:
    """What was read.

    Attributes
    ----------
    name : str
        Of the file or place.
    network : RoadNetwork
    features : DataFrame
    rivers : list of River
    """

    name: str
    network: RoadNetwork
    features: pd.DataFrame
    rivers: list[River]


@dataclass(frozen=True)
class _Made:
    """The parts of the region before they are tables."""

    settled: Settlements
    found: FoundSites
    stocked: Depots
    drafts: list[Drafted]
    district: District


def start_region(
    source: str | Path,
    out: Path,
    within: BaseGeometry | None = None,
    *,
    progress: Progress = silent,
    language: Language = "zh",
    plan_date: date | None = None,
    overwrite: bool = False,
) -> StarterReport:
    """Make a starter region.

    Parameters
    ----------
    source : str or Path
        An ``.osm``, ``.osm.pbf``, ``.osm.gz`` or ``.osm.bz2`` file, or the name of a place, which is fetched from
        OpenStreetMap's servers.
    out : Path
        The region's folder, which appears whole or not at all.
    within : shapely geometry, optional
        WGS-84; what lies outside is left out.
    progress : callable
    language : {"zh", "en"}
        Of the names of what is supposed.
    plan_date : date, optional
        Today by default.
    overwrite : bool
        Replace a folder that holds something.

    Returns
    -------
    StarterReport

    Raises
    ------
    ProblemsError
        The source cannot be read, holds no road or no settlement, or ``out`` is not empty. Nothing is written then.
    """
    out = Path(out)
    check_out(out, overwrite=overwrite)
    read = _read(source, within, part(progress, 0.0, 0.5))
    defaults, day = read_defaults(), plan_date or date.today()
    main = main_component(read.network)
    made = _make(read, main, defaults, day, language, part(progress, 0.5, 0.9))
    progress(Phrase("optimizer.starter.step_tables"), 0.9)
    tables = starter_tables(made.district, made.found.sites, made.stocked.sites, read.name)
    sites = tables["sites"]
    snapping = snap(read.network, sites["lon"], sites["lat"], Parameters().snap_limit_m, main=main)
    notes = made.settled.notes + made.stocked.notes + made.found.notes
    told = report(out, read.network, float(main.mean()), tables, snapping, notes, made.drafts)
    progress(Phrase("optimizer.starter.step_write", folder=out), 0.95)
    written = tables | {"sites": sites.drop(columns="node")}
    events = draft_events(sites, read.network, read.rivers, defaults.rules.hazards.river_length_m, read_event_rules())
    with whole_folder(out) as folder:
        scenarios = [draft.scenario for draft in made.drafts]
        write_region(folder, _settings(read, day), scenarios, written, events=events.file)
        events.write_zones(folder)
        read.network.save(folder / "roads.npz")
        (folder / "README.md").write_text(_readme(read, told, day, defaults), encoding="utf-8")
    progress(Phrase("optimizer.starter.step_write", folder=out), 1.0)
    return told


def _read(source: str | Path, within: BaseGeometry | None, progress: Progress) -> _Source:
    """Read the file, or fetch the place."""
    text = str(source)
    if Path(text).exists() or text.lower().endswith(ENDINGS) or "/" in text or "\\" in text:
        return _read_file(Path(text), Path(text).name, within, progress)
    with tempfile.TemporaryDirectory() as folder:
        progress(Phrase("optimizer.starter.step_fetch", name=text), 0.0)
        file = Path(folder) / "place.osm"
        area = download_place(text, file)
        return _read_file(file, text, area if within is None else area.intersection(within), part(progress, 0.3, 1.0))


def _read_file(file: Path, name: str, within: BaseGeometry | None, progress: Progress) -> _Source:
    progress(Phrase("optimizer.starter.step_roads", file=name), 0.0)
    network = read_osm(file, within)
    progress(Phrase("optimizer.starter.step_features", file=name), 0.5)
    return _Source(name, network, read_features(file, within), read_rivers(file, within))


def _make(
    read: _Source, main: NDArray[np.bool_], defaults: Defaults, day: date, language: Language, progress: Progress
) -> _Made:
    """Make settlements, sites, depots, scenarios, and the district that the tables are worked out from."""
    network, limit_m, waters = read.network, Parameters().snap_limit_m, Waters.of(read.rivers)
    link_ms = link_times_ms(network, VEHICLE_CLASSES[_TRUCK])
    progress(Phrase("optimizer.starter.step_settlements"), 0.0)
    settled = settle(selected(read.features, is_place, language), network, link_ms, main, defaults, language, limit_m)
    if settled.places.empty:
        words = "optimizer.starter.no_settlements"
        raise ProblemsError([Problem(Phrase(words), Phrase(f"{words}_mend"), file=read.name)])
    access = town_access(settled.towns, settled.places, network, link_ms)
    places = exposed(settled.towns, settled.places, access, network, waters, read.features, defaults.rules)
    progress(Phrase("optimizer.starter.step_sites"), 0.3)
    nearby = Nearby(read.features, network, main, limit_m, places, settled.towns, language)
    found, stocked = found_sites(nearby, defaults), depots(nearby, defaults)
    progress(Phrase("optimizer.starter.step_scenarios"), 0.5)
    depot_node = int(stocked.sites.loc[stocked.sites["site_id"] == DISTRICT_DEPOT, "node"].iloc[0])
    starts = [int(node) for node in settled.towns["node"].iloc[:_LARGER_TOWNS]]
    roads = closable(network, link_ms, depot_node, places, starts)
    drafts = draft_scenarios(Events(places, roads, waters, DISTRICT_DEPOT, defaults.rules, language))
    candidates = stocked.sites[stocked.sites["kind"] == "candidate"]
    district = District(
        towns=stocked.towns.assign(wardens=wardens(settled.towns["residents"].to_numpy(), defaults.rules.people)),
        places=places,
        depot_id=DISTRICT_DEPOT,
        suppliers=tuple(found.sites.loc[found.sites["kind"] == "supplier", "site_id"]),
        candidates=candidates,
        want=_mean_want(drafts, defaults),
        defaults=defaults,
        plan_date=day,
        language=language,
    )
    return _Made(settled, found, stocked, drafts, district)


def _mean_want(drafts: list[Drafted], defaults: Defaults) -> NDArray[np.float64]:
    """(i,) mean over the scenarios of what the people at places still reached want; of all, where none is reached."""
    days = defaults.rules.scenarios.days
    reached = np.mean([draft.people[~draft.closed.cut].sum() for draft in drafts])
    people = reached if reached > 0 else np.mean([draft.people.sum() for draft in drafts])
    return people_want(np.asarray(people), days, defaults.norms)


def _settings(read: _Source, day: date) -> RegionSettings:
    """Give the content of ``region.yaml``."""
    name = read.name
    for ending in sorted(ENDINGS, key=len, reverse=True):
        name = name.removesuffix(ending)
    notes = ("region_note_estimated", "region_note_standards")
    return RegionSettings(
        schema_version=SCHEMA_VERSION,
        id=region_id(name),
        name=Name(zh=name, en=name),
        roads="roads.npz",
        roads_synthetic=read.network.synthetic,
        plan_date=day,
        standards=STANDARDS,
        notes=tuple(_in_both(note) for note in notes),
        source=read.network.source,
    )


def _in_both(entry: str) -> Name:
    zh, en = (say(f"optimizer.starter.{entry}", language) for language in LANGUAGES)
    return Name(zh=zh, en=en)


def _readme(read: _Source, told: StarterReport, day: date, defaults: Defaults) -> str:
    """Give the README, Chinese and English."""
    share = 100 * defaults.rules.budgets.district_share
    parts = [
        say(
            "optimizer.starter.readme",
            language,
            name=_settings(read, day).name.say(language),
            source=read.name,
            date=day.isoformat(),
            licence=read.network.source,
            share=share,
            report="\n".join(f"- {line}" for line in told.lines(language)),
        )
        for language in LANGUAGES
    ]
    return "\n".join(parts)
