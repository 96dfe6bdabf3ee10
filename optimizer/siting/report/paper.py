"""Stub."""

from __future__ import annotations

from pathlib import Path

from network.words import Language
from optimizer.siting.siting import Siting


def write_siting_reports(siting: Siting, folder: Path, language: Language) -> None:
    """Write nothing yet."""
    return ()
