"""How rows of the tables are marked: where they come from and what in them is estimated."""

from __future__ import annotations

import pandas as pd

from synthesis.land import to_lonlat

NAMES_SOURCE = "国家统计局统计用区划代码2023-06-30（经 china-division 2.7.0）"
COORDINATES_SOURCE = "坐标、人口：GeoNames（CC BY 4.0，WGS-84）"
COUNT_SOURCE = "数量：渝北应急函〔2024〕13号；名称、位置与其余各项为脚本生成的演示数据"
MADE_SOURCE = "脚本生成的演示数据"
WHOLE_ROW = "yes"


def degrees(x: float, y: float) -> dict[str, float]:
    """``lon`` and ``lat`` of a point of the plane, to about 10 cm."""
    lon, lat = to_lonlat([(x, y)])[0]
    return {"lon": round(float(lon), 6), "lat": round(float(lat), 6)}


def frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a table; what a row leaves out is missing."""
    return pd.DataFrame(rows).astype(object)


def marks(*columns: str) -> str:
    """Columns that are estimated, as a table holds them."""
    return ";".join(columns)
