"""What a priority weighs: each weighs so many times the next, as the region's parameters say."""

from __future__ import annotations

from optimizer.region.region import Region


def priority_weight(region: Region, priority: int) -> float:
    """Weight of a priority, 1 for the first."""
    return float(region.settings.dispatch.priority_ratio ** (1 - priority))
