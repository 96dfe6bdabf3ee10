"""How many vehicles and craft are sent, against how many there are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.verify.dispatch.crafts import craft_of
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.outcome import DISPATCH, Outcome, holds, said

LEGS = DISPATCH + "legs"


def verify_fleet(orders: Orders) -> Outcome:
    """No more vehicles of a pool or craft of a kind are sent than there are, crews and losses counted."""
    used = orders.tables["legs"][["carrier_id", "from_place_id", "mode", "carrier_kind", "step"]]
    used = used[used["carrier_kind"].isin(["vehicle", "bus", "craft"])].sort_values("step")
    first = used.drop_duplicates("carrier_id")
    first_mode = used["carrier_id"].map(first.set_index("carrier_id")["mode"])
    by_itself = (used["carrier_kind"] != "craft").to_numpy()
    same = (used["mode"] == first_mode).to_numpy() | ~by_itself
    outcome = holds(LEGS, used, "dispatch_other_mode", same)
    for craft in orders.form.crafts:
        sent = [one for one in first["carrier_id"] if craft_of(orders, str(one)) is craft]
        outcome += _sent(craft.id, craft.kind, len(sent), craft.count)
    own = first[np.array([craft_of(orders, str(one)) is None for one in first["carrier_id"]], dtype=bool)]
    home = [orders.places.site(str(one)) for one in own["from_place_id"]]
    for (site, mode), group in own.groupby([pd.Series(home, index=own.index, dtype=object), "mode"]):
        outcome += _sent(str(site), str(mode), len(group), _pool(orders, str(site), str(mode)))
    return outcome


def _pool(orders: Orders, site: str, mode: str) -> float:
    """Vehicles of a class that a site has left, with crews."""
    pools = orders.region.tables["vehicles"]
    own = pools[(pools["site_id"] == site) & (pools["vehicle_class"] == mode)]
    lost = sum(one.count for one in orders.form.lost.vehicles if (one.site, one.vehicle_class) == (site, mode))
    return min(float(own["crews"].sum()), float(own["count"].sum()) - lost)


def _sent(home: str, mode: str, sent: int, most: float) -> Outcome:
    return said("dispatch_sent", right=sent <= most, home=home, mode=mode, claim=sent, value=f"{most:g}")
