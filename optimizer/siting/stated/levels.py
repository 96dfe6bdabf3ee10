"""Levels of depots: which one each site of a region has."""

from __future__ import annotations

LEVEL_OF = {"village": 1, "town": 2, "": 2, "district": 3, "municipal": 3, "central": 3}
"""1 village, 2 town, 3 district, by what the region calls it; a candidate of no stated level would be one of a town."""
