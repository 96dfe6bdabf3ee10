"""The tables of a plan folder: one CSV each, and the sheets of ``plan.xlsx``."""

from __future__ import annotations

from optimizer.region.region_tables import HAZARDS, HOLDING_MODES, LEVELS, SITE_KINDS, VEHICLE_CLASSES
from optimizer.region.result_columns import choice_column as _choice
from optimizer.region.result_columns import id_column as _id
from optimizer.region.result_columns import number_column as _number
from optimizer.region.result_columns import text_column as _text
from optimizer.region.schema import ESTIMATED, Column, Kind, Table

DECISIONS = {
    "existing": "保持",
    "opened": "新建",
    "enlarged": "扩建",
    "closed": "停用",
    "not_chosen": "未选用",
}
PERIODS = {"on_time": "时限内", "late": "超时限"}
REASONS = {
    "no_road": "道路中断，无法到达",
    "no_stock": "可调物资不足",
    "no_vehicle": "运力不足",
    "no_time": "时限内无法到达",
}
EXPENSES = {
    "purchase": "物资采购",
    "building": "建设扩建",
    "running": "年度运行",
    "contract": "协议储备",
    "move": "物资调整",
}
OUTCOMES = {"met": "达标", "short": "未达标", "not_applicable": "不适用"}
STANDINGS = {"binding": "约束性", "expected": "预期性", "adopted": "自行采纳"}


_SITE = _id("site_id", "站点编号", "站点", "Site")
_NAME = _text("site_name", "站点名称", "站点名称", "Name of the site")
_TOWN = _text("town_name", "镇街", "所属镇街", "Town")
_ITEM = _id("item_id", "品种编号", "品种", "Item")
_ITEM_NAME = _text("item_name", "品种名称", "品种名称", "Name of the item")
_UNIT = _text("unit", "单位", "计量单位", "Unit of count")
_OWNER = _id("owner", "所有者", "出资主体", "Payer who owns it")
_MODE = _choice("holding_mode", "储备方式", HOLDING_MODES, "储备方式", "How it is held")
_PAYLOAD = _number("payload_kg", "载质量", "kg", "每车载质量；就地为 0", "Payload of a vehicle; 0 on the spot")
_SCENARIO = _id("scenario_id", "情景编号", "情景", "Scenario")

