"""What a cubic metre of relief left unserved counts: so much that serving most comes first, and cost second.

    price = PRIORITY × the dearest cubic metre that can be built, CNY a year + t⁰ minutes of it on the road

A size of a depot costs at most its volume × the dearest cubic metre a year, so that no siting leaves more than
1 / PRIORITY of a depot's volume unserved to save that depot, however small the share of it that would be used.
"""

from __future__ import annotations

from optimizer.region.region import Region

PRIORITY = 1000.0


def unserved_cny_m3(region: Region, cut_off_min: float) -> float:
    """CNY of a cubic metre left unserved; ``cut_off_min`` is t⁰."""
    sizes, parameters = region.tables["sizes"], region.settings.siting
    volume = sizes["storage_m3"].astype(float)
    yearly = parameters.annuity_share * sizes["fixed_cost_cny"] + sizes["yearly_cost_cny"]
    dearest = float((yearly / volume)[volume > 0].max()) if (volume > 0).any() else 0.0
    return PRIORITY * dearest + parameters.minute_cost_cny_m3 * cut_off_min
