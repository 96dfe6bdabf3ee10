"""A dispatch folder written by hand: five junctions in a row, and every order with its arithmetic beside it.

    A ──6 km── B ──6 km── C ──6 km── D ──6 km── E        A ──7 km── C: a bridge that bears 3 t
    S1 D1 P0   V1 U1 H1   V2 S2      V3         V4 P1

A light truck drives 40 km/h × 0.9 = 36 km/h: 10 minutes for 6 km. A bus drives 40 × 0.85 = 34 km/h. The slide between
C and D is forecast to be cleared after 5 h; the crew has it open at minute 170:
30 (ready) + 20 (A to C) + 120 (work).
"""

from __future__ import annotations

import csv
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from pyproj import Geod

from network.roads import ROAD_CLASSES, RoadNetwork
from network.words import Phrase
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.output_folder import FolderKind, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.region.reading import read_region
from optimizer.verify.dispatch.checks import INCIDENT

NODES = dict(zip("ABCDE", range(5), strict=True))
LON, LAT = 106.5 + 0.05 * np.arange(5), 29.7
ROADS = (("A", "B", 11, 6000.0), ("B", "C", 12, 6000.0), ("C", "D", 13, 6000.0), ("D", "E", 14, 6000.0),
         ("A", "C", 15, 7000.0))  # fmt: skip
"""Both ends, OSM way, metres."""
BUS_MIN = round(6000.0 / (34.0 / 3.6) * 1000.0) / 60_000
"""A bus takes 635.294 s for 6 km."""

SITES = """site_id,name,kind,level,town_id,station_kind,at,population,usable_area_m2,storage_m3,contact
T1,东溪镇,town,town,,,A,1000,,,
S1,东溪消防站,station,district,T1,fire_rescue,A,,,,
S2,南站,station,district,T1,fire_rescue,C,,,,
D1,区储备库,depot,district,T1,,A,,,50,
P0,东溪起降点,helipad,,T1,,A,,,,
P1,云顶起降点,helipad,,T1,,E,,,,周 139
V1,东溪村,village,,T1,,B,300,,,
V2,石桥村,village,,T1,,C,200,,,
V3,西岭村,village,,T1,,D,200,,,
V4,云顶村,village,,T1,,E,150,,,
U1,物流中心,supplier,,T1,,B,,,,
H1,中心广场,shelter,district,T1,,B,,45,,
"""
REGION = {
    "items": """item_id,name,unit,volume_m3,mass_kg,price_cny,use
water,瓶装水,箱,0.02,10,20,relief
tent,帐篷,顶,0.2,20,800,relief
rice,大米,袋,0.01,5,30,relief
quilt,棉被,床,0.03,3,130,relief
pump,排水泵,台,0.2,40,2900,village_kit
""",
    "stock": """lot_id,site_id,item_id,quantity,expiry,owner,holding_mode
L0,D1,water,30,2026-05-01,DIST,physical
L1,D1,water,60,2026-09-01,DIST,physical
L2,D1,water,200,2027-09-01,DIST,physical
L3,D1,tent,8,,DIST,physical
L4,D1,rice,80,,DIST,physical
L5,V1,pump,1,,DIST,physical
L6,V2,water,5,,DIST,physical
""",
    "norms": """item_id,quantity,basis,share,priority,deadline_h
water,5,person_day,1,1,10
""",
    "vehicles": """site_id,vehicle_class,count,crews,payload_kg,volume_m3
D1,light_truck,2,2,2000,8
U1,light_truck,1,1,1000,6
D1,bus,1,1,2700,10
""",
    "teams": """team_id,name,team_kind,site_id,people
G1,区综合队,district_team,S1,20
G2,镇队,town_team,S2,15
G3,留守队,town_team,S1,12
G4,失联队,town_team,S1,30
""",
    "payers": "payer_id,name,level,town_id,budget_cny\nDIST,区应急局,district,,0\n",
    "offers": """site_id,item_id,holding_mode,max_quantity,yearly_fee_cny,lead_time_h,payer_id
U1,quilt,commercial,30,1,1,DIST
""",
}
SETTINGS: dict[str, Any] = {
    "schema_version": 1,
    "id": "row",
    "name": {"zh": "甲区", "en": "Row"},
    "roads": "roads.npz",
    "roads_synthetic": True,
    "plan_date": "2026-01-01",
}
SCENARIO = {
    "id": "flood",
    "name": {"zh": "洪水", "en": "Flood"},
    "event": {"hazard": "flood"},
    "annual_probability": 0.1,
    "demand": [{"people": "residents", "share": 0.2}],
}
INCIDENT_FORM: dict[str, Any] = {
    "schema_version": 1,
    "id": "slide",
    "name": "滑坡",
    "began": datetime(2026, 7, 1, 22, 0),
    "event": {"hazard": "landslide"},
    "roads": {"closures": [{"name": "滑坡", "ways": [13], "to_h": 5.0}]},
    "no_flying": [{"from_h": 3.0}],
    "lost": {"depots": [{"site": "D1", "share": 0.25}], "teams": ["G4"]},
    "tasks": [
        {
            "id": one,
            "site": site,
            "skill": skill,
            "people": people,
            "work_min": work,
            "deadline_min": due,
            "priority": p,
        }
        for one, site, skill, people, work, due, p in (
            ("J1", "V1", "flood_control", 30, 60, 60, 1),
            ("J2", "V3", "flood_control", 10, 30, 120, 2),
            ("J3", "V4", "mine_rescue", 5, 60, 300, 3),
        )
    ],
    "requests": [
        {"id": one, "site": site, "item": item, "quantity": units, "deadline_min": due, "priority": p, "people": people}
        for one, site, item, units, due, p, people in (
            ("R1", "V1", "water", 100, 600, 1, 300),
            ("R2", "V2", "water", 55, 95, 2, 200),
            ("R3", "V4", "rice", 30, 600, 1, 100),
            ("R4", "V2", "tent", 10, 600, 2, 40),
            ("R5", "V2", "quilt", 20, 600, 3, 60),
        )
    ],
    "evacuations": [{"site": "V2", "people": 40, "deadline_min": 120, "priority": 1}],
    "hold_back": [{"name": "后备", "teams": ["G3"], "people": 12}],
    "crafts": [
        {
            "id": "Q1",
            "kind": "helicopter",
            "site": "P0",
            "count": 1,
            "payload_kg": 500,
            "volume_m3": 3,
            "speed_kmh": 200,
            "range_km": 100,
            "ready_min": 20,
        },
    ],
    "clearing": {"crews": [{"id": "K1", "site": "S1", "ready_min": 30}], "work": [{"closure": "滑坡", "hours": 2}]},
}

