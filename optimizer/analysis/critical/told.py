"""Critical links in a few lines: what was tried, by which rule they are ranked, and the worst of them."""

from __future__ import annotations

import pandas as pd

from network.words import Language, say
from optimizer.analysis.critical.ranking import DAMAGES, CriticalLinks
from optimizer.report.assumptions import roads_source


class Told:
    """Words for critical links in one language."""

    def __init__(self, found: CriticalLinks, language: Language) -> None:
        self.found = found
        self.language = language

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.critical.<name>``."""
        return say(f"optimizer.critical.{name}", self.language, **values)

    def title(self) -> str:
        """Say what this is, of which region and of which day."""
        settings = self.found.stock.region.settings
        return self("title", region=settings.name.say(self.language), date=settings.plan_date.isoformat())

    def basis(self, plan: str) -> list[str]:
        """Say what losses were judged by, what was tried, and how they are ranked."""
        tried, stock = self.found.tried, self.found.stock
        structures = {"bridges": tried.bridges, "tunnels": tried.tunnels}
        stretches = {"stretches": tried.stretches, "unused": tried.unused_stretches}
        events = self("list_comma").join(scenario.name.say(self.language) for scenario in stock.scenarios)
        roads = self("roads_open") if self.found.scenario is None else self("roads_of_event", event=events)
        return [
            self("basis_plan", plan=plan) if plan else self("basis_present"),
            roads,
            self("tried", **structures, **stretches),
            self("solved", events=events, searched=tried.searched, checked=tried.checked, solved=tried.solved),
            self("before", unmet=number(self.found.unmet_before)),
            self("order"),
        ]

    def worst(self, top: int) -> list[str]:
        """Tell of the ``top`` worst losses, one line each; those of equal damage in one."""
        table = self.found.table
        ranks = table["rank"].dropna().drop_duplicates().head(top)
        lines = [self._line(table[table["rank"] == rank]) for rank in ranks]
        harmless = int(table["rank"].isna().sum())
        return [*lines, self("harmless", count=harmless)] if lines else [self("none")]

    def cautions(self) -> list[str]:
        """Say what every reader must know."""
        region = self.found.stock.region
        said = [self("means"), self("one_way"), self("source", source=roads_source(region, self.language))]
        if (self.found.table["estimated"] != "").any():
            said.insert(0, self("estimated"))
        if region.settings.roads_synthetic or region.roads.synthetic:
            said.insert(0, self("synthetic"))
        return said

    def place(self, row: pd.Series) -> str:
        """Name a loss: kind, road, and the places at its ends."""
        near = dict.fromkeys([str(row["from_place"]), str(row["to_place"])])
        places = self("dash").join(name for name in near if name)
        kind = self(f"kind_{row['kind']}")
        return self("place_named" if row["road"] else "place_unnamed", kind=kind, road=row["road"], places=places)

    def _line(self, rows: pd.DataFrame) -> str:
        row = rows.iloc[0]
        # Whoever is cut off is beyond every standard too, which need not be said.
        least = {"people_beyond": row["people_cut_off"]}
        told = [name for name in DAMAGES if row[name] > least.get(name, 0)]
        damage = self("list_semicolon").join(self(name, value=number(float(row[name]))) for name in told)
        values = {"rank": int(row["rank"]), "place": self.place(row), "damage": damage}
        if len(rows) == 1:
            return self("line", **values)
        return self("line_ties", **values, count=len(rows) - 1)


def number(value: float) -> str:
    """A number with thousands separated, one decimal where it is small."""
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:,.1f}"


def summary_lines(found: CriticalLinks, language: Language, top: int, plan: str = "") -> list[str]:
    """Tell critical links in lines: title, worst, basis, cautions."""
    told = Told(found, language)
    return [told.title(), *told.worst(top), *told.basis(plan), *told.cautions()]
