"""The tables that describe a district: the contract between a planner's files and the models."""

from __future__ import annotations

from optimizer.region.schema import ESTIMATED, SOURCE, Column, Kind, Table

SITE_KINDS = {
    "town": "乡镇街道",
    "village": "行政村",
    "community": "社区",
    "depot": "储备库",
    "candidate": "候选库址",
    "station": "救援站点",
    "shelter": "避难场所",
    "helipad": "直升机起降点",
    "pier": "码头",
    "water_point": "消防取水点",
    "supplier": "供应商",
    "hazard_point": "隐患点",
}
STATION_KINDS = {
    "fire_rescue": "消防救援站",
    "fire_brigade": "镇街专职消防队",
    "rescue_post": "基层应急救援站",
    "district_team": "区级综合应急救援队驻地",
    "hospital": "医院",
    "police": "公安派出所",
}
LEVELS = {"central": "中央", "municipal": "市级", "district": "区级", "town": "镇街级", "village": "村级"}
HAZARDS = {
    "flood": "洪涝",
    "landslide": "地质灾害",
    "earthquake": "地震",
    "forest_fire": "森林火灾",
    "snow": "低温雨雪冰冻",
    "chemical": "危险化学品",
    "typhoon": "台风",
    "volcano": "火山",
    "avalanche": "雪崩",
}
AREA_TYPES = {
    "built_up": "建成区",
    "industrial": "化工及工业园区",
    "outskirts": "城郊",
    "populous_rural": "人口相对密集农村",
    "remote": "偏远村落",
}
HOLDING_MODES = {
    "physical": "实物储备",
    "commercial": "商业储备",
    "agency": "委托代储",
    "capacity": "产能储备",
    "requisition": "临时征用",
}
KITS = {
    "relief": "调运救灾物资",
    "village_kit": "村（社区）5+X装备",
    "warden_set": "防汛责任人四小件",
    "satellite": "卫星电话",
}
TEAM_KINDS = {
    "town_team": "镇街综合应急救援队",
    "functional_zone_team": "功能区应急救援队",
    "district_team": "区级综合应急救援队",
    "fire_rescue": "消防救援队",
    "fire_brigade": "镇街专职消防队",
    "chemical": "危险化学品救援队",
    "flood": "防汛抢险队",
    "forest_fire": "森林消防队",
    "geological": "地质灾害救援队",
    "mine": "矿山救援队",
    "professional": "其他专业队",
    "volunteer": "社会救援力量",
}
VEHICLE_CLASSES = {
    "car": "轿车及越野车",
    "light_truck": "轻型货车",
    "heavy_truck": "重型货车",
    "fire_engine": "消防车",
    "bus": "客车",
}
NORM_BASES = {"person_day": "每人每天", "person": "每人一次"}


def _id(heading: str, zh: str, en: str, name: str, *aliases: str) -> Column:
    return Column(name, heading, Kind.ID, zh, en, required=True, aliases=aliases)


def _reference(name: str, heading: str, table: str, zh: str, en: str, *, required: bool = True) -> Column:
    return Column(name, heading, Kind.ID, zh, en, required=required, refers_to=table)


def _amount(
    name: str, heading: str, unit: str, zh: str, en: str, *, required: bool = False, default: object = None
) -> Column:
    return Column(name, heading, Kind.NUMBER, zh, en, unit=unit, required=required, at_least=0, default=default)


def _count(name: str, heading: str, unit: str, zh: str, en: str, *, default: object = None) -> Column:
    return Column(name, heading, Kind.WHOLE, zh, en, unit=unit, at_least=0, default=default)


def _choice(
    name: str, heading: str, choices: dict[str, str], zh: str, en: str, *, required: bool = False, default: object = ""
) -> Column:
    return Column(name, heading, Kind.CHOICE, zh, en, required=required, choices=choices, default=default)


