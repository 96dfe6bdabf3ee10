"""The tables of an analysis: who is reached from where, who is isolated, what breaks, which ways remain."""

from __future__ import annotations

from optimizer.plan.plan_tables import OUTCOMES, STANDINGS
from optimizer.region.region_tables import KITS, SITE_KINDS, VEHICLE_CLASSES
from optimizer.region.result_columns import choice_column as _choice
from optimizer.region.result_columns import id_column as _id
from optimizer.region.result_columns import number_column as _number
from optimizer.region.result_columns import text_column as _text
from optimizer.region.schema import ESTIMATED, Column, Kind, Table

ROAD_STATUSES = {
    "reached": "可达",
    "local_only": "仅局部可达",
    "cut_off": "断路",
    "no_road": "无路",
}
CUT_KINDS = {"any": "解除其中任一处即恢复", "all": "须全部解除方可恢复", "": "并非因道路中断"}
LANDING_WAYS = {"road": "道路", "foot": "步行（直线）", "": "无"}
ENDURANCE = {"yes": "够用", "no": "不够用", "unknown": "无法判断"}
WHEN = {"before": "中断前", "after": "中断后"}
EFFECTS = {"closed": "封闭", "slowed": "限速", "opened": "开通", "none": "对该车型无影响"}


def _yes_no(name: str, heading: str, zh: str, en: str) -> Column:
    return Column(name, heading, Kind.YES_NO, zh, en)


_SCENARIO = _text("scenario_id", "情景编号", "情景；由文件给出的中断为空", "Scenario; empty for a closure file")
_SITE = _id("site_id", "站点编号", "站点", "Site")
_NAME = _text("site_name", "站点名称", "站点名称", "Name of the site")
_KIND = _choice("kind", "类别", SITE_KINDS, "站点类别", "Kind of site")
_TOWN = _text("town_name", "镇街", "所属镇街", "Town")
_PEOPLE = _number("people", "常住人口", "人", "常住人口；空为不详", "Residents; empty where unknown")
_WKT = _text("wkt", "线形", "WKT 线（WGS-84）", "WKT line, WGS-84")
_CLASS = _choice("vehicle_class", "车型", VEHICLE_CLASSES, "车型", "Vehicle class")

