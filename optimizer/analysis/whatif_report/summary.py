"""A what-if in a few lines: what the command prints and what is sent on from a phone."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from network.words import Language
from optimizer.analysis.whatif import WhatIf
from optimizer.analysis.whatif_report.figures import WhatIfFigures, figures_of, newly_isolated
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.report.assumptions import is_synthetic

NAMED = 5
"""So many places are named in a line; the workbook has all."""
LANDINGS = 3


def headline(found: WhatIf, language: Language, folder: Path | None = None) -> list[str]:
    """Tell what the closures do, a line each.

    Parameters
    ----------
    found : WhatIf
    language : {"zh", "en"}
    folder : Path, optional
        Where it was written; without it there is no last line.

    Returns
    -------
    list of str
        Roads closed; who is cut off; by what; until when; how they live on; where to land; standards broken; detours;
        and where due, shipments of the plan, places without a road, roads that do not exist, files.
    """
    words, figures = WhatIfWords.of(found, language), figures_of(found)
    lines = [_roads(figures, words), _cut_off(found, figures, words)]
    if figures.isolated:
        lines += [_causes(found, words), _reopening(found, words)]
        lines += [_means(found, figures, words), *_landings(found, words)]
    lines += [_standards(figures, words), _detours(figures, words)]
    if found.options.get("plan"):
        counts = {"lost": figures.shipments_lost, "longer": figures.shipments_longer}
        lines.append(words("headline_shipments", **counts))
    if figures.isolated_before or figures.no_road:
        lines.append(words("headline_already", isolated=figures.isolated_before, no_road=figures.no_road))
    if is_synthetic(found.region):
        lines.append(words.names("headline_warning", warnings=words.names("warning_synthetic")))
    return lines if folder is None else [*lines, words("headline_files", folder=folder)]


def told_lines(found: WhatIf, language: Language) -> list[str]:
    """Tell the headline, and how exactly stretches by stakes are placed."""
    words = WhatIfWords.of(found, language)
    placed = [words("placed", name=one.name, stretch=one.phrase().say(language)) for one in found.stretches]
    return headline(found, language) + placed


def summary_text(found: WhatIf, language: Language) -> str:
    """Content of ``summary.txt``: a title and all that is told, a line each."""
    return "\n".join([title(found, language), *told_lines(found, language)]) + "\n"


def title(found: WhatIf, language: Language) -> str:
    """Name what was looked into: the region, the hour, the vehicle, night and weather."""
    words, options = WhatIfWords.of(found, language), found.options
    parts = [words("title_vehicle", vehicle=words.choice("vehicle_class", str(options["vehicle_class"])))]
    if options["at_h"] is not None:
        parts.insert(0, words("title_hour", hour=f"{options['at_h']:g}"))
    if options["night"]:
        parts.append(words("title_night"))
    if options["rain"] != "dry":
        parts.append(words(f"title_{options['rain']}"))
    if options["speed_factor"] != 1:
        parts.append(words("title_speed", factor=f"{options['speed_factor']:g}"))
    region = found.region.settings.name.say(language)
    return words("title", region=region, how=words.names.joined(parts))


def landing_line(row: Mapping[Hashable, Any], words: WhatIfWords) -> str:
    """Say where help lands for an isolated place, and how it comes on."""
    values = {
        "name": row["site_name"],
        "landing": row["landing_name"],
        "km": words.number(row["landing_km"], 1),
        "contact": words("contact", contact=row["landing_contact"]) if row["landing_contact"] else "",
    }
    if row["landing_by"] == "road":
        return words("landing_road", minutes=words.number(row["landing_min"]), **values)
    if row["landing_by"] == "foot":
        return words("landing_foot", wind=words.wind(row["landing_bearing"]), **values)
    return words("landing_none", name=row["site_name"])


def _roads(figures: WhatIfFigures, words: WhatIfWords) -> str:
    values = {"count": figures.closures, "links": words.number(figures.links_closed)}
    slowed = words("links_slowed", links=words.number(figures.links_slowed)) if figures.links_slowed else ""
    opened = words("links_opened", links=words.number(figures.links_opened)) if figures.openings else ""
    idle = words("closures_idle", count=figures.idle) if figures.idle else ""
    changed = slowed + opened + idle
    return words("headline_roads", km=words.number(figures.closed_km, 1), changed=changed, **values)


def _cut_off(found: WhatIf, figures: WhatIfFigures, words: WhatIfWords) -> str:
    if not figures.isolated:
        return words("headline_cut_off_none")
    names = words.names.some(newly_isolated(found)["site_name"], NAMED)
    parts = [
        words(f"{status}_count", places=count, people=words.number(people))
        for status, count, people in (
            ("cut_off", figures.cut_off, figures.cut_off_people),
            ("local_only", figures.local_only, figures.local_only_people),
        )
        if count
    ]
    return words("headline_cut_off", counts=words.names.joined(parts), names=names)


def _causes(found: WhatIf, words: WhatIfWords) -> str:
    rows = found.tables["closures"].sort_values("people", ascending=False, kind="stable")
    told = [
        words("cause", name=row["name"], places=int(row["places"]), people=words.number(row["people"]))
        for row in rows[rows["places"] > 0].to_dict("records")
    ]
    joint = int((newly_isolated(found)["cut_kind"] == "all").sum())
    more = words("causes_joint", count=joint) if joint else ""
    return (
        words("headline_causes", causes=words.names.some(told), joint=more) if told else words("headline_causes_none")
    )


def _reopening(found: WhatIf, words: WhatIfWords) -> str:
    hours = newly_isolated(found)["reopens_h"]
    known = hours.dropna()
    if known.empty:
        return words("headline_reopens_unknown")
    values = {"known": len(known), "first": f"{known.min():g}", "last": f"{known.max():g}"}
    return words("headline_reopens", unknown=len(hours) - len(known), **values)


def _means(found: WhatIf, figures: WhatIfFigures, words: WhatIfWords) -> str:
    alone = newly_isolated(found)
    longest = alone.loc[alone["lasts_h"] > 0, "lasts_h"]
    counts = alone["lasts"].value_counts()
    parts = [words("empty_handed", count=figures.empty_handed)]
    if len(longest):
        parts.append(words("lasts_between", least=words.number(longest.min()), most=words.number(longest.max())))
    parts.append(words("lasts_counts", **{code: int(counts.get(code, 0)) for code in ("yes", "no", "unknown")}))
    if figures.unheard:
        names = words.names.some(map(words.names.site, figures.unheard), NAMED)
        parts.append(words("unheard", count=len(figures.unheard), names=names))
    return words("headline_means", parts=words.names.joined(parts, "list_semicolon"))


def _landings(found: WhatIf, words: WhatIfWords) -> list[str]:
    rows = newly_isolated(found).to_dict("records")
    lines = [words("headline_landing", landing=landing_line(row, words)) for row in rows[:LANDINGS]]
    return lines + ([words("landing_more", count=len(rows) - LANDINGS)] if len(rows) > LANDINGS else [])


def _standards(figures: WhatIfFigures, words: WhatIfWords) -> str:
    if not figures.broken:
        return words("headline_standards_none")
    told = [
        words("rule_breaks", rule=words.names.rule(rule), count=count)
        for rule, count in figures.broken.items()
        if count
    ]
    return words("headline_standards", rules=words.names.joined(told)) if told else words("headline_standards_hold")


def _detours(figures: WhatIfFigures, words: WhatIfWords) -> str:
    if not figures.longer or math.isnan(figures.longest_after_min):
        return words("headline_detours_none")
    return words(
        "headline_detours",
        count=figures.longer,
        name=words.names.site(figures.longest_site_id),
        before=words.number(figures.longest_before_min),
        after=words.number(figures.longest_after_min),
    )
