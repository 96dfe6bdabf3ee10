"""A small plan made by hand, every table filled, every sum coherent: what the writers of results are tested on."""

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from network.roads import ROAD_CLASSES, RoadNetwork
from optimizer.models.layer import Layer
from optimizer.plan.plan import OverrideCost, Plan
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.overrides import Override
from optimizer.region.region import Region
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.scenarios import Scenario
from optimizer.region.schema import Kind, Table
from optimizer.region.settings import Name, RegionSettings
from optimizer.region.standards import Rule

NASTY_FORMULA = '=HYPERLINK("http://example.invalid","点我")'
NASTY_MARKUP = "<script>alert(1)</script>&村"

SITES = """site_id,name,kind,level,town_id,lon,lat,population,usable_area_m2,storage_m3,estimated
T1,青石镇,town,town,,106.50,29.70,18200,,,
T2,云溪镇,town,town,,106.58,29.74,9600,,,
T3,白岩镇,town,town,,106.63,29.67,5400,,,population
V1,石坝村,village,village,T1,106.49,29.71,2100,,,
V2,柏林村,village,village,T1,106.52,29.69,1800,,,
V3,云中村,village,village,T2,106.59,29.75,1500,,,
V4,溪口村,village,village,T2,106.57,29.73,1300,,,population
V5,白岩村,village,village,T3,106.63,29.68,1600,,,
V6,望江村,village,village,T3,106.65,29.66,900,,,lon;lat;population
C1,青石社区,community,village,T1,106.505,29.702,4200,,,
C2,云溪社区,community,village,T2,106.582,29.741,3100,,,
D1,区应急物资储备库,depot,district,T1,106.505,29.705,,,400,
D2,云溪镇储备点,depot,town,T2,106.585,29.738,,,60,
D3,旧粮站储备点,depot,town,T1,106.515,29.695,,,40,
K1,白岩镇政府仓库,candidate,town,T3,106.632,29.672,,,0,yes
K2,云溪中学仓库,candidate,town,T2,106.575,29.742,,,0,yes
S1,青石消防救援站,station,district,T1,106.50,29.703,,,,
H1,青石广场,shelter,district,T1,106.503,29.699,,9000,,
H2,云溪中学操场,shelter,town,T2,106.577,29.743,,4000,,
H3,白岩小学,shelter,town,T3,106.634,29.669,,1200,,
P1,白岩起降点,helipad,,T3,106.64,29.665,,,,
U1,永辉配送中心,supplier,,T1,106.51,29.71,,,,
"""
ITEMS = """item_id,gb_code,name,name_en,unit,pack_size,volume_m3,mass_kg,price_cny,use,estimated
water,1010101,瓶装饮用水,Bottled water,瓶,24,0.0008,0.58,1.2,relief,price_cny
quilt,1030201,棉被,Quilt,床,5,0.03,3,130,relief,
tent,1040101,救灾帐篷,Tent,顶,1,0.4,60,2600,relief,
generator,2050101,小型发电机,Small generator,台,1,0.3,45,4200,village_kit,price_cny
pump,3020101,动力排水泵,Powered pump,台,1,0.2,40,3800,village_kit,
"""
PAYERS = """payer_id,name,level,town_id,budget_cny
DIST,区应急管理局,district,,400000
PT1,青石镇人民政府,town,T1,30000
PT2,云溪镇人民政府,town,T2,30000
PT3,白岩镇人民政府,town,T3,10000
"""
DEPOTS = """site_id,decision,size,storage_m3,used_m3,fixed_cost_cny,yearly_cost_cny,payer_id,override,estimated
D1,existing,,400,310,0,0,,,
D2,enlarged,小,110,95.5,60000,5000,DIST,,
D3,closed,,0,0,0,0,,规划科 2025-12-01：库房已列入拆迁,
K1,opened,小,50,38.25,120000,18000,DIST,,yes
K2,not_chosen,,0,0,0,0,,,yes
"""
STOCK = """site_id,item_id,owner,holding_mode,existing,expiring,moved_in,moved_out,bought,estimated
D1,water,DIST,physical,9000,2400,0,1200,4800,
D1,quilt,DIST,physical,800,0,100,0,0,
D1,tent,DIST,physical,60,0,0,0,20,
D2,water,DIST,physical,600,0,1200,0,0,
D2,quilt,PT2,physical,50,0,0,0,100,
D3,quilt,DIST,physical,100,0,0,100,0,
K1,water,DIST,physical,0,0,0,0,2400,yes
K1,tent,DIST,physical,0,0,0,0,10,yes
V1,generator,PT1,physical,1,0,0,0,0,
V2,generator,PT1,physical,0,0,0,0,1,
V5,pump,PT3,physical,0,0,0,0,1,
"""
PURCHASES = """site_id,item_id,packs,payer_id,rules,scenarios,override,estimated,estimated_inputs
D1,water,200,DIST,,flood;slide,,price_cny,items.price_cny;sites.population
D1,tent,20,DIST,,flood,救灾科 2025-12-02：至少 80 顶,,
D2,quilt,20,PT2,,flood,,,
K1,water,100,DIST,RELIEF-10H,slide,,yes,items.price_cny;sizes.fixed_cost_cny
K1,tent,10,DIST,,slide,,yes,sizes.fixed_cost_cny
V2,generator,1,PT1,KIT-5X,,,price_cny,items.price_cny
V5,pump,1,PT3,KIT-5X,,,,
"""
CONTRACTS = """site_id,item_id,holding_mode,quantity,yearly_fee_cny,payer_id,lead_time_h,scenarios,estimated
U1,water,commercial,20000,4000,DIST,4,flood,yes
"""
MOVES = """from_site_id,to_site_id,item_id,owner,quantity,cost_cny
D1,D2,water,DIST,1200,43.2
D3,D1,quilt,DIST,100,390
"""
RULES = """KIT-5X|village_kit|行政村（社区）配备小型发电机、动力排水泵等“5+X”应急装备|\
Villages and communities hold the 5+X kit|1|||件|湖州市吴兴区|基层应急管理体系意见|五（三）|adopted|True
RESP-15|response|城郊和人口相对密集的农村建立 15 分钟快速响应救援圈|15-minute rescue circle||15|outskirts|min|\
湖州市吴兴区|基层应急管理体系意见|四（三）|adopted|False
DEPOT-TOWN|town_depot|多灾易灾地区乡镇级储备库（点）全覆盖|A depot in every town exposed to several hazards|1|||个|\
重庆市|提升基层应急管理能力方案|五（二十一）|expected|False
SHELTER-M2|shelter_area|全区常住居民人均避难面积大于 1.5 平方米|Shelter area a resident|\
1.5|||m²|江北区|“十四五”规划|三（五）15|\
binding|True
TEAM-DIST|team_people|区级综合应急救援队不少于 50 人|District team of 50|\
50|||人|重庆市|提升基层应急管理能力方案|十一|expected|False
RELIEF-10H|relief_hours|灾后 10 小时内受灾人员得到基本救助|\
Basic relief within 10 h||10||h|国家|国减发〔2022〕1号|二（三）|\
expected|True"""
STANDARDS = """rule_id,subject_id,item_id,outcome,required,reached,reached_slow,reached_fast,before,mend,mend_quantity,\
mend_cost_cny,estimated
KIT-5X,V1,generator,met,1,1,,,1,,,,
KIT-5X,V2,generator,met,1,1,,,0,,,,
KIT-5X,V5,pump,met,1,1,,,0,,,,
KIT-5X,V6,generator,short,1,0,,,0,buy,1,4200,price_cny
KIT-5X,V6,pump,short,1,0,,,0,buy,1,3800,
RESP-15,V1,,met,15,6.2,7.75,5.17,6.2,,,,
RESP-15,V3,,short,15,18.4,23,15.33,18.4,new_post,1,150000,
RESP-15,V6,,not_applicable,15,41,51.25,34.17,41,,,,lon;lat
DEPOT-TOWN,T1,,met,1,1,,,2,,,,
DEPOT-TOWN,T2,,met,1,1,,,1,,,,
DEPOT-TOWN,T3,,met,1,1,,,0,,,,
SHELTER-M2,district,,short,1.5,0.43,,,0.43,more_shelter,35600,10680000,population
TEAM-DIST,Q1,,short,50,40,,,40,recruit,10,80000,
RELIEF-10H,flood,,met,10,8.5,9.6,7.8,,,,,
RELIEF-10H,slide,,short,10,26,28,24,,more_relief_and_transport,450,20250,
"""
SCENARIOS = """scenario_id,probability,links_closed,sites_cut_off,people_cut_off,estimated
flood,0.05,6,0,0,
slide,0.02,4,1,900,yes
"""
UNMET = """scenario_id,site_id,item_id,priority,people,want,on_time,late,unmet,reason,landing_site_id,estimated
flood,V3,water,1,600,9000,9000,0,0,,,
flood,V4,water,1,400,6000,4800,600,600,no_vehicle,,population
flood,C2,quilt,1,1000,800,600,0,200,no_stock,,
slide,V5,water,1,500,7500,6000,1500,0,,,
slide,V6,water,1,450,6750,0,0,6750,no_road,P1,lon;lat;population
slide,V6,tent,2,450,27,0,0,27,no_road,P1,lon;lat;population
"""
SHIPMENTS = """scenario_id,from_site_id,to_site_id,item_id,vehicle_class,period,quantity,drive_min,loads
flood,D1,V3,water,light_truck,on_time,9000,24.5,3
flood,D1,V4,water,light_truck,on_time,4800,19.2,1.6
flood,D1,V4,water,light_truck,late,600,19.2,0.2
flood,D2,C2,quilt,light_truck,on_time,150,2.1,0.25
flood,D1,C2,quilt,heavy_truck,on_time,450,18.7,0.4
slide,K1,V5,water,light_truck,on_time,2400,3.4,0.8
slide,D1,V5,water,light_truck,on_time,3600,44.1,1.2
slide,D1,V5,water,light_truck,late,1500,44.1,0.5
"""
FLEET = """scenario_id,home_site_id,work_site_id,vehicle_class,vehicles,transfer_min
flood,D1,D1,light_truck,3,0
flood,D1,D1,heavy_truck,1,0
slide,D1,K1,light_truck,0.5,45
"""
ROUTES = """scenario_id,from_site_id,to_site_id,vehicle_class,drive_min,length_km,by_way_of,wkt
flood,D1,V3,light_truck,24.5,11.2,G210 青云路,"LINESTRING (106.505 29.705, 106.55 29.72, 106.59 29.75)"
slide,D1,V5,light_truck,44.1,16.9,S303,"LINESTRING (106.505 29.705, 106.57 29.69, 106.63 29.68)"
"""
NUMBERS = (Kind.NUMBER, Kind.LONGITUDE, Kind.LATITUDE, Kind.WHOLE)


