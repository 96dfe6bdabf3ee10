"""The table of temporary links: among the roads, in the plan folder's copy, and what is said of wrong rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from network.coordinates import from_wgs84
from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from optimizer.plan.reach import drive_min, link_ms
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.region.reading import read_region
from optimizer.region.scenarios import RoadState
from optimizer.verify.roads import ScenarioRoads

OPENED = {"name": "架桥", "temporary": ["T01"], "opened": True}
CUT = {"name": "断路", "within": {"bbox": [106.595, 29.695, 106.625, 29.7149]}}
"""All links of the two southern rows, and those between them and the northern one that begin there."""


def state(*closures: dict[str, Any], **more: Any) -> RoadState:
    return RoadState(closures=closures, **more)


def test_a_row_is_a_link_that_is_closed_until_opened(district) -> None:
    region = district.read()
    assert region.roads.temporary_links("T01").sum() == 2
    link = int(np.flatnonzero(region.roads.temporary_links("T01"))[0])
    # From junction 2 (106.61, 29.70) to 6 (106.62, 29.71), nearest to its ends.
    assert region.roads.node_id[[region.roads.tail[link], region.roads.head[link]]].tolist() == [2, 6]
    assert region.roads.maxweight_t[link] == 20
    assert link_ms(region, state(), "light_truck")[link] == UNREACHABLE
    opened = link_ms(region, state(OPENED), "light_truck")[link]
    # 1200 m and the way from both junctions, at 10 km/h × 0.9.
    assert opened == pytest.approx(region.roads.length_m[link] * 3600 / 9, abs=1)
    assert region.roads.length_m[link] == pytest.approx(1200 + 2 * np.hypot(97, 111), abs=5)
    assert link_ms(region, state(OPENED), "heavy_truck")[link] == UNREACHABLE


def test_what_plans_and_what_verifies_agree(district) -> None:
    region = district.read()
    # V1 stands at junction 2 and C1 at 3; the bridge 1-2 aside, the way from V1 to H1 leads over others or the pontoon.
    for closures in ([], [OPENED], [CUT], [CUT, OPENED]):
        roads = state(*closures, rain="heavy_rain")
        minutes = drive_min(region, roads, "light_truck", ["V1"], ["H1"]).to_numpy()[0, 0]
        again = ScenarioRoads.of(region, roads, "light_truck").minutes(["V1"], ["H1"])[0]
        assert minutes == again or minutes == pytest.approx(again)
        assert np.isfinite(minutes) == (closures != [CUT])


def test_rain_is_a_state_of_the_roads(district) -> None:
    region = district.read()
    dry, wet = (drive_min(region, state(rain=rain), "car", ["V1"], ["V2"]).to_numpy()[0, 0] for rain in ("dry", "rain"))
    access = region.snapping.access_min[[1, 2]].sum()
    assert wet - access == pytest.approx((dry - access) / 0.9, rel=1e-4)


def test_a_scenario_may_open_one_and_is_told_of_one_that_is_not_there(district, where) -> None:
    closures = "        - {name: bridge, bridges: true}\n"
    opened = "        - {name: pontoon, temporary: [T01], opened: true, from_h: 6}\n"
    region = district.edit("scenarios.yaml", closures, closures + opened).read()
    assert region.scenarios[0].roads.closures[1].opened
    (problem,) = district.edit("scenarios.yaml", "[T01]", "[T02]").problems()
    assert where(problem) == ("scenarios.yaml", 10, "scenarios[1].roads.closures[2]")
    assert "T02" in problem.say("en")


def test_stakes_are_told_with_their_error(district, where) -> None:
    grid = RoadNetwork.load(district.folder / "roads.npz")
    named = {name: getattr(grid, name) for name in RoadNetwork.__dataclass_fields__}
    ref = (grid.lat[grid.tail] == grid.lat[0]) & (grid.lat[grid.head] == grid.lat[0])
    RoadNetwork(**named | {"ref": ref.astype(np.int32), "texts": np.array(["", "S303"])}).save(
        district.folder / "roads.npz"
    )
    ends = "zero: {lon: 106.6, lat: 29.7}, towards: {lon: 106.62, lat: 29.7}"
    stakes = f"stakes: {{road: S303, from: K0+100, to: K0+900, {ends}}}"
    (told,) = district.edit("scenarios.yaml", "bridges: true", stakes).warnings()
    assert where(told) == ("scenarios.yaml", 9, "scenarios[1].roads.closures[1].stakes")
    # The first link of 1 km; 2 % of 900 m and half a step of 20 m.
    assert "from K0+000 to K1+000, 2 in all" in told.say("en")
    assert "±28 m" in told.say("en")


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_ends_are_in_the_declared_system(district, system: str) -> None:
    before = district.read()
    district.edit("region.yaml", "coordinates: wgs84", f"coordinates: {system}")
    for name in ("sites.csv", "temporary_links.csv"):
        path = district.folder / name
        lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
        for lon, lat in (("lon", "lat"), ("from_lon", "from_lat"), ("to_lon", "to_lat")):
            for row in lines[1:] if lon in lines[0] else []:
                places = lines[0].index(lon), lines[0].index(lat)
                moved = from_wgs84(*([float(row[place])] for place in places), system)
                row[places[0]], row[places[1]] = (f"{axis[0]:.9f}" for axis in moved)
        path.write_text("\n".join(",".join(line) for line in lines), encoding="utf-8")
    after = district.read()
    ends = ["from_lon", "from_lat", "to_lon", "to_lat"]
    np.testing.assert_allclose(after.tables["temporary_links"][ends], before.tables["temporary_links"][ends], atol=1e-8)
    assert after.roads.tail.tolist() == before.roads.tail.tolist()
    assert after.roads.length_m == pytest.approx(before.roads.length_m, abs=0.01)


ROW = "T01,舟桥,106.611,29.701,106.619,29.709,1200,10,20,no"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("T01,舟桥,106.611,29.701,106.719,29.709,1200,10,20,no", "to_lon", "m from the main network, more than 2000 m"),
        ("T01,舟桥,29.701,106.611,106.619,29.709,1200,10,20,no", "from_lon", "from the main network"),
        ("T01,舟桥,106.611,29.701,106.612,29.701,1200,10,20,no", "to_lon", "same junction"),
        ("T01,舟桥,106.611,29.701,106.619,29.709,500,10,20,no", "length_m", "shorter than the straight distance"),
        ("T01,舟桥,106.611,29.701,106.619,29.709,1200,,20,no", "speed_kmh", "speed_kmh"),
        ("T01,舟桥,106.611,29.701,106.619,29.709,1200,500,20,no", "speed_kmh", "120"),
        ("T01,舟桥,,29.701,106.619,29.709,1200,10,20,no", "from_lon", "from_lon"),
        (f"{ROW}\n{ROW}", "temporary_id", "the same as row 2"),
    ],
)
def test_a_wrong_row_is_told_once_with_its_place(district, row: str, column: str, words: str) -> None:
    closures = "        - {name: bridge, bridges: true}\n"
    opened = "        - {name: pontoon, temporary: [T01], opened: true}\n"
    district.edit("scenarios.yaml", closures, closures + opened)
    problems = district.edit("temporary_links.csv", ROW, row).problems()
    # The closure that opens it is not reported too.
    assert [(problem.file, problem.column) for problem in problems] == [("temporary_links.csv", column)]
    assert words in problems[0].say("en")


def test_a_plan_folder_holds_them(district, tmp_path: Path) -> None:
    region = district.read()
    folder = tmp_path / "plan"
    folder.mkdir()
    copy_region(region, folder / "region")
    kept = RoadNetwork.load(folder / write_roads(region, folder))
    assert kept.link_id.tolist() == region.roads.link_id.tolist()
    copied = read_region(folder / "region")
    assert copied.roads.link_id.tolist() == region.roads.link_id.tolist()
    # A region whose roads come from a plan folder has them once.
    kept.save(district.folder / "roads.npz")
    assert district.read().roads.link_id.tolist() == region.roads.link_id.tolist()


def test_without_the_table_the_roads_are_the_file_s(district, tmp_path: Path) -> None:
    region = district.remove("temporary_links.csv").read()
    assert not region.roads.temporary.any()
    assert write_roads(region, tmp_path) == "region/roads.npz"
