"""Stub."""

from __future__ import annotations

from pathlib import Path

from network.problem import Problem
from network.words import Language
from optimizer.siting.siting import Siting


def draw_siting(siting: Siting, path: Path, language: Language) -> tuple[Problem, ...]:
    """Write nothing yet."""
    return ()
