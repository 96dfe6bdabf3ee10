"""The what-if on the district of ``conftest.py``, the arithmetic written out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest

from network.closures import Closure
from network.problem import ProblemsError
from network.words import LANGUAGES, catalogue
from optimizer.analysis.analysis_tables import WHATIF_TABLES
from optimizer.analysis.whatif import baseline, what_if
from optimizer.analysis.whatif_report.figures import figures_of
from optimizer.analysis.whatif_report.folder import write_what_if
from optimizer.analysis.whatif_report.summary import headline, told_lines
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.region.schema import Kind

TRUCK_MIN_A_KM = 60 / (25 * 0.9)
ENGINE_MIN_A_KM = 60 / (25 * 0.85)
ROUND = (Closure(name="三号路", ways=(3,)), Closure(name="六号路限速", ways=(6,), slowed=3))
CUT = (Closure(name="四号路", ways=(4,), to_h=24),)


@pytest.fixture(scope="module")
def found(region):
    return what_if(region, CUT)


@pytest.fixture(scope="module")
def written(found, tmp_path_factory):
    return write_what_if(found, tmp_path_factory.mktemp("whatif") / "out", "zh", inputs={"closures/cut.yaml": "1" * 64})


def _plan(region, open_depots, stock=(), shipments=()):
    """Tables of a plan, as far as a what-if looks at them."""
    depots = pd.DataFrame([{"site_id": site, "decision": decision} for site, decision in open_depots])
    held = pd.DataFrame(
        [{"site_id": s, "item_id": i, "holding_mode": "physical", "quantity": q} for s, i, q in stock],
        columns=["site_id", "item_id", "holding_mode", "quantity"],
    )
    columns = ["scenario_id", "from_site_id", "to_site_id", "item_id", "vehicle_class", "loads"]
    return {"depots": depots, "stock": held, "shipments": pd.DataFrame(shipments, columns=columns)}


def test_every_table_has_its_declared_columns(found):
    for table in WHATIF_TABLES:
        assert list(found.tables[table.name].columns) == [column.name for column in table.columns]


def test_every_site_stands_before_and_after(found, region):
    sites = found.tables["sites"].set_index("site_id")
    assert list(sites.index) == list(region.sites["site_id"])
    # V4 lies 4 km from the district's depot, and by way 4 only.
    v4 = sites.loc["V4"]
    assert v4["district_depot_before_min"] == pytest.approx(4 * TRUCK_MIN_A_KM, abs=1e-3)
    assert np.isnan(v4["district_depot_after_min"])
    assert v4["town_depot_after_min"] == v4["town_depot_before_min"] == 0
    assert (v4["status_before"], v4["status_after"], bool(v4["isolated"])) == ("reached", "local_only", True)
    assert not sites.loc[["V2", "V3", "V9"], "isolated"].any()
    assert (sites.loc["V3", "district_depot_change_min"], sites.loc["V9", "status_after"]) == (0, "no_road")


def test_a_closure_may_isolate_nobody(region, tmp_path):
    everyone_on_roads = replace(region, snapping=replace(region.snapping, node=np.maximum(region.snapping.node, 0)))
    found = what_if(everyone_on_roads, (Closure(name="六号路限速", ways=(6,), slowed=3),))
    assert found.tables["isolated"].empty
    assert found.tables["holdings"].empty
    write_what_if(found, tmp_path / "out", "zh")


def test_a_stretch_by_stakes_is_told_with_its_error(region):
    # Way 4 runs from node 3 to node 4, both 1 km apart, and alone bears the number X4.
    at = {"lon": 106.03, "lat": 29.0, "stake": "K5"}
    stakes = {"road": "X4", "from": "K5+100", "to": "K5+900", "zero": at, "towards": {"lon": 106.04, "lat": 29.0}}
    found = what_if(region, (Closure.model_validate({"name": "塌方", "stakes": stakes}),))
    assert list(region.roads.way_id[found.closed]) == [4, 4]
    for language, word in (("zh", "±"), ("en", "may be off by ±")):
        line = next(line for line in told_lines(found, language) if "K5+100" in line)
        assert word in line
        assert f"{found.stretches[0].error_m:.0f}" in line


def test_a_detour_is_longer_by_its_slow_road(region):
    sites = what_if(region, ROUND).tables["sites"].set_index("site_id")
    # To V3 by 2 and 3: 3 km. Round by 5 and 6, where 6 takes three times as long: 1 + 1 + 3.6 = 5.6 km's worth.
    assert sites.loc["V3", "district_depot_change_min"] == pytest.approx(2.6 * TRUCK_MIN_A_KM, abs=1e-3)
    assert not sites["isolated"].any()


def test_routes_are_lines_with_roads_named(region):
    found = what_if(region, ROUND)
    routes = found.tables["routes"].set_index(["to_site_id", "when"])
    assert routes.loc[("V3", "before"), "by_way_of"] == "X1、X2、X3"
    assert routes.loc[("V3", "after"), "by_way_of"] == "X1、X5、X6"
    assert routes.loc[("V3", "after"), "length_km"] == pytest.approx(3.2)
    assert routes.loc[("V3", "after"), "drive_min"] == pytest.approx(5.6 * TRUCK_MIN_A_KM, abs=1e-3)
    assert "V2" not in routes.index.get_level_values(0), "its way is as it was"
    roads = region.roads
    assert set(roads.way_id[found.round_about]) == {5, 6}
    assert (set(roads.way_id[found.closed]), set(roads.way_id[found.slowed])) == ({3}, {6})


def test_standards_that_break_are_those_met_before(region, found):
    rows = found.tables["standards"].set_index(["rule_id", "subject_id"])
    # 4 km by fire engine: 11.3 min, within 15; after the closure there is no way.
    v4 = rows.loc[("RESP-15", "V4")]
    assert v4["before"] == pytest.approx(4 * ENGINE_MIN_A_KM, abs=1e-3)
    assert (v4["outcome_before"], v4["outcome_after"], bool(v4["breaks"])) == ("met", "short", True)
    v3 = rows.loc[("RESP-15", "V3")]
    assert v3["after_slow"] == pytest.approx(3 * ENGINE_MIN_A_KM / 0.8, abs=1e-3)
    assert v3["after_fast"] == pytest.approx(3 * ENGINE_MIN_A_KM / 1.2, abs=1e-3)
    # The event is told (30 min), the truck loaded (30 min), 3 km driven: from 0, where 1000 bottles lie.
    relief = rows.loc[("RELIEF-10H", "V3")]
    assert relief["after"] == pytest.approx((30 + 30 + 3 * TRUCK_MIN_A_KM) / 60, abs=1e-4)
    assert relief["after_slow"] == pytest.approx((30 + 30 + 3 * TRUCK_MIN_A_KM / 0.8) / 60, abs=1e-4)
    # The town's depot at 4 holds nothing, so it brings V4 nothing.
    assert rows.loc[("RELIEF-10H", "V4"), "breaks"]
    assert set(rows.index[rows["breaks"]]) == {
        (r, s) for r, s in [("RESP-15", "V4"), ("RELIEF-10H", "V4"), ("RELIEF-10H", "V6")]
    }


def test_night_and_rain_hold_before_and_after(region):
    wet = what_if(region, CUT, before=baseline(region, night=True, rain="rain", speed_factor=0.5))
    sites = wet.tables["sites"].set_index("site_id")
    assert sites.loc["V3", "district_depot_before_min"] == pytest.approx(
        3 * TRUCK_MIN_A_KM / (0.5 * 0.85 * 0.9), abs=1e-2
    )
    assert sites.loc["V3", "district_depot_change_min"] == 0


def test_a_baseline_kept_gives_the_same_answer(region, found):
    again = what_if(region, CUT, before=baseline(region))
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


def test_an_hour_after_its_end_a_closure_does_nothing(region):
    found = what_if(region, CUT, at_h=30)
    assert figures_of(found).isolated == 0
    assert found.tables["closures"]["in_force"].tolist() == [False]
    assert not found.closed.any()


def test_a_closure_tells_its_length_and_whom_it_cuts_off(found):
    (row,) = found.tables["closures"].to_dict("records")
    # 40 + 60 people at V4 and V6; two directed links of one kilometre.
    assert (row["effect"], row["links"], row["length_km"], row["places"], row["people"]) == ("closed", 2, 1, 2, 100)


def test_figures_count_places_and_people_once(found):
    figures = figures_of(found)
    assert (figures.cut_off, figures.local_only, figures.no_road) == (0, 2, 1)
    assert (figures.isolated_people, figures.closed_km) == (100, 1)
    assert dict(figures.broken) == {"RESP-15": 1, "RELIEF-10H": 2}
    assert figures.unheard == ("V6",)
    # V4 has no food; V6 has both.
    assert figures.empty_handed == 1


def test_a_plan_brings_its_depots_and_stock(region):
    plan = _plan(region, [("D0", "existing"), ("D4", "existing")], [("D4", "water", 5), ("V4", "food", 80)])
    found = what_if(region, CUT, plan=plan)
    rows = found.tables["standards"].set_index(["rule_id", "subject_id"])
    assert not rows.loc[("RELIEF-10H", "V4"), "breaks"], "what the plan holds at 4 is inside the island"
    held = found.tables["holdings"].set_index(["site_id", "item_id"])
    assert held.loc[("V4", "food"), "lasts_h"] == 48  # 80 meals for 40 people
    assert held.loc[("V4", "water"), "held"] == 0
    closed = what_if(region, CUT, plan=_plan(region, [("D0", "existing"), ("D4", "closed")]))
    assert closed.tables["sites"].set_index("site_id").loc["V4", "status_after"] == "cut_off"


def test_shipments_of_the_plan_that_lose_their_road_are_told(region):
    sent = [
        ("a", "D0", "V4", "water", "light_truck", 2.0),
        ("a", "D0", "V4", "food", "light_truck", 1.0),
        ("b", "D0", "V4", "food", "light_truck", 1.5),
        ("a", "D0", "V3", "water", "heavy_truck", 1.0),
        ("a", "V4", "V4", "water", "none", 0.0),
    ]
    plan = _plan(region, [("D0", "existing")], shipments=sent)
    (row,) = what_if(region, CUT, plan=plan).tables["shipments"].to_dict("records")
    assert (row["from_site_id"], row["to_site_id"], row["lost"], row["loads"]) == ("D0", "V4", True, 3.0)
    assert (row["items"], row["scenarios"]) == ("water;food", "a;b")
    rows = what_if(region, ROUND, plan=plan).tables["shipments"]
    assert not rows["lost"].any()
    assert set(rows["to_site_id"]) == {"V4", "V3"}


def test_a_pontoon_reconnects_a_village_and_is_no_closure(with_pontoon, tmp_path):
    laid = Closure(name="架设浮桥", temporary=("T1",), opened=True)
    shut = what_if(with_pontoon, CUT)
    assert figures_of(shut).isolated == 2
    assert shut.tables["closures"]["name"].tolist() == ["四号路"]
    found = what_if(with_pontoon, [*CUT, laid])
    sites = found.tables["sites"].set_index("site_id")
    # As before without the pontoon: it is no road until it is laid.
    assert sites.loc["V4", "district_depot_before_min"] == pytest.approx(4 * TRUCK_MIN_A_KM, abs=1e-3)
    # 3 km of road, then 0.5 km at 10 km/h × 0.9.
    assert sites.loc["V4", "district_depot_after_min"] == pytest.approx(3 * TRUCK_MIN_A_KM + 0.5 * 60 / 9, abs=1e-3)
    assert figures_of(found).isolated == 0
    rows = found.tables["closures"].set_index("name")
    assert rows.loc["架设浮桥", ["effect", "links", "places"]].tolist() == ["opened", 2, 0]
    roads = with_pontoon.roads
    assert (set(roads.way_id[found.closed]), found.slowed.any()) == ({4}, False)
    assert (found.opened == roads.temporary_links("T1")).all()
    assert headline(found, "zh")[0] == "道路：1 处中断，封闭 1 km（2 条单向路段），开通临时通道（2 条单向路段）"
    layer = pyogrio.read_dataframe(write_what_if(found, tmp_path / "out", "zh") / "whatif.gpkg", layer="closed_links")
    assert layer.groupby("effect").size().to_dict() == {"closed": 2, "opened": 2}


def test_a_pontoon_that_is_laid_is_never_what_cuts_off(with_pontoon):
    laid = Closure(name="架设浮桥", temporary=("T1",), opened=True)
    behind = Closure(name="七号路", ways=(7,))
    isolated = what_if(with_pontoon, [*CUT, laid, behind]).tables["isolated"].set_index("site_id")
    # V9 has no road at all; V6 lies behind way 7, before and after the pontoon.
    assert isolated["cut_by"].to_dict() == {"V6": "七号路", "V9": ""}


def test_shapes_lie_beside_the_closure_file(region, tmp_path):
    area = {
        "type": "Polygon",
        "coordinates": [[[106.034, 28.999], [106.036, 28.999], [106.036, 29.001], [106.034, 28.999]]],
    }
    (tmp_path / "slide.geojson").write_text(json.dumps(area), "utf-8")
    slide = Closure.model_validate({"name": "滑坡体", "within": {"file": "slide.geojson"}})
    assert figures_of(what_if(region, [slide], folder=tmp_path)).isolated == 2
    with pytest.raises(ProblemsError):
        what_if(region, [slide])


def test_closures_that_match_nothing_are_all_named(region):
    wrong = [Closure(name="甲", road="G999"), Closure(name="乙", ways=(77,))]
    with pytest.raises(ProblemsError) as caught:
        what_if(region, wrong)
    assert {name for name in "甲乙" for problem in caught.value.problems if name in problem.say("zh")} == {"甲", "乙"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lines_name_places_people_closures_and_landing_points(found, language):
    told = "\n".join(headline(found, language))
    for word in ("四村", "六村", "100", "四号路", "坪上起降点", "RESP-15", "张三 123"):
        assert word in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_closures_without_effect_say_so(region, language):
    told = "\n".join(headline(what_if(region, [Closure(name="二号路限速", ways=(2,), slowed=1)]), language))
    entries = catalogue("optimizer", "whatif")
    for name in ("headline_cut_off_none", "headline_standards_hold", "headline_detours_none"):
        assert entries[name][language] in told


@pytest.mark.parametrize(
    "idle", [{"vehicle_classes": ("heavy_truck",)}, {"to_h": 3.0}, {"from_h": 30.0, "slowed": 2.0}]
)
def test_a_closure_that_does_not_hold_is_not_counted_as_one(region, idle):
    closures = (*CUT, Closure(name="另一处", ways=(2,), **idle))
    found = what_if(region, closures, at_h=10)
    figures = figures_of(found)
    assert (figures.closures, figures.idle) == (1, 1)
    assert "另有 1 处对所选车型或时刻不生效" in headline(found, "zh")[0]
    assert figures_of(what_if(region, CUT)).idle == 0


def test_the_folder_holds_every_file(written):
    names = {path.name for path in written.iterdir()}
    others = {"whatif.json", "whatif.xlsx", "whatif.gpkg", "map.png", "report.html", "summary.txt"}
    assert names == others | {f"{table.name}.csv" for table in WHATIF_TABLES}
    told = json.loads((written / "whatif.json").read_text("utf-8"))
    assert set(told["files"]) == names - {"whatif.json"}
    assert told["inputs"] == {"sites.csv": "0" * 64, "closures/cut.yaml": "1" * 64}
    assert told["headline"]["broken"] == {"RESP-15": 1, "RELIEF-10H": 2}
    assert told["closures"] == [{"name": "四号路", "ways": [4], "to_h": 24.0}]


def test_layers_hold_points_and_lines(written):
    layers = dict(pyogrio.list_layers(written / "whatif.gpkg"))
    assert layers == {
        "sites": "Point",
        "isolated": "Point",
        "closed_links": "LineString",
        "routes": "LineString",
        "landing_ways": "LineString",
        "broken": "Point",
    }
    assert len(pyogrio.read_dataframe(written / "whatif.gpkg", layer="closed_links")) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbook_and_page_speak_the_language(found, tmp_path, language):
    out = write_what_if(found, tmp_path / "out", language)
    book = openpyxl.load_workbook(out / "whatif.xlsx")
    isolated = book["断路村社" if language == "zh" else "isolated"]
    cells = {str(cell.value) for row in isolated.iter_rows() for cell in row}
    assert ("仅局部可达" if language == "zh" else "local only") in cells
    page = (out / "report.html").read_text("utf-8")
    assert page.count("data:image/png") == 1
    assert ("口径说明" if language == "zh" else "What the words mean") in page


def test_a_name_that_is_markup_stays_text(region, tmp_path):
    sites = region.sites.assign(name=region.sites["name"].where(region.sites["site_id"] != "V4", "<script>四村"))
    found = what_if(replace(region, tables=region.tables | {"sites": sites}), CUT)
    assert "<script>" not in (write_what_if(found, tmp_path / "out", "zh") / "report.html").read_text("utf-8")


def test_every_choice_of_the_tables_has_its_words(found):
    words = {language: WhatIfWords.of(found, language) for language in LANGUAGES}
    entries = catalogue("optimizer", "whatif")
    for table in WHATIF_TABLES:
        for column in table.columns:
            for code, zh in column.choices.items() if column.kind is Kind.CHOICE else ():
                if f"{column.name}_{code}" in entries:
                    assert words["zh"].choice(column.name, code) == zh
                    assert words["en"].choice(column.name, code)


def test_bearings_are_said_as_winds(found):
    words = WhatIfWords.of(found, "en")
    assert [words.wind(bearing) for bearing in (0, 22, 23, 90, 200, 359)] == [
        "north", "north", "north-east", "east", "south", "north",
    ]  # fmt: skip
