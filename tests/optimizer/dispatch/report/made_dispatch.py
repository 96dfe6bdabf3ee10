"""A small dispatch made by hand, every table filled: a slide at 22:30 in the region of the made plan."""

from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path

import pandas as pd

from optimizer.dispatch.dispatch import Dispatch, DispatchOptions
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.incident.skills import SkillRegister, Skills
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.region.schema import Kind

# 22:30; minute 90 is midnight.
BEGAN = datetime(2026, 7, 12, 22, 30)

PLACES = """place_id,place_name,site_id,town_name,lon,lat,contact,phone
D1,区应急物资储备库,D1,青石镇,106.505,29.705,王库,023-1001
D2,云溪镇储备点,D2,云溪镇,106.585,29.738,,
S1,青石消防救援站,S1,青石镇,106.50,29.703,,
T3,白岩镇,T3,白岩镇,106.63,29.67,赵镇,023-1003
V5,白岩村,V5,白岩镇,106.63,29.68,周支书,139-5
V6,望江村,V6,白岩镇,106.65,29.66,,
C2,云溪社区,C2,云溪镇,106.582,29.741,,
H3,白岩小学,H3,白岩镇,106.634,29.669,孙校长,139-3
P1,白岩起降点,P1,白岩镇,106.64,29.665,,
X1,滑坡点,,白岩镇,106.61,29.69,,
"""
TASKS = """task_id,task_name,place_id,place_name,skill,need_people,priority,weight,work_min,deadline_min,team_ids,\
start_min,finish_min,status,reason,why,would_serve
K1,废墟搜救,V5,白岩村,search,40,1,9,120,180,Q1;Q2,95,215,on_time,,,
K2,排水抢险,C2,云溪社区,排水,20,3,1,60,240,Q1,270.5,330.5,late,all_busy,此前没有空闲的排水队伍,再有一支排水队伍
K3,潜水搜寻,X1,滑坡点,diving,4,2,3,90,300,,,,unserved,no_skill,全区没有潜水队伍,一支潜水队伍
"""
WORK = """team_id,team_name,task_id,place_id,people,arrive_min,start_min,finish_min,frozen,contact,phone
Q1,区综合应急救援队,K1,V5,35,60,95,215,,李队,138-1
Q2,白岩镇应急队,K1,V5,12,95,95,215,,,023-1003
Q1,区综合应急救援队,K2,C2,35,270.5,270.5,330.5,,李队,138-1
"""
REQUESTS = """request_id,place_id,place_name,item_id,item_name,unit,quantity,people,priority,weight,deadline_min,\
on_time,late,unmet,first_min,last_min,depot_ids,status,reason,why,would_serve
R1,V5,白岩村,water,瓶装饮用水,瓶,3000,500,1,9,600,3000,0,0,85,85,D1,on_time,,,
R2,H3,白岩小学,quilt,棉被,床,200,200,2,3,120,50,150,0,118,275,D1,late,too_far,最近的车辆也要 275 分钟,再有一辆货车
R3,V6,望江村,tent,救灾帐篷,顶,27,450,2,3,600,0,0,27,,,,unserved,no_way,道路中断,道路抢通或吊运
R4,V6,望江村,water,瓶装饮用水,瓶,1350,450,1,9,600,900,0,450,150,150,D2,partly,no_vehicle,直升机只够一趟,再飞一趟
"""
TRIPS = """trip_id,carrier_id,mode,depot_id,depot_name,loading_min,depart_min,return_min,load_kg,load_m3,payload_kg,\
payload_m3,frozen,contact,phone
L1-1,L1,light_truck,D1,区应急物资储备库,0,30,180,1890,3.9,3000,12,,陈师傅,137-1
L1-2,L1,light_truck,D1,区应急物资储备库,180,210,340,450,4.5,3000,12,,陈师傅,137-1
HC-1,HC,helicopter,D2,云溪镇储备点,120,140,170,522,0.72,600,3,,机长,136-1
"""
LOADS = """trip_id,stop,request_id,place_id,place_name,item_id,item_name,unit,lot_id,quantity,mass_kg,volume_m3,\
arrive_min,leave_min
L1-1,1,R1,V5,白岩村,water,瓶装饮用水,瓶,LOT-1,3000,1740,2.4,85,105
L1-1,2,R2,H3,白岩小学,quilt,棉被,床,LOT-2,50,150,1.5,118,130
L1-2,1,R2,H3,白岩小学,quilt,棉被,床,LOT-2,150,450,4.5,275,290
HC-1,1,R4,V6,望江村,water,瓶装饮用水,瓶,,900,522,0.72,150,160
"""
LEGS = """carrier_id,carrier_name,carrier_kind,step,mode,from_place_id,to_place_id,depart_min,arrive_min,drive_min,\
wait_min,way_id,purpose,frozen
Q1,区综合应急救援队,team,1,fire_engine,S1,V5,10,60,50,0,W1,K1,started
Q1,区综合应急救援队,team,2,fire_engine,V5,C2,215,270.5,35.5,20,W2,K2,
Q2,白岩镇应急队,team,1,light_truck,T3,V5,30,95,65,0,W3,K1,
L1,轻型货车 1,vehicle,1,light_truck,D1,V5,30,85,55,0,W4,R1,
L1,轻型货车 1,vehicle,2,light_truck,V5,H3,105,118,13,0,W5,R2,
L1,轻型货车 1,vehicle,3,light_truck,H3,D1,130,180,50,0,W6,,
L1,轻型货车 1,vehicle,4,light_truck,D1,H3,210,275,65,0,W7,R2,
L1,轻型货车 1,vehicle,5,light_truck,H3,D1,290,340,50,0,W6,,
HC,直升机 1,craft,1,helicopter,D2,V6,140,150,10,0,W8,R4,
HC,直升机 1,craft,2,helicopter,V6,D2,160,170,10,0,W9,,
B1,客车 1,bus,1,bus,T3,V5,20,40,20,0,W10,V5,
B1,客车 1,bus,2,bus,V5,H3,55,70,15,0,W5,V5,
CR,抢通一队,crew,1,heavy_truck,T3,X1,15,45,30,0,W11,白岩公路滑坡,
"""
WAYS = """way_id,mode,from_place_id,to_place_id,opens_min,drive_min,length_km,by_way_of,turns,links,wkt
W1,fire_engine,S1,V5,0,50,21.3,G210,G210 18.0 km；村道 3.3 km,1:2-3,"LINESTRING (106.50 29.703, 106.63 29.68)"
W2,fire_engine,V5,C2,235,35.5,14.1,G210,G210 14.1 km,,"LINESTRING (106.63 29.68, 106.582 29.741)"
W3,light_truck,T3,V5,0,65,9,,,,"LINESTRING (106.63 29.67, 106.63 29.68)"
W4,light_truck,D1,V5,0,55,20.1,G210,G210 20.1 km,,"LINESTRING (106.505 29.705, 106.63 29.68)"
W5,light_truck,V5,H3,0,13,3,,,,"LINESTRING (106.63 29.68, 106.634 29.669)"
W6,light_truck,H3,D1,0,50,19.6,G210,,,"LINESTRING (106.634 29.669, 106.505 29.705)"
W7,light_truck,D1,H3,0,65,24.5,G210,,,"LINESTRING (106.505 29.705, 106.634 29.669)"
W8,helicopter,D2,V6,0,10,12,,,,
W9,helicopter,V6,D2,0,10,12,,,,
W10,bus,T3,V5,0,20,9,,,,"LINESTRING (106.63 29.67, 106.63 29.68)"
W11,heavy_truck,T3,X1,0,30,6,,,,"LINESTRING (106.63 29.67, 106.61 29.69)"
"""
EVACUEES = """place_id,place_name,shelter_id,shelter_name,people,drive_min,mode,rides,last_min,deadline_min,status
V5,白岩村,H3,白岩小学,80,15,bus,2,70,180,on_time
V6,望江村,H3,白岩小学,30,,foot,,,180,unserved
"""
ASKED = """for_id,asked_for,what,quantity,unit,place_id,place_name,deadline_min,reason,landing
K3,team,diving,4,人,X1,滑坡点,300,no_skill,
R3,supply,救灾帐篷,27,顶,V6,望江村,600,no_way,白岩起降点
R4,supply,瓶装饮用水,450,瓶,V6,望江村,600,no_vehicle,白岩起降点
V6,shelter,,20,人,V6,望江村,180,no_room,
"""
CUT_OFF = """place_id,place_name,town_name,people,reopens_min,landing_site_id,landing_name,landing_by,landing_km,\
landing_contact
V6,望江村,白岩镇,900,,P1,白岩起降点,foot,1.2,刘 136-9
V3,云中村,云溪镇,1500,1200,,,,,
"""
CLEARING = """closure,crew_id,crew_name,order,start_min,opens_min,forecast_min
白岩公路滑坡,CR,抢通一队,1,45,235,720
"""
CHANGED = """kind,for_id,before,after,before_min,after_min,why
task,K2,Q2,Q1,250,270.5,原队伍被阻
request,R1,D2,D1,90,85,
"""
LAYERS = """part,layer,value,bound,unit,gap,status
teams,unserved,3,3,weight,0,proven
teams,lateness,0.31,0.31,weight,0,proven
supplies,unmet,5.1,4.9,weight,0.0083,within_gap
supplies,lateness,0.4,0.2,weight,0.0125,within_gap
supplies,minutes,300,0,vehicle minutes,1,within_gap
evacuation,unsheltered,0,0,weight,0,proven
evacuation,person_minutes,1200,900,person × min,0.25,within_gap
"""
ROWS = {
    "places": PLACES, "tasks": TASKS, "work": WORK, "requests": REQUESTS, "trips": TRIPS, "loads": LOADS, "legs": LEGS,
    "ways": WAYS, "evacuees": EVACUEES, "asked": ASKED, "cut_off": CUT_OFF, "clearing": CLEARING, "changed": CHANGED,
    "layers": LAYERS,
}  # fmt: skip
SKILLS = {
    "schema_version": 1,
    "id": "skills",
    "name": {"zh": "技能", "en": "Skills"},
    "teams": [{"team_kind": "district", "turnout_min": 10, "vehicle_class": "fire_engine", "source": "-"}],
    "skills": [
        {"id": "diving", "name": {"zh": "潜水", "en": "diving"}, "team_kinds": ["district"], "source": "-"},
        {"id": "search", "name": {"zh": "搜救", "en": "search"}, "team_kinds": ["district"], "source": "-"},
    ],
}
CLOSURES = [
    {"name": "白岩公路滑坡", "links": ["1:1000-1001"], "to_h": 12},
    {"name": "G210 限行", "road": "G210", "slowed": 2},
]


