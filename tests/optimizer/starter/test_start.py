"""Starter regions from files made by hand and from real ones: read back, checked against the plan's own arithmetic."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from network.problem import ProblemsError
from network.words import LANGUAGES
from optimizer.plan.demand import people_in_need, wanted_units
from optimizer.plan.equipment import missing_equipment
from optimizer.plan.reach import FREE, drive_min
from optimizer.region.estimates import is_estimated
from optimizer.region.reading import read_region
from optimizer.region.region import Region
from optimizer.starter import start
from optimizer.starter.defaults import read_defaults
from optimizer.starter.features import population
from optimizer.starter.report import StarterReport
from optimizer.starter.start import start_region

REAL_ROADS = Path(__file__).parents[3] / ".." / "shared" / "data" / "roads"
DAY = date(2026, 3, 1)
RULES = read_defaults().rules


@dataclass
class OsmText:
    """Nodes and ways, added one by one, written as ``.osm``; ``__`` in a tag's key stands for ``:``."""

    nodes: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    count: int = 0

    def node(self, lon: float, lat: float, **tags: object) -> int:
        self.count += 1
        self.nodes.append(f'<node id="{self.count}" version="1" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(tags)}</node>')
        return self.count

    def way(self, *nodes: int, **tags: object) -> int:
        self.count += 1
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        self.ways.append(f'<way id="{self.count}" version="1">{refs}{_tags(tags)}</way>')
        return self.count

    def square(self, lon: float, lat: float, **tags: object) -> int:
        """A closed way of about 100 m by 100 m."""
        corner = [
            self.node(lon + east, lat + north) for east, north in [(0, 0), (0.001, 0), (0.001, 0.001), (0, 0.001)]
        ]
        return self.way(*corner, corner[0], **tags)

    def write(self, path: Path) -> Path:
        body = "\n".join([*self.nodes, *self.ways])
        path.write_text(f'<?xml version="1.0"?>\n<osm version="0.6">\n{body}\n</osm>\n', encoding="utf-8")
        return path


