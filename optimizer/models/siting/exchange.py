"""Better openings by exchange, whatever restricts them and whatever measure counts: open, close or swap one site.

Interchange (Teitz & Bart 1968) over all of Y: every neighbour's losses in every scenario are computed at once for one
site closed, and the best neighbour that is allowed is taken until none is better.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.aim import Aim
from optimizer.models.siting.openings import Flags, Openings

Floats = NDArray[np.float64]

BETTER = 1e-9
"""A neighbour is better by at least this share."""


def exchange(aim: Aim, allowed: Openings, opened: Flags, deadline: float) -> Flags:
    """Take the best allowed neighbour of ``opened`` (m,) until none is better or the time is over."""
    value = aim.of(opened)
    while time.monotonic() < deadline:
        best = min(_neighbours(aim, allowed, opened, deadline), key=lambda one: one[0], default=(np.inf, opened))
        if best[0] >= value - BETTER * abs(value):
            break
        value, opened = best
    return opened


def _neighbours(aim: Aim, allowed: Openings, opened: Flags, deadline: float) -> Iterator[tuple[float, Flags]]:
    """For every site to close in time, and for none: the best allowed neighbour and its measure."""
    closing = np.flatnonzero(opened & ~allowed.fixed)
    opening = np.flatnonzero(~opened & ~allowed.forbidden)
    for closed in (-1, *closing.tolist()):
        if time.monotonic() > deadline:
            return
        left = opened.copy()
        if closed >= 0:
            left[closed] = False
        losses = aim.losses.with_each(left, opening)
        values = [aim.measured(losses[:, place]) for place in range(len(opening))]
        found = [(value, j) for value, j in zip(values, opening.tolist(), strict=True) if np.isfinite(value)]
        if closed >= 0:
            found.append((aim.of(left), -1))
        for value, j in sorted(found):
            neighbour = left.copy()
            if j >= 0:
                neighbour[j] = True
            if allowed.allow(neighbour):
                yield value, neighbour
                break