ACCESS = Table(
    "access",
    "道路可达",
    "各村（社区）由最近的区级库、镇街库、救援站到达的时间",
    "How soon each village and community is reached from the nearest depots and station",
    ("scenario_id", "site_id"),
    (
        _SCENARIO,
        _SITE,
        _NAME,
        _KIND,
        _TOWN,
        _PEOPLE,
        _choice("status", "可达状态", ROAD_STATUSES, "可达状态", "How the place is reached"),
        _text("district_depot_id", "最近区级库", "最先到达的区级及以上储备库", "First depot of district level"),
        _number("district_depot_min", "区级库用时", "min", "门到门；空为不可达", "Door to door; empty: no way"),
        _text("town_depot_id", "最近镇街库", "最先到达的镇街级储备库", "First depot of town level"),
        _number("town_depot_min", "镇街库用时", "min", "门到门；空为不可达", "Door to door; empty: no way"),
        _number("own_depot_min", "本镇街库用时", "min", "由所属镇街的储备库到达", "From a depot of its own town"),
        _text("station_id", "最近救援站", "最先到达的救援站", "First station"),
        _number("station_min", "救援站用时", "min", "门到门；空为不可达", "Door to door; empty: no way"),
    ),
)
ISOLATED = Table(
    "isolated",
    "断路村社",
    "与区级储备断开的村（社区）：因何、最近起降点、存有多少、能撑多久",
    "Places without a road from the district's reserve: why, where to land, what they hold and for how long",
    ("scenario_id", "site_id"),
    (
        _SCENARIO,
        _SITE,
        _NAME,
        _TOWN,
        _PEOPLE,
        _choice("status", "可达状态", ROAD_STATUSES, "可达状态", "How the place is reached"),
        _choice("cut_kind", "恢复条件", CUT_KINDS, "何种中断须解除", "Which of the closures must be lifted"),
        _text("cut_by", "中断处", "使其断路的中断，用 ; 分隔", "Names of the closures that cut it, joined by ;"),
        _number("reopens_h", "预计恢复", "h", "灾后多少小时恢复；空为不详", "Hours after the event; empty: not known"),
        _text("landing_site_id", "起降点编号", "最近起降点或码头", "Nearest landing point or pier"),
        _text("landing_name", "起降点", "名称", "Its name"),
        _choice("landing_by", "转运方式", LANDING_WAYS, "由起降点到村的方式", "How one comes on from there"),
        _number("landing_km", "转运距离", "km", "道路里程或直线距离", "Over the road, or as the crow flies"),
        _number("landing_min", "转运时间", "min", "道路行驶时间；步行为空", "By road; empty on foot"),
        _number("landing_bearing", "方位角", "°", "由村指向起降点，正北为 0", "From the place to the landing point"),
        _text("landing_contact", "联系人", "起降点联系人与电话", "Contact and telephone of the landing point"),
        _text("landing_wkt", "转运路线", "WKT 线（WGS-84）", "WKT line, WGS-84"),
        _yes_no("communications_assured", "通信有保障", "灾后通信能否确保", "Communications assured after a disaster"),
        _number("satellite_phones", "卫星电话", "部", "村（社区）存有的卫星电话", "Satellite phones at the place"),
        _text("kit", "存有装备", "品种编号=数量，用 ; 分隔", "item=quantity, joined by ;"),
        _number("lasts_h", "可维持", "h", "逐日消耗品中最先用完的可用多久", "Until the first daily item runs out"),
        _text("first_out", "最先用完", "最先用完的品种", "Items that run out first, joined by ;"),
        _choice("lasts", "能否撑到恢复", ENDURANCE, "存量能否维持到预计恢复", "Whether stock lasts until it reopens"),
        ESTIMATED,
    ),
)
HOLDINGS = Table(
    "holdings",
    "断路村社存量",
    "断路村（社区）各品种的存量与按定额可用多久",
    "What isolated places hold of each item, and for how long by norms",
    ("scenario_id", "site_id", "item_id"),
    (
        _SCENARIO,
        _SITE,
        _NAME,
        _id("item_id", "品种编号", "品种", "Item"),
        _text("item_name", "品种名称", "品种名称", "Name of the item"),
        _text("unit", "单位", "计量单位", "Unit of count"),
        _choice("use", "用途", KITS, "用途", "Use"),
        _number("held", "存量", "单位", "村（社区）现有可用实物", "Physical and usable at the place"),
        _number("need", "需要", "单位", "全体居民一日（或一次）所需", "For all residents a day, or once"),
        _number("covered", "保障比例", "1", "存量与需要之比", "Held over needed"),
        _number("lasts_h", "可用时间", "h", "逐日消耗品可用多久", "How long an item of daily use lasts"),
        ESTIMATED,
    ),
)
SITES = Table(
    "sites",
    "站点前后对比",
    "各站点在道路中断前后的到达时间",
    "Every site before and after the closures",
    ("site_id",),
    (
        _SITE,
        _NAME,
        _KIND,
        _TOWN,
        _PEOPLE,
        _choice("status_before", "中断前状态", ROAD_STATUSES, "中断前", "Before"),
        _choice("status_after", "中断后状态", ROAD_STATUSES, "中断后", "After"),
        *(
            _number(f"{group}_{when}", f"{heading}{word}", "min", meaning_zh, meaning_en)
            for group, heading in (("district_depot", "区级库"), ("town_depot", "镇街库"), ("station", "救援站"))
            for when, word, meaning_zh, meaning_en in (
                ("before_min", "中断前", "门到门；空为不可达", "Door to door; empty: no way"),
                ("after_min", "中断后", "门到门；空为不可达", "Door to door; empty: no way"),
                ("change_min", "增加", "增加的时间；空为不可比", "Longer by; empty where it cannot be compared"),
            )
        ),
        _yes_no("isolated", "因此断路", "因本次中断与区级储备断开", "Cut off by these closures"),
    ),
)
BROKEN = Table(
    "standards",
    "标准前后对比",
    "受道路影响的标准在中断前后的结论",
    "Rules that depend on roads, before and after",
    ("rule_id", "subject_id"),
    (
        _id("rule_id", "标准编号", "标准", "Rule"),
        _id("subject_id", "对象编号", "站点", "Site"),
        _text("subject_name", "对象", "名称", "Name"),
        _TOWN,
        _yes_no("breaks", "因此失守", "中断前达标，中断后不达标", "Met before, short after"),
        _choice("outcome_before", "中断前结论", OUTCOMES, "中断前", "Before"),
        _choice("outcome_after", "中断后结论", OUTCOMES, "中断后", "After"),
        _number("required", "要求", "见单位", "要求值", "Required"),
        _number("before", "中断前", "见单位", "中断前；空为不可达", "Before; empty: no way"),
        _number("after", "中断后", "见单位", "中断后；空为不可达", "After; empty: no way"),
        _number("after_slow", "车速-20%", "见单位", "中断后车速降低 20% 时", "After, at 20 % lower speed"),
        _number("after_fast", "车速+20%", "见单位", "中断后车速提高 20% 时", "After, at 20 % higher speed"),
        _text("unit", "单位", "单位", "Unit"),
        _choice("standing", "效力", STANDINGS, "效力", "Standing"),
        ESTIMATED,
    ),
)
DETOURS = Table(
    "routes",
    "前后路线",
    "受影响村（社区）在中断前后的补给路线",
    "The way of supplies to every affected village and community, before and after",
    ("to_site_id", "when"),
    (
        _id("to_site_id", "送达", "送达站点", "To"),
        _text("to_name", "送达名称", "名称", "Name"),
        _choice("when", "时段", WHEN, "中断前或中断后", "Before or after"),
        _id("from_site_id", "发出", "发出库点", "From"),
        _CLASS,
        _number("drive_min", "行驶时间", "min", "门到门", "Door to door"),
        _number("length_km", "里程", "km", "里程", "Length"),
        _text("by_way_of", "经由", "经由的主要道路", "Main roads on the way"),
        _WKT,
    ),
)
CLOSED = Table(
    "closures",
    "道路中断",
    "各处中断的影响范围",
    "What each closure does",
    ("name",),
    (
        _id("name", "中断处", "名称", "Name"),
        _choice("effect", "影响", EFFECTS, "对所选车型的影响", "For the chosen vehicle class"),
        _yes_no("in_force", "生效", "在所选时刻是否生效", "Whether it holds at the chosen hour"),
        _number("from_h", "开始", "h", "灾后多少小时开始", "Hours after the event"),
        _number("to_h", "结束", "h", "灾后多少小时结束；空为不详", "Hours after the event; empty: not known"),
        _number("links", "路段", "条", "涉及的路段数（单向）", "Directed links that it touches"),
        _number("length_km", "里程", "km", "涉及的道路里程（双向计一次）", "Length, both directions counted once"),
        _number(
            "places",
            "断路村社",
            "个",
            "仅因或部分因它断路的村（社区）",
            "Places that it cuts off, alone or with others",
        ),
        _number("people", "断路人口", "人", "上述村（社区）的常住人口", "Residents of those places"),
    ),
)
LOST_SHIPMENTS = Table(
    "shipments",
    "调运受阻",
    "计划中的调运失去道路或变慢的",
    "Shipments of the plan that lose their road or get longer",
    ("from_site_id", "to_site_id", "vehicle_class"),
    (
        _id("from_site_id", "发出", "发出站点", "From"),
        _id("to_site_id", "送达", "送达站点", "To"),
        _CLASS,
        _yes_no("lost", "失去道路", "中断后无路可走", "No way is left"),
        _text("items", "品种", "品种编号，用 ; 分隔", "Ids of the items, joined by ;"),
        _text("scenarios", "情景", "情景编号，用 ; 分隔", "Ids of the scenarios, joined by ;"),
        _number("loads", "车次", "车次", "各情景中的最大车次", "Vehicle loads in the scenario that has most"),
        _number("before_min", "中断前", "min", "门到门", "Door to door"),
        _number("after_min", "中断后", "min", "门到门；空为不可达", "Door to door; empty: no way"),
    ),
)
ISOLATION_TABLES = (ACCESS, ISOLATED, HOLDINGS)
WHATIF_TABLES = (SITES, BROKEN, ISOLATED, HOLDINGS, DETOURS, CLOSED, LOST_SHIPMENTS)