def _tags(tags: dict[str, object]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v={quoteattr(str(value))}/>' for key, value in tags.items())


def valley(places: bool = True) -> OsmText:
    """A main road of ten stretches northward from 106.0, 30.0, a bridge as the seventh and a tunnel as the ninth.

    Eleven hamlets of 100 supposed residents stand along it, a town of 8 000 in its first third; a river passes under
    the bridge. Nothing goes round: beyond the bridge lie four hamlets, beyond the tunnel two.
    """
    text = OsmText()
    road = [text.node(106.0, 30.0 + 0.01 * step) for step in range(11)]
    for step in range(10):
        kind = {6: {"bridge": "yes"}, 8: {"tunnel": "yes"}}.get(step, {})
        text.way(road[step], road[step + 1], highway="secondary", ref="S1", **kind)
    text.way(text.node(105.9, 30.065), text.node(106.1, 30.065), waterway="river", name="Long River")
    if places:
        for step in range(11):
            text.node(106.001, 30.0 + 0.01 * step, place="hamlet", name=f"Hamlet {step}")
        text.node(106.0005, 30.031, place="town", name="Mouth", population="8 000")
    return text


def started(text: OsmText, folder: Path, **options: object) -> tuple[StarterReport, Region]:
    """The report, and the region read back."""
    report = start_region(text.write(folder / "made.osm"), folder / "region", plan_date=DAY, **options)
    return report, read_region(folder / "region")


@pytest.fixture(scope="module")
def valley_region(tmp_path_factory) -> tuple[StarterReport, Region]:
    return started(valley(), tmp_path_factory.mktemp("valley"))


def test_a_tagged_town_population_is_the_whole_towns(valley_region):
    report, region = valley_region
    residents = region.sites.set_index("name")["population"]
    # 8 000 less the eleven hamlets of 100 each.
    assert residents["Mouth（镇区）"] == 8000 - 11 * 100
    assert residents["Mouth"] == 8000
    assert report.residents == 8000


def test_what_osm_says_is_not_marked_and_the_rest_is(valley_region):
    _, region = valley_region
    sites = region.sites.set_index("name")
    for column, names in {"population": ["Hamlet 0", "Mouth（镇区）"], "hazards": ["Hamlet 0", "Mouth"]}.items():
        assert is_estimated(sites.loc[names, "estimated"], column).all()
    assert not is_estimated(sites.loc[["Mouth"], "estimated"], "population").any()
    for column in ("name", "lon", "lat", "kind"):
        assert not is_estimated(sites.loc[["Hamlet 0", "Mouth"], "estimated"], column).any()
    assert (sites.loc[sites["kind"].isin(["depot", "candidate"]), "estimated"] == "yes").all()
    for name in ("stock", "payers", "vehicles", "teams", "sizes"):
        assert (region.tables[name]["estimated"] == "yes").all(), name
    for name, columns in {"items": ["price_cny", "gb_code"], "norms": ["share", "priority"]}.items():
        assert all(is_estimated(region.tables[name]["estimated"], column).all() for column in columns)
    assert all(scenario.estimated for scenario in region.scenarios)


def test_the_flood_takes_the_bridge_over_the_river_and_those_behind_it(valley_region):
    report, region = valley_region
    flood = next(scenario for scenario in region.scenarios if scenario.id == "flood")
    assert flood.event.place == "Long River"
    ways = [way for closure in flood.roads.closures for way in closure.ways]
    assert ways == np.unique(region.roads.way_id[region.roads.bridge]).tolist()
    assert next(effect.cut_off for effect in report.scenarios if effect.scenario_id == "flood") == 4


def test_the_landslide_takes_the_tunnel(valley_region):
    report, region = valley_region
    slide = next(scenario for scenario in region.scenarios if scenario.id == "landslide")
    ways = {way for closure in slide.roads.closures for way in closure.ways}
    assert set(np.unique(region.roads.way_id[region.roads.tunnel]).tolist()) <= ways
    assert next(effect.cut_off for effect in report.scenarios if effect.scenario_id == "landslide") >= 2


def test_hazards_come_from_what_the_file_shows(valley_region):
    _, region = valley_region
    hazards = region.sites.set_index("name")["hazards"].str.split(";")
    # The river runs 550 m from hamlets 6 and 7; rivers reach 300 m. The tunnel's ends are hamlets 8 and 9.
    assert "flood" not in hazards["Hamlet 6"]
    assert "landslide" in hazards["Hamlet 8"]
    assert "landslide" not in hazards["Hamlet 0"]


def _reached(region: Region, scenario) -> set[str]:
    """Places that the district's depot reaches by light truck, worked out as the plan does."""
    places = region.sites.loc[region.sites["kind"].isin(["village", "community"]), "site_id"].tolist()
    minutes = drive_min(region, scenario, "light_truck", ["D-district"], places)
    return {place for place in places if np.isfinite(minutes.loc["D-district", place])}


def _mean_missing_cny(region: Region) -> float:
    """What fills the scenarios' mean want at places still reached, less the stock, by the plan's own arithmetic."""
    wants = []
    for scenario in region.scenarios:
        reached = _reached(region, scenario.roads)
        units = wanted_units(region, people_in_need(region, scenario))
        wants.append(units[units["site_id"].isin(reached)].groupby("item_id")["units"].sum())
    mean = sum(want.reindex(region.tables["norms"]["item_id"], fill_value=0.0) for want in wants) / len(wants)
    held = region.tables["stock"].groupby("item_id")["quantity"].sum().reindex(mean.index, fill_value=0.0)
    price = region.tables["items"].set_index("item_id")["price_cny"].reindex(mean.index)
    return float(((mean - held).clip(lower=0) * price).sum())


def _assert_binding(region: Region) -> None:
    """Each payer has its share of what is missing, to the hundred, and not a yuan more."""
    budget = region.tables["payers"].set_index("payer_id")["budget_cny"]
    share = RULES.budgets.district_share * _mean_missing_cny(region)
    assert share - 100 - 1e-6 * share <= budget["P-district"] <= share + 1e-6 * share
    lacking = missing_equipment(region)
    needed = (lacking["units"] * lacking["price_cny"]).groupby(lacking["payer_id"]).sum()
    small = region.tables["sizes"].query("size == '小型'").iloc[0]
    depot = small["fixed_cost_cny"] + small["yearly_cost_cny"]
    towns = budget.drop("P-district")
    assert (towns > 0).all()
    assert (towns < needed.reindex(towns.index) + depot).all()


def test_budgets_bind_by_construction(valley_region):
    _assert_binding(valley_region[1])


def test_the_report_speaks_both_languages(valley_region):
    report, _ = valley_region
    zh, en = (report.lines(language) for language in LANGUAGES)
    assert len(zh) == len(en) == len(report.phrases())
    assert any("Long River洪水" in line for line in zh)
    assert any("Flood of Long River" in line for line in en)
    readme = (report.folder / "README.md").read_text(encoding="utf-8")
    assert all(line in readme for line in [*zh, *en])


def test_numbers_of_one_district_alone_are_left_out_and_the_readme_says_why(valley_region):
    report, region = valley_region
    rules = {rule.id for rule in region.rules}
    assert "TEAM-TOWN-CQ" in rules
    assert not rules & {"TEAM-TOWN-YB", "TEAM-ZONE-YB"}
    assert not [rule for rule in region.rules if "渝北区" in rule.jurisdiction]
    readme = (report.folder / "README.md").read_text(encoding="utf-8")
    assert "只约束渝北区" in readme
    assert "bind no other district" in readme


def test_the_same_file_gives_the_same_region(tmp_path, valley_region):
    first, _ = valley_region
    second, _ = started(valley(), tmp_path)
    for file in sorted(first.folder.glob("*.*ml")) + sorted(first.folder.glob("*.csv")):
        assert file.read_bytes() == (second.folder / file.name).read_bytes()


def test_names_of_what_is_supposed_follow_the_language(tmp_path):
    _, region = started(valley(), tmp_path, language="en")
    assert {"Mouth (centre)", "District relief depot (supposed)"} <= set(region.sites["name"])


def test_without_a_town_villages_stand_as_towns_and_nobody_is_lost(tmp_path):
    text = valley(places=False)
    for step in range(11):
        text.node(106.001, 30.0 + 0.01 * step, place="village", population=100 * (step + 1), name=f"V{step}")
    report, region = started(text, tmp_path)
    assert report.counts["town"] == 1
    assert report.counts["village"] == 11
    # 100 + 200 + … + 1 100.
    assert report.residents == 6600
    assert report.residents_estimated == 0
    town = region.sites[region.sites["kind"] == "town"].iloc[0]
    assert town["population"] == 6600
    assert "没有镇" in " ".join(report.lines("zh"))


def test_towns_without_villages_have_their_centres(tmp_path):
    text = valley(places=False)
    text.node(106.001, 30.0, place="town", name="South")
    text.node(106.001, 30.1, place="city", name="North", population="50,000")
    report, region = started(text, tmp_path)
    assert report.counts["town"] == report.counts["community"] == 2
    residents = region.sites.set_index("name")["population"]
    assert residents["North（镇区）"] == 50_000
    assert residents["South（镇区）"] == 10_000
    # A community that is its whole town's, and tagged, is known.
    marks = region.sites.set_index("name")["estimated"]
    assert is_estimated(marks[["South（镇区）"]], "population").all()
    assert not is_estimated(marks[["North（镇区）"]], "population").any()


def test_a_single_settlement_without_anything_else(tmp_path):
    text = OsmText()
    text.way(text.node(10.0, 0.0), text.node(10.01, 0.0), highway="residential")
    text.node(10.0, 0.0005, place="hamlet")
    report, region = started(text, tmp_path)
    assert report.counts["town"] == report.counts["village"] == report.counts["depot"] == 1
    assert report.counts["station"] == report.counts["shelter"] == report.counts["supplier"] == 0
    assert region.sites["name"].str.contains("未命名").any()
    assert len(region.scenarios) == 4
    assert region.tables["offers"].empty
    assert not any(effect.cut_off for effect in report.scenarios)
    assert "均未造成孤立" in " ".join(report.lines("zh"))
    _assert_binding(region)


def test_names_that_occur_twice_are_told_apart_and_doubles_are_dropped(tmp_path):
    text = valley()
    text.node(106.001, 30.1005, place="hamlet", name="Hamlet 0")  # 11 km from the other: another place
    text.node(106.0011, 30.0001, place="hamlet", name="Hamlet 0")  # 12 m from the other: the same place
    report, region = started(text, tmp_path)
    assert report.counts["village"] == 12
    assert region.sites["name"].is_unique


def test_what_lies_off_the_roads_is_left_out_and_told(tmp_path):
    text = valley()
    text.node(106.5, 30.0, place="village", name="Far Away")
    text.way(text.node(106.3, 30.0), text.node(106.31, 30.0), highway="residential")  # a piece on its own
    text.node(106.3, 30.0, place="village", name="Island")
    text.node(106.5, 30.0, aeroway="helipad")
    text.node(106.0, 30.0, place="hamlet", name="Empty", population="0")
    report, region = started(text, tmp_path)
    assert not set(region.sites["name"]) & {"Far Away", "Island", "Empty"}
    told = " ".join(report.lines("en"))
    assert "left out (2): Far Away, Island" in told
    assert "uninhabited, left out (1): Empty" in told
    assert "landing points, 1" in told
    assert (region.snapping.node >= 0).all()


def test_sites_of_each_kind_are_found(tmp_path):
    text = valley()
    for lat, tags in {
        30.00: {"amenity": "fire_station"},
        30.01: {"amenity": "hospital"},
        30.02: {"amenity": "police"},
        30.03: {"aeroway": "helipad"},
        30.04: {"man_made": "pier"},
        30.05: {"emergency": "water_tank"},
        30.06: {"shop": "supermarket"},
    }.items():
        text.node(106.002, lat, name=f"{tags}", **tags)
    text.square(106.002, 30.07, amenity="school", name="School")
    text.square(106.002, 30.08, building="warehouse")
    report, region = started(text, tmp_path)
    expected = {"station": 3, "helipad": 1, "pier": 1, "water_point": 1, "supplier": 1, "shelter": 1, "candidate": 2}
    assert {kind: report.counts[kind] for kind in expected} == expected
    school = region.sites.set_index("name").loc["School"]
    # 0.001° by 0.001° at 30° north: 96.4 m × 110.9 m = 10 690 m², of which 0.3 are usable, to the next ten.
    assert school["usable_area_m2"] == pytest.approx(0.3 * 10_690, abs=20)
    assert is_estimated(region.sites.set_index("name").loc[["School"], "estimated"], "usable_area_m2").all()
    assert set(region.tables["offers"]["site_id"]) == set(region.sites.query("kind == 'supplier'")["site_id"])


def test_of_too_many_settlements_the_smaller_are_merged_and_their_residents_kept(tmp_path):
    text = OsmText()
    road = [text.node(106.0 + 0.002 * step, 30.0) for step in range(400)]
    text.way(*road, highway="tertiary")
    for step in range(400):
        text.node(106.0 + 0.002 * step, 30.0005, place="hamlet", name=f"H{step}", population=10 + step)
    report, region = started(text, tmp_path)
    places = region.sites[region.sites["kind"] == "village"]
    most = RULES.settlements.most_settlements
    assert len(places) == most
    # 10 + 11 + … + 409 = 400 × 419 / 2.
    assert places["population"].sum() == 400 * 419 // 2
    assert f"({400 - most}, " in next(line for line in report.lines("en") if "merged" in line)


def test_a_network_without_cut_links_still_has_someone_cut_off(tmp_path):
    text = OsmText()
    grid = [[text.node(106 + 0.01 * east, 30 + 0.01 * north) for east in range(7)] for north in range(7)]
    for line in [*grid, *map(list, zip(*grid, strict=True))]:
        text.way(*line, highway="tertiary")
    for north in range(7):
        for east in range(7):
            text.node(106.0005 + 0.01 * east, 30 + 0.01 * north, place="village")
    report, region = started(text, tmp_path)
    slide = next(scenario for scenario in region.scenarios if scenario.id == "landslide")
    before, after = _reached(region, FREE), _reached(region, slide.roads)
    assert 0 < len(before - after) <= RULES.scenarios.most_cut_share * 49
    assert any(effect.cut_off for effect in report.scenarios)


def test_across_the_date_line(tmp_path):
    text = OsmText()
    lon = [179.98, 179.99, 180.0, -179.99, -179.98]
    text.way(*[text.node(at, -17.0) for at in lon], highway="secondary")
    for at in lon:
        text.node(at, -17.0005, place="village")
    report, _ = started(text, tmp_path)
    assert report.counts["village"] == 5
    assert report.snapping["largest"] < 100


def test_nothing_is_written_where_there_is_no_settlement(tmp_path):
    file = valley(places=False).write(tmp_path / "bare.osm")
    with pytest.raises(ProblemsError, match="No settlement"):
        start_region(file, tmp_path / "region")
    assert [path.name for path in tmp_path.iterdir()] == ["bare.osm"]


def test_a_folder_that_holds_something_is_kept_unless_told(tmp_path):
    file = valley().write(tmp_path / "made.osm")
    out = tmp_path / "region"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(ProblemsError, match="not empty"):
        start_region(file, out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    start_region(file, out, overwrite=True)
    assert not (out / "mine.txt").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"made.osm", "region"}


def test_a_broken_off_write_leaves_no_trace(tmp_path, monkeypatch):
    file = valley().write(tmp_path / "made.osm")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "_readme", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start_region(file, tmp_path / "region")
    assert [path.name for path in tmp_path.iterdir()] == ["made.osm"]


def test_a_place_by_name_goes_the_same_way(tmp_path, monkeypatch):
    text = valley()

    def downloaded(name: str, to: Path):
        assert name == "渝北区, 重庆市"
        text.write(to)
        return box(105.9, 29.9, 106.1, 30.055)

    monkeypatch.setattr(start, "download_place", downloaded)
    report = start_region("渝北区, 重庆市", tmp_path / "region", plan_date=DAY)
    # Hamlets 0 to 5 and the town lie within the area.
    assert report.counts["village"] == 6
    assert read_region(tmp_path / "region").settings.name.zh == "渝北区, 重庆市"


@given(st.integers(0, 9_999_999), st.sampled_from([",", " ", "\u202f", "'", ""]), st.sampled_from(["", "~", "ca. "]))
def test_populations_are_read_as_people_write_them(number, separator, before):
    written = before + f"{number:,}".replace(",", separator)
    assert population({"population": written}) == number


@pytest.mark.parametrize("text", ["", "many", "—"])
def test_a_population_without_a_number_is_unknown(text):
    assert np.isnan(population({"population": text}))


@pytest.fixture(scope="module", params=["andorra", "legazpi"])
def real(request, tmp_path_factory) -> tuple[StarterReport, Region, float]:
    path = REAL_ROADS / f"{request.param}.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/roads")
    out = tmp_path_factory.mktemp("real") / "region"
    begun = time.process_time()
    report = start_region(path, out, plan_date=DAY)
    return report, read_region(out), time.process_time() - begun


