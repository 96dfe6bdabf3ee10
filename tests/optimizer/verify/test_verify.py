"""A small district is planned for once; then one claim at a time is made false, and the right check has to see it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from network.problem import ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.times import travel_times_ms
from optimizer.output_folder import write_manifest
from optimizer.plan.annual import make_plan
from optimizer.plan.manifest import PLAN_FOLDER, manifest
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.plan.table_files import read_plan_tables, write_tables
from optimizer.region.reading import read_region
from optimizer.region.registers import STANDARDS
from optimizer.region.scenarios import RoadState
from optimizer.report.figures import figures_of
from optimizer.verify.folder import read_claims, verify_inputs
from optimizer.verify.layers import layer_values, priority_weights
from optimizer.verify.outcome import Claims
from optimizer.verify.roads import ScenarioRoads
from optimizer.verify.transport import verify_hours
from optimizer.verify.verify import Verification, checks_of, verify

COLUMNS, ROWS = 9, 3
"""A grid of roads, about 1 km from node to node; a river with three bridges lies between the columns 4 and 5."""

# Column and row of the grid where each site stands, a few metres beside the node.
SITE_COLUMNS = (
    "site_id,name,kind,level,town_id,at,population,area_type,hazards,usable_area_m2,storage_m3,wardens,"
    "emergency_officers,communications_assured,station_kind,payer_id,estimated\n"
)
SITES = """T1,东溪镇,town,town,,0 0,2600,built_up,flood,,,2,,yes,,,
T2,西岭镇,town,town,,7 1,900,outskirts,flood;landslide,,,1,,yes,,,population
V1,东溪村,village,village,T1,1 0,900,outskirts,flood,,,1,1,yes,,,
V2,石桥村,village,village,T1,3 2,700,populous_rural,flood;snow,,,0,0,no,,,
C1,河街社区,community,village,T1,0 1,1000,built_up,,,,0,1,yes,,,
V3,西岭村,village,village,T2,6 0,500,populous_rural,flood,,,2,1,yes,,,population
V4,云顶村,village,village,T2,8 2,300,remote,landslide,,,0,0,no,,,lon;lat
D1,区储备库,depot,district,T1,0 0,,,,,14,,,yes,,,
K1,西岭镇政府,candidate,town,T2,7 1,,,,,,,,yes,,PT2,
S1,东溪消防站,station,district,T1,0 0,,,,,,,,yes,fire_rescue,,
H1,中心广场,shelter,district,T1,1 1,,,,4000,,,,yes,,,
P1,西岭起降点,helipad,,T2,8 1,,,,,,,,yes,,,
U1,物流中心,supplier,,T1,2 0,,,,,,,,yes,,,
"""
ITEMS = """item_id,gb_code,name,unit,pack_size,volume_m3,mass_kg,price_cny,upkeep_share,use,estimated
water,1010101,瓶装水,瓶,24,0.0008,0.58,1.2,0,relief,price_cny
quilt,1030201,棉被,床,5,0.03,3,130,0.01,relief,
lamp,1090101,应急灯,盏,10,0.003,0.7,75,0,relief,
pump,3020101,排水泵,台,1,0.2,40,2900,0.05,village_kit,
phone,2010101,卫星电话,部,1,0.003,0.5,7800,0.15,satellite,
helmet,2020101,安全帽,顶,1,0.008,0.5,60,0,warden_set,
"""
TABLES = {
    "sizes": """site_id,size,storage_m3,fixed_cost_cny,yearly_cost_cny,estimated
K1,小,8,3000,900,
K1,大,30,9000,2500,fixed_cost_cny
D1,扩建,12,6000,1500,
""",
    "stock": """lot_id,site_id,item_id,quantity,expiry,owner,holding_mode,estimated
