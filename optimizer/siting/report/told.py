"""A siting in a few lines: what was asked, what was found, how well it is proven, what to be careful with."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from network.words import Language, say
from optimizer.report.assumptions import is_synthetic, roads_source
from optimizer.report.wording import Wording
from optimizer.siting.reached import expected, reached
from optimizer.siting.result_tables import unserved_m3
from optimizer.siting.siting import Siting
from optimizer.siting.stated.sites import post_kind
from optimizer.siting.stated.standard_times import circles
from optimizer.siting.stated.unserved import unserved_cny_m3
from optimizer.siting.unknown_people import unknown_people

NAMED = 6
"""So many names stand in a sentence; the tables have all."""


class Told:
    """Words for a siting in one language."""

    def __init__(self, siting: Siting, language: Language) -> None:
        self.siting = siting
        self.language = language
        self.words = Wording.of_region(siting.region, language)
        sites = siting.tables["sites"]
        self._shared_names = frozenset(sites.loc[sites["site_name"].duplicated(), "site_name"])

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.siting_report.<name>``."""
        return say(f"optimizer.siting_report.{name}", self.language, **values)

    def region_name(self) -> str:
        """Name of the region."""
        return self.siting.region.settings.name.say(self.language)

    def sites_word(self) -> str:
        """What is sited."""
        return self(f"sites_{self.siting.options.sites}")

    def title(self) -> str:
        """Say what this is, of which region and of which day."""
        date = self.siting.region.settings.plan_date.isoformat()
        return self("title", region=self.region_name(), sites=self.sites_word(), date=date)

    def headline(self) -> list[str]:
        """What was asked and found, and how well it is proven."""
        return [
            self.asked(),
            *self.decided(),
            self.effect(),
            *self.loss(),
            *self.beyond(),
            *map(self.cut, self.siting.cut),
        ]

    def asked(self) -> str:
        """What was asked."""
        options = self.siting.options
        limits = []
        if options.number is not None:
            limits.append(self("limit_number", number=options.number))
        if options.budget_cny is not None:
            limits.append(self("limit_budget", money=self.words.money(options.budget_cny)))
        given = options.minutes
        limits.append(self("limit_rules") if given is None else self("limit_minutes", minutes=given))
        if given is not None and not self.siting.case.statement.traits.by_standard:
            limits.append(self("limit_measured"))
        if options.town_depots:
            limits.append(self("limit_towns"))
        if options.sites == "stations":
            limits.append(self("limit_post", kind=self.post_kind()))
        count = len(self.siting.case.statement.states)
        over = self(f"over_{options.over}", count=count, measure=self(f"measure_{options.measure}"))
        model, keep = self(f"model_{options.model}"), self(f"keep_{options.keep}")
        return self("asked", model=model, limits=self.words.joined(limits), over=over, keep=keep)

    def post_kind(self) -> str:
        """Kind of station that a new post becomes."""
        return self.words.choice("station_kind", post_kind(self.siting.region, self.siting.options))

    def decided(self) -> list[str]:
        """What is built, enlarged and closed, and what it costs."""
        sites = self.siting.tables["sites"]
        lines = []
        for decision, name in (("opened", "built"), ("enlarged", "enlarged"), ("closed", "closed")):
            rows = sites[sites["decision"] == decision]
            if len(rows):
                lines.append(self(name, count=len(rows), names=self.some(self.sites(rows))))
        if not (sites["decision"] == "opened").any():
            lines.insert(0, self("built_none"))
        kept = int((sites["decision"] == "existing").sum())
        return [*lines, self("kept", count=kept, money=self.words.money(float(sites["cost_cny"].sum())))]

    def effect(self) -> str:
        """Mean time and share within the standard, before and after."""
        case = self.siting.case
        existing = case.statement.sites["existing"].to_numpy(dtype=bool)
        found, before = reached(case, self.siting.solution.opened), reached(case, existing)
        chance = case.problem.probability
        return self(
            "effect",
            before=self.words.number(expected(before.mean_min, chance), 1),
            after=self.words.number(expected(found.mean_min, chance), 1),
            share_before=self.words.percent(expected(before.within_share, chance)),
            share_after=self.words.percent(expected(found.within_share, chance)),
        )

    def loss(self) -> list[str]:
        """The loss in the model's own terms, and what is proven of it."""
        solution, options = self.siting.solution, self.siting.options
        parameters = self.siting.region.settings.siting
        loss = self.siting.case.statement.traits.loss
        name = "sites" if solution.unit == "sites" else loss
        weight = parameters.first_cover_weight if loss == "unbacked" else parameters.supply_weight
        lines = [self(f"loss_{name}", value=self.value(solution.value), weight=weight), *self._unserved()]
        if options.over == "scenarios":
            lines.append(self("of_measure", measure=self(f"measure_{options.measure}")))
        if solution.proven:
            return [*lines, self("proven")]
        gap = self.words.percent(solution.gap, 2)
        return [*lines, self("not_proven", bound=self.value(solution.bound), gap=gap)]

    def beyond(self) -> list[str]:
        """Who is beyond the standard, not judged, not reached; what is lost; what would come next."""
        coverage = self.siting.tables["coverage"]
        short, unjudged = (coverage[coverage["outcome"] == one] for one in ("short", "not_applicable"))
        lines = [self("short_places", count=len(short), names=self.some(short["site_name"]))]
        lines = lines if len(short) else [self("short_none")]
        if len(unjudged):
            minutes = self.words.number(float(unjudged["worst_min"].max()), 0)
            lines.append(self("remote", count=len(unjudged), minutes=minutes))
        return [*lines, *self._not_reached(), *self._lost(), *self._regret(), *self._next()]

    def cut(self, study: str) -> str:
        """Say what a study lacks for want of time."""
        table = self.siting.tables[study]
        missing = int(table["change_best"].isna().sum()) if study == "reasons" else 0
        return self(f"cut_{study}", found=len(table), missing=missing, seconds=self.siting.options.study_limit_s)

    def basis(self) -> list[str]:
        """On what it rests: times, weights, costs and the parameters that matter to the model."""
        parameters, options = self.siting.region.settings.siting, self.siting.options
        statement = self.siting.case.statement
        cut_off = self.words.number(statement.standard.cut_off_min)
        lines = [self("basis_times", minutes=cut_off), self("basis_weight", weight=parameters.threatened_weight)]
        own = {
            "yearly": ("basis_volume", {"days": parameters.relief_days, "money": parameters.minute_cost_cny_m3,
                                        "share": parameters.annuity_share}),
            "unbacked": ("basis_backup", {}),
            "expected": ("basis_busy", {"share": parameters.busy_share}),
            "levels": ("basis_levels", {"weight": parameters.supply_weight}),
            "longest": ("basis_center", {}),
        }  # fmt: skip
        if statement.traits.loss in own:
            name, values = own[statement.traits.loss]
            lines.append(self(name, **values))
        if options.over == "scenarios":
            lines.append(self("basis_lost", share=parameters.lost_share))
        if options.keep == "closable":
            lines.append(self("basis_closing", money=self.words.number(parameters.closing_cost_cny)))
        if options.keep != "existing":
            running = float(statement.sites["running_cost_cny"].sum())
            lines.append(self(f"basis_running_{options.sites}", money=self.words.money(running)))
        if options.sites == "stations":
            cost = self.siting.region.settings.parameters.post_cost_cny
            kind = post_kind(self.siting.region, options)
            rules = [rule.id for rule in circles(self.siting.region) if kind in rule.station_kinds]
            named = {"kind": self.post_kind(), "rules": self.words.joined(rules)}
            lines.append(self("basis_post", money=self.words.number(cost), **named))
        return [*lines, self("basis_default")]

    def cautions(self) -> list[str]:
        """What every reader must know: synthetic roads, estimates, what proof means, where the roads come from."""
        region, tables = self.siting.region, self.siting.tables
        places = int((tables["coverage"]["estimated"] != "").sum())
        sites = int((tables["sites"]["estimated"] != "").sum())
        lines = [self("caution_synthetic")] if is_synthetic(region) else []
        lines += [warning.what.say(self.language) for warning in unknown_people(self.siting.case.statement)]
        if places or sites:
            lines.append(self("caution_estimated", count=places, sites=sites))
        return [*lines, self("caution_bound"), self("caution_source", source=roads_source(region, self.language))]

    def value(self, value: float) -> str:
        """A loss, with a decimal where it is small."""
        return self.words.number(value, 0 if abs(value) >= 1000 else 1)

    def some(self, names: Iterable[str]) -> str:
        """The first names of many."""
        return self.words.some(names, NAMED)

    def site(self, site_id: str, name: str) -> str:
        """Name of a site that can be built or stands; with its id where several bear the name."""
        return self("name_and_id", name=name, id=site_id) if name in self._shared_names else name

    def sites(self, rows: pd.DataFrame) -> list[str]:
        """Name the sites of a table."""
        return [self.site(*pair) for pair in rows[["site_id", "site_name"]].itertuples(index=False, name=None)]

    def names(self, joined: str) -> str:
        """Names of the sites whose ids are joined in one cell."""
        ids = (one for one in joined.split(";") if one)
        return self.words.joined(self.site(one, self.words.site(one)) for one in ids)

    def _unserved(self) -> list[str]:
        """Relief that nobody has room or a way for, where the model knows how much depots hold."""
        statement = self.siting.case.statement
        if statement.traits.weighs != "volume":
            return []
        coverage = self.siting.tables["coverage"]
        short = coverage[coverage["unserved_m3"] > 0].sort_values("unserved_m3", ascending=False)
        wanted, unserved = (float(coverage[name].sum()) for name in ("wanted_m3", "unserved_m3"))
        cut = np.isinf(reached(self.siting.case, self.siting.solution.opened).minutes)
        no_way = float(statement.probability @ (unserved_m3(self.siting.solution) * cut).sum(axis=1))
        if short.empty:
            return [self("unserved_none", wanted=self.words.number(wanted, 1))]
        return [
            self(
                "unserved",
                unserved=self.words.number(unserved, 1),
                wanted=self.words.number(wanted, 1),
                share=self.words.percent(unserved / wanted),
                no_way=self.words.number(no_way, 1),
                count=len(short),
                names=self.some(short["site_name"]),
                price=self.words.number(unserved_cny_m3(statement.region, statement.standard.cut_off_min)),
            )
        ]

    def _not_reached(self) -> list[str]:
        coverage, scenarios = self.siting.tables["coverage"], self.siting.tables["scenarios"]
        cut = coverage[coverage["worst_min"].isna()]
        lines = [self("unreached", count=len(cut), names=self.some(cut["site_name"]))] if len(cut) else []
        aside = int(scenarios["set_aside_places"].max())
        return [*lines, self("aside", count=aside)] if aside else lines

    def _lost(self) -> list[str]:
        sites = self.siting.tables["sites"]
        lost = sites[(sites["lost_in"] != "") & ~sites["decision"].isin(["closed", "not_chosen"])]
        return [self("lost_sites", names=self.some(self.sites(lost)))] if len(lost) else []

    def _regret(self) -> list[str]:
        table = self.siting.tables["regret"]
        own = table[table["siting"] == "plan"]
        if own.empty or own["regret"].isna().all():
            return []
        worst = own.sort_values("regret", ascending=False).iloc[0]
        scenario = self.words.scenario(str(worst["scenario_id"]))
        return [self("regret", value=self.value(float(worst["regret"])), scenario=scenario)]

    def _next(self) -> list[str]:
        table: pd.DataFrame = self.siting.tables["reasons"]
        others = table[~table["chosen"].astype(bool) & np.isfinite(table["minutes_alone"].astype(float))]
        if others.empty or float(others["minutes_alone"].min()) >= 0:
            return []
        best = others.sort_values("minutes_alone").iloc[0]
        minutes = self.words.number(-float(best["minutes_alone"]), 2)
        return [self("next_best", site=self.site(str(best["site_id"]), str(best["site_name"])), minutes=minutes)]
