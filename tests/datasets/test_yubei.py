"""The demo region: published counts, real names, honest marks, roads that hold together and closures that matter."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest

from network.closed_links import matched_links
from network.closed_times import apply_closures
from network.customization import UNREACHABLE
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import main_component, travel_times_ms
from optimizer.plan.demand import people_in_need
from optimizer.region.reading import read_region

ROOT = Path(__file__).resolve().parents[2]
YUBEI = ROOT / "datasets" / "yubei"
SHARED_FACTS = ROOT.parent / "shared" / "data" / "facts"
LEFT_OUT = {f"{name}街道" for name in ("鸳鸯", "翠云", "人和", "天宫殿", "大竹林", "礼嘉", "金山", "康美")}
TRUCK = VEHICLE_CLASSES["light_truck"]


@pytest.fixture(scope="module")
def region():
    return read_region(YUBEI)


def of_kind(region, *kinds):
    return region.sites[region.sites["kind"].isin(kinds)]


def fact(name):
    return pd.read_csv(YUBEI / "facts" / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def nodes_of(region, sites):
    return region.snapping.node[sites.index]


def minutes(region, link_ms, sources, targets):
    """(S, T) minutes, infinite where there is no way."""
    times = travel_times_ms(region.roads, link_ms, nodes_of(region, sources), nodes_of(region, targets))
    return np.where(times >= UNREACHABLE, np.inf, times / 60_000)


def test_counts_of_places_are_those_published(region):
    stations = Counter(of_kind(region, "station")["station_kind"])
    assert stations["rescue_post"] == 173
    assert stations["fire_brigade"] == 10
    shelters = Counter(of_kind(region, "shelter")["level"])
    assert shelters == {"district": 6, "town": 62}
    for kind, count in {"town": 22, "village": 173, "community": 183, "helipad": 11, "water_point": 33}.items():
        assert len(of_kind(region, kind)) == count


def test_teams_are_those_published(region):
    teams = region.tables["teams"].set_index("team_kind")["people"]
    assert (len(teams.loc["town_team"]), teams.loc["town_team"].sum()) == (22, 569)
    assert teams.loc[["district_team"]].tolist() == [40]
    assert teams.loc["fire_rescue"].sum() == 298
    town_kinds = {"town_team", "district_team", "fire_rescue", "fire_brigade"}
    assert sum(kind not in town_kinds for kind in teams.index) == 15
    assert 0 < (teams.loc["town_team"] < 15).sum() < (teams.loc["town_team"] < 20).sum() < 22


def test_one_rescue_post_stands_in_every_village(region):
    villages = of_kind(region, "village").set_index("site_id")
    posts = region.sites[region.sites["station_kind"] == "rescue_post"]
    assert sorted(posts["site_id"].str.removeprefix("POST-")) == sorted(villages.index)
    assert (villages.loc[posts["site_id"].str.removeprefix("POST-"), "lon"].to_numpy() == posts["lon"].to_numpy()).all()


def test_names_and_codes_are_those_of_the_facts(region):
    towns, villages = fact("towns.csv"), fact("villages.csv")
    sites = region.sites.set_index("site_id")
    assert sites.loc[towns["town_code"], "name"].tolist() == towns["town_name"].tolist()
    assert sites.loc[villages["village_code"], "name"].tolist() == villages["village_name"].tolist()
    assert sites.loc[villages["village_code"], "town_id"].tolist() == villages["town_code"].tolist()
    known = towns[towns["lon"] != ""]
    assert len(known) == 16
    for column in ("lon", "lat", "population"):
        assert sites.loc[known["town_code"], column].astype(float).tolist() == known[column].astype(float).tolist()


@pytest.mark.skipif(not SHARED_FACTS.is_dir(), reason="the facts' originals are not beside this checkout")
def test_facts_agree_with_their_originals():
    towns = pd.read_csv(SHARED_FACTS / "facts_towns.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    towns = towns[(towns["district_code"] == "500112") & ~towns["town_name"].isin(LEFT_OUT)]
    columns = ["town_code_nbs2023", "town_name", "village_count", "lon_wgs84", "lat_wgs84", "geonames_population"]
    ours = fact("towns.csv")[["town_code", "town_name", "village_count", "lon", "lat", "population"]]
    assert towns[columns].to_numpy().tolist() == ours.to_numpy().tolist()
    villages = pd.read_csv(SHARED_FACTS / "facts_villages.csv", dtype=str, encoding="utf-8-sig")
    villages = villages[villages["town_code"].isin(ours["town_code"])]
    columns = ["village_code", "village_name", "town_code"]
    assert villages[columns].to_numpy().tolist() == fact("villages.csv")[columns].to_numpy().tolist()


def test_residents_of_villages_add_up_to_their_town(region):
    homes = of_kind(region, "village", "community")
    split = homes.groupby("town_id")["population"].sum()
    towns = of_kind(region, "town").set_index("site_id")["population"]
    assert split.to_dict() == towns.to_dict()


def test_what_is_made_is_marked(region):
    sites = region.sites
    homes = of_kind(region, "village", "community")
    assert homes["estimated"].str.contains("lon;lat;population").all()
    towns = of_kind(region, "town")
    placed = towns["estimated"].str.contains("lon;lat")
    assert sorted(towns.loc[placed, "name"].str.removesuffix("街道")) == sorted(
        ["龙溪", "龙山", "龙塔", "两路", "宝圣湖", "仙桃"]
    )
    others = sites[~sites["kind"].isin(["town", "village", "community"])]
    assert (others["estimated"] == "yes").all()
    assert all(scenario.estimated for scenario in region.scenarios)
    for table in ("stock", "sizes", "vehicles", "offers"):
        assert (region.tables[table]["estimated"] == "yes").all()


def test_region_says_that_its_roads_are_synthetic(region):
    assert region.roads.synthetic
    said = [note.say(language) for note in region.settings.notes for language in ("zh", "en")]
    assert any("reserve init" in text and "脚本生成" in text for text in said)
    assert any("reserve init" in text and "script" in text for text in said)


def test_second_run_writes_the_same_bytes(tmp_path):
    run = [sys.executable, str(YUBEI / "make_yubei.py"), "--out", str(tmp_path)]
    subprocess.run(run, check=True, cwd=tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted([path.name for path in YUBEI.glob("*.csv")] + ["roads.osm.pbf"])
    assert [name for name in made if (tmp_path / name).read_bytes() != (YUBEI / name).read_bytes()] == []


def test_folder_is_small():
    assert (
        sum(path.stat().st_size for path in YUBEI.rglob("*") if "__pycache__" not in path.parts and path.is_file())
        < 3e6
    )


@pytest.fixture(scope="module")
def ways():
    """Tags and node numbers of every way."""
    file = osmium.FileProcessor(str(YUBEI / "roads.osm.pbf"), osmium.osm.WAY)
    return [(way.id, dict(way.tags), [node.ref for node in way.nodes]) for way in file]


def test_roads_have_thousands_of_nodes_and_a_full_hierarchy(ways):
    roads = [(tags, nodes) for _, tags, nodes in ways if "highway" in tags]
    assert len({node for _, nodes in roads for node in nodes}) >= 5000
    classes = Counter(tags["highway"] for tags, _ in roads)
    wanted = "motorway motorway_link trunk primary secondary tertiary unclassified residential track"
    assert set(classes) == set(wanted.split())
    assert all(tags["oneway"] == "yes" for tags, _ in roads if tags["highway"].startswith("motorway"))
    limits = {float(tags["maxweight"]) for tags, _ in roads if "maxweight" in tags}
    assert limits <= {10.0, 15.0, 20.0}
    assert len(limits) >= 2
    assert sum(tags.get("surface") == "gravel" for tags, _ in roads) > 50
    assert sum("incline" in tags for tags, _ in roads) > 50
    assert {"G210", "G319", "S303", "G65"} <= {tags.get("ref") for tags, _ in roads}


def test_every_way_says_that_it_is_synthetic_and_bears_a_number_of_its_own(ways):
    assert all(tags["synthetic"] == "yes" for _, tags, _ in ways)
    numbers = [way for way, _, _ in ways]
    assert numbers == list(range(90_000_000_001, 90_000_000_001 + len(ways)))
    assert all(node > 900_000_000_000 for _, _, nodes in ways for node in nodes)


def test_rivers_bear_their_names(ways):
    rivers = {tags["name"] for _, tags, _ in ways if tags.get("waterway") == "river"}
    assert rivers == {"嘉陵江", "长江", "御临河", "温塘河", "后河", "朝阳河"}


def test_roads_are_one_piece_and_every_place_lies_on_them(region):
    assert main_component(region.roads).all()
    assert (region.snapping.status == "ok").all()
    homes = of_kind(region, "village", "community")
    assert region.snapping.distance_m[homes.index].max() < 50


def test_every_place_is_reached_from_the_district_depot_within_two_hours(region):
    depot = region.sites[region.sites["site_id"] == "DEPOT-D1"]
    times = minutes(region, link_times_ms(region.roads, TRUCK), depot, of_kind(region, "village", "community"))[0]
    assert times.max() < 120
    assert np.median(times) > 10


@pytest.mark.parametrize(
    ("structure", "start", "end", "times_longer"),
    [
        ("滨河社区御临河桥", "古路镇", "统景镇", 2.5),
        ("中坪隧道", "古路镇", "统景镇", 1.8),
        ("铜锣山北隧道", "古路镇", "大湾镇", 1.4),
        ("石壁隧道", "玉峰山镇", "龙兴镇", 1.5),
        ("明月山隧道", "王家街道", "洛碛镇", 1.2),
    ],
)
def test_a_single_bridge_or_tunnel_matters(region, structure, start, end, times_longer):
    free = link_times_ms(region.roads, TRUCK)
    shut = np.where(region.roads.texts[region.roads.name] == structure, np.int32(UNREACHABLE), free)
    sites = region.sites
    one, other = sites[sites["name"] == start], sites[sites["name"] == end]
    before, after = (minutes(region, times, one, other)[0, 0] for times in (free, shut))
    assert after > times_longer * before


def test_every_closure_meets_a_road(region):
    for scenario in region.scenarios:
        for closure in scenario.roads.closures:
            assert len(matched_links(closure, region.roads)), (scenario.id, closure.name)


def test_every_scenario_hinders_some_and_not_all(region):
    depots = region.sites[region.sites["site_id"].isin(["DEPOT-D1", "DEPOT-D2"])]
    homes = of_kind(region, "village", "community")
    for scenario in region.scenarios:
        state = scenario.roads
        free = link_times_ms(region.roads, TRUCK, speed_factor=state.speed_factor, night=state.night)
        left = apply_closures(state.closures, region.roads, free, TRUCK)
        before = minutes(region, free, depots, homes).min(axis=0)
        after = minutes(region, left, depots, homes).min(axis=0)
        hindered = after > 1.2 * before
        assert 3 <= hindered.sum() <= 0.3 * len(homes), scenario.id
        assert np.isinf(after).sum() <= 0.1 * len(homes), scenario.id


def test_nine_events_of_seven_kinds_in_both_languages(region):
    assert len(region.scenarios) == 9
    kinds = {scenario.event.hazard for scenario in region.scenarios}
    assert kinds == {"flood", "landslide", "earthquake", "forest_fire", "snow"}
    assert all(scenario.name.zh != scenario.name.en for scenario in region.scenarios)
    assert {scenario.communications for scenario in region.scenarios} == {"partial", "down"}


def test_demand_of_each_scenario_is_of_a_size_that_a_plan_can_hold(region):
    for scenario in region.scenarios:
        need = people_in_need(region, scenario)
        assert 40 <= len(need) <= 130, scenario.id
        assert 2000 <= need["people"].sum() <= 10_000, scenario.id


def test_three_cuts_isolate_the_villages_of_dasheng(region):
    scenario = next(one for one in region.scenarios if one.id == "three_cuts")
    homes = of_kind(region, "village", "community")
    depots = of_kind(region, "depot")
    depots = depots[depots["town_id"] != "500112143"]
    left = apply_closures(scenario.roads.closures, region.roads, link_times_ms(region.roads, TRUCK), TRUCK)
    cut = np.isinf(minutes(region, left, depots, homes).min(axis=0))
    assert (cut & (homes["town_id"] == "500112143")).sum() >= 12
    assert scenario.communications == "down"


def test_shelters_fall_just_short_of_the_rule(region):
    area = of_kind(region, "shelter")["usable_area_m2"].sum() / of_kind(region, "town")["population"].sum()
    assert area == pytest.approx(1.46, abs=0.005)


def test_some_exposed_towns_lack_a_depot_and_each_has_a_candidate(region):
    towns = of_kind(region, "town")
    exposed = set(towns.loc[towns["hazards"].str.split(";").str.len() >= 2, "site_id"])
    depots = set(of_kind(region, "depot").query("level == 'town'")["town_id"])
    candidates = of_kind(region, "candidate")
    assert exposed & depots
    assert exposed - depots
    assert set(towns["site_id"]) - depots <= set(candidates["town_id"])
    assert set(candidates["site_id"]) <= set(region.tables["sizes"]["site_id"])


def test_kits_are_affordable_in_some_towns_and_not_in_others(region):
    items = region.tables["items"].query("use == 'village_kit'")
    held = set(zip(region.tables["stock"]["site_id"], region.tables["stock"]["item_id"], strict=True))
    cost = Counter()
    for home in of_kind(region, "village", "community").itertuples():
        for item in items.itertuples():
            applies = not item.hazards or set(item.hazards.split(";")) & set(home.hazards.split(";"))
            cost[home.town_id] += item.price_cny * (bool(applies) and (home.site_id, item.item_id) not in held)
    budgets = region.tables["payers"].query("level == 'town'").set_index("town_id")["budget_cny"]
    affordable = [budgets[town] >= cost[town] for town in budgets.index]
    assert 3 <= sum(affordable) <= 19


def test_stock_has_lots_that_expire_and_several_modes_owners_and_keepers(region):
    stock = region.tables["stock"]
    soon = stock["expiry"] < pd.Timestamp("2027-12-01")
    assert 0 < soon.sum() < len(stock)
    assert {"physical", "agency", "commercial"} <= set(stock["holding_mode"])
    assert {"PAY-DISTRICT", "PAY-CQ"} <= set(stock["owner"])
    assert stock["custodian"].nunique() > 20
