"""Depots that stand, sites where one could be built, and the sizes to choose from.

Town depots stand in 13 of the 22; the others, among them towns that face several hazards, lack one, so that DEPOT-TOWN
is partly failed. Each town without one has a candidate of its own, and the district has four strategic candidates.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from synthesis.facility_rows import Rows, Spots
from synthesis.land import SEED
from synthesis.places import Town
from synthesis.roads import MadeLand
from synthesis.rows import MADE_SOURCE, WHOLE_ROW

STARTER = Path(__file__).resolve().parent.parent.parent / "starter"

DISTRICT = "PAY-DISTRICT"
MUNICIPALITY = "PAY-CQ"
DISTRICT_DEPOTS = (
    ("DEPOT-D1", "渝北区应急物资储备中心库", "回兴街道", 460.0),
    ("DEPOT-D2", "渝北区应急物资储备东部分库", "石船镇", 160.0),
)
TOWNS_WITHOUT = ("双龙湖街道", "仙桃街道", "龙塔街道", "王家街道", "玉峰山镇", "大湾镇", "兴隆镇", "古路镇", "大盛镇")
TOWN_DEPOT_M3 = 36.0
STRATEGIC = (
    ("CAND-D1", "洛碛片区前置库（候选）", "洛碛镇"),
    ("CAND-D2", "大盛片区前置库（候选）", "大盛镇"),
    ("CAND-D3", "茨竹片区前置库（候选）", "茨竹镇"),
    ("CAND-D4", "统景片区前置库（候选）", "统景镇"),
)
TOWN_SIZES, STRATEGIC_SIZES = ("小型", "中型"), ("小型", "中型", "大型")


def payer_of(town: Town) -> str:
    """Id of the payer of a town."""
    return f"PAY-{town.code}"


def depot_rows(made: MadeLand) -> Rows:
    """Depots and candidates for the sites table."""
    spots = Spots(made, SEED + 30)
    towns = {town.name: town for town in made.towns}
    rows = [
        _row(site_id, name, "depot", "district", towns[town], spots, storage_m3=storage)
        for site_id, name, town, storage in DISTRICT_DEPOTS
    ]
    for town in made.towns:
        if town.name not in TOWNS_WITHOUT:
            row = _row(f"DEPOT-{town.code}", f"{town.name}应急物资储备库", "depot", "town", town, spots)
            rows.append(row | {"storage_m3": round(TOWN_DEPOT_M3 * (0.6 + spots.rng.random()))})
    rows += [
        _row(f"CAND-{towns[name].code}", f"{name}应急物资储备库（候选）", "candidate", "town", towns[name], spots,
             payer_id=payer_of(towns[name]))
        for name in TOWNS_WITHOUT
    ]  # fmt: skip
    rows += [
        _row(site_id, name, "candidate", "district", towns[town], spots, payer_id=DISTRICT)
        for site_id, name, town in STRATEGIC
    ]
    return rows


def _row(site_id: str, name: str, kind: str, level: str, town: Town, spots: Spots, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"site_id": site_id, "name": name, "kind": kind, "level": level, "town_id": town.code}
    return row | spots.near(town, 1300) | more | {"source": MADE_SOURCE, "estimated": WHOLE_ROW}


def size_rows(sites: pd.DataFrame) -> Rows:
    """Sizes of the candidates and the enlargement of the district's depots, with the costs of the starter table."""
    starter = pd.read_csv(STARTER / "sizes.csv", encoding="utf-8-sig")
    rows: Rows = []
    for site in sites.itertuples():
        if site.kind == "candidate":
            sizes = starter[(starter["role"] == "candidate") & starter["size"].isin(_sizes_of(str(site.site_id)))]
        elif site.kind == "depot" and site.level == "district":
            sizes = starter[starter["role"] == "depot"]
        else:
            continue
        rows += [
            {
                "site_id": site.site_id,
                "size": size.size_,
                "storage_m3": size.storage_m3,
                "fixed_cost_cny": size.fixed_cost_cny,
                "yearly_cost_cny": size.yearly_cost_cny,
                "source": size.note,
                "estimated": WHOLE_ROW,
            }
            for size in sizes.rename(columns={"size": "size_"}).itertuples()
        ]
    return rows


def _sizes_of(site_id: str) -> tuple[str, ...]:
    return STRATEGIC_SIZES if site_id in {row[0] for row in STRATEGIC} else TOWN_SIZES
