"""A mixed-integer programme put together from blocks of columns and rows, and solved by HiGHS with its bound."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from optimizer.models.interruptible import run_interruptibly
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.round_units import RoundUnits
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]
Columns = NDArray[np.int64]
Block = tuple[Columns, sparse.csr_array]
"""(k,) columns and the (r, k) entries of r rows in them."""


class InfeasibleSitingError(Exception):
    """No siting meets all that is required; `optimizer.models.siting.clash` tells what clashes."""


class NoIncumbentError(Exception):
    """The time was over before any siting was found; ``bound`` is what is proven by then."""

    def __init__(self, bound: float) -> None:
        super().__init__("no siting found in time")
        self.bound = bound


@dataclass(frozen=True)
class Found:
    """Values of all columns, what they reach, and what nothing can be below.

    ``optimal`` is HiGHS's own word that the bound meets the value within the gap asked for.
    """

    values: Floats
    value: float
    bound: float
    optimal: bool


class Programme:
    """min cost · x + offset over rows and bounds; columns and rows are added block by block."""

    def __init__(self) -> None:
        self._cost: list[Floats] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._whole: list[NDArray[np.bool_]] = []
        self._entries: list[tuple[NDArray[np.int64], Columns, Floats]] = []
        self._row_lower: list[Floats] = []
        self._row_upper: list[Floats] = []
        self.column_count = 0
        self.row_count = 0
        self.offset = 0.0

    def columns(
        self,
        count: int,
        *,
        cost: ArrayLike = 0.0,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        whole: bool = False,
    ) -> Columns:
        """Add ``count`` columns; their places."""
        for store, given in ((self._cost, cost), (self._lower, lower), (self._upper, upper)):
            store.append(np.array(np.broadcast_to(np.asarray(given, dtype=float), (count,))))
        self._whole.append(np.full(count, whole))
        places = np.arange(self.column_count, self.column_count + count)
        self.column_count += count
        return places

    def rows(self, blocks: Sequence[Block], *, lower: ArrayLike = -np.inf, upper: ArrayLike = np.inf) -> None:
        """Add rows ``lower ≤ Σ block · x ≤ upper``; all blocks have the same number of rows."""
        count = blocks[0][1].shape[0]
        for columns, matrix in blocks:
            entries = matrix.tocoo()
            row = entries.row.astype(np.int64) + self.row_count
            self._entries.append((row, columns[entries.col], entries.data.astype(float)))
        for store, given in ((self._row_lower, lower), (self._row_upper, upper)):
            store.append(np.array(np.broadcast_to(np.asarray(given, dtype=float), (count,))))
        self.row_count += count

    def openings(self, allowed: Openings) -> Columns:
        """Add y ∈ Y; the places of y."""
        least, most = allowed.bounds()
        opened = self.columns(allowed.size, lower=least, upper=most, whole=True)
        matrix, lower, upper = allowed.rows()
        if matrix.shape[0]:
            self.rows([(opened, matrix)], lower=lower, upper=upper)
        return opened

    def measure(
        self, measure: Measure, probability: Floats, losses: Sequence[Block], base: Floats, best: Floats | None = None
    ) -> None:
        """Minimise the measure of the (K,) losses ``base + Σ block · x``; ``best`` is what the regret is held against.

        expected: Σ_s p_s L_s.  worst, regret: w ≥ L_s, w ≥ L_s − L*_s.  cvar: η + Σ_s p_s z_s / (1 − α), z_s ≥ L_s − η.
        """
        if measure.name == "expected":
            self.offset += float(probability @ base)
            for columns, matrix in losses:
                self.cost_of(columns, probability @ matrix)
            return
        scenarios = len(probability)
        against = best if measure.name == "regret" and best is not None else np.zeros(scenarios)
        most = self.columns(1, cost=1.0, lower=-np.inf)
        blocks = [(most, sparse.csr_array(np.ones((scenarios, 1)))), *((c, -matrix) for c, matrix in losses)]
        if measure.name == "cvar":
            beyond = self.columns(scenarios, cost=probability / (1.0 - measure.level))
            blocks.append((beyond, sparse.csr_array(sparse.eye_array(scenarios))))
        self.rows(blocks, lower=base - against)

    def cost_of(self, columns: Columns, cost: Floats) -> None:
        """Add to the cost of columns that are there already."""
        whole = np.concatenate(self._cost)
        np.add.at(whole, columns, cost)
        self._cost = [whole]

    def minimise(
        self,
        *,
        time_limit_s: float,
        threads: int = 1,
        gap: float = 0.0,
        start: Mapping[int, float] | None = None,
        progress: Progress | None = None,
        relaxed: bool = False,
        presolve: bool = True,
    ) -> Found:
        """Solve.

        Parameters
        ----------
        gap : float
            Relative gap that is good enough.
        start : mapping of column to value, optional
            A solution to begin with; what it leaves out HiGHS completes.
        progress : callable, optional
            Told the best value and the bound.
        relaxed : bool
            Without whole numbers.
        presolve : bool
            Whether HiGHS looks for a simpler programme first; where there is none, it only takes time.

        Raises
        ------
        InfeasibleSitingError
        NoIncumbentError
        """
        solver = _solver(time_limit_s, threads, gap)
        lp, matrix = self.stated(relaxed=relaxed)
        units = RoundUnits.of(lp, matrix)
        units.put(lp, matrix)
        solver.passModel(lp)
        solver.setOptionValue("presolve", "choose" if presolve else "off")
        if start is not None:
            places, values = np.array(list(start), dtype=np.int32), np.array(list(start.values()), dtype=float)
            solver.setSolution(len(places), places, values / units.column[places])
        if progress is not None:
            _tell(solver, progress, units)
        run_interruptibly(solver)
        return self._found(solver, units, relaxed=relaxed)

    def stated(self, *, relaxed: bool = False) -> tuple[highspy.HighsLp, sparse.csr_array]:
        """The programme as it is stated, and the entries of its rows."""
        row = np.concatenate([entry[0] for entry in self._entries] or [np.zeros(0, dtype=np.int64)])
        column = np.concatenate([entry[1] for entry in self._entries] or [np.zeros(0, dtype=np.int64)])
        data = np.concatenate([entry[2] for entry in self._entries] or [np.zeros(0)])
        matrix = sparse.csr_array((data, (row, column)), shape=(self.row_count, self.column_count))
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self.row_count, self.column_count
        lp.col_cost_ = np.concatenate(self._cost)
        lp.col_lower_, lp.col_upper_ = np.concatenate(self._lower), np.concatenate(self._upper)
        lp.row_lower_ = np.concatenate(self._row_lower) if self._row_lower else np.zeros(0)
        lp.row_upper_ = np.concatenate(self._row_upper) if self._row_upper else np.zeros(0)
        lp.offset_ = self.offset
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        whole = np.concatenate(self._whole)
        if whole.any() and not relaxed:
            kinds = highspy.HighsVarType
            lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in whole]
        return lp, matrix

    def _found(self, solver: highspy.Highs, units: RoundUnits, *, relaxed: bool) -> Found:
        status, info = solver.getModelStatus(), solver.getInfo()
        kinds = highspy.HighsModelStatus
        if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
            raise InfeasibleSitingError
        whole = bool(np.concatenate(self._whole).any()) and not relaxed
        optimal = status == kinds.kOptimal
        value = float(info.objective_function_value) / units.objective
        bound = float(info.mip_dual_bound) / units.objective if whole else value if optimal else -np.inf
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            raise NoIncumbentError(bound)
        values = units.column * np.array(solver.getSolution().col_value)
        return Found(values, value, bound, optimal)


def _solver(time_limit_s: float, threads: int, gap: float) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # HiGHS counts the threads of its pool once a process.
    highspy.Highs.resetGlobalScheduler(True)
    solver.setOptionValue("threads", threads)
    solver.setOptionValue("time_limit", max(time_limit_s, 0.01))
    solver.setOptionValue("mip_rel_gap", gap)
    # In round units this is rounding.
    solver.setOptionValue("mip_abs_gap", 1e-9)
    return solver


def _tell(solver: highspy.Highs, progress: Progress, units: RoundUnits) -> None:
    """Pass on what HiGHS says of value and bound, at most twice a second."""
    told = [0.0]

    def tell(event: highspy.HighsCallbackEvent) -> None:
        if time.monotonic() - told[0] >= 0.5:
            told[0] = time.monotonic()
            told_by = event.data_out
            progress(told_by.mip_primal_bound / units.objective, told_by.mip_dual_bound / units.objective)

    solver.cbMipInterrupt.subscribe(tell)