WAYS = (
    ("W01", "light_truck", "D1", "V1", "AB"),
    ("W02", "light_truck", "V1", "V2", "BC"),
    ("W03", "light_truck", "V2", "D1", "CBA"),
    ("W04", "light_truck", "U1", "V2", "BC"),
    ("W05", "light_truck", "V2", "U1", "CB"),
    ("W06", "light_truck", "S1", "V1", "AB"),
    ("W07", "light_truck", "S2", "V1", "CB"),
    ("W08", "light_truck", "V1", "V3", "BCD"),
    ("W09", "light_truck", "S1", "point:clearing-1", "ABC"),
    ("W10", "bus", "D1", "V2", "ABC"),
    ("W11", "bus", "V2", "H1", "CB"),
    ("W12", "helicopter", "P0", "P1", ""),
    ("W13", "light_truck", "P1", "V4", ""),
    ("W14", "light_truck", "V4", "P1", ""),
    ("W15", "helicopter", "P1", "P0", ""),
)
"""Id, mode, from, to, junctions."""
FLIGHT_KM = float(Geod(ellps="WGS84").inv(LON[0], LAT, LON[4], LAT)[2]) / 1000.0
FLIGHT_MIN = FLIGHT_KM / 200.0 * 60.0
BOARDED, ALIGHTED = 30 + 2 * BUS_MIN + 15, 30 + 2 * BUS_MIN + 15 + BUS_MIN
"""Minutes at which the bus leaves V2 and reaches H1: ready, drive, boarding, drive."""
LANDED = 40 + FLIGHT_MIN

