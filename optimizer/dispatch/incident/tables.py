"""The sheets of an incident workbook: columns are named as the fields of the form that a row becomes.

Sites, items, skills and teams are written by id or by name; several in one cell are parted by ``;``.
"""

from __future__ import annotations

from typing import get_args

from network.coordinates import COORDINATE_SYSTEMS
from network.speeds import Rain
from optimizer.region.region_tables import HAZARDS, TEAM_KINDS, VEHICLE_CLASSES
from optimizer.region.schema import Column, Kind, Table

RAINS = dict(zip(get_args(Rain), ("无雨", "下雨", "暴雨"), strict=True))
WEATHER = {"no_flying": "停飞", "no_boating": "停航"}
CRAFTS = {"boat": "船艇", "helicopter": "直升机"}
EFFECTS = {"closed": "封闭", "opened": "开通临时通道"}


def _text(name: str, heading: str, zh: str, en: str, *, required: bool = False, refers_to: str = "") -> Column:
    return Column(name, heading, Kind.TEXT, zh, en, required=required, refers_to=refers_to, default="")


def _number(
    name: str,
    heading: str,
    unit: str,
    zh: str,
    en: str,
    *,
    required: bool = False,
    least: float | None = 0,
    most: float | None = None,
) -> Column:
    return Column(
        name, heading, Kind.NUMBER, zh, en, unit=unit, required=required, at_least=least, at_most=most, default=None
    )


def _whole(name: str, heading: str, unit: str, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, heading, Kind.WHOLE, zh, en, unit=unit, required=required, at_least=1)


def _choice(name: str, heading: str, choices: dict[str, str], zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, heading, Kind.CHOICE, zh, en, required=required, choices=choices, default="")


def _choices(name: str, heading: str, choices: dict[str, str], zh: str, en: str) -> Column:
    return Column(name, heading, Kind.CHOICES, zh, en, choices=choices, default="")


def _yes_no(name: str, heading: str, zh: str, en: str) -> Column:
    return Column(name, heading, Kind.YES_NO, zh, en, default=False)


def _point(prefix: str, heading: str, zh: str, en: str) -> tuple[Column, Column]:
    return (
        Column(f"{prefix}lon", f"{heading}经度", Kind.LONGITUDE, f"{zh}经度", f"Longitude {en}", unit="°"),
        Column(f"{prefix}lat", f"{heading}纬度", Kind.LATITUDE, f"{zh}纬度", f"Latitude {en}", unit="°"),
    )


def _id(zh: str, en: str) -> Column:
    return Column("id", "编号", Kind.ID, zh, en, required=True)


def _site(zh: str, en: str, *, required: bool = True) -> Column:
    return _text("site", "站点", zh, en, required=required, refers_to="sites")


_AT_POINT = _point("", "", "不填站点时填写；坐标系见“事件”表", "where no site is given, in the incident's system")
_FROM_H = _number("from_h", "自", "h", "事件开始后多少小时起；空为一开始", "Hours after it began; empty: at once")
_TO_H = _number("to_h", "至", "h", "事件开始后多少小时止；空为至另行通知", "Until then; empty: until further notice")
_DEADLINE = _number(
    "deadline_min",
    "时限",
    "min",
    "事件开始后多少分钟内；空为按定额",
    "Minutes after it began; empty: by the norm",
    least=None,
)
_PRIORITY = Column("priority", "优先级", Kind.WHOLE, "1 最高，9 最低", "1 comes first, 9 last", at_least=1, at_most=9)
_READY = _number(
    "ready_min", "可用时刻", "min", "事件开始后多少分钟可用；空为 0", "Minutes after it began; empty: at once"
)
_VEHICLE_CLASS = _choice("vehicle_class", "车型", VEHICLE_CLASSES, "车型", "Class of vehicle", required=True)
_CONTACT = _text("contact", "联系人", "联系人", "Contact")
_PHONE = _text("phone", "电话", "联系电话", "Telephone")

