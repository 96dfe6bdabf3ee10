"""Make the tables and the roads of the demo region: ``python datasets/yubei/make_yubei.py [--out FOLDER]``.

Everything follows from one seed and the facts in ``facts/``; a second run writes the same bytes. ``region.yaml``,
``scenarios.yaml`` and ``events.yaml`` are written by hand and stay as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from synthesis.crew_rows import team_rows, vehicle_rows  # noqa: E402
from synthesis.depot_rows import depot_rows, size_rows  # noqa: E402
from synthesis.exposure import settle  # noqa: E402
from synthesis.facility_rows import access_rows, hazard_point_rows, shelter_rows, station_rows  # noqa: E402
from synthesis.osm_file import river_ways, write_osm  # noqa: E402
from synthesis.reserve_rows import offer_rows, payer_rows, starter_table, stock_rows  # noqa: E402
from synthesis.roads import MadeLand, make_land  # noqa: E402
from synthesis.rows import frame  # noqa: E402
from synthesis.settlement_rows import town_rows, village_rows  # noqa: E402

from optimizer.region.writing import write_tables  # noqa: E402


def make_tables(made: MadeLand) -> dict[str, pd.DataFrame]:
    """All tables of the region by name."""
    settlements = settle(made)
    sites = frame(
        town_rows(made.towns, settlements)
        + village_rows(settlements)
        + depot_rows(made)
        + station_rows(made, settlements)
        + shelter_rows(made)
        + access_rows(made)
        + hazard_point_rows(made, settlements)
    )
    stock = frame(stock_rows(sites))
    return {
        "sites": sites,
        "sizes": frame(size_rows(sites)),
        "items": starter_table("items").replace("", pd.NA),
        "stock": stock,
        "norms": starter_table("norms").replace("", pd.NA),
        "vehicles": frame(vehicle_rows(sites)),
        "teams": frame(team_rows(made.towns, sites)),
        "payers": frame(payer_rows(made.towns, sites, stock)),
        "offers": frame(offer_rows()),
    }


def main() -> None:
    """Write into the folder beside this script, or where ``--out`` says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    made = make_land()
    write_tables(out, make_tables(made))
    write_osm(out / "roads.osm.pbf", made.lines, made.lines.ways + river_ways(made.lines, made.terrain))


if __name__ == "__main__":
    main()