L1,D1,water,1200,2026-06-30,DIST,physical,
L2,D1,water,1500,2029-01-01,DIST,physical,
L3,D1,water,240,,PT2,physical,quantity
L4,D1,quilt,60,,DIST,physical,
L5,V3,quilt,20,,PT2,physical,
L6,V1,pump,1,,DIST,physical,
""",
    "norms": """item_id,quantity,basis,share,priority,deadline_h,estimated
water,5,person_day,1,1,10,
quilt,1,person,0.8,1,10,share
lamp,0.2,person,1,2,3,
""",
    "vehicles": """site_id,vehicle_class,count,crews,payload_kg,volume_m3
D1,light_truck,2,1,1500,8
D1,heavy_truck,1,1,8000,30
T2,light_truck,1,1,1000,6
""",
    "teams": """team_id,name,team_kind,site_id,people
G1,区综合队,district_team,S1,40
""",
    "payers": """payer_id,name,level,town_id,budget_cny
DIST,区应急局,district,,46000
PT1,东溪镇,town,T1,9000
PT2,西岭镇,town,T2,12000
""",
    "offers": """site_id,item_id,holding_mode,max_quantity,yearly_fee_cny,lead_time_h,payer_id
U1,water,commercial,1500,0.2,1,DIST
U1,quilt,agency,40,6,2,DIST
""",
}
SETTINGS: dict[str, Any] = {
    "schema_version": 1,
    "id": "jia",
    "name": {"zh": "甲区", "en": "Jia"},
    "roads": "roads.npz",
    "roads_synthetic": True,
    "plan_date": "2026-01-01",
    "standards": {
        "registers": ["wuxing"],
        "adopt": {"chongqing": ["DEPOT-TOWN", "SHELTER-M2", "TEAM-DIST"], "national": ["RELIEF-10H"]},
    },
}
SCENARIOS: dict[str, Any] = {
    "schema_version": 1,
    "scenarios": [
        {
            "id": "flood",
            "name": {"zh": "洪水", "en": "Flood"},
            "event": {"hazard": "flood"},
            "annual_probability": 0.1,
            "roads": {
                "speed_factor": 0.8,
                "night": True,
                "closures": [{"name": "断一桥", "road": "河桥0"}, {"name": "断二桥", "road": "河桥1"}],
            },
            "demand": [{"people": "residents", "where": {"hazards": ["flood"]}, "share": 0.2, "days": 3}],
            "losses": [{"where": {"towns": ["T1"]}, "share": 0.25}],
            "outside_help": {"supplier_share": 0.8, "vehicle_share": 1},
        },
        {
            "id": "quake",
            "name": {"zh": "地震", "en": "Earthquake"},
            "event": {"hazard": "earthquake"},
            "return_period_years": 50,
            "roads": {"closures": [{"name": "桥全断", "bridges": True}]},
            "demand": [
                {"people": "residents", "share": 0.1, "days": 2},
                {"people": "residents", "where": {"sites": ["V4"]}, "share": 0.5, "days": 4},
            ],
            "outside_help": {"supplier_share": 0.5, "vehicle_share": 0.5},
        },
    ],
}
OVERRIDES: dict[str, Any] = {
    "schema_version": 1,
    "overrides": [
        {
            "decision": "hold",
            "site_id": "D1",
            "item_id": "quilt",
            "quantity": 70,
            "who": "工程科",
            "when": "2025-12-01",
            "why": "去年不足",
        }
    ],
}


def grid() -> RoadNetwork:
    """Two-way roads between neighbours; the links over the river are bridges called 河桥0, 河桥1, 河桥2."""
    node = {(x, y): y * COLUMNS + x for y in range(ROWS) for x in range(COLUMNS)}
    pairs = [((x, y), (x + 1, y)) for y in range(ROWS) for x in range(COLUMNS - 1)]
    pairs += [((x, y), (x, y + 1)) for y in range(ROWS - 1) for x in range(COLUMNS)]
    pairs += [(b, a) for a, b in pairs]
    tail, head = (np.array([node[pair[end]] for pair in pairs], dtype=np.int32) for end in (0, 1))
    bridge = np.array([{a[0], b[0]} == {4, 5} for a, b in pairs])
    m = len(pairs)
    unknown = np.full(m, np.nan, dtype=np.float32)
    # No two links alike in length, so that shortest ways are unique.
    return RoadNetwork(
        node_id=np.arange(1, len(node) + 1, dtype=np.int64),
        lon=np.array([106.5 + 0.01 * x for _, x in sorted((y, x) for x, y in node)]),
        lat=np.array([29.7 + 0.01 * y for y, _ in sorted((y, x) for x, y in node)]),
        tail=tail,
        head=head,
        way_id=np.arange(1, m + 1, dtype=np.int64),
        length_m=1100.0 + 7.0 * (np.arange(m) % (m // 2)),
        road_class=np.full(m, ROAD_CLASSES.index("tertiary"), dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=bridge,
        tunnel=np.zeros(m, dtype=np.bool_),
        name=np.array([1 + a[1] if over else 0 for (a, _), over in zip(pairs, bridge, strict=True)], dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array(["", "河桥0", "河桥1", "河桥2"]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


def write_small_region(folder: Path) -> None:
    folder.mkdir(parents=True)
    sites = pd.read_csv(StringIO(SITE_COLUMNS + SITES), dtype=str, keep_default_na=False)
    place = sites.pop("at").str.split(expand=True).astype(int)
    sites["lon"] = (106.5 + 0.01 * place[0] + 0.0003).round(6).astype(str)
    sites["lat"] = (29.7 + 0.01 * place[1] + 0.0002).round(6).astype(str)
    sites.to_csv(folder / "sites.csv", index=False)
    for name, text in {"items": ITEMS, **TABLES}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    for name, form in (("region", SETTINGS), ("scenarios", SCENARIOS), ("overrides", OVERRIDES)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    grid().save(folder / "roads.npz")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a plan whose every claim holds."""
    home = tmp_path_factory.mktemp("verify")
    write_small_region(home / "region")
    plan = make_plan(read_region(home / "region"), gap=0.001, time_limit_s=60)
    folder = home / "plan"
    folder.mkdir()
    write_tables(plan.tables, folder)
    copy_region(plan.region, folder / "region")
    roads = write_roads(plan.region, folder)
    write_manifest(manifest(plan, figures_of(plan), "zh", roads, ()), folder, PLAN_FOLDER)
    return folder


