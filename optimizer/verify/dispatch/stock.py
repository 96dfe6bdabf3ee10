"""Stock over time: every lot and every supplier's offer as loads leave with them, the first to expire first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.region.selection import SETTLEMENTS
from optimizer.verify.dispatch.orders import IN_PLACE, Orders
from optimizer.verify.dispatch.roads_in_time import MINUTES_AN_HOUR
from optimizer.verify.outcome import DISPATCH, UNITS, Outcome, at_most, holds

LOADS = DISPATCH + "loads"
_A_UNIT = 1.0 - 1e-6
"""What is left of a lot below a whole unit cannot be given out."""


def verify_stock(orders: Orders) -> Outcome:
    """Nothing is given out that does not lie there, is lost, has expired, or stays where it is."""
    taken = _taken(orders)
    lots = orders.region.tables["stock"].drop_duplicates("lot_id").set_index("lot_id")
    of_lot = taken[taken["lot_id"] != ""]
    known = of_lot["lot_id"].isin(lots.index).to_numpy()
    outcome = holds(LOADS, of_lot, "dispatch_unknown_lot", known, id=of_lot["lot_id"])
    of_lot = of_lot[known]
    lot = lots.loc[of_lot["lot_id"]]
    outcome += holds(
        LOADS, of_lot, "dispatch_lot_elsewhere", of_lot["depot_id"].to_numpy() == lot["site_id"].to_numpy()
    )
    outcome += holds(
        LOADS, of_lot, "dispatch_lot_other_item", of_lot["item_id"].to_numpy() == lot["item_id"].to_numpy()
    )
    outcome += holds(LOADS, of_lot, "dispatch_kit", _may_go(orders, of_lot))
    expiry = pd.to_datetime(lot["expiry"]).to_numpy()
    begun = np.datetime64(orders.form.began) + (of_lot["loading_min"] * 60.0).round().to_numpy().astype(
        "timedelta64[s]"
    )
    fresh = np.isnat(expiry) | (expiry >= begun.astype("datetime64[D]"))
    outcome += holds(LOADS, of_lot, "dispatch_expired", fresh)
    left = _left(orders)
    given = of_lot.groupby("lot_id")["quantity"].cumsum()
    outcome += at_most(LOADS, of_lot, "dispatch_given", given, left.reindex(of_lot["lot_id"]))
    # A trip that was called off later has given back what another had to do without.
    first = _first_to_expire(orders, of_lot, left) | (of_lot["frozen"] != "").to_numpy()
    outcome += holds(LOADS, of_lot, "dispatch_not_first_to_expire", first)
    return outcome + _verify_offers(orders, taken[taken["lot_id"] == ""])


def _taken(orders: Orders) -> pd.DataFrame:
    """Loads as they leave, what is in place first, with ``depot_id``, ``loading_min`` and ``frozen``."""
    rows, trips = orders.tables["loads"], orders.tables["trips"].drop_duplicates("trip_id").set_index("trip_id")
    place = np.array([orders.places.site(str(one)) for one in rows["place_id"]], dtype=object)
    in_place = (rows["trip_id"] == IN_PLACE).to_numpy()
    depot = trips["depot_id"].reindex(rows["trip_id"]).fillna("").to_numpy(dtype=object)
    loading = trips["loading_min"].reindex(rows["trip_id"]).fillna(0.0).to_numpy(dtype=float)
    found = rows.assign(
        depot_id=np.where(in_place, place, depot),
        loading_min=np.where(in_place, 0.0, loading),
        in_place=in_place,
        frozen=trips["frozen"].reindex(rows["trip_id"]).fillna("").to_numpy(dtype=object),
    )
    return found.sort_values("loading_min", kind="stable")


def _may_go(orders: Orders, rows: pd.DataFrame) -> np.ndarray:
    """Relief alone is given out; what lies in a village serves that village alone."""
    use = orders.region.tables["items"].set_index("item_id")["use"].reindex(rows["item_id"]).to_numpy(dtype=object)
    kind = orders.region.sites.set_index("site_id")["kind"].reindex(rows["depot_id"])
    village = kind.isin(SETTLEMENTS).to_numpy()
    right: np.ndarray = (use == "relief") & (village == rows["in_place"].to_numpy(dtype=bool))
    return right


def _left(orders: Orders) -> pd.Series:
    """Units of each lot that the incident leaves, by ``lot_id``."""
    stock = orders.region.tables["stock"].drop_duplicates("lot_id").set_index("lot_id")
    kept = pd.Series(1.0, index=stock.index)
    for loss in orders.form.lost.depots:
        kept[stock["site_id"] == loss.site] *= 1.0 - loss.share
    left: pd.Series = stock["quantity"].astype(float) * kept
    return left


def _first_to_expire(orders: Orders, rows: pd.DataFrame, left: pd.Series) -> np.ndarray:
    """Whether nothing is left of the lots of the same depot and item that expire sooner, when a load is loaded."""
    stock = orders.region.tables["stock"].drop_duplicates("lot_id").set_index("lot_id")
    expiry = pd.to_datetime(stock["expiry"]).astype("datetime64[ns]").fillna(pd.Timestamp.max)
    good = expiry[expiry > pd.Timestamp(orders.form.began)]
    right = np.ones(len(rows), dtype=np.bool_)
    for number, row in enumerate(rows.itertuples()):
        same = (stock["site_id"] == row.depot_id) & (stock["item_id"] == row.item_id)
        sooner = good.index[same.reindex(good.index) & (good < expiry[str(row.lot_id)])]
        if len(sooner):
            gone = rows[rows["loading_min"] <= row.loading_min].groupby("lot_id")["quantity"].sum()
            rest = left[sooner] - gone.reindex(sooner).fillna(0.0)
            right[number] = bool((rest < _A_UNIT).all())
    return right


def _verify_offers(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """Suppliers give no more than they offer, and nothing before they have it."""
    offers = orders.region.tables["offers"]
    most, given = [], []
    for row in rows.itertuples():
        begins = float(str(row.loading_min))
        own = offers[(offers["site_id"] == row.depot_id) & (offers["item_id"] == row.item_id)]
        ready = own["lead_time_h"].fillna(0.0) * MINUTES_AN_HOUR <= begins + UNITS.absolute
        most.append(float(own.loc[ready, "max_quantity"].sum()))
        same = (rows["depot_id"] == row.depot_id) & (rows["item_id"] == row.item_id)
        given.append(float(rows.loc[same & (rows["loading_min"] <= begins), "quantity"].sum()))
    return at_most(LOADS, rows, "dispatch_offered", given, most)
