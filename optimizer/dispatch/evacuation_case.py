"""People who must leave and the shelters near them, put into the form of the evacuation's model.

A shelter takes in as many as its usable area gives room for, at the region's square metres a person. Whoever has a
shelter within a walk goes there on foot; minutes to all others are by bus (where the region has no buses, by the class
of vehicle of which it has most), on the roads as they are or as they reopen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dispatch.fleet import BUS
from optimizer.dispatch.incident.form import Evacuation
from optimizer.dispatch.priority import priority_weight
from optimizer.dispatch.travel import FOOT, Roads
from optimizer.models.dispatch.evacuation_problem import EvacuationProblem
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class EvacuationCase:
    """The problem and the times behind it.

    Attributes
    ----------
    evacuations : tuple of Evacuation
    shelters : DataFrame
        ``site_id``, ``name``, ``room`` (people).
    mode : str
        What carries people who do not walk.
    start_min : float
    minutes : (V, S)
        From ``start_min`` on; infinite where there is no way.
    walked : (V, S) bool
    problem : EvacuationProblem, optional
        None where nobody has to leave or there is no shelter.
    """

    evacuations: tuple[Evacuation, ...]
    shelters: pd.DataFrame
    mode: str
    start_min: float
    minutes: NDArray[np.float64]
    walked: NDArray[np.bool_]
    problem: EvacuationProblem | None


def evacuation_case(
    region: Region, evacuations: Sequence[Evacuation], taken: Mapping[str, float], roads: Roads, start_min: float
) -> EvacuationCase:
    """State who must leave and where there is room.

    Parameters
    ----------
    evacuations : sequence of Evacuation
        With the people who are still there.
    taken : mapping of str to float
        By shelter, people who are in it or on their way already.
    roads : Roads
    start_min : float
        Minute at which people set out.
    """
    parameters = region.settings.dispatch
    shelters = region.sites.loc[region.sites["kind"] == "shelter", ["site_id", "name", "usable_area_m2"]].copy()
    area = shelters["usable_area_m2"].fillna(0.0).astype(float)
    inside = np.array([taken.get(str(one), 0.0) for one in shelters["site_id"]])
    room = np.floor(area / region.settings.parameters.person_m2_shelter + 1e-9) - inside
    shelters = shelters.assign(room=room.clip(lower=0).astype(np.int64)).reset_index(drop=True)
    shelters = shelters[shelters["room"] > 0].reset_index(drop=True)
    mode = _mode(region)
    leave = [one.site for one in evacuations]
    ridden = roads.times(mode, leave, list(shelters["site_id"]))
    on_foot = roads.times(FOOT, leave, list(shelters["site_id"])).arrive_min(start_min) - start_min
    walked = on_foot <= parameters.walk_min
    minutes = np.where(walked, on_foot, ridden.arrive_min(start_min) - start_min)
    if not len(leave) or shelters.empty:
        return EvacuationCase(tuple(evacuations), shelters, mode, start_min, minutes, walked, None)
    problem = EvacuationProblem(
        place_ids=tuple(leave),
        shelter_ids=tuple(shelters["site_id"]),
        people=np.array([one.people or 0 for one in evacuations], dtype=np.int64),
        weight=np.array([priority_weight(region, one.priority) for one in evacuations]),
        room=shelters["room"].to_numpy(np.int64),
        minutes=minutes,
        split_min=parameters.split_min,
    )
    return EvacuationCase(tuple(evacuations), shelters, mode, start_min, minutes, walked, problem)


def _mode(region: Region) -> str:
    """Buses, where there are any, else what there is most of."""
    vehicles = region.tables["vehicles"]
    count = vehicles.groupby("vehicle_class")["count"].sum()
    count = count[count > 0]
    return BUS if BUS in count.index or count.empty else str(count.idxmax())
