"""What a programme chose, or as much as its rules allow where the time was over before it had found anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.programme import Columns, NoIncumbentError, Programme
from optimizer.models.siting.solution import Progress

GRACE_S = 10.0
"""So long the rules alone may take when the time is over already."""


@dataclass(frozen=True)
class Incumbent:
    """Whole values of the columns that were asked for, and what nothing can be below.

    Attributes
    ----------
    chosen : int array
    bound : float
    good_enough : bool
        The bound meets the value within the gap asked for.
    """

    chosen: NDArray[np.int64]
    bound: float
    good_enough: bool


def incumbent(
    programme: Programme,
    columns: Columns,
    rules: Callable[[Programme], Columns],
    *,
    ends: float,
    threads: int,
    gap: float,
    progress: Progress | None,
) -> Incumbent:
    """Minimise ``programme`` and read ``columns``.

    Parameters
    ----------
    programme : Programme
    columns : (k,) int
        Whole variables.
    rules : callable
        Adds the same variables and all rules that bind them to an empty programme; tells their columns.
    ends : float
        By `time.monotonic`.
    threads, gap, progress
        As in `Programme.minimise`.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
        Not even the rules alone could be met in time.
    """
    seconds = ends - time.monotonic()
    try:
        found = programme.minimise(time_limit_s=seconds, threads=threads, gap=gap, progress=progress)
    except NoIncumbentError as none:
        bare = Programme()
        allowed = rules(bare)
        # Of what the rules allow, as much as may be: more sites never serve worse.
        much = bare.columns(1, cost=-1.0)
        one, sum_of = sparse.csr_array(np.ones((1, 1))), sparse.csr_array(-np.ones((1, len(allowed))))
        bare.rows([(much, one), (allowed, sum_of)], upper=0.0)
        values = bare.minimise(time_limit_s=max(seconds, GRACE_S), threads=threads).values[allowed]
        return Incumbent(np.rint(values).astype(np.int64), none.bound, False)
    return Incumbent(np.rint(found.values[columns]).astype(np.int64), found.bound, found.optimal)