def _text(name: str, heading: str, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, heading, Kind.TEXT, zh, en, required=required, default="")


def _end(name: str, heading: str, which: str) -> tuple[Column, Column]:
    """Longitude and latitude of one end of a temporary link."""
    lon = Column(
        f"{name}_lon",
        f"{heading}经度",
        Kind.LONGITUDE,
        f"{heading}经度，坐标系由 region.yaml 声明",
        f"Longitude of its {which} end in the declared system",
        unit="°",
        required=True,
    )
    lat = Column(
        f"{name}_lat",
        f"{heading}纬度",
        Kind.LATITUDE,
        f"{heading}纬度",
        f"Latitude of its {which} end",
        unit="°",
        required=True,
    )
    return lon, lat


SITES = Table(
    "sites",
    "站点",
    "镇街、村（社区）、各级储备库、候选库址、救援站、避难场所、起降点、码头、取水点、供应商、隐患点",
    "Towns, villages, depots of all levels, candidates, stations, shelters, landing points, suppliers, hazard points",
    ("site_id",),
    (
        _id("站点编号", "站点唯一编号", "Names the site once", "site_id", "编号", "id"),
        _text("name", "名称", "站点名称", "Name", required=True),
        _choice("kind", "类别", SITE_KINDS, "站点类别", "What the site is", required=True),
        _choice("level", "层级", LEVELS, "储备库、避难场所等的层级", "Level of a depot, candidate or shelter"),
        _choice("station_kind", "站点种类", STATION_KINDS, "救援站点的种类", "What kind of station"),
        _reference("town_id", "所属镇街", "sites", "所属镇街的站点编号", "Site id of its town", required=False),
        Column(
            "lon",
            "经度",
            Kind.LONGITUDE,
            "经度，坐标系由 region.yaml 声明",
            "Longitude in the declared system",
            unit="°",
            required=True,
            aliases=("lng", "longitude", "东经"),
        ),
        Column("lat", "纬度", Kind.LATITUDE, "纬度", "Latitude", unit="°", required=True, aliases=("latitude", "北纬")),
        _count("population", "常住人口", "人", "镇街、村（社区）常住人口", "Residents of a town, village or community"),
        _choice("area_type", "区域类型", AREA_TYPES, "救援圈适用的区域类型", "Area type that the rescue circles go by"),
        Column(
            "hazards",
            "灾害种类",
            Kind.CHOICES,
            "面临的灾种，用 ; 分隔",
            "Hazards the place is exposed to",
            choices=HAZARDS,
            default="",
        ),
        _count("people_threatened", "受威胁人数", "人", "隐患点威胁的人数", "People whom the hazard point threatens"),
        _amount("usable_area_m2", "可用避难面积", "m²", "避难场所可用面积", "Usable area of a shelter"),
        _amount("storage_m3", "库容", "m³", "储备库可用容积", "Storage volume of a depot"),
        Column(
            "communications_assured",
            "灾后通信有保障",
            Kind.YES_NO,
            "受灾后能否确保应急通信畅通",
            "Whether communications are assured after a disaster",
            default=True,
        ),
        _count("wardens", "防汛责任人数", "人", "防汛责任人人数", "Flood wardens", default=0),
        _count("emergency_officers", "应急管理员数", "人", "村（社区）应急管理员人数", "Emergency officers", default=0),
        _reference(
            "payer_id", "出资主体", "payers", "候选库址建设的出资主体", "Who pays for a candidate", required=False
        ),
        _text("contact", "联系人", "联系人", "Contact"),
        _text("phone", "电话", "联系电话", "Telephone"),
        SOURCE,
        ESTIMATED,
    ),
    required=True,
)
SIZES = Table(
    "sizes",
    "建设规模",
    "候选库址可建的规模；既有储备库填写时为可扩建的规模（增加的库容）",
    "Sizes at which a candidate can be built; for a depot that stands: by which it can be enlarged",
    ("site_id", "size"),
    (
        _reference("site_id", "站点编号", "sites", "候选库址或储备库", "Candidate or depot"),
        _text("size", "规模", "规模名称，如小、中、大", "Name of the size", required=True),
        _amount("storage_m3", "库容", "m³", "增加的库容", "Storage volume that it adds", required=True),
        _amount("fixed_cost_cny", "一次性建设费用", "元", "建设或改造费用", "Cost of building", required=True),
        _amount(
            "yearly_cost_cny", "年运行费用", "元/年", "租金、人员、维护", "Rent, staff and upkeep a year", required=True
        ),
        SOURCE,
        ESTIMATED,
    ),
)
ITEMS = Table(
    "items",
    "物资品种",
    "物资与装备品种",
    "Supplies and equipment",
    ("item_id",),
    (
        _id("品种编号", "品种唯一编号", "Names the item once", "item_id", "物资编号"),
        _text("gb_code", "GB/T 38565 编码", "GB/T 38565-2020 七位编码", "Seven digits of GB/T 38565-2020"),
        _text("name", "名称", "品种名称", "Name", required=True),
        _text("name_en", "英文名称", "英文名称", "English name"),
        _text("unit", "计量单位", "计量单位，如 箱、顶、床、件", "Unit of count", required=True),
        _amount(
            "pack_size", "每包数量", "单位/包", "采购时每包的数量", "Units in a pack; bought by whole packs", default=1
        ),
        _amount("volume_m3", "单位体积", "m³", "每单位体积", "Volume of a unit", required=True),
        _amount("mass_kg", "单位质量", "kg", "每单位质量", "Mass of a unit", required=True),
        _amount("price_cny", "单价", "元", "每单位价格", "Price of a unit", required=True),
        _amount("shelf_life_months", "保质期", "月", "保质期；空为不过期", "Shelf life; empty: does not expire"),
        _amount(
            "upkeep_share",
            "年维护费率",
            "1/年",
            "年维护保养费占单价的比例",
            "Yearly upkeep as a share of price",
            default=0,
        ),
        _choice("use", "用途", KITS, "调运物资或固定装备", "Shipped relief, or equipment that stays", default="relief"),
        Column(
            "hazards",
            "适用灾种",
            Kind.CHOICES,
            "“X”装备仅配给面临该灾种的村（社区）；空为全部",
            "An X item goes to places with this hazard; empty: to all",
            choices=HAZARDS,
            default="",
        ),
        SOURCE,
        ESTIMATED,
    ),
    required=True,
)
STOCK = Table(
    "stock",
    "物资台账",
    "现有物资批次：每批一个所有者（出资），一个保管者（存放），只计一次",
    "Lots that exist: each has one owner (who paid) and one custodian (where it lies) and is counted once",
    ("lot_id",),
    (
        _id("批次号", "批次唯一编号", "Names the lot once", "lot_id"),
        _reference("site_id", "存放站点", "sites", "存放站点", "Where it lies"),
        _reference("item_id", "品种编号", "items", "品种", "What it is"),
        _amount("quantity", "数量", "单位", "数量，按品种的计量单位", "Quantity in the item's unit", required=True),
        _text("unit", "计量单位", "如填写须与品种一致", "If given, must equal the item's unit"),
        Column("expiry", "有效期至", Kind.DATE, "过期日；空为不过期", "Expires after this day; empty: never"),
        _reference("owner", "所有者", "payers", "出资主体编号", "Payer who owns it"),
        _text("custodian", "保管者", "保管单位", "Who keeps it"),
        _choice("holding_mode", "储备方式", HOLDING_MODES, "储备方式", "How it is held", default="physical"),
        SOURCE,
        ESTIMATED,
    ),
)
NORMS = Table(
    "norms",
    "需求定额",
    "受灾人员的物资定额；需求 = 人数 × 定额 × 天数",
    "What those hit need; demand = people × norm × days",
    ("item_id",),
    (
        _reference("item_id", "品种编号", "items", "品种", "Item"),
        _amount(
            "quantity",
            "定额",
            "单位",
            "每人每天或每人一次的数量",
            "Quantity a person and day, or a person once",
            required=True,
        ),
        _choice("basis", "计算基础", NORM_BASES, "每人每天或每人一次", "A day or once", required=True),
        _amount("share", "需用比例", "1", "受灾人员中需要该物资的比例", "Share of those hit who need it", default=1),
        Column("priority", "优先级", Kind.WHOLE, "1 最高", "1 comes first", required=True, at_least=1, at_most=9),
        _amount(
            "deadline_h", "时限", "h", "灾后多少小时内送达", "Hours after the event by which it is due", default=10
        ),
        SOURCE,
        ESTIMATED,
    ),
    required=True,
)
VEHICLES = Table(
    "vehicles",
    "运输车辆",
    "各驻地车辆与班组；一组车一行",
    "Vehicles and crews by home site, one row a pool",
    ("site_id", "vehicle_class"),
    (
        _reference("site_id", "驻地", "sites", "驻地站点", "Home site"),
        _choice("vehicle_class", "车型", VEHICLE_CLASSES, "车型", "Vehicle class", required=True),
        Column("count", "车辆数", Kind.WHOLE, "可用车辆数", "Vehicles", unit="辆", required=True, at_least=0),
        Column(
            "crews",
            "班组数",
            Kind.WHOLE,
            "可出车的驾驶班组数",
            "Crews that can drive",
            unit="组",
            required=True,
            at_least=0,
        ),
        _amount("payload_kg", "载质量", "kg", "每车载质量", "Payload of a vehicle", required=True),
        _amount("volume_m3", "载容积", "m³", "每车载容积", "Loading volume of a vehicle", required=True),
        _amount("cost_cny_km", "运输费用", "元/km", "每公里费用", "Cost a kilometre", default=0),
        SOURCE,
        ESTIMATED,
    ),
    required=True,
)
TEAMS = Table(
    "teams",
    "救援队伍",
    "各级各类救援队伍",
    "Rescue teams",
    ("team_id",),
    (
        _id("队伍编号", "队伍唯一编号", "Names the team once", "team_id"),
        _text("name", "名称", "队伍名称", "Name", required=True),
        _choice("team_kind", "队伍类别", TEAM_KINDS, "类别", "Kind", required=True),
        _reference("site_id", "驻地", "sites", "驻地站点", "Home site"),
        Column("people", "人数", Kind.WHOLE, "人数", "People", unit="人", required=True, at_least=0),
        _text("contact", "联系人", "联系人", "Contact"),
        _text("phone", "电话", "联系电话", "Telephone"),
        SOURCE,
        ESTIMATED,
    ),
)
PAYERS = Table(
    "payers",
    "出资主体",
    "出资主体与年度预算",
    "Who pays, with the year's budget",
    ("payer_id",),
    (
        _id("主体编号", "出资主体唯一编号", "Names the payer once", "payer_id"),
        _text("name", "名称", "名称", "Name", required=True),
        _choice("level", "层级", LEVELS, "层级", "Level", required=True),
        _reference("town_id", "所属镇街", "sites", "镇街级主体所属镇街", "Town of a town's payer", required=False),
        _amount("budget_cny", "年度预算", "元", "年度预算", "Budget of the year", required=True),
        SOURCE,
        ESTIMATED,
    ),
    required=True,
)
OFFERS = Table(
    "offers",
    "协议储备",
    "供应商可签的商业储备、代储、产能储备与征用协议",
    "What suppliers can hold, keep, make or lend under contract",
    ("site_id", "item_id", "holding_mode"),
    (
        _reference("site_id", "供应商", "sites", "供应商站点", "Supplier"),
        _reference("item_id", "品种编号", "items", "品种", "Item"),
        _choice(
            "holding_mode",
            "储备方式",
            {k: v for k, v in HOLDING_MODES.items() if k != "physical"},
            "储备方式",
            "How it is held",
            required=True,
        ),
        _amount("max_quantity", "上限", "单位", "可签的最大数量", "Most that can be contracted", required=True),
        _amount("yearly_fee_cny", "年费", "元/单位/年", "每单位储备年费", "Fee a unit and year", required=True),
        _amount("lead_time_h", "启动时间", "h", "从调用到可装车的时间", "Hours from call to loading", required=True),
        _reference("payer_id", "出资主体", "payers", "由谁出资", "Who pays"),
        SOURCE,
        ESTIMATED,
    ),
)
TEMPORARY_LINKS = Table(
    "temporary_links",
    "临时通道",
    "浮桥、抢通便道等临时通道：平时不通，由封闭条目 opened: true 开通",
    "Pontoon bridges, tracks to be opened and the like: closed until a closure entry opens them (opened: true)",
    ("temporary_id",),
    (
        _id("通道编号", "临时通道唯一编号，封闭条目 temporary 引用", "Named by temporary in a closure", "temporary_id"),
        _text("name", "名称", "名称", "Name", required=True),
        *_end("from", "起点", "first"),
        *_end("to", "终点", "second"),
        _amount("length_m", "长度", "m", "两端之间的长度；空为直线距离", "Between its ends; empty: straight distance"),
        Column(
            "speed_kmh",
            "车速",
            Kind.NUMBER,
            "小汽车晴天的通行速度",
            "Speed of a car on a dry day",
            unit="km/h",
            required=True,
            at_least=1,
            at_most=120,
        ),
        _amount("maxweight_t", "限重", "t", "限重；空为不限", "What it bears; empty: no limit"),
        Column(
            "one_way",
            "单向",
            Kind.YES_NO,
            "是否只能由起点驶向终点",
            "Driven from first to second end only",
            default=False,
        ),
        SOURCE,
        ESTIMATED,
    ),
)
PAST_EVENTS = Table(
    "past_events",
    "历史灾害",
    "本地发生过的灾害：events.yaml 中 basis 为 past_events 或 both 的灾害据此抽样",
    "What has struck here: events of events.yaml whose basis is past_events or both are drawn from it",
    ("event_id",),
    (
        _id("灾害编号", "灾害唯一编号", "Names the event once", "event_id"),
        Column("date", "日期", Kind.DATE, "发生日期", "Day on which it came", required=True),
        _choice("hazard", "灾种", HAZARDS, "灾种", "Hazard", required=True),
        _text("place", "地点", "地点名称", "Name of the place"),
        Column(
            "lon",
            "经度",
            Kind.LONGITUDE,
            "中心经度，坐标系由 region.yaml 声明",
            "Longitude of its centre in the declared system",
            unit="°",
            required=True,
        ),
        Column("lat", "纬度", Kind.LATITUDE, "中心纬度", "Latitude of its centre", unit="°", required=True),
        _amount(
            "intensity",
            "强度",
            "按 events.yaml 的 intensity_unit",
            "中心强度；与重现期至少填一项",
            "Intensity at its centre; this or the return period",
        ),
        _amount(
            "return_period_years", "重现期", "年", "未填强度时据此换算", "Stands for the intensity where that is empty"
        ),
        Column("hour", "时刻", Kind.WHOLE, "发生时刻，0 至 23", "Hour of the day", at_least=0, at_most=23),
        SOURCE,
        ESTIMATED,
    ),
)
REGION_TABLES: tuple[Table, ...] = (
    SITES,
    SIZES,
    ITEMS,
    STOCK,
    NORMS,
    VEHICLES,
    TEAMS,
    PAYERS,
    OFFERS,
    TEMPORARY_LINKS,
    PAST_EVENTS,
)
