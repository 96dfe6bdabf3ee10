"""The tables of an ensemble."""

from __future__ import annotations

from optimizer.region.region_tables import SITE_KINDS
from optimizer.region.schema import Column, Kind, Table

SOURCES = {"district": "区级库", "any": "任一储备库"}

_FIGURES = (
    Column(
        "base_min",
        "平时用时",
        Kind.NUMBER,
        "无灾害时门到门用时；空为不可达",
        "Without an event; empty: no way",
        unit="min",
    ),
    Column(
        "probability",
        "可达概率",
        Kind.NUMBER,
        "抽取的情景中可达的比例",
        "Share of the scenarios in which there is a way",
    ),
    Column("mean_min", "平均用时", Kind.NUMBER, "可达情景的平均用时", "Mean over scenarios with a way", unit="min"),
    Column(
        "median_min",
        "中位用时",
        Kind.NUMBER,
        "半数情景中不超过此数；空为半数以上不可达",
        "Kept in half of all scenarios; empty: fewer have a way",
        unit="min",
    ),
    Column(
        "slow_min",
        "较慢用时",
        Kind.NUMBER,
        "给定比例的情景中不超过此数；空为可达的情景不足此比例",
        "Kept in the given share of all scenarios; empty: fewer have a way",
        unit="min",
    ),
)

REACH = Table(
    "reach",
    "村社可达性",
    "随机情景下各村（社区）由储备库到达的概率和用时，最不可靠者在前",
    "How often and how soon depots reach each village and community over random scenarios, the least sure first",
    ("source", "site_id"),
    (
        Column(
            "source",
            "由何处",
            Kind.CHOICE,
            "由区级库，或由任一储备库",
            "From depots of the district, or from any",
            choices=SOURCES,
        ),
        Column("site_id", "站点编号", Kind.ID, "村（社区）", "Village or community"),
        Column("site_name", "站点名称", Kind.TEXT, "名称", "Name"),
        Column("kind", "类别", Kind.CHOICE, "类别", "Kind", choices=SITE_KINDS),
        Column("town_name", "镇街", Kind.TEXT, "所属镇街", "Town"),
        Column("people", "常住人口", Kind.NUMBER, "常住人口", "Residents", unit="人"),
        *_FIGURES,
    ),
)
PAIRS = Table(
    "pairs",
    "库村可达性",
    "随机情景下各库到各村（社区）的可达概率和用时",
    "How often and how soon each village and community is reached from each depot over random scenarios",
    ("from_site_id", "site_id"),
    (
        Column("from_site_id", "储备库编号", Kind.ID, "储备库", "Depot"),
        Column("from_name", "储备库", Kind.TEXT, "名称", "Name"),
        Column("site_id", "站点编号", Kind.ID, "村（社区）", "Village or community"),
        Column("site_name", "站点名称", Kind.TEXT, "名称", "Name"),
        *_FIGURES,
    ),
)
ENSEMBLE_TABLES = (REACH, PAIRS)