def _frame(table: Table, text: str = "") -> pd.DataFrame:
    """All columns of ``table``, typed; what ``text`` leaves out is empty."""
    given = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False) if text else pd.DataFrame()
    columns: dict[str, Any] = {}
    for column in table.columns:
        cells = given[column.name] if column.name in given else pd.Series([""] * len(given), dtype=str)
        if column.kind in NUMBERS:
            columns[column.name] = pd.to_numeric(cells.replace("", np.nan)).astype(float)
        elif column.kind is Kind.DATE:
            columns[column.name] = pd.to_datetime(cells)
        elif column.kind is Kind.YES_NO:
            columns[column.name] = np.full(len(given), bool(column.default))
        else:
            columns[column.name] = cells
    return pd.DataFrame(columns)


def made_roads() -> RoadNetwork:
    """A net of 16 × 10 junctions over hills, two ways each, with a bridge and a tunnel."""
    across, up = 16, 10
    random = np.random.default_rng(7)
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(across), np.arange(up)))
    lon = 106.47 + column * 0.013 + random.normal(0, 0.0015, across * up)
    lat = 29.645 + row * 0.0125 + random.normal(0, 0.0015, across * up)
    pairs = [(n, n + 1) for n in range(across * up) if column[n] < across - 1]
    pairs += [(n, n + across) for n in range(across * up) if row[n] < up - 1]
    pairs = [pair for k, pair in enumerate(pairs) if k % 5 != 3]
    tail, head = (np.array(ends, np.int32) for ends in zip(*(pairs + [(b, a) for a, b in pairs]), strict=True))
    middle = np.column_stack([(lon[tail] + lon[head]) / 2, (lat[tail] + lat[head]) / 2])
    names = np.where(row[tail] == row[head], np.where(row[tail] == 4, "primary", "tertiary"), "unclassified")
    links = len(tail)
    return RoadNetwork(
        node_id=np.arange(across * up, dtype=np.int64) + 1000,
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        way_id=np.arange(links, dtype=np.int64) % (links // 2) + 1,
        length_m=np.full(links, 1300.0),
        road_class=np.array([ROAD_CLASSES.index(name) for name in names], np.int8),
        surface=np.ones(links, np.int8),
        maxspeed_kmh=np.full(links, np.nan, np.float32),
        maxweight_t=np.full(links, np.nan, np.float32),
        maxheight_m=np.full(links, np.nan, np.float32),
        grade=np.full(links, np.nan, np.float32),
        bridge=np.arange(links) % (links // 2) == 30,
        tunnel=np.arange(links) % (links // 2) == 60,
        name=np.zeros(links, np.int32),
        ref=(names == "primary").astype(np.int32),
        texts=np.array(["", "G210"]),
        shape_first=np.arange(links + 1, dtype=np.int64),
        shape_lon=middle[:, 0],
        shape_lat=middle[:, 1],
        source="© OpenStreetMap contributors, ODbL 1.0 (test)",
        synthetic=True,
    )


def _rules() -> tuple[Rule, ...]:
    rules = []
    for line in RULES.splitlines():
        key, check, zh, en, least, most, area, unit, place, document, clause, standing, mandatory = line.split("|")
        rules.append(
            Rule(
                id=key,
                check=check,  # type: ignore[arg-type]
                text=Name(zh=zh, en=en),
                at_least=float(least) if least else None,
                at_most=float(most) if most else None,
                unit=unit,
                area_types=(area,) if area else (),
                jurisdiction=place,
                document=document,
                clause=clause,
                standing=standing,  # type: ignore[arg-type]
                mandatory=mandatory == "True",
            )
        )
    return tuple(rules)


def _scenarios() -> tuple[Scenario, ...]:
    demand = [{"people": "residents", "share": 0.3}]
    return (
        Scenario.model_validate(
            {
                "id": "flood",
                "name": {"zh": "云溪河二十年一遇洪水", "en": "20-year flood of the Yunxi"},
                "event": {"hazard": "flood"},
                "return_period_years": 20,
                "demand": demand,
            }
        ),
        Scenario.model_validate(
            {
                "id": "slide",
                "name": {"zh": "白岩镇滑坡断路", "en": "Landslide at Baiyan, road cut"},
                "event": {"hazard": "landslide"},
                "annual_probability": 0.02,
                "demand": demand,
                "estimated": True,
            }
        ),
    )


def made_region(folder: Path, names: dict[str, str] | None = None) -> Region:
    """A region of three towns whose files stand in ``folder``; ``names`` gives sites other names."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"sites": SITES, "items": ITEMS, "payers": PAYERS}
    tables = {table.name: _frame(table, texts.get(table.name, "")) for table in REGION_TABLES}
    sites = tables["sites"]
    for site, name in (names or {}).items():
        sites.loc[sites["site_id"] == site, "name"] = name
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8")
    made_roads().save(folder / "roads.npz")
    (folder / "region.yaml").write_text("schema_version: 1\nid: sample\n", encoding="utf-8")
    inputs = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    settings = RegionSettings.model_validate(
        {
            "schema_version": 1,
            "id": "sample",
            "name": {"zh": "示例区", "en": "Sample District"},
            "roads": "roads.npz",
            "roads_synthetic": True,
            "plan_date": "2026-01-01",
            "notes": [{"zh": "采纳吴兴区“5+X”装备标准。", "en": "Adopts Wuxing's 5+X kit."}],
        }
    )
    overrides = (
        Override.model_validate(
            {"decision": "close", "site_id": "D3", "who": "规划科", "when": "2025-12-01", "why": "库房已列入拆迁"}
        ),
        Override.model_validate(
            {
                "decision": "hold",
                "site_id": "D1",
                "item_id": "tent",
                "quantity": 80,
                "who": "救灾科",
                "when": "2025-12-02",
                "why": "至少 80 顶",
            }
        ),
    )
    return Region(
        settings=settings,
        tables=tables,
        scenarios=_scenarios(),
        rules=_rules(),
        overrides=overrides,
        roads=made_roads(),
        snapping=None,  # type: ignore[arg-type]  # no writer of results looks at it
        folder=folder,
        inputs=inputs,
        warnings=(),
    )


def _named(region: Region) -> dict[str, pd.DataFrame]:
    """Every plan table, with names, units and prices looked up in the region."""
    texts = {
        "depots": DEPOTS,
        "stock": STOCK,
        "purchases": PURCHASES,
        "contracts": CONTRACTS,
        "moves": MOVES,
        "standards": STANDARDS,
        "scenarios": SCENARIOS,
        "shipments": SHIPMENTS,
        "fleet": FLEET,
        "unmet": UNMET,
        "routes": ROUTES,
    }
    tables = {table.name: _frame(table, texts.get(table.name, "")) for table in PLAN_TABLES}
    sites, items = region.sites.set_index("site_id"), region.tables["items"].set_index("item_id")
    towns = {site: sites["name"].get(row["town_id"] or site, "") for site, row in sites.iterrows()}
    for frame in tables.values():
        if "site_id" in frame and "site_name" in frame:
            frame["site_name"] = frame["site_id"].map(sites["name"])
        if "site_id" in frame and "town_name" in frame:
            frame["town_name"] = frame["site_id"].map(towns)
        if "item_name" in frame:
            frame["item_name"] = frame["item_id"].map(items["name"])
            frame["unit"] = frame["item_id"].map(items["unit"])
    return tables


def made_plan(folder: Path, names: dict[str, str] | None = None) -> Plan:
    """The plan of :func:`made_region`, whose sums all agree."""
    region = made_region(folder, names)
    tables = _named(region)
    sites, items = region.sites.set_index("site_id"), region.tables["items"].set_index("item_id")
    depots, stock, bought = tables["depots"], tables["stock"], tables["purchases"]
    depots["kind"], depots["level"] = depots["site_id"].map(sites["kind"]), depots["site_id"].map(sites["level"])
    stock["quantity"] = stock["existing"] + stock["moved_in"] - stock["moved_out"] + stock["bought"]
    for column in ("gb_code", "pack_size", "price_cny"):
        bought[column] = bought["item_id"].map(items[column])
    bought["quantity"] = bought["packs"] * bought["pack_size"]
    bought["cost_cny"] = bought["quantity"] * bought["price_cny"]
    _fill_budgets(tables, region)
    _fill_standards(tables["standards"], region, sites["name"].to_dict())
    _fill_scenarios(tables, region)
    return Plan(
        region=region,
        tables=tables,
        layers=(
            Layer("mandatory", 12.0, 12.0, 0.0, 12.0, "件", True, "Optimal", 0.2),
            Layer("unmet", 214.3, 213.1, 0.0008, 1500.0, "weighted person-items", True, "Optimal", 3.1),
            Layer("late", 128.6, 120.0, 0.033, 260.0, "person-items", False, "Time limit reached", 10.0),
            Layer("cost", 340000.0, 338000.0, 0.0059, 340000.0, "元", True, "Optimal", 1.4),
        ),
        override_costs=(OverrideCost("unmet", 214.3, 201.0), OverrideCost("cost", 340000.0, 331000.0)),
        options={"budget_cny": None, "risk": "expected", "gap": 0.01, "time_limit_s": 60},
        solver="HiGHS 1.11.0",
        seconds=15.8,
    )


def _fill_budgets(tables: dict[str, pd.DataFrame], region: Region) -> None:
    budgets = tables["budgets"]
    payers = region.tables["payers"]
    for column, source in (("payer_id", "payer_id"), ("payer_name", "name"), ("budget_cny", "budget_cny")):
        budgets[column] = payers[source]

    def paid(table: str, payer: str, cost: str) -> pd.Series:
        return budgets["payer_id"].map(tables[table].groupby(payer)[cost].sum()).fillna(0.0)

    budgets["purchase_cny"] = paid("purchases", "payer_id", "cost_cny")
    budgets["building_cny"] = paid("depots", "payer_id", "fixed_cost_cny")
    budgets["running_cny"] = paid("depots", "payer_id", "yearly_cost_cny")
    budgets["contract_cny"] = paid("contracts", "payer_id", "yearly_fee_cny")
    budgets["move_cny"] = paid("moves", "owner", "cost_cny")
    parts = [f"{part}_cny" for part in ("purchase", "building", "running", "contract", "move")]
    budgets["spent_cny"] = budgets[parts].sum(axis=1)
    budgets["left_cny"] = budgets["budget_cny"] - budgets["spent_cny"]
    budgets["estimated"] = ""
    assert (budgets["left_cny"] >= 0).all()


def _fill_standards(standards: pd.DataFrame, region: Region, names: dict[str, str]) -> None:
    rules = {rule.id: rule for rule in region.rules}
    sites = region.sites.set_index("site_id")
    other = {"district": "示例区", "Q1": "区综合应急救援队"} | {s.id: s.name.zh for s in region.scenarios}
    standards["subject_name"] = [names.get(key, other.get(key, key)) for key in standards["subject_id"]]
    towns = {site: sites["name"].get(row["town_id"] or site, "") for site, row in sites.iterrows()}
    standards["town_name"] = [towns.get(key, "") for key in standards["subject_id"]]
    standards["standing"] = [rules[key].standing for key in standards["rule_id"]]
    standards["mandatory"] = [rules[key].mandatory for key in standards["rule_id"]]
    standards["unit"] = [rules[key].unit for key in standards["rule_id"]]


def _fill_scenarios(tables: dict[str, pd.DataFrame], region: Region) -> None:
    scenarios, unmet = tables["scenarios"], tables["unmet"]
    by_id = {scenario.id: scenario for scenario in region.scenarios}
    scenarios["scenario_name"] = [by_id[key].name.zh for key in scenarios["scenario_id"]]
    scenarios["hazard"] = [by_id[key].event.hazard for key in scenarios["scenario_id"]]
    scenarios["weight"] = scenarios["probability"] / scenarios["probability"].sum()
    for column in ("want", "on_time", "late", "unmet"):
        person_items = unmet["people"] * unmet[column] / unmet["want"]
        scenarios[column] = scenarios["scenario_id"].map(person_items.groupby(unmet["scenario_id"]).sum())
    people = unmet.drop_duplicates(["scenario_id", "site_id"]).groupby("scenario_id")["people"].sum()
    scenarios["people"] = scenarios["scenario_id"].map(people)