INCIDENT = Table(
    "incident",
    "事件",
    "事件本身，只填一行",
    "The incident itself, one row",
    ("id",),
    (
        _id("字母、数字、- 和 _", "Letters, digits, - and _"),
        _text("name", "名称", "事件名称", "Name", required=True),
        Column("began_date", "开始日期", Kind.DATE, "事件开始日期", "Day on which it began", required=True),
        _text(
            "began_time",
            "开始时刻",
            "当地时刻，如 14:30；各分钟、小时均由此起算",
            "Local time, as 14:30; all minutes count from it",
            required=True,
        ),
        _choice("hazard", "灾种", HAZARDS, "灾种", "Hazard", required=True),
        _text("place", "地点", "地点说明", "Where, in words"),
        _text("size", "规模", "规模说明", "How large, in words"),
        _choice(
            "coordinates",
            "坐标系",
            {name: name.upper() for name in COORDINATE_SYSTEMS},
            "任务、邻区队伍坐标的坐标系；空为区域的坐标系",
            "Of the points of tasks and neighbours; empty: the region's",
        ),
        _choice("rain", "降雨", RAINS, "对车速的影响；空为无雨", "Slows driving; empty: dry"),
        _yes_no("night", "夜间", "是否夜间行车", "Driving by night"),
        _number(
            "speed_factor",
            "车速系数",
            "1",
            "全路网车速乘以此数，如积雪 0.5；空为 1",
            "Speeds times this, as 0.5 in snow; empty: 1",
            most=1,
        ),
        _text("source", "来源", "信息来源", "Where the information comes from"),
    ),
    required=True,
)
CLOSURES = Table(
    "closures",
    "封闭",
    "道路封闭、减速；选路各项并用时须同时满足，坐标一律为 WGS-84",
    "Roads closed or slowed; what selects them must all hold. Coordinates are WGS-84 always",
    ("name",),
    (
        _text("name", "名称", "封闭名称，抢通表引用", "Name, which clearing refers to", required=True),
        _text("road", "路名", "路名或编号，如 S303", "A road's name or number, as S303"),
        _text(
            "from_stake",
            "起桩号",
            "如 K12+300；须填路名、参考点和方向点",
            "As K12+300; with road, reference and direction",
        ),
        _text("to_stake", "止桩号", "如 K14+100", "As K14+100"),
        *_point("zero_", "参考点", "已知桩号的参考点", "of a point whose stake is known"),
        _text("zero_stake", "参考点桩号", "空为 K0+000", "Its stake; empty: K0+000"),
        *_point("towards_", "方向点", "桩号增加方向上一点", "of a point towards which stakes rise"),
        _text("ways", "道路编号", "OSM 道路编号，用 ; 分隔", "OSM ways, joined by ;"),
        _text("links", "路段编号", "仅该方向，用 ; 分隔", "Links, that direction only, joined by ;"),
        _text("river", "河流", "跨越该河的桥涵", "Bridges and fords over this river"),
        _yes_no("bridges", "桥梁", "只选桥梁", "Bridges only"),
        _yes_no("tunnels", "隧道", "只选隧道", "Tunnels only"),
        *_point("around_", "圆心", "圆形范围的中心", "of the centre of a circle"),
        _number("radius_m", "半径", "m", "圆形范围的半径", "Radius of the circle"),
        _text("temporary", "临时通道", "临时通道编号，用 ; 分隔", "Ids of temporary links, joined by ;"),
        _choice("effect", "影响", EFFECTS, "空为封闭，填了减速或延误时不填", "Empty: closed, unless slowed or delayed"),
        _number("slowed", "用时倍数", "1", "用时为平时的几倍", "So many times as long", least=1),
        _number("delay_min", "延误", "min", "全程多用的分钟数", "So much longer over all of it"),
        _FROM_H,
        _number(
            "to_h",
            "预计恢复",
            "h",
            "事件开始后多少小时预计恢复；空为未知",
            "Forecast reopening, hours after it began; empty: unknown",
        ),
        _choices(
            "vehicle_classes", "车型", VEHICLE_CLASSES, "只对所列车型；空为全部", "For these alone; empty: for all"
        ),
    ),
)
WEATHER_TABLE = Table(
    "weather",
    "停飞停航",
    "天气不适飞行或航行的时段",
    "Hours in which craft stay at home",
    ("kind", "from_h"),
    (_choice("kind", "类别", WEATHER, "停飞或停航", "No flying or no boating", required=True), _FROM_H, _TO_H),
)
LOST = Table(
    "lost",
    "损失",
    "一行一项：库点（站点、比例）、队伍，或车辆（站点、车型、数量）",
    "One loss a row: stock (site, share), a team, or vehicles (site, class, count)",
    ("site", "team"),
    (
        _site("库点，或车辆驻地", "Depot, or home of the vehicles", required=False),
        _number(
            "share", "损失比例", "1", "库存损失的比例，可写 50%；空为全部", "Share of the stock; empty: all", most=1
        ),
        _text("team", "队伍", "不能出动的队伍", "A team that cannot go", refers_to="teams"),
        _choice("vehicle_class", "车型", VEHICLE_CLASSES, "损失车辆的车型", "Class of the vehicles lost"),
        _whole("count", "车辆数", "辆", "损失的车辆数", "Vehicles lost"),
    ),
)
TASKS = Table(
    "tasks",
    "任务",
    "需要队伍完成的任务",
    "Work for teams",
    ("id",),
    (
        _id("任务编号", "Names the task"),
        _text("name", "名称", "任务名称", "Name"),
        _site("站点编号或名称；或填经纬度", "Site id or name; or give a point", required=False),
        *_AT_POINT,
        _text("skill", "技能", "所需技能", "Skill needed", required=True),
        _whole("people", "所需人数", "人", "所需人数", "People needed", required=True),
        _number("work_min", "作业时间", "min", "到齐后的作业时间", "Minutes of work once all are there", required=True),
        _number(
            "deadline_min",
            "时限",
            "min",
            "事件开始后多少分钟内开始",
            "To begin by, minutes after it began",
            required=True,
            least=None,
        ),
        Column(
            "priority",
            "优先级",
            Kind.WHOLE,
            "1 最高，9 最低",
            "1 comes first, 9 last",
            required=True,
            at_least=1,
            at_most=9,
        ),
        _text("note", "备注", "备注", "Note"),
    ),
)
REQUESTS = Table(
    "requests",
    "需求",
    "物资需求；时限、优先级空为按定额，人数空为该站点常住人口",
    "Supplies asked for; deadline and priority by the norm, people by the site's residents where left empty",
    ("id",),
    (
        _id("需求编号", "Names the request"),
        _site("送往的站点", "Where to"),
        _text("item", "品种", "品种编号或名称", "Item, by id or name", required=True, refers_to="items"),
        _whole("quantity", "数量", "见计量单位", "数量，按品种的计量单位", "Units of the item", required=True),
        _DEADLINE,
        _PRIORITY,
        _whole("people", "人数", "人", "需要的人数", "People in need"),
    ),
)
EVACUATIONS = Table(
    "evacuations",
    "转移",
    "需要转移的地点；人数空为受威胁人数或常住人口",
    "Places whose people must leave; all whom it threatens, or its residents, where people is empty",
    ("site",),
    (
        _site("转移地点", "Place to leave"),
        _whole("people", "人数", "人", "需转移人数", "People who must leave"),
        _number(
            "deadline_min",
            "时限",
            "min",
            "事件开始后多少分钟内到达避难场所；空为尽快",
            "In shelter by, minutes after it began; empty: as soon as possible",
            least=None,
        ),
        _PRIORITY,
    ),
)
HOLD_BACK = Table(
    "hold_back",
    "后备",
    "留作下一事件后备的人员；各项条件须同时满足，均空为全部队伍",
    "People who stay for a next event; all that is given must hold, nothing given means every team",
    ("name",),
    (
        _text("name", "名称", "名称", "Name", required=True),
        _choices("team_kinds", "队伍类别", TEAM_KINDS, "队伍类别", "Kinds of teams"),
        _text("teams", "队伍", "队伍编号或名称，用 ; 分隔", "Teams, joined by ;"),
        _text("towns", "镇街", "镇街编号或名称，用 ; 分隔", "Towns, joined by ;"),
        _whole("people", "人数", "人", "留下的人数", "People who stay", required=True),
    ),
)
NEIGHBOURS = Table(
    "neighbours",
    "邻区队伍",
    "本区队伍不足时调用的邻区队伍",
    "Teams of neighbouring districts, called where own teams do not suffice",
    ("id",),
    (
        _id("队伍编号", "Names the team"),
        _text("name", "名称", "队伍名称", "Name"),
        _text("skills", "技能", "技能编号或名称，用 ; 分隔", "Skills, joined by ;", required=True),
        _whole("people", "人数", "人", "人数", "People", required=True),
        _site("进入本区的站点；或填经纬度", "Where it enters; or give a point", required=False),
        *_AT_POINT,
        _number("ready_min", "到达本区", "min", "事件开始后多少分钟到达该处", "Minutes after it began", required=True),
        _VEHICLE_CLASS,
        _CONTACT,
        _PHONE,
    ),
)
CRAFT_TABLE = Table(
    "crafts",
    "船艇直升机",
    "船艇和直升机；同处同型一行",
    "Boats and helicopters, all alike in a row",
    ("id",),
    (
        _id("编号", "Names them"),
        _choice("kind", "类别", CRAFTS, "船艇或直升机", "Boat or helicopter", required=True),
        _site("船艇填码头，直升机填起降点", "A pier for boats, a landing point for helicopters"),
        _whole("count", "数量", "架（艘）", "数量", "How many", required=True),
        _number("payload_kg", "载质量", "kg", "每架（艘）载质量", "Payload of one", required=True),
        _number("volume_m3", "载容积", "m³", "每架（艘）载容积", "Loading volume of one", required=True),
        _number("speed_kmh", "航速", "km/h", "航速", "Speed", required=True),
        _number("range_km", "航程", "km", "一次加油的往返航程", "Way out and back on one filling", required=True),
        _READY,
        _CONTACT,
        _PHONE,
    ),
)
CREWS = Table(
    "crews",
    "抢通队",
    "道路抢通队",
    "Crews that reopen roads",
    ("id",),
    (
        _id("抢通队编号", "Names the crew"),
        _text("name", "名称", "名称", "Name"),
        _site("出发站点", "Where it starts"),
        _READY,
    ),
)
CLEARING_TABLE = Table(
    "clearing",
    "抢通工作",
    "一支抢通队打通该处所需的时间；未列的封闭不抢通",
    "Hours in which a crew reopens a closure; others are not cleared",
    ("closure",),
    (
        _text("closure", "封闭名称", "“封闭”表中的名称", "Name of a closure", required=True),
        _number("hours", "工作时间", "h", "一支抢通队的工作小时数", "Hours of work of a crew", required=True),
    ),
)
INCIDENT_TABLES = (
    INCIDENT, CLOSURES, WEATHER_TABLE, LOST, TASKS, REQUESTS, EVACUATIONS, HOLD_BACK, NEIGHBOURS, CRAFT_TABLE, CREWS,
    CLEARING_TABLE,
)  # fmt: skip
