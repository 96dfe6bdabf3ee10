"""The tables of a siting folder: one CSV each, and the sheets of its workbook."""

from __future__ import annotations

from optimizer.plan.plan_tables import DECISIONS, OUTCOMES
from optimizer.region.region_tables import AREA_TYPES, LEVELS, SITE_KINDS, STATION_KINDS
from optimizer.region.result_columns import choice_column as _choice
from optimizer.region.result_columns import id_column as _id
from optimizer.region.result_columns import number_column as _number
from optimizer.region.result_columns import text_column as _text
from optimizer.region.schema import ESTIMATED, Column, Kind, Table

STATUSES = {"proven": "已证明最优", "time_limit": "未证明最优（到时）", "stopped": "在允许差距内"}


def _yes_no(name: str, heading: str, zh: str, en: str) -> Column:
    return Column(name, heading, Kind.YES_NO, zh, en)


_STATE = _id("scenario_id", "情景编号", "情景；base 为平时", "Scenario; base: no event")
_TOWN = _text("town_name", "镇街", "所属镇街", "Town")
_VALUE = _number("value", "目标值", "见单位", "模型的目标值，越小越好", "What the model makes least")
_BOUND = _number("bound", "下界", "见单位", "任何方案都不会低于此值", "No siting can be below")
_COST = _number("cost_cny", "费用", "元", "建设、首年运行和关闭费用之和", "Building, first year and closing together")
_OPEN = _text("open_sites", "启用站点", "全部启用站点的编号，用 ; 分隔", "Ids of all open sites, joined by ;")
_STATUS = _choice("status", "证明", STATUSES, "是否已证明", "Whether it is proven")
_MEAN = _number("mean_min", "平均时间", "min", "加权平均，至多计上限", "Weighted mean, the cut-off at most")
_WITHIN = _number(
    "within_share", "达标比例", "1", "标准时间内的权重占应达标权重之比", "Weight within its standard time"
)
_UNSERVED = _number(
    "unserved_m3",
    "未满足量",
    "m³",
    "库容不足或无路可达而未能满足的物资；空为本模型不计库容",
    "Relief that no open depot has room or a way for; empty: the model knows no room",
)

