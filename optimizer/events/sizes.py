"""How large an event is: return period and intensity, one from the other.

Events of a kind come λ times a year. Where a share u of them is as large or larger, so large a one comes λ u times a
year: its return period is T = 1 / (λ u). With u uniform on (0, 1), T is that of a random event. Between the points that
are stated, intensity and reach are linear in log T. Beyond the last point they stay what they are there, and the event
is said to be of that return period or more; below the first there is nothing, since 1 / λ is not below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.region.events import EventKind


@dataclass(frozen=True)
class Magnitude:
    """Intensity at the centre, reach in metres, and the return period in years; ``or_more``: beyond what is stated."""

    intensity: float
    reach_m: float
    return_period_years: float
    or_more: bool


@dataclass(frozen=True)
class SizeCurve:
    """The stated points: return period (logarithm of years), intensity, reach (metres), each (p,) float64."""

    log_years: NDArray[np.float64]
    intensity: NDArray[np.float64]
    reach_m: NDArray[np.float64]

    @classmethod
    def of(cls, kind: EventKind) -> SizeCurve:
        """Take the points of ``kind``."""
        return cls(
            np.log([size.return_period_years for size in kind.sizes]),
            np.array([size.intensity for size in kind.sizes]),
            np.array([size.reach_m for size in kind.sizes]),
        )

    def at_return_period(self, years: float) -> Magnitude:
        """Give the size of an event of this return period."""
        log_years = float(np.clip(np.log(years), self.log_years[0], self.log_years[-1]))
        intensity, reach = (float(np.interp(log_years, self.log_years, y)) for y in (self.intensity, self.reach_m))
        return Magnitude(intensity, reach, float(np.exp(log_years)), bool(np.log(years) > self.log_years[-1]))

    def at_intensity(self, intensity: float) -> Magnitude:
        """Give reach and return period of an event of this intensity, which stays what it is beyond the points too."""
        # Where sizes share an intensity, the rarest stands for it: the curve must rise to be turned round.
        rising = np.append(np.diff(self.intensity) > 0, True)
        log_years = float(np.interp(intensity, self.intensity[rising], self.log_years[rising]))
        reach = float(np.interp(log_years, self.log_years, self.reach_m))
        return Magnitude(intensity, reach, float(np.exp(log_years)), bool(intensity > self.intensity[-1]))
