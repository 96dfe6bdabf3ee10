"""A dispatch in a few lines: what is done, what is not and why, who is cut off, what is asked of the level above."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from network.words import Language, catalogue, say
from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.figures import PROVEN, WEIGHT, figures
from optimizer.dispatch.report.clock import Clock
from optimizer.region.schema import Column
from optimizer.report.assumptions import is_synthetic, roads_source
from optimizer.report.wording import Wording

NAMED = 6
"""So many names stand in a sentence, so many failures in the summary; the tables have all."""
JOINT = ";"


class Told:
    """Words for a dispatch in one language.

    Attributes
    ----------
    dispatch : Dispatch
    language : {"zh", "en"}
    clock : Clock
    words : Wording
    """

    def __init__(self, dispatch: Dispatch, language: Language) -> None:
        self.dispatch, self.language = dispatch, language
        self.clock = Clock(dispatch.incident.form.began)
        self.words = Wording.of_region(dispatch.region, language)
        places, legs, work = (dispatch.tables[name] for name in ("places", "legs", "work"))
        self._places = dict(zip(places["place_id"], places["place_name"], strict=True))
        self._carriers = dict(zip(work["team_id"], work["team_name"], strict=True))
        self._carriers |= dict(zip(legs["carrier_id"], legs["carrier_name"], strict=True))
        self._figures = figures(dispatch)

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.dispatch_report.<name>``."""
        return say(f"optimizer.dispatch_report.{name}", self.language, **values)

    def region_name(self) -> str:
        """Name of the region."""
        return self.dispatch.region.settings.name.say(self.language)

    def title(self) -> str:
        """Say what this is, of which incident."""
        return self("title", region=self.region_name(), incident=self.dispatch.incident.form.name)

    def headline(self) -> list[str]:
        """What happened, what is done about it, what is not, and how well that is proven."""
        lines = [self.event(), *self.tasks(), *self.requests(), *self.evacuation(), *self.cut_off()]
        return [*lines, *self.asked(), *self.clearing(), *self.changed(), *self.proof()]

    def event(self) -> str:
        """What happened where and when."""
        event = self.dispatch.incident.form.event
        what = self.words.joined(filter(None, [self.words.choice("hazard", event.hazard), event.place, event.size]))
        return self("event", what=what, began=self.clock.full(0.0))

    def tasks(self) -> list[str]:
        """How many tasks are done when."""
        counts = self._figures["tasks"]
        if not counts["count"]:
            return [self("no_tasks")]
        sent = self._figures["teams_sent"]
        return [self("tasks", count=counts["count"], outcomes=self._outcomes(counts), teams=sent)]

    def requests(self) -> list[str]:
        """How many requests are met when, and what that is in people."""
        found = self._figures
        if not found["requests"]["count"]:
            return [self("no_requests")]
        parts = {name: self.words.number(found[f"person_items_{name}"]) for name in ("on_time", "late", "unmet")}
        outcomes, total = self._outcomes(found["requests"]), self.words.number(found["person_items"])
        return [self("requests", count=found["requests"]["count"], outcomes=outcomes, total=total, **parts)]

    def evacuation(self) -> list[str]:
        """How many people find shelter."""
        rows = self.dispatch.tables["evacuees"]
        found, left = self._figures, self._figures["people_without_shelter"]
        lines = []
        if len(rows):
            people, count = self.words.number(found["people_sheltered"]), rows["shelter_id"].nunique()
            outcomes = self._outcomes(found["evacuees"])
            lines = [self("evacuation", people=people, count=count, outcomes=outcomes)]
        return [*lines, self("without_shelter", people=self.words.number(left))] if left else lines

    def cut_off(self) -> list[str]:
        """Who has no road left, by where help lands."""
        rows = self.dispatch.tables["cut_off"]
        if rows.empty:
            return [self("none_cut_off")]
        people = self.words.number(self._figures["people_cut_off"])
        lines = [self("cut_off", count=len(rows), people=people)]
        at = rows.assign(time=[*map(self.clock.at, rows["reopens_min"])])
        for (landing, call, time), group in at.groupby(["landing_name", "landing_contact", "time"], sort=False):
            until = self("until", time=time) if time else ""
            called = self("landing_call", landing=landing, call=call) if call else landing
            names = self.words.joined(group["place_name"])
            lines.append(self("landing" if landing else "no_landing", landing=called, names=names, until=until))
        return lines

    def asked(self) -> list[str]:
        """What is asked of the level above."""
        asked = self.dispatch.tables["asked"]
        if asked.empty:
            return [self("none_asked")]
        parts = [
            self("asked_part", kind=self.code("asked_for", kind), count=count)
            for kind, count in self._figures["asked"].items()
            if count
        ]
        return [self("asked", count=len(asked), parts=self.words.joined(parts))]

    def clearing(self) -> list[str]:
        """Which closures are cleared, and when they are open."""
        rows = self.dispatch.tables["clearing"]
        rows = rows[rows["crew_id"] != ""].sort_values("opens_min", kind="stable")
        named = (
            self("clearing_part", closure=row["closure"], time=self.clock.at(row["opens_min"]), crew=row["crew_name"])
            for row in rows.to_dict("records")
        )
        return [self("clearing", count=len(rows), parts=self.words.some(named, NAMED))] if len(rows) else []

    def changed(self) -> list[str]:
        """How much differs from the last orders, and what it costs to keep to them."""
        kept = self.dispatch.stability
        lines = [self("changed", count=self._figures["changed"])] if kept or self._figures["changed"] else []
        if kept is None:
            return lines
        share = (kept.lost - kept.lost_if_free) / kept.weight if kept.weight > 0 else 0.0
        cost = self("stability", share=self.words.percent(share, 2)) if share > 0 else self("stability_free")
        counts = {"changed": kept.changed, "free": kept.changed_if_free}
        return [*lines, self("kept", cost=cost, **counts)]

    def proof(self) -> list[str]:
        """What is proven of each part; nothing is called the best that is not."""
        layers = self.dispatch.tables["layers"]
        return [self._proof(str(part), rows) for part, rows in layers.groupby("part", sort=False)]

    def lines(self) -> list[str]:
        """The summary, line by line."""
        return [self.title(), *self.headline(), *self.short(), *self.cautions()]

    def short(self) -> list[str]:
        """Tasks and requests that are unserved or late, the most pressing first: why, and what would serve them."""
        tables, told = self.dispatch.tables, []
        for name in ("tasks", "requests"):
            rows = tables[name][tables[name]["status"] != "on_time"].sort_values("priority", kind="stable")
            shown = [self(f"short_{name}", what=self.matter(row), **self.why(row)) for row in rows.to_dict("records")]
            told += shown[:NAMED]
            told += [self("short_more", count=len(shown) - NAMED)] if len(shown) > NAMED else []
        return told

    def cautions(self) -> list[str]:
        """What every reader must know."""
        region = self.dispatch.region
        lines = [self("caution_synthetic")] if is_synthetic(region) else []
        return [*lines, self("caution_forecast"), self("caution_source", source=roads_source(region, self.language))]

    def matter(self, row: Mapping[Any, Any]) -> str:
        """Name a task, or a request with what is lacking."""
        if "task_id" in row:
            task, place = row["task_name"] or row["task_id"], row["place_name"]
            return task if task == place else self("matter_task", task=task, place=place)
        item = self.words.item(row["item_id"])
        lacking = self.number(row["late"] + row["unmet"], 1)
        return self("matter_request", item=item, lacking=lacking, unit=row["unit"], place=row["place_name"])

    def why(self, row: Mapping[Any, Any]) -> dict[str, str]:
        """Outcome, reason and what would serve, in words."""
        reason = row["why"] or self.code("reason", row["reason"])
        would = self("would_serve", what=row["would_serve"]) if row["would_serve"] else ""
        return {"outcome": self.code("status", row["status"]), "reason": reason or self("no_reason"), "would": would}

    def code(self, kind: str, code: str) -> str:
        """Words of a code of the tables, such as ``("status", "late")``; empty for none."""
        own = f"{kind}_{code}"
        return (
            self(own) if own in catalogue("optimizer", "dispatch_report") else self.words.choice("vehicle_class", code)
        )

    def choice(self, column: Column, code: str) -> str:
        """Words of a code that stands in ``column``: in Chinese the table's own."""
        if self.language == "zh":
            return column.choices.get(code, code)
        return self.code(column.name.removeprefix("carrier_"), code)

    def skill(self, skill_id: str) -> str:
        """Name of a skill."""
        known = {skill.id: skill.name for skill in self.dispatch.incident.skills.register.skills}
        return known[skill_id].say(self.language) if skill_id in known else skill_id

    def place(self, place_id: str) -> str:
        """Name of a place of the orders."""
        return self._places.get(place_id) or self.words.site(place_id)

    def carriers(self, joined: str) -> str:
        """Names of the teams or vehicles whose ids are joined in one cell."""
        return self.words.joined(self._carriers.get(one) or one for one in joined.split(JOINT) if one)

    def sites(self, joined: str) -> str:
        """Names of the sites whose ids are joined in one cell."""
        return self.words.joined(self.place(one) for one in joined.split(JOINT) if one)

    def number(self, value: float, digits: int = 0) -> str:
        """A number; empty where it is not known."""
        return self.words.number(value, digits) if math.isfinite(value) else ""

    def layer(self, name: str) -> str:
        """What a layer of the goals stands for; a name without words stays as it is."""
        known = f"layer_{name}" in catalogue("optimizer", "dispatch_report")
        return self(f"layer_{name}") if known else name

    def part(self, name: str) -> str:
        """What a part of the orders is called."""
        known = f"part_{name}" in catalogue("optimizer", "dispatch_report")
        return self(f"part_{name}") if known else name

    def _outcomes(self, counts: Mapping[str, int]) -> str:
        statuses = (name for name in counts if name != "count" and counts[name])
        return self.words.joined(
            self("outcome", status=self.code("status", one), count=counts[one]) for one in statuses
        )

    def _proof(self, part: str, rows: pd.DataFrame) -> str:
        """What is proven of the layers of weight; a share of the total weight says nothing of those in minutes."""
        named = self.part(part)
        open_ = rows[rows["status"] != PROVEN]
        if open_.empty:
            return self("proven", part=named)
        weighed = open_[open_["unit"] == WEIGHT]
        layers = self.words.joined(map(self.layer, (weighed if len(weighed) else open_)["layer"]))
        if weighed.empty:
            return self("proven_weight", part=named, layers=layers)
        widest = float(weighed["gap"].max(skipna=False))
        if not math.isfinite(widest):
            return self("not_proven", part=named, layers=layers)
        return self("not_proven_gap", part=named, layers=layers, gap=self.words.percent(widest, 2))
