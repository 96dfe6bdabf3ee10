"""The loss of a siting in every state, by the formula of its model, and the measure of losses.

Those that follow from the open sites alone are worked out for any siting of the folder. Capacitated location, backup
and nested levels rest on who serves, backs up and supplies whom: theirs are worked out from the siting's own tables.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optimizer.siting.stated.unserved import unserved_cny_m3
from optimizer.verify.siting.restated import Flags, Floats, Restated

FROM_SITES = ("minutes", "longest", "uncovered", "spent", "expected")
"""Losses that follow from the open sites."""


def cost_cny(restated: Restated, opened: Flags) -> float:
    """CNY of the sites open, in their cheapest or decided size, and of those closed."""
    rows = restated.statement.sites
    return float(np.where(opened, rows["open_cost_cny"], rows["close_cost_cny"]).sum())


def losses_of_sites(restated: Restated, opened: Flags) -> Floats | None:
    """(K,) losses; None where they do not follow from the open sites."""
    statement, counted = restated.statement, restated.counted
    minutes = np.minimum(restated.minutes(opened), statement.standard.cut_off_min)
    loss = statement.traits.loss
    if loss == "minutes":
        return np.asarray((counted * minutes).sum(axis=1))
    if loss == "longest":
        return np.asarray(np.where(counted > 0, minutes, 0.0).max(axis=1))
    if loss == "uncovered":
        return np.asarray((counted * (restated.covering(opened) == 0)).sum(axis=1))
    if loss == "expected":
        busy = statement.region.settings.siting.busy_share
        return np.asarray((counted * busy ** restated.covering(opened)).sum(axis=1))
    return _spent(restated, opened) if loss == "spent" else None


def _spent(restated: Restated, opened: Flags) -> Floats | None:
    """Money, or sites where nothing costs any; None where somebody who must be covered is not."""
    if ((restated.counted > 0) & (restated.covering(opened) == 0)).any():
        return None
    rows = restated.statement.sites
    free = not (rows["open_cost_cny"].any() or rows["close_cost_cny"].any())
    return np.full(len(restated.times_min), float(opened.sum()) if free else cost_cny(restated, opened))


def own_losses(restated: Restated, opened: Flags, tables: Mapping[str, pd.DataFrame]) -> Floats:
    """(K,) losses of the siting itself."""
    found = losses_of_sites(restated, opened)
    if found is not None:
        return found
    loss = restated.statement.traits.loss
    of_state = {str(state): rows for state, rows in tables["allocation"].groupby("scenario_id")}
    losses = []
    for number, state in enumerate(restated.statement.states):
        rows = of_state.get(state.id, tables["allocation"].iloc[:0])
        if loss == "yearly":
            losses.append(_yearly(restated, number, rows, tables["sites"]))
        elif loss == "unbacked":
            losses.append(_unbacked(restated, rows))
        elif loss == "levels":
            supply = tables["supply"]
            losses.append(_levels(restated, number, rows, supply[supply["scenario_id"] == state.id]))
        else:
            losses.append(np.nan)
    return np.array(losses)


def measure(restated: Restated, losses: Floats, best: object) -> float:
    """One number for the losses of all states."""
    chance, name = restated.statement.probability, restated.statement.options.measure
    if name == "worst":
        return float(losses.max())
    if name == "regret":
        least = np.array(best if isinstance(best, list) else np.full(len(losses), np.nan), dtype=float)
        return float((losses - least).max()) if len(least) == len(losses) else float("nan")
    if name == "cvar":
        tail = 1.0 - restated.statement.region.settings.siting.cvar_level
        worst = np.argsort(-losses, kind="stable")
        before = np.concatenate([[0.0], np.cumsum(chance[worst])[:-1]])
        return float(losses[worst] @ np.clip(tail - before, 0.0, chance[worst]) / tail)
    return float(chance @ losses)


def standing_yearly_cny(restated: Restated, sites: pd.DataFrame) -> float:
    """CNY a year of the sites as the table has them: annuity of what is paid once, and the running."""
    parameters = restated.statement.region.settings.siting
    sizes = restated.statement.region.tables["sizes"]
    cost = parameters.annuity_share * sizes["fixed_cost_cny"] + sizes["yearly_cost_cny"]
    of_size = dict(zip(zip(sizes["site_id"], sizes["size"], strict=True), cost.to_numpy(dtype=float), strict=True))
    built = sites["decision"].isin(["opened", "enlarged"])
    total = sum(
        of_size.get(one, 0.0) for one in zip(sites.loc[built, "site_id"], sites.loc[built, "size"], strict=True)
    )
    closed = sites.loc[sites["decision"] == "closed", "close_cost_cny"]
    running = restated.statement.sites.set_index("site_id")["running_cost_cny"]
    total += running.reindex(sites.loc[sites["decision"].isin(["existing", "enlarged"]), "site_id"]).sum()
    return float(total + parameters.annuity_share * closed.sum())


def _yearly(restated: Restated, number: int, rows: pd.DataFrame, sites: pd.DataFrame) -> float:
    minute = restated.statement.region.settings.siting.minute_cost_cny_m3
    price = unserved_cny_m3(restated.statement.region, restated.statement.standard.cut_off_min)
    served = rows["served"].to_numpy(dtype=float)
    driven = np.nan_to_num(rows["drive_min"].to_numpy(dtype=float))
    left = float(restated.counted[number].sum() - served.sum())
    return standing_yearly_cny(restated, sites) + minute * float(served @ driven) + price * left


def _unbacked(restated: Restated, rows: pd.DataFrame) -> float:
    first = restated.statement.region.settings.siting.first_cover_weight
    judged = pd.Series(restated.statement.standard.judged, index=restated.statement.place_ids)
    weight = rows["weight"].to_numpy(dtype=float) * judged.reindex(rows["site_id"]).to_numpy(dtype=float)
    alone = (rows["backup_ids"] == "").to_numpy()
    bare = alone & ~rows["within"].to_numpy(dtype=bool)
    return float(weight @ (alone + first * bare))


def _levels(restated: Restated, number: int, rows: pd.DataFrame, supply: pd.DataFrame) -> float:
    """Service up to the cut-off, and the supply behind it: a depot's own way up, and that of its supplier."""
    weight = restated.statement.region.settings.siting.supply_weight
    cut_off = restated.statement.standard.cut_off_min
    above = dict(zip(supply["site_id"], supply["supplier_id"], strict=True))
    minutes = dict(zip(supply["site_id"], supply["drive_min"], strict=True))

    def chain(site: str, stages: int = 2) -> float:
        if above.get(site) == site or stages == 0:
            return 0.0
        if not above.get(site):
            return cut_off
        return float(minutes[site]) + chain(str(above[site]), stages - 1)

    total = 0.0
    counted = dict(zip(restated.statement.place_ids, restated.counted[number].tolist(), strict=True))
    for place, server, minutes_driven in rows[["site_id", "server_id", "drive_min"]].to_numpy(dtype=object):
        service = float(minutes_driven) + weight * chain(str(server)) if server else cut_off
        total += counted[str(place)] * service
    return total
