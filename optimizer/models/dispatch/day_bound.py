"""What weight any dispatch of supplies must lose, from whole days of vehicles (Dantzig & Wolfe 1960).

Where vehicles are scarce, what matters is how many trips fit into a day before which deadline. `allocation_bound`
counts minutes only and does not see that. Here each vehicle chooses one of all its days, those of `day_worth`.

Sets and variables
    f ∈ F, c ∈ C_f      vehicles alike, their days;  n_f  how many vehicles
    λ_c ≥ 0             vehicles with the day c, which brings the share x_cr of request r and loses l_c by lateness
    u_r ≥ 0             unmet share

Rows and their prices
    served_r    u_r + Σ_c x_cr λ_c ≥ 1                          π_r ≥ 0
    stock_dm    Σ_{c at d} Σ_{r of m} q_r x_cr λ_c ≤ s_dm       σ_dm ≥ 0
    vehicles_f  Σ_{c ∈ C_f} λ_c ≤ n_f

min   Σ_r w_r u_r + Σ_c l_c λ_c

Days are made as prices ask for them. At any prices with π_r ≤ w_r no dispatch loses less than
Σ_r π_r - Σ_dm σ_dm s_dm - Σ_f n_f V_f, where V_f is the worth of the best day: that is the bound, and it holds
whenever the making of days is stopped. Prices asked at lie between those of the best bound and the programme's
(Wentges 1997).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np

from optimizer.models.dispatch.allocation_bound import Group
from optimizer.models.dispatch.day_worth import Fleet, Prices, best_trips, day_of, empty_programme, fleets_of
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.trips import Days

SMOOTHING = 0.6
"""Share of the prices of the best bound in those asked at."""
CLOSE = 2e-4
"""Share of all weight by which the programme may be above the bound at the end."""
LEAST_ROUNDS = 15
"""Fewer rounds of prices than this bring no bound worth their time."""
SHORTEST_MIN = 1.0
"""Trips shorter than a minute of `day_worth` would have no end."""


@dataclass(frozen=True)
class Duals:
    """Prices π (R,) and σ (D, M), and the bound at them once it is known."""

    served: Floats
    stock: Floats
    bound: float = -np.inf

    def towards(self, other: Duals) -> Duals:
        """Prices between these and others."""
        served = SMOOTHING * self.served + (1 - SMOOTHING) * other.served
        return Duals(served, SMOOTHING * self.stock + (1 - SMOOTHING) * other.stock)


def bound_lost_weight(problem: SuppliesProblem, days: Days, *, enough: float, deadline_s: float) -> float:
    """Least weight that any dispatch loses by what is unmet or late; the days given are the first of the programme.

    Parameters
    ----------
    enough : float
        No need to go beyond.
    deadline_s : float
        By `time.monotonic`.

    Returns
    -------
    float
        0 or more; 0 where the time does not suffice.
    """
    fleets = [(fleet, group) for fleet, group in fleets_of(problem) if len(fleet.requests)]
    if any(float(fleet.round_trip.min()) < SHORTEST_MIN for fleet, _ in fleets):
        return 0.0
    programme = DayProgramme(problem, fleets, days)
    close, began = CLOSE * float(problem.weight.sum()), time.monotonic()
    least, asked = programme.solve(), programme.solve()
    while (now := time.monotonic()) < deadline_s:
        asked = programme.price(asked, deadline_s)
        if asked.bound > least.bound:
            least = asked
        prices = programme.solve()
        if least.bound >= enough or programme.value - least.bound <= close:
            break
        asked = least.towards(prices)
        if programme.rounds == 1 and (time.monotonic() - now) * LEAST_ROUNDS > deadline_s - began:
            break
    return max(least.bound, 0.0)


class DayProgramme:
    """The programme over the days made so far."""

    def __init__(self, problem: SuppliesProblem, fleets: list[tuple[Fleet, Group]], days: Days) -> None:
        self.problem, self.fleets = problem, fleets
        self.minutes = empty_programme(problem.horizon_min)
        self.weight = np.where(problem.quantity > 0, problem.weight, 0.0)
        self.value, self.rounds = np.inf, 0
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        most = [*problem.stock.ravel().tolist(), *(float(len(group.vehicles)) for _, group in fleets)]
        for wanted in problem.quantity > 0:
            self.solver.addRow(float(wanted), highspy.kHighsInf, 0, np.zeros(0, np.int32), np.zeros(0))
        for amount in most:
            self.solver.addRow(-highspy.kHighsInf, amount, 0, np.zeros(0, np.int32), np.zeros(0))
        for r, weight in enumerate(self.weight.tolist()):
            self.solver.addCol(weight, 0.0, highspy.kHighsInf, 1, np.array([r], np.int32), np.ones(1))
        for place, brought, lost in self._driven(days):
            self._add(place, brought, lost)

    def _driven(self, days: Days) -> Iterator[tuple[int, Floats, float]]:
        """(R,) shares that each vehicle of a schedule brings, and what it loses."""
        for place, (_, group) in enumerate(self.fleets):
            for vehicle in group.vehicles:
                drops = days.drops[vehicle, : days.sums["drops"][vehicle]]
                units = np.bincount(drops["request"], drops["units"], len(self.problem.quantity))
                yield place, units / np.maximum(self.problem.quantity, 1), float(days.sums["lost"][vehicle])

    def _add(self, place: int, brought: Floats, lost: float) -> None:
        """Add a day of a fleet."""
        problem, depot = self.problem, self.fleets[place][1].depot
        used = np.flatnonzero(brought > 0)
        if not len(used):
            return
        items = len(problem.item_ids)
        units = np.bincount(problem.request_item[used], brought[used] * problem.quantity[used], items)
        taken = np.flatnonzero(units > 0)
        cells = len(problem.weight) + depot * items + taken
        vehicles = len(problem.weight) + problem.stock.size + place
        rows = np.concatenate([used, cells, [vehicles]]).astype(np.int32)
        values = np.concatenate([brought[used], units[taken], [1.0]])
        self.solver.addCol(lost, 0.0, highspy.kHighsInf, len(rows), rows, values)

    def solve(self) -> Duals:
        """Prices of the rows, made such that a bound holds at them."""
        self.solver.run()
        self.value = float(self.solver.getInfo().objective_function_value)
        price = np.array(self.solver.getSolution().row_dual)
        weight, stock = self.weight, self.problem.stock
        served = np.clip(price[: len(weight)], 0.0, weight)
        of_stock = np.maximum(-price[len(weight) : len(weight) + stock.size], 0.0)
        return Duals(served, of_stock.reshape(stock.shape))

    def price(self, at: Duals, deadline_s: float) -> Duals:
        """Add every fleet's best day at these prices, and find the bound at them; none if the time is over."""
        problem = self.problem
        horizon, deadline = float(problem.horizon_min), problem.deadline_min.astype(float)
        bound = float(at.served.sum() - (at.stock * problem.stock).sum())
        for place, (fleet, group) in enumerate(self.fleets):
            if time.monotonic() > deadline_s:
                return at
            profit = at.served - at.stock[group.depot, problem.request_item] * problem.quantity
            change = problem.change_penalty[:, group.depot]
            prices = Prices(profit - change, self.weight, deadline)
            worth = best_trips(fleet, prices, horizon, self.minutes)
            bound -= len(group.vehicles) * worth
            brought, lost = day_of(fleet, prices, horizon, self.minutes)
            self._add(place, brought, lost + float(brought @ change))
        self.rounds += 1
        return Duals(at.served, at.stock, bound)