SITES = Table(
    "sites",
    "选址结果",
    "每个现有站点与候选点的决定",
    "What is decided for every existing site and candidate",
    ("site_id",),
    (
        _id("site_id", "站点编号", "站点", "Site"),
        _text("site_name", "站点名称", "名称", "Name"),
        _TOWN,
        _choice("kind", "类别", SITE_KINDS, "站点类别", "Kind of site"),
        _choice("level", "层级", LEVELS, "层级", "Level"),
        _choice(
            "station_kind",
            "站点种类",
            STATION_KINDS,
            "救援站点的种类；新建的为其将成为的种类",
            "What kind of station, or would become",
        ),
        _choice("decision", "决定", DECISIONS, "决定", "Decision"),
        _text("size", "规模", "新建或扩建的规模", "Size built"),
        _number(
            "open_cost_cny",
            "启用费用",
            "元",
            "建设与首年运行；既有库点可关闭时为其年运行费用（估计）",
            "Building and the first year; of a depot that may be closed its running, estimated",
        ),
        _number("close_cost_cny", "关闭费用", "元", "不启用时的费用", "Paid where it is not open"),
        _COST,
        _number("served", "服务权重", "见说明", "各情景期望的服务权重", "Expected weight that it serves"),
        _number(
            "served_places", "服务村社", "个", "至少在一个情景中由其服务的村（社区）", "Places served in some scenario"
        ),
        _text("lost_in", "失去于", "失去该站点的情景，用 ; 分隔", "Scenarios that take it, joined by ;"),
        _text("override", "人工决定", "人工决定：谁、何时、为何", "A planner's decision: who, when, why"),
        ESTIMATED,
    ),
)
ALLOCATION = Table(
    "allocation",
    "服务关系",
    "各情景中每个村（社区）由谁服务、多久到达",
    "Who serves each village and community in each scenario, and how soon",
    ("scenario_id", "site_id", "server_id"),
    (
        _STATE,
        _id("site_id", "村（社区）编号", "村（社区）", "Village or community"),
        _text("site_name", "村（社区）", "名称", "Name"),
        _TOWN,
        _number("weight", "权重", "见说明", "人数或人数乘灾害权重", "People, or people times hazard"),
        _text("server_id", "服务站点编号", "空为无站点服务", "Empty: nobody serves"),
        _text("server_name", "服务站点", "名称", "Name"),
        _number(
            "served",
            "服务量",
            "见说明",
            "模型计入的、由该站点服务的权重或立方米",
            "What the model counts of it, so served",
        ),
        _number("drive_min", "行驶时间", "min", "门到门；空为不可达", "Door to door; empty: no way"),
        _number("standard_min", "标准时间", "min", "空为不作判断", "Empty: not judged"),
        _yes_no(
            "counts",
            "计入标准",
            "该站点的种类计入此村（社区）的标准；否为没有计入者可达，或模型不看标准",
            "The server's kind counts for the place's rule; no: none that does has a way, or the model heeds no rule",
        ),
        _yes_no("within", "达标", "有站点在标准时间内到达", "Some open site arrives within its standard time"),
        _number("covering_sites", "达标站点数", "个", "标准时间内到达的启用站点", "Open sites that arrive within it"),
        _text("backup_ids", "互备站点", "两条道路互不重叠的一对站点；空为没有", "A pair by disjoint ways; empty: none"),
    ),
)
SUPPLY = Table(
    "supply",
    "补给关系",
    "各情景中每个库点由哪个上级库点补给",
    "Which depot of the level above supplies each open one in each scenario",
    ("scenario_id", "site_id"),
    (
        _STATE,
        _id("site_id", "库点编号", "库点", "Depot"),
        _text("site_name", "库点", "名称", "Name"),
        _text(
            "supplier_id", "上级库点编号", "区级库点为其自身；空为无法补给", "A district depot itself; empty: nobody"
        ),
        _text("supplier_name", "上级库点", "名称", "Name"),
        _number("drive_min", "行驶时间", "min", "门到门", "Door to door"),
    ),
)
COVERAGE = Table(
    "coverage",
    "达标情况",
    "每个村（社区）选址前后的时间与达标情况",
    "Every village and community before and after",
    ("site_id",),
    (
        _id("site_id", "村（社区）编号", "村（社区）", "Village or community"),
        _text("site_name", "村（社区）", "名称", "Name"),
        _TOWN,
        _choice("area_type", "区域类型", AREA_TYPES, "区域类型", "Area type"),
        _text("rule_id", "标准", "依据的标准；空为由人工给定或不作判断", "Rule; empty: given by hand, or not judged"),
        _number(
            "standard_min", "标准时间", "min", "行驶时间上限；空为不作判断", "Minutes of driving; empty: not judged"
        ),
        _number("people", "常住人口", "人", "空为未知，按 0 人计", "Residents; empty: not known, counted as none"),
        _number("threatened", "受威胁人数", "人", "隐患点威胁的人数", "People whom hazard points threaten"),
        _number(
            "before_min", "选址前", "min", "现有站点，各情景期望；空为有情景不可达", "From existing sites, expected"
        ),
        _number(
            "after_min", "选址后", "min", "各情景期望；空为有情景不可达", "Expected; empty: a scenario cuts it off"
        ),
        _number("worst_min", "最差", "min", "最差情景；空为不可达", "In the worst scenario; empty: no way"),
        _number("within_share", "达标概率", "1", "达标情景的概率之和", "Probability of the scenarios within"),
        _choice("outcome", "结论", OUTCOMES, "全部情景达标才算达标", "Met: within in every scenario"),
        _number(
            "wanted_m3", "需求量", "m³", "各情景期望；空为本模型不计库容", "Expected; empty: the model knows no room"
        ),
        _UNSERVED,
        ESTIMATED,
    ),
)
TOWNS = Table(
    "towns",
    "镇街库点",
    "多灾易灾镇街是否有储备库（点）",
    "Whether towns exposed to several hazards have a depot",
    ("rule_id", "town_id"),
    (
        _id("rule_id", "标准", "标准", "Rule"),
        _id("town_id", "镇街编号", "镇街", "Town"),
        _TOWN,
        _yes_no("required", "必须满足", "选址时是否作为硬性条件", "Whether the siting had to keep it"),
        _number("depots", "启用库点", "个", "镇街级及区级", "Open, of town or district level"),
        _choice("outcome", "结论", OUTCOMES, "结论", "Outcome"),
    ),
)
SCENARIOS = Table(
    "scenarios",
    "情景结果",
    "各情景的损失、到达与达标",
    "Loss, times and coverage in each scenario",
    ("scenario_id",),
    (
        _STATE,
        _text("scenario_name", "情景", "名称", "Name"),
        _number("probability", "权重", "1", "各情景年概率归一", "Yearly probabilities made to sum to 1"),
        _number("weight", "总权重", "见说明", "计入目标的总权重", "Weight that the loss counts"),
        _number("loss", "损失", "见单位", "该情景的目标值", "What the model counts in it"),
        _MEAN,
        _WITHIN,
        _number("unreached_places", "不可达村社", "个", "无路可达的村（社区）", "Places that nothing reaches"),
        _number("unreached_weight", "不可达权重", "见说明", "其权重", "Their weight"),
        _number(
            "set_aside_places",
            "未计入村社",
            "个",
            "有权重但任何站点都无法满足，未计入目标",
            "No site could serve them: not counted",
        ),
        _UNSERVED,
        _text("lost_sites", "失去站点", "启用而失去的站点，用 ; 分隔", "Open sites that are lost, joined by ;"),
    ),
)
REGRET = Table(
    "regret",
    "后悔值",
    "本方案与各情景单独最优方案在每个情景中的损失",
    "Losses of this siting and of the best one of each scenario, in every scenario",
    ("siting", "scenario_id"),
    (
        _id("siting", "方案", "plan 为本方案，其余为该情景的单独最优", "plan, or the scenario whose best siting it is"),
        _STATE,
        _number("loss", "损失", "见单位", "该方案在该情景的损失", "Its loss in the scenario"),
        _number("least", "最小损失", "见单位", "该情景能达到的最小损失", "Least loss reached in the scenario"),
        _number("least_bound", "最小损失下界", "见单位", "其下界", "What that can't be below"),
        _number("regret", "后悔值", "见单位", "损失减最小损失", "Loss less the least"),
        _OPEN,
    ),
)
FRONTIER = Table(
    "frontier",
    "费用—效果",
    "费用与目标值的非劣方案（ε 约束法，逐点精确）",
    "Sitings that none beats in both cost and loss, exact by ε-constraint",
    ("goal", "point"),
    (
        _id(
            "goal", "目标", "time 为平均时间，coverage 为达标，model 为本模型", "time, coverage, or model: its own loss"
        ),
        _id("point", "序号", "由费用最高到最低", "From the most spent to the least"),
        _number("number", "站点数", "处", "计数的启用站点", "Counted sites that are open"),
        _COST,
        _VALUE,
        _BOUND,
        _MEAN,
        _WITHIN,
        _STATUS,
        _yes_no("sampled", "其间另有", "与下一点之间可能另有方案", "Others may lie before the next point"),
        _OPEN,
    ),
)
ADDITIONS = Table(
    "additions",
    "建设次序",
    "逐个新建的次序，以及与同样数量的最优方案之差",
    "The next best site to build, one after another, beside the best siting of as many",
    ("step",),
    (
        _id("step", "次序", "第几个", "Step"),
        _id("site_id", "站点编号", "新建站点", "Site built"),
        _text("site_name", "站点名称", "名称", "Name"),
        _VALUE,
        _number(
            "gain", "改善", "见单位", "比上一步减少；空为此前不可行", "Less than before; empty: not feasible before"
        ),
        _number("best_value", "同数最优", "见单位", "同样数量的最优目标值", "Of the best siting of as many"),
        _number("best_bound", "其下界", "见单位", "其下界", "What that can't be below"),
        _COST,
        _OPEN,
        _text("best_sites", "同数最优站点", "站点编号，用 ; 分隔", "Its open sites, joined by ;"),
        _MEAN,
        _WITHIN,
    ),
)
REASONS = Table(
    "reasons",
    "选址理由",
    "每个站点：没有它会怎样，加上它会怎样",
    "What is lost without each chosen site, and what each candidate would add",
    ("site_id",),
    (
        _id("site_id", "站点编号", "站点", "Site"),
        _text("site_name", "站点名称", "名称", "Name"),
        _yes_no("chosen", "已选", "是否选中", "Whether it is chosen"),
        _number(
            "change_alone", "单独变动", "见单位", "只关闭（或加开）它：目标值变化", "It alone closes, or opens besides"
        ),
        _number(
            "change_best",
            "重新优化",
            "见单位",
            "不用（或必用）它并重新选址",
            "The rest chosen anew without it, or with it",
        ),
        _number("change_best_bound", "其下界", "见单位", "其下界", "What that can't be below"),
        _number("worse_alone", "变差权重", "见说明", "只变动它时变差的权重", "Weight worse off if it alone changes"),
        _number(
            "minutes_alone",
            "平均时间变化",
            "min",
            "只变动它时平均时间的变化",
            "Change of the mean time if it alone changes",
        ),
        _number(
            "within_alone", "达标比例变化", "1", "只变动它时达标比例的变化", "Change of the share within, likewise"
        ),
        _number(
            "chosen_below_cny", "入选费用", "元", "费用不超过此数即会入选", "It would be chosen at this cost or less"
        ),
        _OPEN,
    ),
)
ALTERNATIVES = Table(
    "alternatives",
    "近优方案",
    "目标值相差在给定比例内、站点不同的方案",
    "Sitings of other sites within a stated share of the value",
    ("alternative",),
    (
        _id("alternative", "序号", "由好到差", "Best first"),
        _VALUE,
        _number("above_share", "高出", "1", "比本方案高出的比例", "Share above this siting"),
        _COST,
        _text("instead", "换出", "本方案有而该方案没有的站点", "Sites of this siting that it lacks, joined by ;"),
        _text("added", "换入", "该方案有而本方案没有的站点", "Sites that it has besides, joined by ;"),
        _MEAN,
        _WITHIN,
        _OPEN,
    ),
)
SITING_TABLES: tuple[Table, ...] = (
    SITES,
    ALLOCATION,
    SUPPLY,
    COVERAGE,
    TOWNS,
    SCENARIOS,
    REGRET,
    FRONTIER,
    ADDITIONS,
    REASONS,
    ALTERNATIVES,
)
