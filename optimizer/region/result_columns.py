"""Columns as the tables of results declare them: what is worked out, never what a planner fills in."""

from __future__ import annotations

from optimizer.region.schema import Column, Kind


def id_column(name: str, heading: str, zh: str, en: str) -> Column:
    """Name a site, an item or the like."""
    return Column(name, heading, Kind.ID, zh, en, required=True)


def text_column(name: str, heading: str, zh: str, en: str) -> Column:
    """Hold words; empty where there are none."""
    return Column(name, heading, Kind.TEXT, zh, en, default="")


def number_column(name: str, heading: str, unit: str, zh: str, en: str) -> Column:
    """Hold a number in ``unit``."""
    return Column(name, heading, Kind.NUMBER, zh, en, unit=unit)


def choice_column(name: str, heading: str, choices: dict[str, str], zh: str, en: str) -> Column:
    """Hold a code of ``choices``; empty where there is none."""
    return Column(name, heading, Kind.CHOICE, zh, en, choices=choices, default="")