TEXT: dict[str, str] = {
    "tasks": f"""task_id,task_name,place_id,place_name,skill,need_people,priority,weight,work_min,deadline_min,\
team_ids,start_min,finish_min,status,reason
J1,J1,V1,东溪村,防汛抢险,30,1,1,60,60,G1;G2,40,100,on_time,
J2,J2,V3,西岭村,防汛抢险,10,2,{1 / 3},30,120,G1,190,220,late,too_far
J3,J3,V4,云顶村,mine_rescue,5,3,{1 / 9},60,300,,,,unserved,no_skill
""",
    # G1 turns out after 15 min and drives 10; G2 after 30 min and drives 10. At J2 G1 waits until 170 and drives 20.
    "work": """team_id,team_name,task_id,place_id,people,arrive_min,start_min,finish_min
G1,区综合队,J1,V1,20,25,40,100
G2,镇队,J1,V1,15,40,40,100
G1,区综合队,J2,V3,20,190,190,220
""",
    # Of 60 and 200 boxes of water a quarter is lost: 45 and 150 are left. R2 has 5 in its own village.
    "requests": f"""request_id,place_id,place_name,item_id,item_name,unit,quantity,people,priority,weight,\
deadline_min,on_time,late,unmet,first_min,last_min,depot_ids,status,reason
R1,V1,东溪村,water,瓶装水,箱,100,300,1,300,600,100,0,0,70,70,D1,on_time,
R2,V2,石桥村,water,瓶装水,箱,55,200,2,{200 / 3},95,5,50,0,0,100,D1;V2,late,too_far
R3,V4,云顶村,rice,大米,袋,30,100,1,100,600,30,0,0,{LANDED},{LANDED},D1,on_time,
R4,V2,石桥村,tent,帐篷,顶,10,40,2,{40 / 3},600,6,0,4,100,100,D1,partly,no_stock
R5,V2,石桥村,quilt,棉被,床,20,60,3,{60 / 9},600,20,0,0,100,100,U1,on_time,
""",
    # 1000 + 500 + 120 kg; 2 + 1 + 1.2 m³.
    "trips": f"""trip_id,carrier_id,mode,depot_id,depot_name,loading_min,depart_min,return_min,load_kg,load_m3,\
payload_kg,payload_m3
T1,D1/light_truck/1,light_truck,D1,区储备库,30,60,140,1620,4.2,2000,8
T2,U1/light_truck/1,light_truck,U1,物流中心,60,90,130,60,0.6,1000,6
T3,Q1/1,helicopter,D1,区储备库,20,40,{LANDED + 10 + FLIGHT_MIN},150,0.3,500,3
""",
    "loads": f"""trip_id,stop,request_id,place_id,place_name,item_id,item_name,unit,lot_id,quantity,mass_kg,\
volume_m3,arrive_min,leave_min
in_place,0,R2,V2,石桥村,water,瓶装水,箱,L6,5,50,0.1,0,0
T1,1,R1,V1,东溪村,water,瓶装水,箱,L1,45,450,0.9,70,90
T1,1,R1,V1,东溪村,water,瓶装水,箱,L2,55,550,1.1,70,90
T1,2,R2,V2,石桥村,water,瓶装水,箱,L2,50,500,1,100,120
T1,2,R4,V2,石桥村,tent,帐篷,顶,L3,6,120,1.2,100,120
T2,1,R5,V2,石桥村,quilt,棉被,床,,20,60,0.6,100,120
T3,1,R3,V4,云顶村,rice,大米,袋,L4,30,150,0.3,{LANDED},{LANDED + 10}
""",
    "legs": f"""carrier_id,carrier_kind,step,mode,from_place_id,to_place_id,depart_min,arrive_min,drive_min,\
wait_min,way_id,purpose
G1,team,1,light_truck,S1,V1,15,25,10,0,W06,J1
G1,team,2,light_truck,V1,V3,100,190,20,70,W08,J2
G2,team,1,light_truck,S2,V1,30,40,10,0,W07,J1
K1,crew,1,light_truck,S1,point:clearing-1,30,50,20,0,W09,滑坡
D1/light_truck/1,vehicle,1,light_truck,D1,V1,60,70,10,0,W01,R1
D1/light_truck/1,vehicle,2,light_truck,V1,V2,90,100,10,0,W02,R2;R4
D1/light_truck/1,vehicle,3,light_truck,V2,D1,120,140,20,0,W03,
U1/light_truck/1,vehicle,1,light_truck,U1,V2,90,100,10,0,W04,R5
U1/light_truck/1,vehicle,2,light_truck,V2,U1,120,130,10,0,W05,
D1/bus/1,bus,1,bus,D1,V2,30,{30 + 2 * BUS_MIN},{2 * BUS_MIN},0,W10,V2
D1/bus/1,bus,2,bus,V2,H1,{BOARDED},{ALIGHTED},{BUS_MIN},0,W11,V2
Q1/1,craft,1,helicopter,P0,P1,40,{LANDED},{FLIGHT_MIN},0,W12,R3
Q1/1,craft,2,light_truck,P1,V4,{LANDED},{LANDED},0,0,W13,R3
Q1/1,craft,3,light_truck,V4,P1,{LANDED + 10},{LANDED + 10},0,0,W14,
Q1/1,craft,4,helicopter,P1,P0,{LANDED + 10},{LANDED + 10 + FLIGHT_MIN},{FLIGHT_MIN},0,W15,
""",
    # 45 m² at 1.5 m² a person hold 30.
    "evacuees": f"""place_id,place_name,shelter_id,shelter_name,people,drive_min,mode,rides,last_min,\
deadline_min,status
V2,石桥村,H1,中心广场,30,{BUS_MIN},bus,1,{ALIGHTED},120,on_time
""",
    "asked": """for_id,asked_for,what,quantity,place_id,place_name,reason
J3,team,mine_rescue,5,V4,云顶村,no_skill
R4,supply,帐篷,4,V2,石桥村,no_stock
V2,shelter,,10,V2,石桥村,no_room
""",
    # Forecast without the crew: 5 h.
    "cut_off": """place_id,place_name,town_name,people,reopens_min,landing_site_id,landing_name,landing_by,\
landing_km,landing_contact
V3,西岭村,东溪镇,200,170,P1,云顶起降点,road,6,周 139
V4,云顶村,东溪镇,150,170,P1,云顶起降点,road,0,周 139
""",
    "clearing": "closure,crew_id,crew_name,order,start_min,opens_min,forecast_min\n滑坡,K1,K1,1,50,170,300\n",
    "changed": "kind,for_id\n",
    # Late by 70 min of 720: 0.3 + 0.7 × 70 / 720. R2 late by 5 min. R5 all from a supplier: 120 minutes more.
    "layers": f"""part,layer,value,bound,unit,gap,status
teams,unserved,{1 / 9},{1 / 9},weight,0,proven
teams,lateness,{(0.3 + 0.7 * 70 / 720) / 3},{0.1 / 3},weight,{(0.2 + 0.7 * 70 / 720) / 3 / (13 / 9)},bounded
teams,arrival,{40 + 190 / 3},{40 + 190 / 3},weight × min,0,proven
supplies,unmet,{40 / 3 * 0.4},{40 / 3 * 0.4},weight,0,proven
supplies,lateness,{200 / 3 * (0.3 + 0.7 * 5 / 720)},{200 / 3 * (0.3 + 0.7 * 5 / 720)},weight,0,proven
supplies,minutes,{110 + 70 + 30 + 2 * FLIGHT_MIN + 120},0,vehicle minutes,1,bounded
evacuation,unsheltered,10,10,weight,0,proven
evacuation,person_minutes,{30 * BUS_MIN},{30 * BUS_MIN},person × min,0,proven
clearing,let_through,0.4,0.4,weight,0,proven
""",
}
"""The tables, but for ways and places."""


