"""Places that weigh too little because nobody knows how many live there."""

from __future__ import annotations

from network.problem import Problem
from network.words import Phrase
from optimizer.siting.faults_told import TOLD, named
from optimizer.siting.stated.statement import Statement


def unknown_people(statement: Statement) -> tuple[Problem, ...]:
    """Warn of places whose residents are not known: with how many of them, and the first by name."""
    places = statement.unknown["site_id"]
    if places.empty:
        return ()
    where = named("; ".join(places[:TOLD]), statement)
    what = Phrase("optimizer.siting.unknown_people", count=len(places), where=where)
    mend = Phrase("optimizer.siting.unknown_people_mend")
    return (Problem(what, mend, file="sites.csv", column="population", severity="warning"),)
