"""What ``reserve init`` made of a file: counts, snapping, what was left out, what each scenario cuts off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from network.roads import RoadNetwork
from network.snap import CUT_OFF_PIECE, Snapping
from network.words import Language, Phrase
from optimizer.region.estimates import is_estimated
from optimizer.region.region_tables import REGION_TABLES, SITE_KINDS
from optimizer.region.schema import Kind, Table
from optimizer.starter.scenarios import Drafted

_FAR_M = 500.0
_NO_FACTS = (Kind.MARKS,)


@dataclass(frozen=True)
class ScenarioEffect:
    """What a starter scenario does.

    Attributes
    ----------
    scenario_id : str
    name : mapping of language to str
    closed_links : int
    cut_off, delayed : int
        Villages and communities that the district's depot no longer reaches by light truck, and those reached after
        more than twice the time and ten minutes.
    people : float
        In need.
    """

    scenario_id: str
    name: Mapping[Language, str]
    closed_links: int
    cut_off: int
    delayed: int
    people: float


@dataclass(frozen=True)
class StarterReport:
    """What was made.

    Attributes
    ----------
    folder : Path
    counts : mapping of str to int
        Sites by kind.
    roads : mapping of str to float
        nodes, links, bridges and tunnels (links), main (per cent of the nodes).
    residents : int
    residents_estimated : float
        Share of them, 0 to 1.
    snapping : mapping of str to float
        median, largest (metres), cut_off (sites nearest to a cut-off piece), beyond (sites farther than 500 m). What is
        too far stands in ``notes``, since it is left out.
    notes : tuple of Phrase
        What was left out, merged or supposed.
    scenarios : tuple of ScenarioEffect
    budgets : mapping of str to float
        district, towns: CNY.
    estimated : mapping of str to float
        Share of each table's filled cells that are marked, 0 to 1; ids, sources and marks do not count.
    """

    folder: Path
    counts: Mapping[str, int]
    roads: Mapping[str, float]
    residents: int
    residents_estimated: float
    snapping: Mapping[str, float]
    notes: tuple[Phrase, ...]
    scenarios: tuple[ScenarioEffect, ...]
    budgets: Mapping[str, float]
    estimated: Mapping[str, float]

    def phrases(self) -> tuple[Phrase, ...]:
        """Give the report line by line."""
        words = "optimizer.starter.report_"
        district, towns = self.budgets["district"], self.budgets["towns"]
        budgets = {"district_cny": district, "towns_cny": towns, "district": district / 1e4, "towns": towns / 1e4}
        lines = [
            Phrase(f"{words}roads", **self.roads),
            Phrase(f"{words}sites", **self.counts),
            Phrase(f"{words}residents", residents=self.residents, share=100 * self.residents_estimated),
            Phrase(f"{words}snapping", **self.snapping),
            *self.notes,
            *(_scenario_phrase(effect) for effect in self.scenarios),
        ]
        if not any(effect.cut_off for effect in self.scenarios):
            lines.append(Phrase(f"{words}nothing_cut"))
        return (
            *lines,
            Phrase(f"{words}budgets", **budgets),
            Phrase(f"{words}estimated", tables=_Tables(self.estimated)),
        )

    def lines(self, language: Language) -> list[str]:
        """Give the report in ``language``."""
        return [phrase.say(language) for phrase in self.phrases()]


class _InBoth(Phrase):
    """Words given in both languages."""

    def __init__(self, words: Mapping[Language, str]) -> None:
        super().__init__("", words=words)
        self.words = words

    def say(self, language: Language) -> str:
        """Put it in ``language``."""
        return self.words[language]


class _Tables(Phrase):
    """Shares of estimated rows, table by table."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        super().__init__("optimizer.starter.report_estimated_table", shares=shares)
        self.shares = shares

    def say(self, language: Language) -> str:
        """Put it in ``language``."""
        tables: dict[str, Table] = {table.name: table for table in REGION_TABLES}
        comma = Phrase("optimizer.starter.list_comma").say(language)
        return comma.join(
            Phrase(self.key, title=tables[name].title, name=name, share=100 * share).say(language)
            for name, share in self.shares.items()
        )


def _scenario_phrase(effect: ScenarioEffect) -> Phrase:
    return Phrase(
        "optimizer.starter.report_scenario",
        name=_InBoth(effect.name),
        links=effect.closed_links,
        cut=effect.cut_off,
        delayed=effect.delayed,
        people=round(effect.people),
    )


def report(
    folder: Path,
    network: RoadNetwork,
    main_share: float,
    tables: Mapping[str, pd.DataFrame],
    snapping: Snapping,
    notes: tuple[Phrase, ...],
    drafts: list[Drafted],
) -> StarterReport:
    """Add up what was made."""
    sites = tables["sites"]
    kinds = sites["kind"].value_counts()
    places = sites[sites["kind"].isin(["village", "community"])]
    residents = places["population"].to_numpy(dtype=np.float64)
    guessed = is_estimated(places["estimated"], "population")
    payers = tables["payers"]
    district = payers["level"] == "district"
    return StarterReport(
        folder=folder,
        counts={kind: int(kinds.get(kind, 0)) for kind in SITE_KINDS},
        roads={
            "nodes": network.node_count,
            "links": network.link_count,
            "bridges": int(network.bridge.sum()),
            "tunnels": int(network.tunnel.sum()),
            "main": 100 * main_share,
        },
        residents=int(residents.sum()),
        residents_estimated=float(residents[guessed].sum() / max(1.0, residents.sum())),
        snapping={
            "median": round(float(np.median(snapping.distance_m))),
            "largest": round(float(snapping.distance_m.max())),
            "cut_off": int((snapping.status == CUT_OFF_PIECE).sum()),
            "beyond": int((snapping.distance_m > _FAR_M).sum()),
        },
        notes=notes,
        scenarios=tuple(_effect(draft) for draft in drafts),
        budgets={
            "district": float(payers.loc[district, "budget_cny"].sum()),
            "towns": float(payers.loc[~district, "budget_cny"].sum()),
        },
        estimated={one.name: _marked(one, tables[one.name]) for one in REGION_TABLES if len(tables.get(one.name, ()))},
    )


def _effect(draft: Drafted) -> ScenarioEffect:
    name = draft.scenario.name
    return ScenarioEffect(
        scenario_id=draft.scenario.id,
        name={"zh": name.zh, "en": name.en},
        closed_links=len(draft.closed.links),
        cut_off=int(draft.closed.cut.sum()),
        delayed=int(draft.closed.delayed.sum()),
        people=float(draft.people.sum()),
    )


def _marked(table: Table, frame: pd.DataFrame) -> float:
    """Share of the filled cells that are marked as estimated."""
    said = [column.name for column in table.columns if column.kind not in _NO_FACTS and column.name in frame]
    said = [name for name in said if name not in ("source", *table.key)]
    filled = np.column_stack([frame[name].notna() & (frame[name] != "") for name in said])
    marked = np.column_stack([is_estimated(frame["estimated"], name) for name in said])
    return float((filled & marked).sum() / max(1, filled.sum()))