DEPOTS = Table(
    "depots",
    "库点决策",
    "每个储备库与候选库址的决定",
    "What is decided for every depot and candidate",
    ("site_id",),
    (
        _SITE,
        _NAME,
        _TOWN,
        _choice("kind", "类别", SITE_KINDS, "depot 或 candidate", "depot or candidate"),
        _choice("level", "层级", LEVELS, "层级", "Level"),
        _choice("decision", "决定", DECISIONS, "决定", "Decision"),
        _text("size", "规模", "新建或扩建的规模", "Size built"),
        _number("storage_m3", "库容", "m³", "决定后的库容", "Storage after the decision"),
        _number("used_m3", "占用", "m³", "决定后的占用", "Storage used"),
        _number("fixed_cost_cny", "建设费用", "元", "一次性费用", "Cost of building"),
        _number("yearly_cost_cny", "年运行费用", "元/年", "新增年运行费用", "Yearly cost that it adds"),
        _text("payer_id", "出资主体", "出资主体", "Payer"),
        _text("override", "人工决定", "人工决定：谁、何时、为何", "A planner's decision: who, when, why"),
        ESTIMATED,
    ),
)
STOCK_AFTER = Table(
    "stock",
    "储备安排",
    "计划后各站点各品种的储备",
    "What every site holds after the plan",
    ("site_id", "item_id", "owner", "holding_mode"),
    (
        _SITE,
        _NAME,
        _TOWN,
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        _OWNER,
        _MODE,
        _number("existing", "现有", "单位", "计划期内有效的现有数量", "Usable at the horizon, before the plan"),
        _number("expiring", "到期", "单位", "计划期内到期、需轮换的数量", "Expires within the horizon: to be rotated"),
        _number("moved_in", "调入", "单位", "调入", "Moved in"),
        _number("moved_out", "调出", "单位", "调出", "Moved out"),
        _number("bought", "购置", "单位", "购置", "Bought"),
        _number("quantity", "计划后", "单位", "现有+调入-调出+购置", "existing + moved_in - moved_out + bought"),
        ESTIMATED,
    ),
)
PURCHASES = Table(
    "purchases",
    "采购清单",
    "采购清单，每行附依据",
    "The purchase list; each line with its reason",
    ("site_id", "item_id", "payer_id"),
    (
        _SITE,
        _NAME,
        _TOWN,
        _ITEM,
        _text("gb_code", "GB/T 38565 编码", "GB/T 38565-2020 编码", "GB/T 38565-2020 code"),
        _ITEM_NAME,
        _UNIT,
        _number("packs", "包数", "包", "采购包数", "Packs bought"),
        _number("pack_size", "每包数量", "单位/包", "每包数量", "Units in a pack"),
        _number("quantity", "数量", "单位", "采购数量", "Quantity"),
        _number("price_cny", "单价", "元", "单价", "Price of a unit"),
        _number("cost_cny", "金额", "元", "金额", "Cost"),
        _id("payer_id", "出资主体", "出资主体", "Payer"),
        _text("rules", "依据标准", "依据的标准编号，用 ; 分隔", "Ids of the rules it serves, joined by ;"),
        _text("scenarios", "依据情景", "依据的情景编号，用 ; 分隔", "Ids of the scenarios it serves, joined by ;"),
        _text("override", "人工决定", "人工决定：谁、何时、为何", "A planner's decision: who, when, why"),
        ESTIMATED,
        _text(
            "estimated_inputs",
            "估计的输入",
            "支撑本行的估计数据：表.列",
            "Estimated inputs behind the line: table.column",
        ),
    ),
)
CONTRACTS = Table(
    "contracts",
    "协议储备",
    "与供应商签订的协议",
    "Contracts with suppliers",
    ("site_id", "item_id", "holding_mode"),
    (
        _SITE,
        _NAME,
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        _MODE,
        _number("quantity", "数量", "单位", "签约数量", "Quantity contracted"),
        _number("yearly_fee_cny", "年费", "元/年", "年费合计", "Fee a year, in all"),
        _id("payer_id", "出资主体", "出资主体", "Payer"),
        _number("lead_time_h", "启动时间", "h", "启动时间", "Hours from call to loading"),
        _text("scenarios", "依据情景", "依据的情景编号", "Scenarios it serves"),
        ESTIMATED,
    ),
)
MOVES = Table(
    "moves",
    "物资调整",
    "现有物资在库点间的调整",
    "Stock moved between depots",
    ("from_site_id", "to_site_id", "item_id", "owner"),
    (
        _id("from_site_id", "调出站点", "调出站点", "From"),
        _id("to_site_id", "调入站点", "调入站点", "To"),
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        _OWNER,
        _number("quantity", "数量", "单位", "数量", "Quantity"),
        _number("cost_cny", "费用", "元", "费用", "Cost"),
    ),
)
BUDGETS = Table(
    "budgets",
    "预算执行",
    "各出资主体预算与支出",
    "Budget and spending of each payer",
    ("payer_id",),
    (
        _id("payer_id", "出资主体", "出资主体", "Payer"),
        _text("payer_name", "名称", "名称", "Name"),
        _number("budget_cny", "预算", "元", "预算", "Budget"),
        *(_number(f"{key}_cny", words, "元", words, key) for key, words in EXPENSES.items()),
        _number("spent_cny", "合计", "元", "支出合计", "Spent in all"),
        _number("left_cny", "结余", "元", "结余", "Left"),
        ESTIMATED,
    ),
)
STANDARDS = Table(
    "standards",
    "标准对照",
    "每条标准在每个对象上的达标情况",
    "Every rule at every site or team that it speaks of",
    ("rule_id", "subject_id", "item_id"),
    (
        _id("rule_id", "标准编号", "标准", "Rule"),
        _id("subject_id", "对象编号", "站点、队伍或全区", "Site, team or the district"),
        _text("subject_name", "对象", "对象名称", "Name of the subject"),
        _TOWN,
        _text("item_id", "品种编号", "装备类标准的品种", "Item, for a rule on equipment"),
        _choice("outcome", "结论", OUTCOMES, "是否达标", "Met or short"),
        _number("required", "要求", "见单位", "要求值", "Required"),
        _number("reached", "实际", "见单位", "计划后的实际值", "Reached after the plan"),
        _number("reached_slow", "车速-20%", "见单位", "车速降低 20% 时", "Reached at 20 % lower speed"),
        _number("reached_fast", "车速+20%", "见单位", "车速提高 20% 时", "Reached at 20 % higher speed"),
        _number("before", "计划前", "见单位", "计划前的实际值", "Reached before the plan"),
        _UNIT,
        _choice("standing", "效力", STANDINGS, "效力", "Standing"),
        Column("mandatory", "必须满足", Kind.YES_NO, "是否优先满足", "Kept before any want"),
        _text("mend", "最省补救", "最省补救办法的代码", "Cheapest mend: its code in the catalogue"),
        _number("mend_quantity", "补救数量", "见办法", "补救所需数量", "How much of it"),
        _number("mend_cost_cny", "补救费用", "元", "补救费用", "Its cost"),
        ESTIMATED,
    ),
)
SCENARIOS = Table(
    "scenarios",
    "情景结果",
    "各情景下计划的表现",
    "How the plan does in each scenario",
    ("scenario_id",),
    (
        _SCENARIO,
        _text("scenario_name", "情景", "名称", "Name"),
        _choice("hazard", "灾种", HAZARDS, "灾种", "Hazard"),
        _number("probability", "年概率", "1/年", "年概率", "Yearly probability"),
        _number("weight", "权重", "1", "模型中的权重（概率归一）", "Weight in the model: probabilities, normalised"),
        _number("people", "受灾人数", "人", "有需求的人数", "People in need"),
        _number("links_closed", "中断路段", "条", "中断的路段数（单向）", "Directed links closed"),
        _number(
            "sites_cut_off",
            "失联地点",
            "个",
            "任何库点均无法由道路到达的村（社区）",
            "Places that no source reaches by road",
        ),
        _number("people_cut_off", "失联人数", "人", "上述地点的常住人口", "Residents of those places"),
        _number("want", "需求", "人·项", "需求人项数：每人每种物资计一项", "Person-items wanted"),
        _number("on_time", "按时满足", "人·项", "按时满足", "Met on time"),
        _number("late", "延迟满足", "人·项", "延迟满足", "Met late"),
        _number("unmet", "未满足", "人·项", "未满足", "Unmet"),
        ESTIMATED,
    ),
)
SHIPMENTS = Table(
    "shipments",
    "情景调运",
    "各情景下的调运安排",
    "Shipments in each scenario",
    ("scenario_id", "from_site_id", "holding_mode", "to_site_id", "item_id", "vehicle_class", "payload_kg", "period"),
    (
        _SCENARIO,
        _id("from_site_id", "发出", "发出站点", "From"),
        _id("to_site_id", "送达", "送达站点", "To"),
        _ITEM,
        _choice(
            "vehicle_class",
            "车型",
            VEHICLE_CLASSES | {"none": "就地"},
            "车型；就地发放为 none",
            "Class; none: held on the spot",
        ),
        _MODE,
        _PAYLOAD,
        _choice("period", "时段", PERIODS, "时段", "On time or late"),
        _number("quantity", "数量", "单位", "数量", "Quantity"),
        _number("drive_min", "行驶时间", "min", "单程行驶时间", "Driving time one way"),
        _number("loads", "车次", "车次", "占用车次（可为小数）", "Vehicle loads, may be a fraction"),
    ),
)
FLEET = Table(
    "fleet",
    "情景运力",
    "各情景下车辆在何处出车",
    "From where vehicles work in each scenario",
    ("scenario_id", "home_site_id", "work_site_id", "holding_mode", "item_id", "vehicle_class", "payload_kg"),
    (
        _SCENARIO,
        _id("home_site_id", "驻地", "驻地", "Home site"),
        _id("work_site_id", "出车地点", "出车地点", "Depot or supplier it loads at"),
        _choice("vehicle_class", "车型", VEHICLE_CLASSES, "车型", "Vehicle class"),
        _PAYLOAD,
        _MODE,
        _text(
            "item_id",
            "品种编号",
            "协议储备的品种；库点为空",
            "Item of the supplier's offer it works for; empty at a depot",
        ),
        _number("vehicles", "车辆数", "辆", "车辆数（可为小数）", "Vehicles, may be a fraction"),
        _number("transfer_min", "到位时间", "min", "由驻地到出车地点的时间", "Drive from home to work site"),
    ),
)
UNMET = Table(
    "unmet",
    "未满足需求",
    "各情景下未满足或延迟的需求与原因",
    "Want that stays unmet or comes late, and why",
    ("scenario_id", "site_id", "item_id"),
    (
        _SCENARIO,
        _SITE,
        _NAME,
        _TOWN,
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        Column("priority", "优先级", Kind.WHOLE, "优先级", "Priority"),
        _number("people", "受灾人数", "人", "有需求的人数", "People in need"),
        _number("want", "需求", "单位", "需求量", "Wanted"),
        _number("on_time", "按时", "单位", "按时满足", "On time"),
        _number("late", "延迟", "单位", "延迟满足", "Late"),
        _number("unmet", "未满足", "单位", "未满足", "Unmet"),
        _choice("reason", "原因", REASONS, "原因", "Why"),
        _text(
            "landing_site_id",
            "最近起降点或码头",
            "道路不通时最近的起降点或码头",
            "Nearest landing point or pier, where no road is left",
        ),
        ESTIMATED,
    ),
)
ROUTES = Table(
    "routes",
    "调运路线",
    "常态与各情景下的主要路线",
    "Routes of the shipments",
    ("scenario_id", "from_site_id", "to_site_id", "vehicle_class"),
    (
        _SCENARIO,
        _id("from_site_id", "发出", "发出站点", "From"),
        _id("to_site_id", "送达", "送达站点", "To"),
        _choice("vehicle_class", "车型", VEHICLE_CLASSES, "车型", "Vehicle class"),
        _number("drive_min", "行驶时间", "min", "单程行驶时间", "Driving time one way"),
        _number("length_km", "里程", "km", "里程", "Length"),
        _text("by_way_of", "经由", "经由的主要道路", "Main roads on the way"),
        _text("wkt", "线形", "WKT 线（WGS-84）", "WKT line, WGS-84"),
    ),
)
PLAN_TABLES: tuple[Table, ...] = (
    DEPOTS,
    STOCK_AFTER,
    PURCHASES,
    CONTRACTS,
    MOVES,
    BUDGETS,
    STANDARDS,
    SCENARIOS,
    SHIPMENTS,
    FLEET,
    UNMET,
    ROUTES,
)
