"""An ensemble told in a few lines."""

from __future__ import annotations

import numpy as np

from network.words import Language, say
from optimizer.analysis.ensemble.reach import COMMON_SHARE, CORRELATION_M, EnsembleReach
from optimizer.report.assumptions import is_synthetic, roads_source
from optimizer.report.wording import Wording

WORST = 10
SURE = 0.95
"""A place reached as often counts as sure; the least sure are named either way."""


def title(found: EnsembleReach, language: Language) -> str:
    """Name the region and what was drawn."""
    kind = "title_events" if found.asked.failures is None else "title_failures"
    return say(f"optimizer.ensemble.{kind}", language, region=_region(found, language), draws=found.asked.draws)


def headline(found: EnsembleReach, language: Language) -> list[str]:
    """Lines that say what was found, on what it rests, and who is reached least surely."""
    words = Wording.of_region(found.region, language)
    rows = found.tables["reach"]
    near = rows[rows["source"] == "any"]
    cut = 1 - near["probability"]
    expected = float((cut * near["people"].fillna(0)).sum())
    sure = near["probability"] >= SURE
    lines = [_drawn(found, language)]
    counts = {"places": len(near), "sure": int(sure.sum()), "percent": round(100 * SURE)}
    lines.append(say("optimizer.ensemble.places", language, **counts))
    lines.append(say("optimizer.ensemble.expected_cut", language, people=words.number(expected)))
    for row in near[near["probability"] < 1].head(WORST).to_dict("records"):
        values = {"name": row["site_name"], "town": row["town_name"], "percent": f"{100 * row['probability']:.1f}"}
        slow = row["slow_min"]
        entry = "worst_seldom" if np.isnan(slow) else "worst"
        shown = {"minutes": words.number(slow), "share": round(100 * found.share)}
        lines.append(say(f"optimizer.ensemble.{entry}", language, **values, **shown))
    lines.append(say("optimizer.ensemble.basis", language, vehicle=words.choice("vehicle_class", found.vehicle_class)))
    lines.append(roads_source(found.region, language))
    if is_synthetic(found.region):
        lines.append(say("optimizer.ensemble.synthetic", language))
    return lines


def _drawn(found: EnsembleReach, language: Language) -> str:
    if found.asked.failures is None:
        values = {"draws": found.asked.draws, "seed": found.asked.seed, "rate": f"{found.annual_rate:.3g}"}
        return say("optimizer.ensemble.drawn_events", language, **values)
    chances = "; ".join(f"{kind} {100 * chance:g} %" for kind, chance in found.asked.failures.items())
    values = {"draws": found.asked.draws, "seed": found.asked.seed, "chances": chances}
    together = {"metres": f"{CORRELATION_M:.0f}", "common": f"{COMMON_SHARE:g}"}
    return say("optimizer.ensemble.drawn_failures", language, **values, **together)


def _region(found: EnsembleReach, language: Language) -> str:
    return found.region.settings.name.say(language)