def roads() -> RoadNetwork:
    """The row of junctions with its bridge, both ways."""
    both = [*ROADS, *((head, tail, way, length) for tail, head, way, length in ROADS)]
    m = len(both)
    unknown = np.full(m, np.nan, dtype=np.float32)
    weak = np.array([way == 15 for _, _, way, _ in both])
    return RoadNetwork(
        node_id=np.arange(1, 6, dtype=np.int64),
        lon=LON,
        lat=np.full(5, LAT),
        tail=np.array([NODES[tail] for tail, *_ in both], dtype=np.int32),
        head=np.array([NODES[head] for _, head, *_ in both], dtype=np.int32),
        way_id=np.array([way for _, _, way, _ in both], dtype=np.int64),
        length_m=np.array([length for *_, length in both]),
        road_class=np.full(m, ROAD_CLASSES.index("tertiary"), dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=np.where(weak, 3.0, np.nan).astype(np.float32),
        maxheight_m=unknown,
        grade=unknown,
        bridge=weak,
        tunnel=np.zeros(m, dtype=np.bool_),
        name=np.zeros(m, dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array([""]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


def write_region(folder: Path) -> None:
    """The region's own folder."""
    folder.mkdir(parents=True)
    lines = list(csv.DictReader(SITES.splitlines()))
    for line in lines:
        line |= {"lon": str(LON[NODES[line.pop("at")]]), "lat": str(LAT)}
    _write(folder / "sites.csv", lines, list(lines[0]))
    for name, text in REGION.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    for name, form in (("region", SETTINGS), ("scenarios", {"schema_version": 1, "scenarios": [SCENARIO]})):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    roads().save(folder / "roads.npz")


def write_folder(region_folder: Path, folder: Path) -> None:
    """The dispatch folder: everything in it but what people look at."""
    region = read_region(region_folder)
    folder.mkdir()
    tables = {name: list(csv.DictReader(text.splitlines())) for name, text in TEXT.items()}
    tables |= {"ways": [_way(*one) for one in WAYS], "places": _places()}
    for table in DISPATCH_TABLES:
        _write(folder / f"{table.name}.csv", tables[table.name], [column.name for column in table.columns])
    (folder / INCIDENT).write_text(yaml.safe_dump(INCIDENT_FORM, allow_unicode=True), encoding="utf-8")
    copy_region(region, folder / "region")
    settings = region.settings
    manifest = origin(region, "zh", 1, roads=write_roads(region, folder)) | {
        "kind": "dispatch",
        "incident": {"id": "slide", "began": "2026-07-01T22:00:00"},
        "options": {"at_min": 0.0},
        "parameters": settings.parameters.model_dump(mode="json"),
        "dispatch_parameters": settings.dispatch.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in region.rules],
        "layers": [_typed(line) for line in tables["layers"]],
    }
    write_manifest(manifest, folder, FolderKind("dispatch.json", Phrase("optimizer.dispatch.folder")))


def _way(way_id: str, mode: str, start: str, end: str, junctions: str) -> dict[str, str]:
    """Minutes and kilometres of a way: 6 km a link."""
    names = {(tail, head): way for tail, head, way, _ in ROADS} | {(head, tail): way for tail, head, way, _ in ROADS}
    pairs = list(pairwise(junctions))
    links = [f"{names[pair]}:{NODES[pair[0]] + 1}-{NODES[pair[1]] + 1}" for pair in pairs]
    by_road = len(links) * (BUS_MIN if mode == "bus" else 10.0)
    points = ", ".join(f"{LON[NODES[one]]:.2f} {LAT}" for one in junctions)
    return {
        "way_id": way_id,
        "mode": mode,
        "from_place_id": start,
        "to_place_id": end,
        "opens_min": "170" if "CD" in junctions else "0",
        "drive_min": repr(FLIGHT_MIN if mode == "helicopter" else by_road),
        "length_km": repr(FLIGHT_KM if mode == "helicopter" else len(links) * 6.0),
        "links": ";".join(links),
        "wkt": f"LINESTRING ({points})" if links else "",
    }


def _places() -> list[dict[str, str]]:
    places = [
        {
            "place_id": line["site_id"],
            "place_name": line["name"],
            "site_id": line["site_id"],
            "town_name": "东溪镇" if line["town_id"] else "",
            "lon": str(LON[NODES[line["at"]]]),
            "lat": str(LAT),
        }
        for line in csv.DictReader(SITES.splitlines())
    ]
    point = {"place_id": "point:clearing-1", "place_name": "滑坡", "lon": str(LON[2]), "lat": str(LAT)}
    return [*places, point]


def _typed(line: dict[str, str]) -> dict[str, object]:
    return {name: float(cell) if name in ("value", "bound", "gap") else cell for name, cell in line.items()}


def _write(path: Path, lines: list[dict[str, str]], columns: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(lines)
