"""The tables of a dispatch folder: one CSV each, and the sheets of its workbook.

Minutes count from the begin of the incident.
"""

from __future__ import annotations

from optimizer.region.region_tables import VEHICLE_CLASSES
from optimizer.region.result_columns import choice_column as _choice
from optimizer.region.result_columns import id_column as _id
from optimizer.region.result_columns import number_column as _number
from optimizer.region.result_columns import text_column as _text
from optimizer.region.schema import Column, Table

MODES = VEHICLE_CLASSES | {"boat": "船艇", "helicopter": "直升机", "foot": "步行"}
"""How somebody or something moves."""
CARRIERS = {"team": "队伍", "vehicle": "车辆", "craft": "船艇与直升机", "bus": "转移客车", "crew": "抢通队"}
STATUSES = {"on_time": "按时", "late": "超时", "partly": "部分满足", "unserved": "未满足"}
REASONS = {
    "": "",
    "no_skill": "无具备该技能的队伍",
    "no_way": "队伍无路可达",
    "no_way_there": "物资无路可达",
    "too_far": "最早到达也已超时",
    "all_busy": "此前没有空闲的队伍",
    "vehicles_busy": "此前没有空闲的车辆",
    "no_stock": "库存不足",
    "too_heavy": "桥梁限重，车辆不能通过",
    "no_vehicle": "没有可用车辆",
    "no_flying": "天气不适飞行或不能行船",
    "no_room": "避难场所容量不足",
    "held_back": "人员留作后备",
}
ASKED_FOR = {"team": "救援队伍", "supply": "救灾物资", "shelter": "避难容量", "vehicle": "运输力量"}
CHANGES = {"task": "任务", "request": "需求", "place": "转移"}
FROZEN = {"finished": "已完成", "started": "执行中", "": ""}

_PLACE = _id("place_id", "地点编号", "地点", "Place")
_PLACE_NAME = _text("place_name", "地点", "名称", "Name")
_DEADLINE = _number("deadline_min", "时限", "min", "应在此前", "To be done by")
_PRIORITY = _number("priority", "优先级", "级", "1 最高", "1 comes first")
_WEIGHT = _number("weight", "权重", "1", "由优先级得出的权重", "Weight that the priority gives")
_STATUS = _choice("status", "结果", STATUSES, "结果", "Outcome")
_REASON = _choice("reason", "原因", REASONS, "超时或未满足的原因", "Why it is late or unserved")
_WHY = _text("why", "说明", "原因说明", "The reason in words")
_WOULD_SERVE = _text("would_serve", "所需条件", "满足它还需要什么", "What would serve it")
_CARRIER = _id("carrier_id", "执行者编号", "队伍或车辆", "Team or vehicle")
_MODE = _choice("mode", "方式", MODES, "车型或其他方式", "Class of vehicle, or other means")
_CONTACT = _text("contact", "联系人", "联系人", "Contact")
_PHONE = _text("phone", "电话", "联系电话", "Telephone")
_ITEM = _id("item_id", "品种编号", "品种", "Item")
_ITEM_NAME = _text("item_name", "品种", "名称", "Name")
_UNIT = _text("unit", "计量单位", "计量单位", "Unit")
_DEPOT = _text("depot_id", "出库点编号", "出库站点", "Depot")
_DEPOT_NAME = _text("depot_name", "出库点", "名称", "Its name")
_FROZEN = _choice("frozen", "冻结", FROZEN, "续编时已完成或执行中", "Finished or under way when taken up again")


def _minute(name: str, heading: str, zh: str, en: str) -> Column:
    return _number(name, heading, "min", zh, en)


