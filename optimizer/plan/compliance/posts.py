"""The fewest new posts that bring every site of a rescue circle within its time: a set cover (Toregas et al. 1971).

minimise   Σⱼ post[j]
covered[i] Σ post[j] over the j whose post is in time at i ≥ 1
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp
from numpy.typing import NDArray


@dataclass(frozen=True)
class Posts:
    """Where new posts go.

    Attributes
    ----------
    chosen : (p,) int
        Places of the posts, ascending.
    serves : (n,) int
        For each site the post that covers it; a post covers its own site.
    fewest : bool
        Proven: no fewer posts would do.
    """

    chosen: NDArray[np.int64]
    serves: NDArray[np.int64]
    fewest: bool


def fewest_posts(cover: NDArray[np.bool_], *, time_limit_s: float = 10.0) -> Posts:
    """Choose the fewest posts; where time runs out, a greedy choice that is said to be no proof.

    Parameters
    ----------
    cover : (n, m) bool
        Whether a post at ``j`` is in time at ``i``. Each row has at least one.
    time_limit_s : float
    """
    chosen = _exact(cover, time_limit_s)
    fewest = chosen is not None
    if chosen is None:
        chosen = greedy_posts(cover)
    serves = chosen[cover[:, chosen].argmax(axis=1)]
    own = np.intersect1d(chosen, np.arange(len(cover)))
    serves[own] = own
    return Posts(chosen, serves, fewest)


def greedy_posts(cover: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Take again and again the post that covers most of what is left; ascending."""
    left = np.ones(len(cover), dtype=np.bool_)
    chosen: list[int] = []
    while left.any():
        chosen.append(int(cover[left].sum(axis=0).argmax()))
        left &= ~cover[:, chosen[-1]]
    return np.array(sorted(chosen), dtype=np.int64)


def _exact(cover: NDArray[np.bool_], time_limit_s: float) -> NDArray[np.int64] | None:
    """A proven optimum, ascending, or nothing."""
    distinct = np.unique(cover, axis=0)
    model = pulp.LpProblem("fewest_posts", pulp.LpMinimize)
    post = [pulp.LpVariable(f"post_{j}", cat=pulp.LpBinary) for j in range(cover.shape[1])]
    model += pulp.lpSum(post)
    for i, row in enumerate(distinct):
        model += pulp.lpSum(post[j] for j in np.flatnonzero(row)) >= 1, f"covered_{i}"
    model.solve(pulp.HiGHS(msg=False, timeLimit=time_limit_s))
    # PuLP's status says "Optimal" at a time limit too.
    if model.sol_status != pulp.LpSolutionOptimal:
        return None
    return np.flatnonzero([variable.value() > 0.5 for variable in post]).astype(np.int64)