def test_a_real_place_reads_back_with_what_it_has(real):
    report, region, seconds = real
    assert not [problem for problem in region.warnings if problem.severity == "error"]
    assert report.counts["village"] + report.counts["community"] >= 70
    assert all(report.counts[kind] > 0 for kind in ("depot", "candidate", "station", "shelter", "helipad", "supplier"))
    assert seconds < 20


def test_a_real_places_closures_cut_off_as_many_as_reported(real):
    report, region, _ = real
    free = _reached(region, FREE)
    cut = {scenario.id: len(free - _reached(region, scenario.roads)) for scenario in region.scenarios}
    assert cut == {effect.scenario_id: effect.cut_off for effect in report.scenarios}
    assert cut["flood"] > 0
    assert cut["landslide"] > 0
    assert max(cut.values()) <= RULES.scenarios.most_cut_share * len(free)


def test_a_real_places_budgets_bind(real):
    _assert_binding(real[1])


def test_a_real_place_clipped_stays_within(real, tmp_path):
    _, region, _ = real
    name = region.settings.name.en
    centre = region.sites.iloc[0]
    area = box(centre["lon"] - 0.03, centre["lat"] - 0.03, centre["lon"] + 0.03, centre["lat"] + 0.03)
    start_region(REAL_ROADS / f"{name}.osm.pbf", tmp_path / "region", area, plan_date=DAY)
    sites = read_region(tmp_path / "region").sites
    west, south, east, north = area.bounds
    assert sites["lon"].between(west, east).all()
    assert sites["lat"].between(south, north).all()
    assert (sites["kind"] == "village").any() or (sites["kind"] == "community").any()