@pytest.fixture(scope="module")
def claims(good: Path) -> Claims:
    return read_claims(good)


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(good, tmp_path / "plan"))


def failed(verification: Verification) -> set[str]:
    return {check.name for check in verification.checks if not check.passed}


def rewrite(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change one table, and the checksum with it, so that only the claim itself can give it away."""
    path = folder / f"{name}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    change(rows).to_csv(path, index=False, encoding="utf-8-sig")
    redocument(folder, lambda document: document["files"].update({path.name: digest(path)}))


def redocument(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "plan.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cell(column: str, change: Callable[[float], float], **where: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Change a number in the first row that ``where`` describes."""

    def apply(rows: pd.DataFrame) -> pd.DataFrame:
        row = first(rows, **where)
        rows.loc[row, column] = repr(change(float(rows.loc[row, column])))
        return rows

    return apply


def text(column: str, value: str, **where: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def apply(rows: pd.DataFrame) -> pd.DataFrame:
        row = first(rows, **where)
        assert rows.loc[row, column] != value
        rows.loc[row, column] = value
        return rows

    return apply


def without(**where: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.drop(index=first(rows, **where))


def first(rows: pd.DataFrame, **where: str) -> Any:
    right = np.logical_and.reduce(
        [np.ones(len(rows), dtype=bool), *(rows[key] == value for key, value in where.items())]
    )
    assert right.any(), f"no row {where}: the small plan no longer shows the case"
    return rows.index[right][0]


def test_the_small_plan_has_something_of_everything(claims: Claims) -> None:
    tables = claims.tables
    for name, rows in tables.items():
        assert len(rows), name
    assert {"physical", "commercial"} <= set(tables["shipments"]["holding_mode"])
    assert "none" in set(tables["shipments"]["vehicle_class"])
    assert tables["unmet"]["unmet"].sum() > 0
    assert (tables["depots"]["decision"] == "opened").any()


def test_every_claim_of_a_good_plan_holds(good: Path) -> None:
    verification = verify(good)
    assert [failure.say("en") for failure in verification.failures] == []
    assert verification.passed
    assert all(check.claims for check in verification.checks)


def test_a_register_changed_since_does_not_fail_an_older_plan(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Path(shutil.copytree(STANDARDS, tmp_path / "standards"))
    for path in later.glob("*.yaml"):
        path.write_text("# A year later.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("optimizer.region.registers.STANDARDS", later)
    assert verify_inputs(good, read_claims(good)).failures == ()
    # A register that the program no longer has at all.
    (later / "wuxing.yaml").unlink()
    assert verify_inputs(good, read_claims(good)).failures == ()


TRUCK = {"vehicle_class": "light_truck"}
MUTATIONS: dict[str, tuple[str, str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "another site's name": ("names", "purchases", text("site_name", "别处")),
    "another item's name": ("names", "stock", text("item_name", "帐篷")),
    "another unit": ("names", "purchases", text("unit", "箱")),
    "a reason that is none": ("names", "unmet", text("reason", "lazy")),
    "stock that is not there": ("stock", "stock", cell("existing", lambda x: x + 1, item_id="water")),
    "an expired lot": ("stock", "stock", cell("expiring", lambda x: x - 100, owner="DIST", item_id="water")),
    "a balance": ("stock", "stock", cell("quantity", lambda x: x - 5, item_id="quilt")),
    "a lot left out": ("stock", "stock", without(site_id="V1", item_id="pump")),
    "half a pack": ("purchases", "purchases", cell("packs", lambda x: x + 0.5)),
    "a price": ("purchases", "purchases", cell("price_cny", lambda x: x * 0.9)),
    "an amount": ("purchases", "purchases", cell("cost_cny", lambda x: x + 1)),
    "a lost mark": ("purchases", "purchases", text("estimated", "", item_id="water")),
    "an estimate behind a line": ("purchases", "purchases", text("estimated_inputs", "", item_id="water")),
    "a rule that is none": ("purchases", "purchases", text("rules", "KIT-9X")),
    "the cost of a move": ("moves", "moves", cell("cost_cny", lambda x: x + 10)),
    "a move": ("stock", "moves", cell("quantity", lambda x: x + 10)),
    "storage": ("depots", "depots", cell("storage_m3", lambda x: x + 10)),
    "a size that is not offered": ("depots", "depots", text("size", "特大", decision="opened")),
    "a decision": ("depots", "depots", text("decision", "not_chosen", decision="opened")),
    "a contract beyond its offer": ("contracts", "contracts", cell("quantity", lambda x: x + 2000)),
    "a fee": ("contracts", "contracts", cell("yearly_fee_cny", lambda x: x / 2)),
    "a budget": ("budgets", "budgets", cell("budget_cny", lambda x: x + 1000)),
    "an expense": ("budgets", "budgets", cell("purchase_cny", lambda x: x - 100)),
    "a sum of expenses": ("budgets", "budgets", cell("spent_cny", lambda x: x - 100)),
    "a broken decision": ("overrides", "stock", cell("quantity", lambda x: 12.0, site_id="D1", item_id="quilt")),
    "unmet want": ("unmet", "unmet", cell("unmet", lambda x: x / 2)),
    "want": ("unmet", "unmet", cell("want", lambda x: x - 1)),
    "unmet want left out": ("unmet", "unmet", without()),
    "a shipment of more than is wanted": ("unmet", "shipments", cell("quantity", lambda x: x * 50)),
    "a shipment of more than is there": ("source_stock", "shipments", cell("quantity", lambda x: x * 50)),
    "a way that is too quick": ("driving", "shipments", cell("drive_min", lambda x: x - 0.1, **TRUCK)),
    "a way over a river without a bridge": (
        "driving", "shipments", text("from_site_id", "K1", scenario_id="quake", from_site_id="D1")
    ),
    "loads": ("loads", "shipments", cell("loads", lambda x: x / 2, **TRUCK)),
    "a lorry that is none": ("loads", "shipments", cell("payload_kg", lambda x: x + 1, **TRUCK)),
    "more vehicles than crews": ("fleet", "fleet", cell("vehicles", lambda x: 3.0)),
    "too few vehicles for the loads": ("hours", "fleet", lambda rows: rows.assign(vehicles="0.0001")),
    "a transfer": ("driving", "fleet", cell("transfer_min", lambda x: x + 1)),
    "a total": ("scenarios", "scenarios", cell("on_time", lambda x: x + 1)),
    "a weight": ("scenarios", "scenarios", cell("weight", lambda x: x + 0.01)),
    "a place that is cut off": ("scenarios", "scenarios", cell("sites_cut_off", lambda x: x + 1)),
    "closed links": ("scenarios", "scenarios", cell("links_closed", lambda x: x - 1)),
    "a scenario left out": ("scenarios", "scenarios", without(scenario_id="quake")),
    "the length of a route": ("routes", "routes", cell("length_km", lambda x: x * 0.9)),
    "a line beside the road": ("routes", "routes", text("wkt", "LINESTRING (106.50000 29.70000, 106.51234 29.70500)")),
    "an outcome": ("standards", "standards", text("outcome", "met", outcome="short")),
    "what is reached": ("standards", "standards", cell("reached", lambda x: x + 1, rule_id="KIT-5X")),
    "a rule left out": ("standards", "standards", without(rule_id="SHELTER-M2", subject_id="jia")),
    "a mend's price": ("standards", "standards", cell("mend_cost_cny", lambda x: x / 2, mend="recruit")),
    "a post that serves nobody": ("standards", "standards", text("mend", "served_by_post:T1", mend="new_post")),
}  # fmt: skip


@pytest.mark.parametrize(("check", "table", "change"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_false_claim_is_seen_by_its_check(
    claims: Claims, bad: Path, check: str, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    rewrite(bad, table, change)
    outcome = checks_of(replace(claims, tables=read_plan_tables(bad)))[check]()
    assert outcome.failures
    for failure in outcome.failures:
        assert "{" not in failure.say("zh") + failure.say("en")


def lower_value(document: dict[str, Any]) -> None:
    layer = next(layer for layer in document["layers"] if layer["name"] == "cost")
    layer["value"] = layer["bound"] = layer["value"] * 0.9


def claim_proof(document: dict[str, Any]) -> None:
    document["layers"][0]["gap"] = 0.5


DOCUMENT_MUTATIONS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a value": ("layers", lower_value),
    "a gap": ("layers", claim_proof),
    "a layer left out": ("layers", lambda document: document["layers"].pop(1)),
    "a headline": ("headline", lambda document: document["headline"].update(spent_cny=1.0)),
    "a parameter": ("inputs", lambda document: document["parameters"].update(mobilise_min=5)),
    "a rule": ("inputs", lambda document: document["rules"][0].update(at_least=0)),
    "a budget that was not asked for": ("budgets", lambda document: document["options"].update(budget_cny=100_000)),
}


@pytest.mark.parametrize(("check", "change"), DOCUMENT_MUTATIONS.values(), ids=DOCUMENT_MUTATIONS.keys())
def test_a_false_document_is_seen(
    claims: Claims, bad: Path, check: str, change: Callable[[dict[str, Any]], object]
) -> None:
    redocument(bad, change)
    false = replace(claims, document=json.loads((bad / "plan.json").read_text(encoding="utf-8")))
    outcome = verify_inputs(bad, false) if check == "inputs" else checks_of(false)[check]()
    assert outcome.failures


@pytest.mark.parametrize("name", ["stock.csv", "region/sites.csv", "region/standards/wuxing.yaml"])
def test_a_file_changed_afterwards_is_seen(bad: Path, name: str) -> None:
    path = bad / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert "inputs" in failed(verify(bad))


def test_other_roads_are_seen(bad: Path) -> None:
    path = bad / "region" / "roads.npz"
    roads = RoadNetwork.load(path)
    replace(roads, length_m=roads.length_m * 1.1).save(path)
    verification = verify(bad)
    assert {"inputs", "driving"} <= failed(verification)


def test_ids_that_the_region_lacks_and_rows_told_twice_stop_the_verification(bad: Path) -> None:
    rewrite(bad, "stock", text("site_id", "D9", site_id="D1"))
    rewrite(bad, "moves", lambda rows: pd.concat([rows, rows.head(1)]))
    verification = verify(bad)
    assert [check.name for check in verification.checks] == ["inputs", "tables"]
    assert failed(verification) == {"tables"}
    said = " ".join(failure.say("zh") for failure in verification.failures)
    for word in ("“D9”不存在", "与前面的行重复"):
        assert word in said


def test_a_failure_names_table_row_claim_and_value_in_both_languages(bad: Path) -> None:
    rewrite(bad, "budgets", cell("budget_cny", lambda x: x + 1000, payer_id="PT1"))
    said = [(failure.say("en"), failure.say("zh")) for failure in verify(bad).failures]
    assert ("table budgets, payer_id=PT1: budget_cny says 10,000, recomputed 9,000") in [english for english, _ in said]
    assert "“预算执行”表（payer_id=PT1）：“预算”记为 10,000，重算为 9,000" in [chinese for _, chinese in said]


def test_one_false_claim_fails_the_folder_and_nothing_else(bad: Path) -> None:
    rewrite(bad, "routes", cell("length_km", lambda x: x * 0.9))
    verification = verify(bad)
    assert not verification.passed
    assert failed(verification) == {"routes"}
    assert len(verification.failures) == 1


def test_a_first_load_that_comes_after_the_deadline_is_seen(claims: Claims) -> None:
    parameters = claims.region.settings.parameters.model_copy(update={"mobilise_min": 24 * 60.0})
    region = replace(claims.region, settings=claims.region.settings.model_copy(update={"parameters": parameters}))
    outcome = verify_hours(Claims(region, claims.tables, claims.document))
    assert any("first load" in failure.say("en") for failure in outcome.failures)


def test_what_is_no_plan_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError):
        verify(tmp_path)


def test_the_verifier_uses_neither_the_solver_nor_the_models() -> None:
    code = (
        "import sys, optimizer.verify.verify; "
        "used = [name for name in sys.modules if name.split('.')[0] in ('pulp', 'highspy') "
        "or name.startswith('optimizer.models')]; assert not used, used"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_verifying_a_folder_loads_no_solver(good: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from optimizer.verify.verify import verify; "
        f"assert verify(Path({str(good)!r})).passed; "
        "used = [name for name in sys.modules if name.split('.')[0] in ('pulp', 'highspy') "
        "or name.startswith('optimizer.models')]; assert not used, used"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_risk_is_recomputed_as_it_was_asked_for(claims: Claims) -> None:
    scenarios = claims.tables["scenarios"].set_index("scenario_id")
    wanted = dict(claims.document["options"]) | {"risk": "worst"}  # type: ignore[call-overload]
    document = {**claims.document, "options": wanted}
    # The expected value that the plan states is below its worst scenario.
    assert scenarios["unmet"].max() > (scenarios["unmet"] * scenarios["weight"]).sum()
    assert checks_of(replace(claims, document=document))["layers"]().failures


def test_a_priority_weighs_ten_times_the_next_that_there_is(claims: Claims) -> None:
    norms = claims.region.tables["norms"]
    changed = norms.assign(priority=norms["item_id"].map({"water": 1, "quilt": 2, "lamp": 4}))
    tables = claims.region.tables | {"norms": changed}
    weights = priority_weights(replace(claims, region=replace(claims.region, tables=tables)))
    assert weights.to_dict() == {"water": 100.0, "quilt": 10.0, "lamp": 1.0}


def test_unmet_want_is_weighted_by_priority_and_probability(claims: Claims) -> None:
    # The flood comes with 0.1 a year, the earthquake with 1 / 50: they weigh 0.1 / 0.12 and 0.02 / 0.12.
    rows = [
        ("flood", "V1", "water", 150.0, 10.0, 30.0, 1),
        ("flood", "V1", "lamp", 2.0, 10.0, 1.0, 2),
        ("quake", "V2", "quilt", 8.0, 8.0, 6.0, 1),
    ]
    columns = ["scenario_id", "site_id", "item_id", "want", "person_items", "unmet", "priority"]
    met = pd.DataFrame(rows, columns=columns).assign(late=0.0)
    # A bottle is 1 / 15 of what one person gets, a lamp is for five: 30 / 15 × 10 + 1 × 5 × 1 = 25; 6 × 10 = 60.
    assert layer_values(claims, met)["unmet"] == pytest.approx((25 * 0.1 + 60 * 0.02) / 0.12)
    worst = replace(claims, document={**claims.document, "options": {"risk": "worst"}})
    assert layer_values(worst, met)["unmet"] == pytest.approx(60.0)
    # The worst fifth: all of the earthquake's 1 / 6, and 0.2 − 1 / 6 of the flood.
    tail = replace(claims, document={**claims.document, "options": {"risk": "cvar"}})
    assert layer_values(tail, met)["unmet"] == pytest.approx((60 / 6 + 25 * (0.2 - 1 / 6)) / 0.2)


def test_its_own_dijkstra_agrees_with_the_engine_on_every_pair(claims: Claims) -> None:
    region = claims.region
    roads = ScenarioRoads.of(region, RoadState(), "light_truck")
    sites = list(region.sites["site_id"])
    starts = [start for start in sites for _ in sites]
    node, access = region.snapping.node, region.snapping.access_min
    engine = travel_times_ms(region.roads, roads.link_ms.astype(np.int32), node, node) / 60_000
    engine = engine + access[:, None] + access[None, :]
    np.fill_diagonal(engine, 0.0)
    assert roads.minutes(starts, sites * len(sites)) == pytest.approx(engine.ravel())


def test_of_ways_that_take_the_same_time_each_length_is_allowed(claims: Claims) -> None:
    region = claims.region
    flat = replace(region, roads=replace(region.roads, length_m=np.full(region.roads.link_count, 1000.0)))
    roads = ScenarioRoads.of(flat, RoadState(), "car")
    least, most = roads.length_range_m("T1", "V4")
    # Ten links whichever way; bridges are slower than other links, one of them is crossed.
    assert least == most == 10_000
    assert roads.lengths_m("T1", ["V4", "T1"]) == pytest.approx([10_000, 0])


@pytest.mark.parametrize(
    "asked",
    [
        {"budget_cny": 0.0},
        {"budget_cny": 200_000.0},
        {"risk": "cvar"},
        {"risk": "worst"},
        {"scenario_ids": ["quake"]},
    ],
    ids=str,
)
def test_plans_of_other_wishes_hold_too(claims: Claims, asked: dict[str, Any]) -> None:
    plan = make_plan(claims.region, gap=0.001, time_limit_s=60, **asked)
    document = {"options": plan.options, "layers": [asdict(layer) for layer in plan.layers]}
    tables = {name: rows.reset_index(drop=True) for name, rows in plan.tables.items()}
    checks = checks_of(Claims(claims.region, tables, document))
    del checks["headline"]
    failures = [failure.say("en") for recompute in checks.values() for failure in recompute().failures]
    assert failures == []