def frame(table, text=""):
    """The rows of ``text``, typed as ``table`` declares."""
    given = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False) if text else pd.DataFrame()
    cells = {column.name: given.get(column.name, pd.Series([""] * len(given), dtype=str)) for column in table.columns}
    numbers = [column.name for column in table.columns if column.kind is Kind.NUMBER]
    return pd.DataFrame(cells).assign(**{name: pd.to_numeric(cells[name]).astype(float) for name in numbers})


def made_dispatch(region, rows=ROWS, name="白岩滑坡"):
    """The dispatch of ``rows``; a table that is not among them is empty."""
    form = IncidentForm.model_validate(
        {
            "schema_version": 1,
            "id": "slide",
            "name": name,
            "began": BEGAN,
            "event": {"hazard": "landslide", "place": "白岩镇"},
            "roads": {"closures": CLOSURES},
        }
    )
    incident = Incident(
        form, Skills(SkillRegister.model_validate(SKILLS), Path("skills.yaml")), (), {"slide.yaml": "0" * 64}
    )
    tables = {table.name: frame(table, rows.get(table.name, "")) for table in DISPATCH_TABLES}
    return Dispatch(region, incident, DispatchOptions(), tables, "HiGHS", 3.2)


def without(dispatch, *names):
    """The dispatch with these tables empty."""
    return replace(dispatch, tables={**dispatch.tables, **{name: dispatch.tables[name].iloc[:0] for name in names}})