PLACES = Table(
    "places",
    "地点",
    "命令中出现的全部地点",
    "Every place that the orders name",
    ("place_id",),
    (
        _PLACE,
        _PLACE_NAME,
        _text("site_id", "站点编号", "空为事件文件中给出的坐标点", "Empty: a point of the incident's own"),
        _text("town_name", "镇街", "所属镇街", "Town"),
        _number("lon", "经度", "°", "经度（WGS-84）", "Longitude, WGS-84"),
        _number("lat", "纬度", "°", "纬度（WGS-84）", "Latitude, WGS-84"),
        _CONTACT,
        _PHONE,
    ),
)
TASKS = Table(
    "tasks",
    "任务结果",
    "每项任务由谁、何时完成",
    "Who does each task, and when",
    ("task_id",),
    (
        _id("task_id", "任务编号", "任务", "Task"),
        _text("task_name", "任务", "名称", "Name"),
        _PLACE,
        _PLACE_NAME,
        _text("skill", "技能", "所需技能", "Skill needed"),
        _number("need_people", "所需人数", "人", "所需人数", "People needed"),
        _PRIORITY,
        _WEIGHT,
        _number("work_min", "作业时间", "min", "作业时间", "Minutes of work"),
        _DEADLINE,
        _text("team_ids", "队伍编号", "执行队伍，用 ; 分隔", "Teams, joined by ;"),
        _minute("start_min", "开始", "开始作业", "Work begins"),
        _minute("finish_min", "结束", "作业结束", "Work ends"),
        _STATUS,
        _REASON,
        _WHY,
        _WOULD_SERVE,
    ),
)
WORK = Table(
    "work",
    "队伍作业",
    "每支队伍在每项任务上的到达、开始与结束",
    "Arrival, begin and end of every team on every task",
    ("team_id", "task_id"),
    (
        _id("team_id", "队伍编号", "队伍", "Team"),
        _text("team_name", "队伍", "名称", "Name"),
        _id("task_id", "任务编号", "任务", "Task"),
        _PLACE,
        _number("people", "人数", "人", "到场人数", "People"),
        _minute("arrive_min", "到达", "到达", "Arrives"),
        _minute("start_min", "开始", "全部到齐后开始", "Begins, when all are there"),
        _minute("finish_min", "结束", "作业结束", "Ends"),
        _FROZEN,
        _CONTACT,
        _PHONE,
    ),
)
REQUESTS = Table(
    "requests",
    "需求结果",
    "每项物资需求由哪些库点、何时满足",
    "Which depots meet each request, and when",
    ("request_id",),
    (
        _id("request_id", "需求编号", "需求", "Request"),
        _PLACE,
        _PLACE_NAME,
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        _number("quantity", "需求量", "见计量单位", "需求量", "Wanted"),
        _number("people", "人数", "人", "需要的人数", "People in need"),
        _PRIORITY,
        _WEIGHT,
        _DEADLINE,
        _number("on_time", "按时量", "见计量单位", "按时送达", "Brought on time"),
        _number("late", "超时量", "见计量单位", "超时送达", "Brought late"),
        _number("unmet", "未满足量", "见计量单位", "未送达", "Not brought"),
        _minute("first_min", "首批到达", "首批到达", "First arrival"),
        _minute("last_min", "末批到达", "末批到达", "Last arrival"),
        _text("depot_ids", "出库点编号", "出库站点，用 ; 分隔", "Depots, joined by ;"),
        _STATUS,
        _REASON,
        _WHY,
        _WOULD_SERVE,
    ),
)
TRIPS = Table(
    "trips",
    "运输趟次",
    "每辆车每一趟：装车、出发、返回、载荷",
    "Every trip of every vehicle: loading, departure, return, load",
    ("trip_id",),
    (
        _id("trip_id", "趟次编号", "趟次", "Trip"),
        _id("carrier_id", "车辆编号", "车辆、船艇或直升机", "Vehicle or craft"),
        _MODE,
        _DEPOT,
        _DEPOT_NAME,
        _minute("loading_min", "开始装车", "开始装车", "Loading begins"),
        _minute("depart_min", "出发", "出发", "Departs"),
        _minute("return_min", "返回", "返回出库点", "Returns"),
        _number("load_kg", "载重", "kg", "货物质量", "Mass of the load"),
        _number("load_m3", "载积", "m³", "货物体积", "Volume of the load"),
        _number("payload_kg", "核定载重", "kg", "车辆载质量", "Payload of the vehicle"),
        _number("payload_m3", "核定载积", "m³", "车辆载容积", "Loading volume of the vehicle"),
        _FROZEN,
        _CONTACT,
        _PHONE,
    ),
)
LOADS = Table(
    "loads",
    "装载单",
    "每一趟装什么、从哪一批次、卸到哪里",
    "What each trip carries, of which lot, to whom",
    ("trip_id", "stop", "request_id", "lot_id"),
    (
        _id("trip_id", "趟次编号", "趟次", "Trip"),
        _number("stop", "停靠", "次", "第几次停靠", "Number of the stop"),
        _id("request_id", "需求编号", "需求", "Request"),
        _PLACE,
        _PLACE_NAME,
        _ITEM,
        _ITEM_NAME,
        _UNIT,
        _text(
            "lot_id",
            "批次号",
            "出库批次，先到期先出；空为供应商供货",
            "First to expire goes first; empty: a supplier",
        ),
        _number("quantity", "数量", "见计量单位", "数量", "Units"),
        _number("mass_kg", "质量", "kg", "质量", "Mass"),
        _number("volume_m3", "体积", "m³", "体积", "Volume"),
        _minute("arrive_min", "到达", "到达", "Arrives"),
        _minute("leave_min", "离开", "卸毕离开", "Leaves, unloaded"),
    ),
)
LEGS = Table(
    "legs",
    "行程时刻",
    "每支队伍、每辆车的逐段行程",
    "Every way that every team and vehicle goes, in order",
    ("carrier_id", "step"),
    (
        _CARRIER,
        _text("carrier_name", "执行者", "名称", "Name"),
        _choice("carrier_kind", "执行者类别", CARRIERS, "执行者类别", "Kind"),
        _number("step", "序号", "段", "第几段", "In this order"),
        _MODE,
        _id("from_place_id", "起点编号", "起点", "From"),
        _id("to_place_id", "终点编号", "终点", "To"),
        _minute("depart_min", "出发", "出发", "Departs"),
        _minute("arrive_min", "到达", "到达", "Arrives"),
        _number("drive_min", "行驶时间", "min", "途中行驶时间", "Minutes of driving"),
        _number("wait_min", "等候", "min", "等候道路恢复通行的时间", "Minutes of waiting for a road to reopen"),
        _text("way_id", "路线编号", "路线；空为原地", "Way; empty: stays where it is"),
        _text("purpose", "事由", "任务、需求、转移或抢通的编号，用 ; 分隔", "Tasks or requests, joined by ;"),
        _FROZEN,
    ),
)
WAYS = Table(
    "ways",
    "路线",
    "每条路线经过的道路",
    "The roads of every way",
    ("way_id",),
    (
        _id("way_id", "路线编号", "路线", "Way"),
        _MODE,
        _id("from_place_id", "起点编号", "起点", "From"),
        _id("to_place_id", "终点编号", "终点", "To"),
        _number("opens_min", "可通行时刻", "min", "此时起全线可通行", "All of it is open from then on"),
        _number("drive_min", "行驶时间", "min", "全程行驶时间", "Minutes of driving"),
        _number("length_km", "里程", "km", "里程", "Length"),
        _text("by_way_of", "经由", "主要道路", "Main roads"),
        _text("turns", "路线说明", "逐段道路与里程", "Roads and kilometres in order"),
        _text("links", "路段", "路段编号，用 ; 分隔；空为水路、空中或步行", "Ids of the links, joined by ;"),
        _text("wkt", "线形", "WKT，WGS-84", "WKT, WGS-84"),
    ),
)
EVACUEES = Table(
    "evacuees",
    "转移安置",
    "受威胁群众转移到哪个避难场所",
    "People threatened, and the shelters that take them in",
    ("place_id", "shelter_id"),
    (
        _PLACE,
        _PLACE_NAME,
        _id("shelter_id", "避难场所编号", "避难场所", "Shelter"),
        _text("shelter_name", "避难场所", "名称", "Name"),
        _number("people", "人数", "人", "人数", "People"),
        _number("drive_min", "行驶时间", "min", "客车行驶时间", "Minutes by bus"),
        _MODE,
        _number("rides", "车次", "次", "客车车次", "Rides of a bus"),
        _minute("last_min", "全部到达", "最后一批到达；空为没有车辆", "The last arrive; empty: no vehicle"),
        _DEADLINE,
        _STATUS,
    ),
)
ASKED = Table(
    "asked",
    "申请上级增援",
    "本级不能满足、须向上级或邻近区县申请的",
    "What the district cannot meet and asks of the level above or its neighbours",
    ("for_id",),
    (
        _id("for_id", "所为编号", "任务、需求或转移地点", "Task, request or place"),
        _choice("asked_for", "申请内容", ASKED_FOR, "申请内容", "What is asked for"),
        _text("what", "品类", "技能、品种", "Skill or item"),
        _number("quantity", "数量", "见计量单位", "数量", "Quantity"),
        _UNIT,
        _PLACE,
        _PLACE_NAME,
        _DEADLINE,
        _REASON,
        _text("landing", "接应地点", "无路可达时最近的起降点或码头", "Landing point or pier where no road is left"),
    ),
)
CUT_OFF = Table(
    "cut_off",
    "断路村社",
    "道路断绝的村（社区）与接应地点",
    "Villages and communities with no road left, and where help lands",
    ("place_id",),
    (
        _PLACE,
        _PLACE_NAME,
        _text("town_name", "镇街", "所属镇街", "Town"),
        _number("people", "常住人口", "人", "常住人口", "Residents"),
        _minute("reopens_min", "预计恢复", "预计恢复通行；空为未知", "Forecast reopening; empty: unknown"),
        _text("landing_site_id", "接应地点编号", "起降点或码头", "Landing point or pier"),
        _text("landing_name", "接应地点", "名称", "Name"),
        _text("landing_by", "接应方式", "road 为道路，foot 为步行", "road or foot"),
        _number("landing_km", "接应距离", "km", "至接应地点", "To the landing point"),
        _text("landing_contact", "接应联系", "联系人与电话", "Contact and telephone"),
    ),
)
CLEARING = Table(
    "clearing",
    "道路抢通",
    "先抢通哪一处、由谁、何时通车",
    "Which closure is cleared first, by whom, and when it is open",
    ("closure",),
    (
        _id("closure", "封闭", "封闭的名称", "Name of the closure"),
        _text("crew_id", "抢通队编号", "空为不抢通", "Empty: not cleared"),
        _text("crew_name", "抢通队", "名称", "Name"),
        _number("order", "次序", "次", "该队的第几处", "In the crew's order"),
        _minute("start_min", "开始", "开始抢通", "Work begins"),
        _minute("opens_min", "通车", "恢复通行", "Open again"),
        _minute("forecast_min", "原预计", "不抢通时的预计恢复；空为未知", "Forecast without; empty: unknown"),
    ),
)
CHANGED = Table(
    "changed",
    "命令变更",
    "与上一份命令的差别",
    "What differs from the last orders",
    ("kind", "for_id"),
    (
        _choice("kind", "类别", CHANGES, "类别", "Kind"),
        _id("for_id", "编号", "任务、需求或地点", "Task, request or place"),
        _text("before", "原执行者", "队伍、库点或避难场所，用 ; 分隔", "Teams, depots or shelters before, joined by ;"),
        _text("after", "现执行者", "同上", "And now"),
        _minute("before_min", "原到达", "原开始或到达时刻", "Start or arrival before"),
        _minute("after_min", "现到达", "现开始或到达时刻", "And now"),
        _WHY,
    ),
)
LAYERS = Table(
    "layers",
    "目标各层",
    "目标各层的值、下界与差距",
    "Value, bound and gap of every layer of the goals",
    ("part", "layer"),
    (
        _id("part", "部分", "队伍、物资、转移或抢通", "teams, supplies, evacuation or clearing"),
        _id("layer", "层", "按此次序依次优化", "Made least in this order"),
        _number("value", "值", "见单位", "值", "Value"),
        _number("bound", "下界", "见单位", "任何方案都不会低于此值", "No plan can be below"),
        _UNIT,
        _number("gap", "差距", "1", "值与下界之差占总权重之比", "Value less bound, as a share of the total weight"),
        _text("status", "证明", "proven 为已证明", "proven, or why not"),
    ),
)
DISPATCH_TABLES = (
    PLACES, TASKS, WORK, REQUESTS, TRIPS, LOADS, LEGS, WAYS, EVACUEES, ASKED, CUT_OFF, CLEARING, CHANGED, LAYERS,
)  # fmt: skip
